<form class="composer" id="<?cs var:Confirm.Action ?>" method="post" action="/messages">
<input type="hidden" name="action" value="<?cs var:Confirm.Action ?>">
<input type="hidden" name="room" value="<?cs var:Room.Id ?>">
<input type="hidden" name="seq" value="<?cs var:Confirm.Seq ?>">
<?cs call:csrf() ?>
<div class="box">
<p><?cs if:Confirm.Action == "delete" ?><?cs if:Confirm.Sender ?>{{Delete this message of <bdi><?cs var:Confirm.Sender ?></bdi>? It cannot be brought back.}}<?cs else ?>{{Delete this message? It cannot be brought back.}}<?cs /if ?><?cs else ?>{{Mark this message, and all after it, as unread?}}<?cs /if ?></p>
<blockquote class="quoted" dir="auto"><?cs var:Confirm.Text ?></blockquote>
<div class="row">
<a class="button" href="/rooms/<?cs var:Room.Id ?>"><?cs if:Confirm.Action == "delete" ?>{{Keep it}}<?cs else ?>{{Cancel}}<?cs /if ?></a>
<?cs if:Confirm.Action == "delete" ?><button class="button danger">{{Delete}}</button><?cs else ?><button class="button primary">{{Mark as unread}}</button><?cs /if ?>
</div>
</div>
</form>
