<?cs include!"_head.cs" ?>
<main id="main" class="page" tabindex="-1">
<header class="bar"><?cs call:back("{{All rooms}}") ?><h1>{{For you}}</h1></header>
<div class="content">
<?cs if:subcount(Mentions) ?><ul class="cards"><?cs each:m = Mentions ?>
<li<?cs if:m.Unread ?> class="for-me"<?cs /if ?>><?cs call:avatar(m, "") ?>
<div class="about said"><h2><a href="<?cs var:m.Link ?>"><bdi><?cs var:m.Display ?></bdi> <?cs if:m.Reply ?>{{answered you}}<?cs else ?>{{mentioned you}}<?cs /if ?></a></h2>
<p class="hint"><?cs if:!m.Direct ?><?cs call:sign(m.Private) ?> <bdi><?cs var:m.Room ?></bdi> · <?cs /if ?><time datetime="<?cs var:m.CreatedAt ?>" title="<?cs var:m.Full ?>" data-ago><?cs var:m.Time ?></time></p>
<p class="begins" dir="auto"><?cs var:m.Text ?></p></div></li><?cs /each ?>
</ul><?cs elif:Earlier ?><p class="hint">{{Nothing more.}} <a href="/for-you">{{Back to the beginning.}}</a></p>
<?cs else ?><p class="hint">{{Nothing yet. When somebody writes @<?cs var:Me.Name ?>, or answers you, it stands here.}}</p><?cs /if ?>
<?cs if:Earlier || Later ?><form class="actions pages" method="get" action="/for-you"><?cs if:Earlier ?><button class="button" name="page" value="<?cs var:Earlier ?>">{{Page before}}</button><?cs /if ?><?cs if:Later ?><button class="button" name="page" value="<?cs var:Later ?>">{{Next page}}</button><?cs /if ?></form><?cs /if ?>
</div>
</main>
<?cs include!"_foot.cs" ?>
