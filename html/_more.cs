<form class="composer" id="more" method="post" action="/messages">
<input type="hidden" name="room" value="<?cs var:Room.Id ?>">
<input type="hidden" name="seq" value="<?cs var:Further.Seq ?>">
<?cs call:csrf() ?>
<div class="box">
<blockquote class="quoted" dir="auto"><?cs var:Further.Text ?></blockquote>
<div class="row">
<?cs if:Further.CanPin ?><?cs if:Further.Pinned ?><button class="button" name="action" value="unpin">{{Unpin}}</button><?cs else ?><button class="button" name="action" value="pin">{{Pin}}</button><?cs /if ?><?cs /if ?>
<?cs if:Further.Saved ?><button class="button" name="action" value="unsave">{{Save no longer}}</button><?cs else ?><button class="button" name="action" value="save">{{Save for later}}</button><?cs /if ?>
<button class="button" name="action" value="unread">{{Mark unread}}</button>
<a class="button" href="/rooms/<?cs var:Room.Id ?>">{{Cancel}}</a>
</div>
</div>
</form>
