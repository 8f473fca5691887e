<form class="composer" id="delete" method="post" action="/messages">
<input type="hidden" name="action" value="delete">
<input type="hidden" name="room" value="<?cs var:Room.Id ?>">
<input type="hidden" name="seq" value="<?cs var:Confirm.Seq ?>">
<?cs call:csrf() ?>
<div class="box">
<p><?cs if:Confirm.Sender ?>{{Delete this message of <bdi><?cs var:Confirm.Sender ?></bdi>? It cannot be brought back.}}<?cs else ?>{{Delete this message? It cannot be brought back.}}<?cs /if ?></p>
<blockquote class="quoted" dir="auto"><?cs var:Confirm.Text ?></blockquote>
<div class="row">
<a class="button" href="/rooms/<?cs var:Room.Id ?>">{{Keep it}}</a>
<button class="button danger">{{Delete}}</button>
</div>
</div>
</form>
