<?cs include!"_head.cs" ?><?cs set:Tab = "site" ?><?cs include!"_admin.cs" ?>
<section class="panel" aria-labelledby="health-title">
<h2 id="health-title">{{How it is}}</h2>
<dl class="facts">
<dt>{{Online now}}</dt><dd><?cs var:Health.Online ?></dd>
<dt>{{Readers waiting}}</dt><dd><?cs var:Health.Readers ?>, <?cs if:Health.Processes == "1" ?>{{held by 1 process of this host}}<?cs else ?>{{held by <?cs var:Health.Processes ?> processes of this host}}<?cs /if ?></dd>
<dt>{{Messages today}}</dt><dd><?cs var:Health.Today ?></dd>
<dt>{{Messages and events}}</dt><dd><?cs var:Health.Messages ?></dd>
<dt>{{Users}}</dt><dd><?cs var:Health.Users ?><?cs if:Health.Suspended != "0" ?>, {{<?cs var:Health.Suspended ?> of them suspended}}<?cs /if ?></dd>
<dt>{{Groups}}</dt><dd><?cs var:Health.Groups ?></dd>
<dt>{{Database}}</dt><dd>{{Answers, holds <?cs var:Health.Size ?>}}</dd>
<dt>{{Free disk}}</dt><dd><?cs var:Health.Free ?></dd>
<dt>{{Versions}}</dt><dd>{{Snug <?cs var:Health.Version ?>, schema <?cs var:Health.Schema ?>, database server <?cs var:Health.Server ?>}}</dd>
</dl>
</section>
<section class="panel" aria-labelledby="settings-title">
<h2 id="settings-title">{{Settings}}</h2>
<p class="hint">{{What is left empty is as in the settings file. All of it takes effect within about a second.}}</p>
<form method="post" action="/admin">
<?cs call:csrf() ?><?cs call:was("name", Form.was_name) ?><?cs call:was("registration", Form.was_registration) ?><?cs call:was("history", Form.was_history) ?><?cs call:was("single", Form.was_single) ?><?cs call:was("days", Form.was_days) ?>
<div class="field">
<label for="name">{{Name of the site}}</label>
<input id="name" name="name" type="text" value="<?cs var:Form.name ?>" placeholder="<?cs var:File.Name ?>" autocomplete="off" dir="auto"<?cs if:Errors.name ?> aria-invalid="true" aria-describedby="name-error"<?cs /if ?>>
<?cs call:error("name", Errors.name) ?>
</div>
<div class="field">
<label for="registration">{{Who may register}}</label>
<select id="registration" name="registration"<?cs if:Errors.registration ?> aria-invalid="true" aria-describedby="registration-error"<?cs /if ?>>
<option value="">{{As in the settings file}} (<?cs var:File.Registration ?>)</option>
<option value="open"<?cs if:Form.registration == "open" ?> selected<?cs /if ?>>{{Everybody (open)}}</option>
<option value="invite"<?cs if:Form.registration == "invite" ?> selected<?cs /if ?>>{{Who has an invitation (invite)}}</option>
<option value="closed"<?cs if:Form.registration == "closed" ?> selected<?cs /if ?>>{{Nobody (closed)}}</option>
</select>
<?cs call:error("registration", Errors.registration) ?>
</div>
<div class="field">
<label for="history">{{Messages that a new group keeps}}</label>
<input id="history" name="history" type="text" inputmode="numeric" value="<?cs var:Form.history ?>" placeholder="<?cs var:File.History ?>" autocomplete="off"<?cs if:Errors.history ?> aria-invalid="true"<?cs /if ?> aria-describedby="<?cs if:Errors.history ?>history-error <?cs /if ?>history-hint">
<?cs call:error("history", Errors.history) ?><p class="hint" id="history-hint">{{What its form proposes. 0 keeps everything.}}</p>
</div>
<div class="field">
<label for="single">{{Sign-ins at the same time}}</label>
<select id="single" name="single"<?cs if:Errors.single ?> aria-invalid="true" aria-describedby="single-error"<?cs /if ?>>
<option value="">{{As in the settings file}} (<?cs if:File.Single ?>{{only one}}<?cs else ?>{{any number}}<?cs /if ?>)</option>
<option value="0"<?cs if:Form.single == "0" ?> selected<?cs /if ?>>{{Any number of browsers}}</option>
<option value="1"<?cs if:Form.single == "1" ?> selected<?cs /if ?>>{{Only one: a new sign-in ends the older one}}</option>
</select>
<?cs call:error("single", Errors.single) ?>
</div>
<div class="field">
<label for="days">{{Days that messages are kept}}</label>
<input id="days" name="days" type="text" inputmode="numeric" value="<?cs var:Form.days ?>" placeholder="<?cs var:File.Days ?>" autocomplete="off"<?cs if:Errors.days ?> aria-invalid="true"<?cs /if ?> aria-describedby="<?cs if:Errors.days ?>days-error <?cs /if ?>days-hint">
<?cs call:error("days", Errors.days) ?><p class="hint" id="days-hint">{{Older ones go for good, in every room. 0 keeps them.}}</p>
</div>
<p class="actions"><button class="button primary">{{Save settings}}</button></p>
</form>
</section>
</div>
</main>
<?cs include!"_foot.cs" ?>
