<?cs include!"_head.cs" ?>
<main id="main" class="page" tabindex="-1">
<header class="bar"><?cs call:back("All rooms") ?><h1 dir="auto"><?cs var:Person.Display ?></h1></header>
<div class="content person">
<p><span class="face"><?cs call:avatar(Person, "large") ?><?cs call:presence(Person) ?></span></p>
<dl>
<dt>Name</dt><dd><?cs var:Person.Name ?></dd>
<dt>Now</dt><dd><?cs if:Person.Me ?>This is you<?cs elif:Person.Online ?>Online<?cs else ?>Away<?cs /if ?></dd>
<?cs if:Person.Since ?><dt>Here since</dt><dd><time datetime="<?cs var:Person.SinceAt ?>" data-long><?cs var:Person.Since ?></time></dd><?cs /if ?>
</dl>
<div class="actions"><?cs if:Person.Me ?><a class="button" href="/account">Your account</a><?cs else ?><?cs call:write_to(Person.Name, Person.Display) ?><?cs /if ?></div>
</div>
</main>
<?cs include!"_foot.cs" ?>
