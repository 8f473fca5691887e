<?cs include!"_head.cs" ?><?cs set:Tab = "log" ?><?cs include!"_admin.cs" ?>
<p class="hint">{{What the admins of this site did, the newest first.}}</p>
<?cs if:subcount(Rows) ?><ul class="rows"><?cs each:l = Rows ?>
<li><div class="about"><p><span dir="auto"><?cs var:l.Display ?></span> <?cs var:l.Action ?> <strong dir="auto"><?cs var:l.Target ?></strong><?cs if:l.Detail ?> <span dir="auto">(<?cs var:l.Detail ?>)</span><?cs /if ?></p>
<p class="hint"><?cs call:when(l.Created) ?> · <?cs var:l.Name ?></p></div></li><?cs /each ?>
</ul><?cs else ?><p class="hint">{{Nothing yet.}}</p><?cs /if ?>
<?cs if:Next || Older ?><p class="actions"><?cs if:Older ?><a class="button" href="/admin/log">{{Newest}}</a><?cs /if ?><?cs if:Next ?><a class="button" href="/admin/log?before=<?cs var:Next ?>">{{Older}}</a><?cs /if ?></p><?cs /if ?>
</div>
</main>
<?cs include!"_foot.cs" ?>
