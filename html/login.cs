<?cs include!"_head.cs" ?>
<main id="main" class="card" tabindex="-1">
<h1>{{Sign in}}</h1>
<?cs if:Notice ?><p class="notice" role="status"><?cs var:Notice ?></p><?cs /if ?>
<?cs call:form_error(Errors.form) ?>
<form method="post" action="/login">
<?cs call:csrf() ?><input type="hidden" name="next" value="<?cs var:Form.next ?>">
<?cs call:field("name", "{{Name or e-mail}}", "text", "username", Form.name, Errors.name, "", "1") ?>
<?cs call:field("password", "{{Password}}", "password", "current-password", "", Errors.password, "", "1") ?>
<p class="check"><input type="checkbox" id="remember" name="remember" value="1"<?cs if:Form.remember ?> checked<?cs /if ?>><label for="remember">{{Stay signed in on this browser}}</label></p>
<p class="actions"><button class="button primary">{{Sign in}}</button></p>
</form>
<p><a href="/forgot">{{Forgot your password?}}</a></p>
<?cs if:Registration.Open ?><p>{{New here?}} <a href="/register">{{Create an account}}</a></p><?cs /if ?>
</main>
<?cs include!"_foot.cs" ?>
