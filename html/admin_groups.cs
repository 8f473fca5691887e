<?cs include!"_head.cs" ?><?cs set:Tab = "groups" ?><?cs include!"_admin.cs" ?>
<?cs call:find("{{Find a group by name}}", "/admin/groups") ?>
<?cs if:subcount(Rows) ?><ul class="cards"><?cs each:g = Rows ?>
<li><div class="about"><h2><span class="sign"><?cs call:sign(g.Private) ?></span> <a href="/admin/groups/<?cs var:g.Id ?>" dir="auto"><?cs var:g.Name ?></a></h2>
<p class="hint"><?cs var:g.Members ?> <?cs if:g.Members == "1" ?>{{member}}<?cs else ?>{{members}}<?cs /if ?> · <?cs var:g.Messages ?> <?cs if:g.Messages == "1" ?>{{message}}<?cs else ?>{{messages}}<?cs /if ?><?cs if:g.Last.At ?>, {{the last <?cs call:when(g.Last) ?>}}<?cs /if ?> · {{made <?cs call:when(g.Created) ?>}}</p></div></li><?cs /each ?>
</ul><?cs else ?><p class="hint">{{No group like that.}}<?cs if:Query ?> <a href="/admin/groups">{{Show all.}}</a><?cs /if ?></p><?cs /if ?>
<?cs call:pager("/admin/groups") ?>
</div>
</main>
<?cs include!"_foot.cs" ?>
