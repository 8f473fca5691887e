<?cs include!"_head.cs" ?>
<main id="main" class="page" tabindex="-1">
<header class="bar"><?cs call:back("{{All rooms}}") ?><h1>{{People}}</h1></header>
<div class="content">
<?cs if:?Query ?><form class="find" method="get" action="/people" role="search">
<label class="sr-only" for="q">{{Find somebody by name}}</label><input id="q" name="q" type="search" value="<?cs var:Query ?>" placeholder="{{Find somebody by name}}" autocomplete="off" dir="auto">
<button class="button">{{Find}}</button></form><?cs /if ?>
<div data-people="all">
<?cs if:subcount(People) ?><ul class="cards"><?cs each:p = People ?>
<li data-user-name="<?cs var:p.Name ?>"><span class="face"><?cs call:avatar(p, "") ?><?cs call:presence(p) ?></span>
<div class="about"><h2><a href="/people/<?cs var:p.Name ?>" dir="auto"><?cs var:p.Display ?></a></h2>
<p class="hint"><?cs var:p.Name ?><?cs if:p.Me ?> ({{you}})<?cs elif:p.Online ?> · {{online}}<?cs elif:p.Seen ?> · <?cs call:seen(p) ?><?cs /if ?></p></div>
<?cs if:!p.Me ?><?cs call:write_to(p.Name, p.Display) ?><?cs /if ?></li><?cs /each ?>
</ul><?cs elif:Earlier ?><p class="hint">{{Nobody else.}} <a href="/people">{{Back to the beginning.}}</a></p><?cs elif:Query ?><p class="hint">{{Nobody by that name.}} <a href="/people">{{Show everybody.}}</a></p>
<?cs else ?><p class="hint">{{Nobody else is here yet. Send your friends the address of this site.}}</p><?cs /if ?>
<?cs if:Earlier || Later ?><form class="actions pages" method="get" action="/people"><input type="hidden" name="q" value="<?cs var:Query ?>"><?cs if:Earlier ?><button class="button" name="page" value="<?cs var:Earlier ?>">{{Page before}}</button><?cs /if ?><?cs if:Later ?><button class="button" name="page" value="<?cs var:Later ?>">{{Next page}}</button><?cs /if ?></form><?cs /if ?>
</div>
</div>
</main>
<?cs include!"_foot.cs" ?>
