<form class="composer" id="delete" method="post" action="/messages">
<input type="hidden" name="action" value="delete">
<input type="hidden" name="room" value="<?cs var:Room.Id ?>">
<input type="hidden" name="seq" value="<?cs var:Delete.Seq ?>">
<?cs call:csrf() ?>
<div class="box">
<p>Delete this message? It cannot be brought back.</p>
<?cs if:?Delete.Text ?><blockquote class="quoted" dir="auto"><?cs var:Delete.Text ?></blockquote><?cs /if ?>
<div class="row">
<a class="button" href="/rooms/<?cs var:Room.Id ?>">Keep it</a>
<button class="button danger">Delete</button>
</div>
</div>
</form>
