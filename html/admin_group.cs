<?cs include!"_head.cs" ?><?cs set:Tab = "groups" ?><?cs include!"_admin.cs" ?>
<section class="panel" aria-labelledby="group-title">
<h2 id="group-title"><?cs call:sign(Group.Private) ?> <span dir="auto"><?cs var:Group.Name ?></span></h2>
<dl class="facts">
<dt>{{Made}}</dt><dd><?cs call:when(Group.Created) ?></dd>
<dt>{{Members}}</dt><dd><?cs var:Group.Members ?></dd>
<dt>{{Messages and events}}</dt><dd><?cs var:Group.Messages ?></dd>
<dt>{{Last message}}</dt><dd><?cs if:Group.Last.At ?><?cs call:when(Group.Last) ?><?cs else ?>{{None}}<?cs /if ?></dd>
</dl>
<?cs if:Group.Private ?><p class="hint">{{A private group: what is written in it only its members see.}}</p>
<?cs else ?><p class="actions"><a class="button" href="/rooms/<?cs var:Group.Id ?>">{{Open the group}}</a></p><?cs /if ?>
</section>
<section class="panel" aria-labelledby="delete-title">
<h2 id="delete-title">{{Delete this group}}</h2>
<form method="post" action="/admin/groups/<?cs var:Group.Id ?>">
<?cs call:csrf() ?><input type="hidden" name="action" value="delete">
<?cs call:field("confirm", "{{The group's name, to be sure}}", "text", "off", Form.confirm, Errors.confirm, "{{All its messages go with it, for everybody. This cannot be undone.}}", "1") ?>
<p class="actions"><button class="button danger">{{Delete for everybody}}</button></p>
</form>
</section>
</div>
</main>
<?cs include!"_foot.cs" ?>
