<?cs include!"_head.cs" ?>
<main id="main" class="<?cs if:Page.Signed ?>page<?cs else ?>card<?cs /if ?>" tabindex="-1">
<?cs if:Page.Signed ?><header class="bar"><?cs call:back("{{All rooms}}") ?><h1><?cs var:Error.Title ?></h1></header><?cs else ?><h1><?cs var:Error.Title ?></h1><?cs /if ?>
<div class="content">
<?cs if:Error.Text ?><p class="notice bad" role="alert"><?cs var:Error.Text ?></p>
<?cs /if ?><?cs each:m = Preview ?><div class="preview" dir="auto"><?cs include!"_words.cs" ?></div>
<?cs /each ?><form class="composer" method="post" action="/messages">
<input type="hidden" name="room" value="<?cs var:Room.Id ?>">
<?cs if:Edit.Seq ?><input type="hidden" name="action" value="edit"><input type="hidden" name="seq" value="<?cs var:Edit.Seq ?>"><input type="hidden" name="base" value="<?cs var:Edit.Base ?>">
<?cs else ?><input type="hidden" name="nonce" value="<?cs var:Nonce ?>">
<?cs if:Reply.Seq ?><input type="hidden" name="reply" value="<?cs var:Reply.Seq ?>">
<?cs /if ?><?cs each:f = Files ?><input type="hidden" name="file" value="<?cs var:f.Id ?>"><?cs /each ?><?cs /if ?><?cs call:csrf() ?>
<div class="box">
<label for="text"><?cs if:Edit.Seq ?>{{Your edited message}}<?cs else ?>{{Your message to <bdi><?cs var:Room.Name ?></bdi>}}<?cs /if ?></label>
<textarea id="text" name="text" rows="5" dir="auto"<?cs if:!subcount(Files) ?> required<?cs /if ?> autocomplete="off">
<?cs var:Form.text ?></textarea>
<?cs if:subcount(Files) ?><p class="hint">{{What you attached is kept, and goes with it.}}</p>
<?cs /if ?><div class="row">
<a class="button" href="/rooms/<?cs var:Room.Id ?>">{{Back to the room}}</a>
<?cs if:!Edit.Seq ?><button class="button" formaction="/messages?action=preview">{{Preview}}</button>
<?cs /if ?><button class="button primary"><?cs if:Edit.Seq ?>{{Save}}<?cs else ?>{{Send}}<?cs /if ?></button>
</div>
</div>
</form>
</div>
</main>
<?cs include!"_foot.cs" ?>
