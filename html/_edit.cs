<form class="composer" id="edit" method="post" action="/messages">
<input type="hidden" name="action" value="edit">
<input type="hidden" name="room" value="<?cs var:Room.Id ?>">
<input type="hidden" name="seq" value="<?cs var:Edit.Seq ?>">
<input type="hidden" name="base" value="<?cs var:Edit.Base ?>">
<?cs call:csrf() ?>
<div class="box">
<label for="edit-text">{{Edit your message}}</label>
<?cs call:error("edit", Edit.Error) ?>
<textarea id="edit-text" name="text" rows="4" dir="auto" required autofocus<?cs if:Edit.Error ?> aria-invalid="true" aria-describedby="edit-error"<?cs /if ?>>
<?cs var:Edit.Text ?></textarea>
<div class="row">
<a class="button" href="/rooms/<?cs var:Room.Id ?>">{{Cancel}}</a>
<button class="button primary">{{Save}}</button>
</div>
</div>
</form>
