<?cs include!"_head.cs" ?><?cs set:Tab = "users" ?><?cs include!"_admin.cs" ?><?cs

def:do(action, label, danger, hint) ?><li><div class="about"><p class="hint"><?cs var:hint ?></p></div><form method="post" action="/admin/users/<?cs var:User.Name ?>"><?cs call:csrf() ?><input type="hidden" name="action" value="<?cs var:action ?>"><button class="button<?cs if:danger ?> danger<?cs /if ?>"><?cs var:label ?></button></form></li><?cs /def ?>
<?cs call:link("{{The link for a new password: good for an hour, and once.}}") ?>
<section class="panel" aria-labelledby="user-title">
<h2 id="user-title" dir="auto"><?cs var:User.Display ?></h2>
<dl class="facts">
<dt>{{Name}}</dt><dd><a href="/people/<?cs var:User.Name ?>"><?cs var:User.Name ?></a><?cs if:User.Admin ?> <small class="badge">{{admin}}</small><?cs /if ?><?cs if:User.Suspended ?> <small class="badge bad">{{Suspended}}</small><?cs /if ?></dd>
<dt>{{E-mail}}</dt><dd><?cs var:User.Email ?></dd>
<dt>{{Here since}}</dt><dd><?cs call:when(User.Created) ?></dd>
<dt>{{Last here}}</dt><dd><?cs if:User.Online ?>{{Online now}}<?cs elif:User.Seen.At ?><?cs call:when(User.Seen) ?><?cs else ?>{{Never}}<?cs /if ?></dd>
</dl>
<ul class="rows">
<?cs if:User.Suspended ?><?cs call:do("unsuspend", "{{Let back in}}", "", "{{Suspended: cannot sign in, and what was written stays.}}") ?>
<?cs else ?><?cs call:do("reset", "{{Make a link for a new password}}", "", "{{For who forgot theirs: a link to send to them, good for an hour.}}") ?>
<?cs call:do("suspend", "{{Suspend}}", "1", "{{Signs out at once and keeps from signing in, until let back in.}}") ?><?cs /if ?>
<?cs if:User.Admin ?><?cs call:do("unadmin", "{{Take admin rights away}}", "1", "{{An admin of this site.}}") ?>
<?cs else ?><?cs call:do("admin", "{{Make admin}}", "", "{{Admins see these pages and change what stands on them.}}") ?><?cs /if ?>
</ul>
</section>
<section class="panel" aria-labelledby="delete-title">
<h2 id="delete-title">{{Delete this account}}</h2>
<form method="post" action="/admin/users/<?cs var:User.Name ?>">
<?cs call:csrf() ?><input type="hidden" name="action" value="delete">
<?cs call:field("confirm", "{{The sign-in name, to be sure}}", "text", "off", Form.confirm, Errors.confirm, "{{The messages stay, under the name of a former member. This cannot be undone.}}", "1") ?>
<p class="check"><input type="checkbox" id="messages" name="messages" value="1"<?cs if:Form.messages ?> checked<?cs /if ?>><label for="messages">{{Delete all the messages as well}}</label></p>
<p class="actions"><button class="button danger">{{Delete the account}}</button></p>
</form>
</section>
</div>
</main>
<?cs include!"_foot.cs" ?>
