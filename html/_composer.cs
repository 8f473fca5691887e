<form class="composer" id="composer" method="post" action="/messages">
<input type="hidden" name="room" value="<?cs var:Room.Id ?>">
<input type="hidden" name="nonce" value="<?cs var:Nonce ?>">
<?cs call:csrf() ?>
<div class="box">
<?cs if:Reply.Seq ?><p class="replying"><input type="hidden" name="reply" value="<?cs var:Reply.Seq ?>"><span class="quote"><span>{{In reply to}}</span> <b dir="auto"><?cs var:Reply.Author ?></b> <span dir="auto"><?cs var:Reply.Text ?></span></span> <a class="button plain" href="/rooms/<?cs var:Room.Id ?>">{{Cancel}}</a></p>
<?cs /if ?><label class="sr-only" for="text">{{Message to <?cs var:Room.Name ?>}}</label>
<textarea id="text" name="text" rows="1" dir="auto" required autocomplete="off"<?cs if:Reply.Seq ?> autofocus<?cs /if ?> placeholder="{{Message <?cs if:!Room.Direct ?>#<?cs /if ?><?cs var:Room.Name ?>}}" aria-describedby="composer-hint">
<?cs var:Form.text ?></textarea>
<div class="row">
<button type="button" class="button plain needs-script" id="format" aria-label="{{Formatting}}" aria-expanded="false">Aa</button>
<p class="hint needs-script" id="composer-hint"><?cs if:Me.EnterBreaks ?>{{Ctrl+Enter sends}}<?cs else ?>{{Enter sends, Shift+Enter for a new line}}<?cs /if ?></p>
<noscript><a class="button plain" href="/formatting" target="_blank">{{Formatting}}</a> <button class="button" formaction="/messages?action=preview">{{Preview}}</button></noscript>
<button class="button primary">{{Send}}</button>
</div>
</div>
</form>
