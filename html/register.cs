<?cs include!"_head.cs" ?>
<main id="main" class="card" tabindex="-1">
<h1>{{Create an account}}</h1>
<?cs call:form_error(Errors.form) ?>
<form method="post" action="/register">
<?cs call:csrf() ?><?cs if:Form.invite ?><input type="hidden" name="invite" value="<?cs var:Form.invite ?>"><?cs /if ?>
<?cs call:field("name", "{{Name}}", "text", "username", Form.name, Errors.name, "{{How you sign in, and how others find you: letters, digits, dot, hyphen and underscore.}}", "1") ?>
<?cs call:field("email", "{{E-mail}}", "email", "email", Form.email, Errors.email, "{{Shown to nobody. You can sign in with it too.}}", "1") ?>
<?cs call:field("password", "{{Password}}", "password", "new-password", "", Errors.password, "{{At least 8 characters.}}", "1") ?>
<p class="actions"><button class="button primary">{{Create account}}</button></p>
</form>
<p>{{Have an account already?}} <a href="/login">{{Sign in}}</a></p>
</main>
<?cs include!"_foot.cs" ?>
