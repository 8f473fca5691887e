<main id="main" class="page" tabindex="-1">
<header class="bar"><?cs call:back("{{All rooms}}") ?><h1>{{Site admin}}</h1></header>
<nav class="tabs" aria-label="{{Site admin}}">
<a href="/admin"<?cs if:Tab == "site" ?> aria-current="page"<?cs /if ?>>{{Site}}</a>
<a href="/admin/users"<?cs if:Tab == "users" ?> aria-current="page"<?cs /if ?>>{{Users}}</a>
<a href="/admin/groups"<?cs if:Tab == "groups" ?> aria-current="page"<?cs /if ?>>{{Groups}}</a>
<a href="/admin/invitations"<?cs if:Tab == "invitations" ?> aria-current="page"<?cs /if ?>>{{Invitations}}</a>
<a href="/admin/log"<?cs if:Tab == "log" ?> aria-current="page"<?cs /if ?>>{{Log}}</a>
</nav>
<div class="content">
<?cs if:Notice ?><p class="notice" role="status"><?cs var:Notice ?></p><?cs /if ?>
<?cs call:form_error(Errors.form) ?><?cs

def:when(t) ?><time datetime="<?cs var:t.At ?>" data-long><?cs var:t.Text ?></time><?cs /def ?><?cs

def:find(what, path) ?><form class="find" method="get" action="<?cs var:path ?>" role="search">
<label class="sr-only" for="q"><?cs var:what ?></label><input id="q" name="q" type="search" value="<?cs var:Query ?>" placeholder="<?cs var:what ?>" autocomplete="off" dir="auto">
<button class="button">{{Find}}</button></form><?cs /def ?><?cs

def:pager(path) ?><?cs if:Next || After ?><div class="actions">
<?cs if:After ?><form method="get" action="<?cs var:path ?>"><input type="hidden" name="q" value="<?cs var:Query ?>"><button class="button">{{First page}}</button></form><?cs /if ?>
<?cs if:Next ?><form method="get" action="<?cs var:path ?>"><input type="hidden" name="q" value="<?cs var:Query ?>"><input type="hidden" name="after" value="<?cs var:Next ?>"><button class="button">{{Next page}}</button></form><?cs /if ?>
</div><?cs /if ?><?cs /def ?><?cs

def:link(what) ?><?cs if:Link ?><div class="notice" role="status">
<p class="field"><label for="link"><?cs var:what ?></label>
<input id="link" type="text" value="<?cs var:Link ?>" readonly></p>
<p>{{Copy it now: it is shown this once, and whoever has it can use it.}}</p>
</div><?cs /if ?><?cs /def ?>
