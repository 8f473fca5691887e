<?cs include!"_head.cs" ?>
<main id="main" class="<?cs if:Page.Signed ?>page<?cs else ?>card<?cs /if ?>" tabindex="-1">
<?cs if:Page.Signed ?><header class="bar"><?cs call:back("{{All rooms}}") ?><h1><?cs var:Error.Title ?></h1></header>
<div class="content"><?cs else ?><h1><?cs var:Error.Title ?></h1><div><?cs /if ?>
<p><?cs var:Error.Text ?></p>
<?cs if:Again.Path ?><form method="post" action="<?cs var:Again.Path ?>">
<?cs call:csrf() ?><?cs each:f = Again.Fields ?><input type="hidden" name="<?cs var:f.Name ?>" value="<?cs var:f.Value ?>"><?cs /each ?>
<?cs each:f = Again.Secrets ?><?cs call:field(f.Name, f.Label, "password", f.Complete, "", "", "{{Passwords are not kept: type it once more.}}", "1") ?><?cs /each ?>
<p>{{Everything else that you typed is kept here.}}</p>
<p class="actions"><button class="button primary">{{Send it again}}</button></p>
</form>
<?cs /if ?><p class="actions"><?cs if:Error.SignIn && !Again.Path ?><a class="button primary" href="/login" target="_top">{{Sign in}}</a> <?cs /if ?><?cs if:Retry && !Again.Path ?><a class="button primary" href="">{{Try again}}</a> <?cs /if ?><?cs if:Page.Signed ?><a class="button" href="/rooms" target="_top">{{Go to your rooms}}</a><?cs else ?><a class="button" href="/" target="_top">{{Go to the start}}</a><?cs /if ?></p>
<p class="hint">{{Error <?cs var:Error.Status ?>}}</p>
</div>
</main>
<?cs include!"_foot.cs" ?>
