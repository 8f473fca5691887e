<?cs include!"_head.cs" ?><?cs set:Tab = "invitations" ?><?cs include!"_admin.cs" ?>
<?cs call:link("{{The invitation: send this link to whom you invite.}}") ?>
<section class="panel" aria-labelledby="invite-title">
<h2 id="invite-title">{{Invite people}}</h2>
<form method="post" action="/admin/invitations">
<?cs call:csrf() ?><input type="hidden" name="action" value="invite">
<?cs call:field("days", "{{Days that the link lives}}", "text", "off", Form.days, Errors.days, "", "1") ?>
<?cs call:field("uses", "{{How many may register with it}}", "text", "off", Form.uses, Errors.uses, "", "1") ?>
<p class="actions"><button class="button primary">{{Make a link}}</button></p>
</form>
</section>
<section aria-labelledby="links-title">
<h2 id="links-title">{{Valid links}}</h2>
<?cs if:subcount(Rows) ?><ul class="rows"><?cs each:i = Rows ?>
<li><div class="about"><p><?cs if:i.Uses == "1" ?>{{For 1 more person, until <?cs call:when(i.Expires) ?>}}<?cs else ?>{{For <?cs var:i.Uses ?> more people, until <?cs call:when(i.Expires) ?>}}<?cs /if ?></p>
<p class="hint">{{Made by}} <span dir="auto"><?cs var:i.By ?></span>, <?cs call:when(i.Created) ?></p></div>
<form method="post" action="/admin/invitations"><?cs call:csrf() ?><input type="hidden" name="action" value="revoke"><input type="hidden" name="key" value="<?cs var:i.Key ?>"><button class="button danger"><span>{{Revoke}}</span><span class="sr-only"> {{the link until <?cs var:i.Expires.Text ?>}}</span></button></form></li><?cs /each ?>
</ul><?cs else ?><p class="hint">{{None.}}</p><?cs /if ?>
</section>
</div>
</main>
<?cs include!"_foot.cs" ?>
