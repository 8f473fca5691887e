<?cs include!"_head.cs" ?>
<main id="main" class="page" tabindex="-1">
<header class="bar"><?cs call:back("All rooms") ?><h1>People</h1></header>
<div class="content">
<?cs if:?Query ?><form class="find" method="get" action="/people" role="search">
<label class="sr-only" for="q">Find somebody by name</label><input id="q" name="q" type="search" value="<?cs var:Query ?>" placeholder="Find somebody by name" autocomplete="off" dir="auto">
<button class="button">Find</button></form><?cs /if ?>
<?cs if:subcount(People) ?><ul class="cards"><?cs each:p = People ?>
<li data-user-name="<?cs var:p.Name ?>"><span class="face"><?cs call:avatar(p, "") ?><?cs call:presence(p) ?></span>
<div class="about"><h2><a href="/people/<?cs var:p.Name ?>" dir="auto"><?cs var:p.Display ?></a></h2>
<p class="hint"><?cs var:p.Name ?><?cs if:p.Me ?> (you)<?cs elif:!p.Online && p.Seen ?> · last here <time datetime="<?cs var:p.SeenAt ?>" data-long><?cs var:p.Seen ?></time><?cs /if ?></p></div>
<?cs if:!p.Me ?><?cs call:write_to(p.Name, p.Display) ?><?cs /if ?></li><?cs /each ?>
</ul><?cs elif:Query ?><p class="hint">Nobody by that name. <a href="/people">Show everybody.</a></p>
<?cs else ?><p class="hint">Nobody else is here yet. Send your friends the address of this site.</p><?cs /if ?>
</div>
</main>
<?cs include!"_foot.cs" ?>
