<?cs include!"_head.cs" ?><?cs set:Tab = "users" ?><?cs include!"_admin.cs" ?>
<?cs call:find("{{Find a name or e-mail address}}", "/admin/users") ?>
<?cs if:subcount(Rows) ?><ul class="cards"><?cs each:u = Rows ?>
<li><span class="face"><?cs call:avatar(u, "") ?><?cs call:presence(u) ?></span>
<div class="about"><h2><a href="/admin/users/<?cs var:u.Name ?>" dir="auto"><?cs var:u.Display ?></a><?cs if:u.Admin ?> <small class="badge">{{admin}}</small><?cs /if ?><?cs if:u.Suspended ?> <small class="badge bad">{{Suspended}}</small><?cs /if ?></h2>
<p class="hint"><?cs var:u.Name ?> · <?cs var:u.Email ?></p></div></li><?cs /each ?>
</ul><?cs else ?><p class="hint">{{Nobody like that.}}<?cs if:Query ?> <a href="/admin/users">{{Show everybody.}}</a><?cs /if ?></p><?cs /if ?>
<?cs call:pager("/admin/users") ?>
</div>
</main>
<?cs include!"_foot.cs" ?>
