<nav class="sidebar" aria-label="{{Rooms and people}}">
<p class="site"><a href="/rooms"><?cs call:logo() ?><span dir="auto"><?cs var:Site.Name ?></span></a></p>
<p class="jump needs-script"><a id="jump" href="/people"><span>{{Jump to…}}</span> <kbd aria-hidden="true">{{Ctrl K}}</kbd></a></p>
<div class="lists" id="lists">
<ul>
<li><a id="search" href="/search<?cs if:Room.Id ?>?room=<?cs var:Room.Id ?><?cs /if ?>"<?cs if:Page.Name == "search" && !List ?> aria-current="page"<?cs /if ?>><span class="sign" aria-hidden="true"><svg viewBox="0 0 16 16" width="14" height="14" focusable="false"><path d="M10.5 10.5 14.5 14.5M12 7A5 5 0 1 1 2 7a5 5 0 0 1 10 0" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/></svg></span><span class="name">{{Search}}</span></a></li>
<li><a id="for-you" href="/for-you"<?cs if:List == "for-you" ?> aria-current="page"<?cs /if ?>><span class="sign" aria-hidden="true">@</span><span class="name">{{For you}}</span><?cs call:for_me(ForMe) ?></a></li>
<li><a href="/saved"<?cs if:List == "saved" ?> aria-current="page"<?cs /if ?>><span class="sign" aria-hidden="true">☆</span><span class="name">{{Saved}}</span></a></li>
<?cs if:Me.Admin ?><li><a href="/admin"<?cs if:Page.Name == "admin" ?> aria-current="page"<?cs /if ?>><span class="sign" aria-hidden="true">⚙︎</span><span class="name">{{Admin}}</span></a></li>
<?cs /if ?></ul>
<h2 id="groups-title"><span>{{Groups}}</span> <a class="add" href="/rooms"><span aria-hidden="true">+</span><span class="sr-only">{{Find or create a group}}</span></a></h2>
<?cs if:subcount(Groups) ?><ul aria-labelledby="groups-title"><?cs each:g = Groups ?>
<li><a href="/rooms/<?cs var:g.Id ?>" data-to="<?cs var:g.Id ?>"<?cs if:g.Open ?> aria-current="page"<?cs /if ?><?cs if:g.Unread ?> class="unread"<?cs /if ?>><span class="sign"><?cs call:sign(g.Private) ?></span><span class="name" dir="auto"><?cs var:g.Name ?></span><?cs call:counts(g) ?></a></li><?cs /each ?>
</ul><?cs else ?><p class="hint">{{You are in no group yet.}} <a href="/rooms">{{Find one or create one.}}</a></p><?cs /if ?>
<h2 id="directs-title"><span>{{Direct messages}}</span> <a class="add" href="/people"><span aria-hidden="true">+</span><span class="sr-only">{{Write to somebody}}</span></a></h2>
<?cs if:subcount(Directs) ?><ul aria-labelledby="directs-title"><?cs each:d = Directs ?>
<li><a href="/rooms/<?cs var:d.Id ?>" data-to="<?cs var:d.Id ?>" data-user-name="<?cs var:d.User ?>"<?cs if:d.Open ?> aria-current="page"<?cs /if ?><?cs if:d.Unread ?> class="unread"<?cs /if ?>><span class="face"><?cs call:avatar(d, "small") ?><?cs call:presence(d) ?></span><span class="name" dir="auto"><?cs var:d.Name ?></span><?cs call:counts(d) ?></a></li><?cs /each ?>
</ul><?cs else ?><p class="hint">{{Nobody yet.}} <a href="/people">{{Write to somebody.}}</a></p><?cs /if ?>
</div>
<div class="me">
<a href="/account"><span class="face"><?cs call:avatar(Me, "") ?><span class="dot online"></span></span><span class="names"><span class="display" dir="auto"><?cs var:Me.Display ?></span> <span class="hint"><?cs var:Me.Name ?></span></span><span class="sr-only">, {{your account}}</span></a>
<form method="post" action="/logout"><?cs call:csrf() ?><button class="button plain">{{Sign out}}</button></form>
</div>
</nav>
