<?cs include!"_head.cs" ?>
<main id="main" class="page" tabindex="-1">
<header class="bar"><h1>{{Groups}}</h1><a class="button" href="/people">{{People}}</a></header>
<div class="content">
<?cs call:form_error(Errors.form) ?>
<section aria-labelledby="public-title">
<h2 id="public-title">{{Groups you can join}}</h2>
<?cs if:subcount(Public) ?><ul class="cards"><?cs each:r = Public ?>
<li><div class="about"><h3><span class="hash" aria-hidden="true">#</span> <span dir="auto"><?cs var:r.Name ?></span></h3>
<?cs if:r.Topic ?><p dir="auto"><?cs var:r.Topic ?></p><?cs /if ?>
<p class="hint"><?cs var:r.Members ?> <?cs if:r.Members == "1" ?>{{member}}<?cs else ?>{{members}}<?cs /if ?></p></div>
<form method="post" action="/rooms/<?cs var:r.Id ?>/settings"><?cs call:csrf() ?><input type="hidden" name="action" value="join"><button class="button"><span>{{Join}}</span><span class="sr-only"> <?cs var:r.Name ?></span></button></form></li><?cs /each ?>
</ul><?cs else ?><p class="hint">{{No public group is waiting for you. Create one below, or <a href="/people">write to somebody</a>.}}</p><?cs /if ?>
</section>
<section aria-labelledby="create" class="panel">
<h2 id="create">{{Create a group}}</h2>
<form method="post" action="/rooms">
<?cs call:csrf() ?>
<?cs call:field("name", "{{Name}}", "text", "off", Form.name, Errors.name, "{{Short and plain, such as garden or weekend-hikes.}}", "1") ?>
<?cs call:field("topic", "{{Topic}}", "text", "off", Form.topic, Errors.topic, "{{What it is about. Optional.}}", "") ?>
<fieldset class="field"<?cs if:Errors.visibility ?> aria-describedby="visibility-error"<?cs /if ?>>
<legend>{{Who can find and join it}}</legend>
<?cs call:error("visibility", Errors.visibility) ?>
<p class="check"><input type="radio" id="visibility-public" name="visibility" value="public"<?cs if:Form.visibility != "private" ?> checked<?cs /if ?>><label for="visibility-public">{{Public: everybody here}}</label></p>
<p class="check"><input type="radio" id="visibility-private" name="visibility" value="private"<?cs if:Form.visibility == "private" ?> checked<?cs /if ?>><label for="visibility-private">{{Private: only those who are added}}</label></p>
</fieldset>
<?cs call:field("members", "{{Members}}", "text", "off", Form.members, Errors.members, "{{Names of people to add, separated by spaces or commas. You are in it yourself.}}", "") ?>
<?cs call:field("history", "{{Messages to keep}}", "text", "off", Form.history, Errors.history, "{{Empty keeps everything. A number keeps only that many of the newest.}}", "") ?>
<p class="actions"><button class="button primary">{{Create group}}</button></p>
</form>
</section>
</div>
</main>
<?cs include!"_foot.cs" ?>
