<?cs include!"_head.cs" ?>
<main id="main" class="<?cs if:Page.Signed ?>page<?cs else ?>card<?cs /if ?>" tabindex="-1">
<?cs if:Page.Signed ?><header class="bar"><?cs call:back("All rooms") ?><h1><?cs var:Error.Title ?></h1></header>
<div class="content"><?cs else ?><h1><?cs var:Error.Title ?></h1><div><?cs /if ?>
<p><?cs var:Error.Text ?></p>
<p class="actions"><?cs if:Retry ?><a class="button primary" href="">Try again</a> <?cs /if ?><?cs if:Page.Signed ?><a class="button" href="/rooms">Go to your rooms</a><?cs else ?><a class="button" href="/">Go to the start</a><?cs /if ?></p>
<p class="hint">Error <?cs var:Error.Status ?></p>
</div>
</main>
<?cs include!"_foot.cs" ?>
