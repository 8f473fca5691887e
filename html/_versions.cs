<section class="composer versions" id="versions" aria-labelledby="versions-title">
<div class="box">
<h2 id="versions-title">What this message<?cs if:Versions.Sender ?> of <bdi><?cs var:Versions.Sender ?></bdi><?cs /if ?> said before</h2>
<?cs if:subcount(Versions.Former) ?><ol><?cs each:v = Versions.Former ?>
<li><p class="hint"><time datetime="<?cs var:v.At ?>" data-long><?cs var:v.Time ?></time></p><blockquote class="quoted" dir="auto"><?cs var:v.Text ?></blockquote></li><?cs /each ?>
</ol><?cs else ?><p>It was never edited.</p><?cs /if ?>
<div class="row"><a class="button" href="/rooms/<?cs var:Room.Id ?>#m<?cs var:Versions.Seq ?>">Close</a></div>
</div>
</section>
