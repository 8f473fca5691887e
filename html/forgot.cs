<?cs include!"_head.cs" ?>
<main id="main" class="card" tabindex="-1">
<h1>{{Forgotten password}}</h1>
<?cs if:Notice ?><p class="notice" role="status"><?cs var:Notice ?></p><?cs /if ?>
<?cs call:form_error(Errors.form) ?>
<?cs if:Mail ?><form method="post" action="/forgot">
<?cs call:csrf() ?><input type="hidden" name="action" value="mail">
<?cs call:field("who", "{{Your name or e-mail}}", "text", "username", Form.who, Errors.who, "{{A link to set a new password goes to the account's e-mail address.}}", "1") ?>
<p class="actions"><button class="button primary">{{Send me a link}}</button></p>
</form>
<h2>{{With a recovery code}}</h2>
<?cs else ?><p>{{If you made recovery codes on your account page, one of them sets a new password.}}</p>
<?cs /if ?><form method="post" action="/forgot">
<?cs call:csrf() ?><input type="hidden" name="action" value="code">
<?cs call:field("name", "{{Name or e-mail}}", "text", "username", Form.name, Errors.name, "", "1") ?>
<?cs call:field("code", "{{Recovery code}}", "text", "off", Form.code, Errors.code, "{{Sixteen letters and digits. Each works once.}}", "1") ?>
<?cs call:field("password", "{{New password}}", "password", "new-password", "", Errors.password, "{{At least 8 characters. Every other browser is signed out.}}", "1") ?>
<p class="actions"><button class="button<?cs if:!Mail ?> primary<?cs /if ?>">{{Set the new password}}</button></p>
</form>
<h2>{{With neither}}</h2>
<p>{{Ask the people who run <bdi><?cs var:Site.Name ?></bdi>: they can make a link for you.}}</p>
<p><a href="/login">{{Back to signing in}}</a></p>
</main>
<?cs include!"_foot.cs" ?>
