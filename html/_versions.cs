<section class="composer versions" id="versions" aria-labelledby="versions-title">
<div class="box">
<h2 id="versions-title"><?cs if:Versions.Sender ?>{{What this message of <bdi><?cs var:Versions.Sender ?></bdi> said before}}<?cs else ?>{{What this message said before}}<?cs /if ?></h2>
<?cs if:subcount(Versions.Former) ?><ol><?cs each:v = Versions.Former ?>
<li><p class="hint"><time datetime="<?cs var:v.At ?>" data-long><?cs var:v.Time ?></time></p><blockquote class="quoted" dir="auto"><?cs var:v.Text ?></blockquote></li><?cs /each ?>
</ol><?cs else ?><p>{{It was never edited.}}</p><?cs /if ?>
<div class="row"><a class="button" href="/rooms/<?cs var:Room.Id ?>#m<?cs var:Versions.Seq ?>">{{Close}}</a></div>
</div>
</section>
