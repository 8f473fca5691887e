<?cs include!"_head.cs" ?>
<main id="main" class="page" tabindex="-1">
<header class="bar"><?cs call:back("{{All rooms}}") ?><h1 dir="auto"><?cs var:Page.Title ?></h1></header>
<div class="content">
<?cs if:!List ?><form method="get" action="/search" role="search">
<div class="find"><label class="sr-only" for="q">{{Words to search for}}</label>
<input id="q" name="q" type="search" value="<?cs var:Query ?>" placeholder="{{Words to search for}}" autocomplete="off" dir="auto" maxlength="500"<?cs if:!subcount(Found) ?> autofocus<?cs /if ?><?cs if:Errors.q ?> aria-invalid="true" aria-describedby="q-error"<?cs /if ?>>
<button class="button primary">{{Search}}</button></div>
<?cs call:error("q", Errors.q) ?></form><?cs /if ?>
<?cs if:Behind ?><p class="notice" role="status">{{Not all messages are in the index yet. Search again in a moment.}}</p><?cs /if ?>
<?cs if:subcount(Found) ?><ol class="found"><?cs each:m = Found ?>
<li><p class="hint"><a href="/rooms/<?cs var:m.Id ?>"><?cs if:m.Direct ?>{{Direct messages with <bdi><?cs var:m.Room ?></bdi>}}<?cs else ?><?cs call:sign(m.Private) ?> <bdi><?cs var:m.Room ?></bdi><?cs /if ?></a> · <bdi><?cs var:m.Sender.Display ?></bdi> · <time datetime="<?cs var:m.CreatedAt ?>" title="<?cs var:m.Full ?>" data-long><?cs var:m.Time ?></time></p>
<a class="snippet" href="/rooms/<?cs var:m.Id ?>?before=<?cs var:m.Before ?>#m<?cs var:m.Seq ?>" dir="auto"><?cs each:p = m.Parts ?><?cs if:p.Mark ?><mark><?cs var:p.Text ?></mark><?cs else ?><?cs var:p.Text ?><?cs /if ?><?cs /each ?></a>
<?cs if:List == "saved" || CanPin ?><form method="post" action="/messages"><?cs call:csrf() ?><input type="hidden" name="action" value="<?cs if:CanPin ?>unpin<?cs else ?>unsave<?cs /if ?>"><input type="hidden" name="room" value="<?cs var:m.Id ?>"><input type="hidden" name="seq" value="<?cs var:m.Seq ?>"><button class="button"><?cs if:CanPin ?>{{Unpin}}<?cs else ?>{{Remove}}<?cs /if ?><span class="sr-only"> {{the message of <?cs var:m.Time ?>}}</span></button></form><?cs /if ?></li><?cs /each ?>
</ol>
<?cs elif:Nobody ?><p class="hint">{{There is nobody called <bdi><?cs var:Nobody ?></bdi> here.}}</p>
<?cs elif:Nowhere ?><p class="hint">{{You are in no group called <bdi><?cs var:Nowhere ?></bdi>.}}</p>
<?cs elif:Done && Next ?><p class="hint">{{Nothing up to here.}}</p>
<?cs elif:Done ?><p class="hint">{{Nothing was found in the rooms you are in.}}</p>
<?cs elif:List == "saved" ?><p class="hint">{{Nothing yet. “⋯” (more) beside a message, and there “Save for later”, keeps it here, for you alone.}}</p>
<?cs elif:List ?><p class="hint">{{Nothing is pinned here.}}</p><?cs /if ?>
<?cs if:Next ?><form class="actions" method="get" action="<?cs var:Path ?>"><?cs if:!List ?><input type="hidden" name="q" value="<?cs var:Query ?>"><?cs /if ?><button class="button" name="before" value="<?cs var:Next ?>">{{Older results}}</button></form><?cs /if ?>
<?cs if:!List && !subcount(Found) ?><section class="panel" aria-labelledby="help">
<h2 id="help">{{How to search}}</h2>
<dl class="facts">
<dt>{{harvest festival}}</dt><dd>{{messages with both words}}</dd>
<dt>{{"harvest festival"}}</dt><dd>{{these words in a row}}</dd>
<dt>from:user2</dt><dd>{{what one person wrote; from:me is yours}}</dd>
<dt>in:garden</dt><dd>{{in one group; in:"two words", or in:@user2 for direct messages}}</dd>
<dt>before:2026-11-20</dt><dd>{{before that day}}</dd>
<dt>after:2026-11-20</dt><dd>{{from that day on}}</dd>
<dt>has:file</dt><dd>{{with a file}}</dd>
</dl>
</section><?cs /if ?>
</div>
</main>
<?cs include!"_foot.cs" ?>
