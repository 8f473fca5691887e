<?cs include!"_head.cs" ?>
<main id="main" class="card" tabindex="-1">
<?cs if:Form.token ?><h1>{{A new password for <bdi><?cs var:Form.name ?></bdi>}}</h1>
<form method="post" action="/reset">
<?cs call:csrf() ?><input type="hidden" name="token" value="<?cs var:Form.token ?>">
<input type="text" name="username" value="<?cs var:Form.name ?>" autocomplete="username" readonly hidden>
<?cs call:field("password", "{{New password}}", "password", "new-password", "", Errors.password, "{{At least 8 characters. Every other browser is signed out.}}", "1") ?>
<p class="actions"><button class="button primary">{{Set the new password}}</button></p>
</form>
<?cs else ?><h1>{{This link is no longer valid}}</h1>
<p>{{It was used already, or is out of date, or was not copied whole. Your password is what it was.}}</p>
<p class="actions"><a class="button primary" href="/forgot">{{Get a new link}}</a> <a class="button" href="/login">{{Sign in}}</a></p>
<?cs /if ?></main>
<?cs include!"_foot.cs" ?>
