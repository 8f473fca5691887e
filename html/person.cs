<?cs include!"_head.cs" ?>
<main id="main" class="page" tabindex="-1">
<header class="bar"><?cs call:back("{{All rooms}}") ?><h1 dir="auto"><?cs var:Person.Display ?></h1></header>
<div class="content person" data-people data-user-name="<?cs var:Person.Name ?>">
<p><span class="face"><?cs call:avatar(Person, "large") ?><?cs call:presence(Person) ?></span></p>
<dl>
<dt>{{Name}}</dt><dd><?cs var:Person.Name ?></dd>
<dt>{{Now}}</dt><dd><?cs if:Person.Me ?>{{This is you}}<?cs elif:Person.Suspended ?>{{Suspended}}<?cs elif:Person.Online ?>{{Online}}<?cs elif:Person.Seen ?>{{Away}}, <?cs call:seen(Person) ?><?cs else ?>{{Away}}<?cs /if ?></dd>
<?cs if:Person.Since ?><dt>{{Here since}}</dt><dd><time datetime="<?cs var:Person.SinceAt ?>" data-date><?cs var:Person.Since ?></time></dd><?cs /if ?>
<?cs if:!Person.Me ?><dt>{{Groups you share}}</dt><dd><?cs if:subcount(Common) ?><ul class="shared"><?cs each:g = Common ?>
<li><a href="/rooms/<?cs var:g.Id ?>"><?cs call:sign(g.Private) ?> <span dir="auto"><?cs var:g.Name ?></span></a></li><?cs /each ?>
</ul><?cs else ?>{{None}}<?cs /if ?></dd><?cs /if ?>
</dl>
<div class="actions"><?cs if:Person.Me ?><a class="button" href="/account">{{Your account}}</a><?cs elif:!Person.Suspended ?><?cs call:write_to(Person.Name, Person.Display) ?><?cs /if ?></div>
</div>
</main>
<?cs include!"_foot.cs" ?>
