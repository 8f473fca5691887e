<?cs include!"_head.cs" ?>
<main id="main" class="page" tabindex="-1">
<header class="bar"><?cs call:back("All rooms") ?><h1>Your account</h1></header>
<div class="content">
<?cs if:Notice ?><p class="notice" role="status"><?cs var:Notice ?></p><?cs /if ?>
<?cs call:form_error(Errors.form) ?>
<section class="panel" aria-labelledby="profile-title">
<h2 id="profile-title">Profile</h2>
<form method="post" action="/account">
<?cs call:csrf() ?><input type="hidden" name="action" value="profile">
<?cs call:field("display", "Display name", "text", "name", Form.display, Errors.display, "What others see beside your messages.", "1") ?>
<?cs call:field("email", "E-mail", "email", "email", Form.email, Errors.email, "Shown to nobody.", "1") ?>
<p class="actions"><button class="button primary">Save profile</button></p>
</form>
</section>
<section class="panel" aria-labelledby="password-title">
<h2 id="password-title">Password</h2>
<form method="post" action="/account">
<?cs call:csrf() ?><input type="hidden" name="action" value="password">
<input type="text" name="username" value="<?cs var:Me.Name ?>" autocomplete="username" readonly hidden>
<?cs call:field("current", "Password now", "password", "current-password", "", Errors.current, "", "1") ?>
<?cs call:field("password", "New password", "password", "new-password", "", Errors.password, "At least 8 characters. Every other browser is signed out.", "1") ?>
<p class="actions"><button class="button primary">Change password</button></p>
</form>
</section>
<section class="panel" aria-labelledby="sessions-title">
<h2 id="sessions-title">Where you are signed in</h2>
<ul class="rows"><?cs each:s = Sessions ?>
<li><div class="about"><p dir="auto"><?cs if:s.Agent ?><?cs var:s.Agent ?><?cs else ?>Unknown browser<?cs /if ?></p>
<p class="hint"><?cs if:s.Current ?>This browser<?cs else ?>Last used <time datetime="<?cs var:s.SeenAt ?>" data-long><?cs var:s.Seen ?></time><?cs /if ?> · <?cs var:s.Address ?></p></div>
<?cs if:!s.Current ?><form method="post" action="/account"><?cs call:csrf() ?><input type="hidden" name="action" value="signout"><input type="hidden" name="session" value="<?cs var:s.Key ?>"><button class="button"><span>Sign out</span><span class="sr-only"> <?cs var:s.Agent ?></span></button></form><?cs /if ?></li><?cs /each ?>
</ul>
<?cs if:subcount(Sessions) > #1 ?><form method="post" action="/account" class="actions"><?cs call:csrf() ?><input type="hidden" name="action" value="signout_others"><button class="button danger">Sign out everywhere else</button></form><?cs /if ?>
</section>
<form method="post" action="/logout" class="actions"><?cs call:csrf() ?><button class="button">Sign out here</button></form>
</div>
</main>
<?cs include!"_foot.cs" ?>
