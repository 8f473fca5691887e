<?cs include!"_head.cs" ?><?cs
def:member_action(action, label, p, look, name) ?><form method="post" action="/rooms/<?cs var:Room.Id ?>/settings"><?cs call:csrf() ?><input type="hidden" name="action" value="<?cs var:action ?>"><input type="hidden" name="member" value="<?cs var:p.Name ?>"><button class="button <?cs var:look ?>"><span><?cs var:label ?></span><span class="<?cs var:name ?>"> <?cs var:p.Display ?></span></button></form><?cs /def ?><?cs
def:since(p, by, alone) ?><?cs if:p.AddedBy ?><?cs var:by ?><bdi><?cs var:p.AddedBy ?></bdi>, <?cs else ?><?cs var:alone ?><?cs /if ?><time datetime="<?cs var:p.AddedAt ?>" data-date><?cs var:p.Added ?></time><?cs /def ?>
<main id="main" class="page" tabindex="-1">
<header class="bar"><?cs call:back("{{All rooms}}") ?><h1><span class="sr-only">{{Settings of}} </span><?cs call:sign(Room.Private) ?> <span dir="auto"><?cs var:Room.Name ?></span></h1><?cs if:Room.Role ?><a class="button" href="/rooms/<?cs var:Room.Id ?>">{{Back to the group}}</a><?cs /if ?></header>
<div class="content">
<?cs if:Notice ?><p class="notice" role="status"><?cs var:Notice ?></p><?cs /if ?>
<?cs call:form_error(Errors.form) ?>
<section class="panel" aria-labelledby="about-title">
<h2 id="about-title">{{About}}</h2>
<?cs if:Room.CanManage ?><form method="post" action="/rooms/<?cs var:Room.Id ?>/settings">
<?cs call:csrf() ?><input type="hidden" name="action" value="update"><?cs call:was("name", Form.was_name) ?><?cs call:was("topic", Form.was_topic) ?><?cs call:was("visibility", Form.was_visibility) ?><?cs call:was("history", Form.was_history) ?>
<?cs call:field("name", "{{Name}}", "text", "off", Form.name, Errors.name, "", "1") ?>
<?cs call:field("topic", "{{Topic}}", "text", "off", Form.topic, Errors.topic, "{{What it is about. Optional.}}", "") ?>
<fieldset class="field"<?cs if:Errors.visibility ?> aria-describedby="visibility-error"<?cs /if ?>>
<legend>{{Who can find and join it}}</legend>
<?cs call:error("visibility", Errors.visibility) ?>
<p class="check"><input type="radio" id="visibility-public" name="visibility" value="public"<?cs if:Form.visibility != "private" ?> checked<?cs /if ?>><label for="visibility-public">{{Public: everybody here}}</label></p>
<p class="check"><input type="radio" id="visibility-private" name="visibility" value="private"<?cs if:Form.visibility == "private" ?> checked<?cs /if ?>><label for="visibility-private">{{Private: only those who are added}}</label></p>
</fieldset>
<?cs call:field("history", "{{Messages to keep}}", "text", "off", Form.history, Errors.history, "{{Empty keeps everything. A number keeps only that many of the newest; the others are gone for good.}}", "") ?>
<p class="actions"><button class="button primary">{{Save}}</button></p>
</form><?cs else ?><p dir="auto"><?cs if:Room.Topic ?><?cs var:Room.Topic ?><?cs else ?>{{No topic has been set.}}<?cs /if ?></p>
<p class="hint"><?cs if:Room.Private ?>{{Private: only those who are added can read it.}}<?cs else ?>{{Public: everybody here can find and join it.}}<?cs /if ?></p><?cs /if ?>
</section>
<section class="panel" aria-labelledby="members-title">
<h2 id="members-title">{{Members}}</h2>
<?cs if:Room.CanManage ?><form method="post" action="/rooms/<?cs var:Room.Id ?>/settings" id="add">
<?cs call:csrf() ?><input type="hidden" name="action" value="add">
<?cs call:field("members", "{{Add people}}", "text", "off", Form.members, Errors.members, "{{Their names, separated by spaces or commas.}}", "1") ?>
<p class="actions"><button class="button primary">{{Add}}</button></p>
</form><?cs /if ?>
<ul class="rows"><?cs each:p = Members ?>
<li data-user-name="<?cs var:p.Name ?>"><span class="face"><?cs call:avatar(p, "small") ?><?cs call:presence(p) ?></span>
<div class="about"><p><a href="/people/<?cs var:p.Name ?>" dir="auto"><?cs var:p.Display ?></a><?cs if:p.Me ?> ({{you}})<?cs /if ?><?cs if:p.Suspended ?> <small class="badge bad">{{Suspended}}</small><?cs /if ?></p><p class="hint"><?cs var:p.Name ?> · <?cs call:role(p) ?><?cs if:p.Muted ?>, {{muted}}<?cs /if ?> · <?cs call:since(p, "{{added by}} ", "{{since}} ") ?></p></div>
<?cs if:p.CanRole ?><form method="post" action="/rooms/<?cs var:Room.Id ?>/settings"><?cs call:csrf() ?><input type="hidden" name="action" value="role"><input type="hidden" name="member" value="<?cs var:p.Name ?>"><label class="sr-only" for="role-<?cs var:p.Id ?>">{{Role of <?cs var:p.Display ?>}}</label><select id="role-<?cs var:p.Id ?>" name="role"<?cs if:Errors.role && Form.member == p.Name ?> aria-invalid="true" aria-describedby="role-error"<?cs /if ?>><option value="member"<?cs if:p.Role == "member" ?> selected<?cs /if ?>>{{Member}}</option><option value="admin"<?cs if:p.Role == "admin" ?> selected<?cs /if ?>>{{Admin}}</option><option value="owner"<?cs if:p.Role == "owner" ?> selected<?cs /if ?>>{{Owner}}</option></select> <button class="button"><span>{{Change}}</span><span class="sr-only"> {{the role of <?cs var:p.Display ?>}}</span></button></form><?cs /if ?>
<?cs if:p.CanRemove ?><?cs call:member_action("remove", "{{Remove}}", p, "danger", "sr-only") ?><details class="more"><summary class="button">{{More}}<span class="sr-only"> {{about <?cs var:p.Display ?>}}</span></summary><div class="choices">
<?cs if:p.CanMute ?><?cs if:p.Muted ?><?cs call:member_action("unmute", "{{Unmute}}", p, "", "sr-only") ?><?cs else ?><?cs call:member_action("mute", "{{Mute}}", p, "", "sr-only") ?><?cs /if ?><?cs /if ?>
<?cs if:p.CanBan ?><?cs call:member_action("ban", "{{Ban}}", p, "danger", "sr-only") ?><?cs /if ?>
<?cs if:p.CanHandover ?><?cs call:member_action("handover", "{{Hand the group over to}}", p, "", "") ?><?cs /if ?></div></details><?cs /if ?><?cs if:Form.member == p.Name ?><?cs call:error("role", Errors.role) ?><?cs /if ?></li><?cs /each ?>
</ul>
<?cs if:subcount(Members) < #Room.MemberCount ?><p class="hint">{{The first <?cs var:subcount(Members) ?> are listed here.}}</p>
<?cs if:Room.CanManage ?><form method="post" action="/rooms/<?cs var:Room.Id ?>/settings"><?cs call:csrf() ?>
<?cs call:field("member", "{{Somebody else}}", "text", "off", Form.member, Errors.member, "{{The name of a member who is not listed.}}", "1") ?>
<p class="actions"><select name="role" aria-label="{{Role}}"><option value="member">{{Member}}</option><option value="admin">{{Admin}}</option><option value="owner">{{Owner}}</option></select> <button class="button" name="action" value="role">{{Change}}</button>
<button class="button danger" name="action" value="remove">{{Remove}}</button> <button class="button" name="action" value="mute">{{Mute}}</button> <button class="button" name="action" value="unmute">{{Unmute}}</button> <button class="button danger" name="action" value="ban">{{Ban}}</button></p>
</form><?cs /if ?><?cs /if ?>
</section>
<?cs if:subcount(Banned) ?><section class="panel" aria-labelledby="banned-title">
<h2 id="banned-title">{{Banned}}</h2>
<ul class="rows"><?cs each:p = Banned ?>
<li><?cs call:avatar(p, "small") ?><div class="about"><p><a href="/people/<?cs var:p.Name ?>" dir="auto"><?cs var:p.Display ?></a></p><p class="hint"><?cs var:p.Name ?> · <?cs call:since(p, "{{banned by}} ", "{{banned}}, ") ?></p></div>
<?cs call:member_action("unban", "{{Unban}}", p, "", "sr-only") ?></li><?cs /each ?>
</ul>
</section><?cs /if ?>
<section class="panel" aria-labelledby="leave-title">
<h2 id="leave-title">{{Leave this group}}</h2>
<?cs if:LastOwner && Alone ?><p>{{You are the only one here. Delete the group below, or add somebody and hand it over.}}</p><?cs else ?><p class="hint"><?cs if:Room.Private ?>{{To come back you will need to be added again.}}<?cs else ?>{{You can join again at any time.}}<?cs /if ?></p>
<form method="post" action="/rooms/<?cs var:Room.Id ?>/settings"><?cs call:csrf() ?><input type="hidden" name="action" value="leave">
<?cs if:LastOwner ?><div class="field"><label for="owner">{{Who owns it from now on}}</label>
<select id="owner" name="owner" required<?cs if:Errors.owner ?> aria-invalid="true" aria-describedby="owner-error"<?cs /if ?>><option value="">{{Choose a member}}</option><?cs each:p = Members ?><?cs if:!p.Me && !p.Suspended ?><option value="<?cs var:p.Name ?>"><?cs var:p.Display ?></option><?cs /if ?><?cs /each ?></select>
<?cs call:error("owner", Errors.owner) ?></div><?cs /if ?>
<p class="actions"><button class="button danger"><?cs if:LastOwner ?>{{Hand over and leave}}<?cs else ?>{{Leave}}<?cs /if ?></button></p></form><?cs /if ?>
</section>
<?cs if:Room.CanManage ?><section class="panel" aria-labelledby="delete-title">
<h2 id="delete-title">{{Delete this group}}</h2>
<form method="post" action="/rooms/<?cs var:Room.Id ?>/settings">
<?cs call:csrf() ?><input type="hidden" name="action" value="delete">
<?cs call:field("confirm", "{{The group's name, to be sure}}", "text", "off", Form.confirm, Errors.confirm, "{{All its messages go with it, for everybody. This cannot be undone.}}", "1") ?>
<p class="actions"><button class="button danger">{{Delete for everybody}}</button></p>
</form>
</section><?cs /if ?>
</div>
</main>
<?cs include!"_foot.cs" ?>
