<?cs include!"_head.cs" ?>
<main id="main" class="card welcome" tabindex="-1">
<h1>{{Welcome to <bdi><?cs var:Site.Name ?></bdi>}}</h1>
<p>{{A place to talk: in groups, and with one another.}}</p>
<p class="actions"><a class="button primary" href="/login">{{Sign in}}</a><?cs if:Registration.Open ?> <a class="button" href="/register">{{Create an account}}</a><?cs /if ?></p>
</main>
<?cs include!"_foot.cs" ?>
