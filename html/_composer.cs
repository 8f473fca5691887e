<form class="composer" id="composer" method="post" <?cs if:Attach ?>action="/files" enctype="multipart/form-data"<?cs else ?>action="/messages"<?cs /if ?><?cs if:Files.Max ?> data-files="<?cs var:Files.Max ?>"<?cs /if ?>>
<input type="hidden" name="room" value="<?cs var:Room.Id ?>">
<input type="hidden" name="nonce" value="<?cs var:Nonce ?>">
<?cs call:csrf() ?>
<div class="box">
<?cs if:Reply.Seq ?><p class="replying"><input type="hidden" name="reply" value="<?cs var:Reply.Seq ?>"><span class="quote"><span>{{In reply to}}</span> <b dir="auto"><?cs var:Reply.Author ?></b> <span dir="auto"><?cs var:Reply.Text ?></span></span> <a class="button plain" href="/rooms/<?cs var:Room.Id ?>">{{Cancel}}</a></p>
<?cs /if ?><label class="sr-only" for="text">{{Message to <?cs var:Room.Name ?>}}</label>
<textarea id="text" name="text" rows="1" dir="auto"<?cs if:!Attach ?> required<?cs /if ?> autocomplete="off"<?cs if:Reply.Seq ?> autofocus<?cs /if ?> placeholder="{{Message <?cs if:!Room.Direct ?>#<?cs /if ?><?cs var:Room.Name ?>}}" aria-describedby="composer-hint">
<?cs var:Form.text ?></textarea>
<?cs if:Attach ?><p class="attach"><label for="file">{{Files}}</label> <input type="file" id="file" name="file" multiple aria-describedby="file-hint"><span class="hint" id="file-hint">{{At most 10, each of <?cs var:Files.Max ?> MiB at most.}}</span></p>
<?cs /if ?><div class="row"><span class="marks needs-script" id="marks"></span>
<?cs if:Files.Max && !Attach ?><a class="icon" id="attach" href="/rooms/<?cs var:Room.Id ?>?<?cs if:Reply.Seq ?>reply=<?cs var:Reply.Seq ?>&amp;<?cs /if ?>attach=1#composer" title="{{Attach files: at most 10, each of <?cs var:Files.Max ?> MiB at most}}"><svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true" focusable="false"><path d="M13 7.5 7.9 12.6a3 3 0 0 1-4.3-4.3l5.4-5.4a2 2 0 0 1 2.9 2.9L6.6 11a1 1 0 0 1-1.4-1.4l4.6-4.6" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round"/></svg><span class="sr-only">{{Attach files}}</span></a>
<?cs /if ?><p class="hint needs-script" id="composer-hint"><?cs if:Me.EnterBreaks ?>{{Ctrl+Enter sends}}<?cs else ?>{{Enter sends, Shift+Enter for a new line}}<?cs /if ?></p>
<noscript><a class="button plain" href="/formatting" target="_blank">{{Formatting}}</a> <?cs if:!Attach ?><button class="button" formaction="/messages?action=preview">{{Preview}}</button><?cs /if ?></noscript>
<button class="button primary">{{Send}}</button>
</div>
</div>
</form>
