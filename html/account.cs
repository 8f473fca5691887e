<?cs include!"_head.cs" ?>
<main id="main" class="page" tabindex="-1">
<header class="bar"><?cs call:back("{{All rooms}}") ?><h1>{{Your account}}</h1></header>
<div class="content">
<?cs if:Notice ?><p class="notice" role="status"><?cs var:Notice ?></p><?cs /if ?>
<?cs if:!CodesLeft && !subcount(Codes) ?><p class="notice">{{You have no recovery codes yet. With one you get back in if you ever forget your password.}} <a href="#codes">{{Make some}}</a></p><?cs /if ?>
<?cs call:form_error(Errors.form) ?>
<section class="panel" aria-labelledby="profile-title">
<h2 id="profile-title">{{Profile}}</h2>
<form method="post" action="/account">
<?cs call:csrf() ?><input type="hidden" name="action" value="profile">
<?cs call:field("display", "{{Display name}}", "text", "name", Form.display, Errors.display, "{{What others see beside your messages.}}", "1") ?>
<?cs call:field("email", "{{E-mail}}", "email", "email", Form.email, Errors.email, "{{Shown to nobody.}}", "1") ?>
<?cs call:field("profile_password", "{{Password, for another address}}", "password", "current-password", "", Errors.profile_password, "{{Only needed to change the e-mail address.}}", "") ?>
<p class="actions"><button class="button primary">{{Save profile}}</button></p>
</form>
</section>
<section class="panel" aria-labelledby="preferences-title">
<h2 id="preferences-title">{{Preferences}}</h2>
<form method="post" action="/account">
<?cs call:csrf() ?><input type="hidden" name="action" value="preferences">
<div class="field"><label for="language">{{Language}}</label>
<select id="language" name="language"><option value="">{{As the browser asks for}}</option><?cs each:l = Languages ?><option value="<?cs var:l.Code ?>" lang="<?cs var:l.Code ?>"<?cs if:l.Chosen ?> selected<?cs /if ?>><?cs var:l.Name ?></option><?cs /each ?></select></div>
<div class="field"><label for="theme">{{Colours}}</label>
<select id="theme" name="theme"><option value="auto">{{As the device has them}}</option><option value="light"<?cs if:Form.theme == "light" ?> selected<?cs /if ?>>{{Light}}</option><option value="dark"<?cs if:Form.theme == "dark" ?> selected<?cs /if ?>>{{Dark}}</option></select></div>
<p class="check"><input type="checkbox" id="enter_sends" name="enter_sends" value="1"<?cs if:Form.enter_sends ?> checked<?cs /if ?>><label for="enter_sends">{{Enter sends a message. Without this it begins a new line, and Ctrl+Enter sends.}}</label></p>
<p class="check"><input type="checkbox" id="hidden" name="hidden" value="1"<?cs if:Form.hidden ?> checked<?cs /if ?>><label for="hidden">{{Hide when I am online}}</label></p>
<p class="actions"><button class="button primary">{{Save preferences}}</button></p>
</form>
</section>
<section class="panel" aria-labelledby="password-title">
<h2 id="password-title">{{Password}}</h2>
<form method="post" action="/account">
<?cs call:csrf() ?><input type="hidden" name="action" value="password">
<input type="text" name="username" value="<?cs var:Me.Name ?>" autocomplete="username" readonly hidden>
<?cs call:field("current", "{{Password now}}", "password", "current-password", "", Errors.current, "", "1") ?>
<?cs call:field("password", "{{New password}}", "password", "new-password", "", Errors.password, "{{At least 8 characters. Every other browser is signed out.}}", "1") ?>
<p class="actions"><button class="button primary">{{Change password}}</button></p>
</form>
</section>
<section class="panel" id="codes" aria-labelledby="codes-title">
<h2 id="codes-title">{{Recovery codes}}</h2>
<?cs if:subcount(Codes) ?><p class="notice" role="status">{{These are your codes. Write them down or print them now: they are not shown again.}}</p>
<ul class="codes"><?cs each:c = Codes ?><li><code><?cs var:c.Text ?></code></li><?cs /each ?></ul>
<?cs else ?><p class="hint">{{A code lets you in when you forgot your password. Each works once.}} <?cs if:CodesLeft ?>{{You have <?cs var:CodesLeft ?> left; new ones put an end to them.}}<?cs /if ?></p>
<form method="post" action="/account#codes">
<?cs call:csrf() ?><input type="hidden" name="action" value="codes">
<?cs call:field("codes_password", "{{Your password}}", "password", "current-password", "", Errors.codes_password, "", "1") ?>
<p class="actions"><button class="button">{{Make new codes}}</button></p>
</form><?cs /if ?>
</section>
<section class="panel" aria-labelledby="sessions-title">
<h2 id="sessions-title">{{Where you are signed in}}</h2>
<ul class="rows"><?cs each:s = Sessions ?>
<li><div class="about"><p dir="auto"><?cs if:s.Agent ?><?cs var:s.Agent ?><?cs else ?>{{Unknown browser}}<?cs /if ?></p>
<p class="hint"><?cs if:s.Current ?>{{This browser}}<?cs else ?>{{Last used}} <time datetime="<?cs var:s.SeenAt ?>" data-long><?cs var:s.Seen ?></time><?cs /if ?> · <?cs var:s.Address ?></p></div>
<?cs if:!s.Current ?><form method="post" action="/account"><?cs call:csrf() ?><input type="hidden" name="action" value="signout"><input type="hidden" name="session" value="<?cs var:s.Key ?>"><button class="button"><span>{{Sign out}}</span><span class="sr-only"> <?cs var:s.Agent ?></span></button></form><?cs /if ?></li><?cs /each ?>
</ul>
<?cs if:subcount(Sessions) > #1 ?><form method="post" action="/account" class="actions"><?cs call:csrf() ?><input type="hidden" name="action" value="signout_others"><button class="button danger">{{Sign out everywhere else}}</button></form><?cs /if ?>
</section>
<section class="panel" aria-labelledby="delete-title">
<h2 id="delete-title">{{Delete account}}</h2>
<p class="hint">{{You leave every group, and your name is free again. Groups that only you own get another owner; those where nobody else is are deleted. This cannot be undone.}}</p>
<form method="post" action="/account">
<?cs call:csrf() ?><input type="hidden" name="action" value="delete">
<fieldset class="field"<?cs if:Errors.messages ?> aria-describedby="messages-error"<?cs /if ?>>
<legend>{{Your messages}}</legend>
<?cs call:error("messages", Errors.messages) ?>
<p class="check"><input type="radio" id="messages-keep" name="messages" value="keep"<?cs if:!Form.messages ?> checked<?cs /if ?>><label for="messages-keep">{{Stay, under “Former member”}}</label></p>
<p class="check"><input type="radio" id="messages-delete" name="messages" value="delete"<?cs if:Form.messages ?> checked<?cs /if ?>><label for="messages-delete">{{Are deleted too}}</label></p>
</fieldset>
<?cs call:field("delete_password", "{{Your password}}", "password", "current-password", "", Errors.delete_password, "", "1") ?>
<p class="actions"><button class="button danger">{{Delete my account}}</button></p>
</form>
</section>
<form method="post" action="/logout" class="actions"><?cs call:csrf() ?><button class="button">{{Sign out here}}</button></form>
</div>
</main>
<?cs include!"_foot.cs" ?>
