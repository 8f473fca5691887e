<section class="composer" id="react" aria-labelledby="react-title">
<div class="box">
<h2 id="react-title">{{React to this message}}</h2>
<blockquote class="quoted" dir="auto"><?cs var:React.Text ?></blockquote><?cs
def:react_form(on) ?><form class="picks" method="post" action="/messages">
<input type="hidden" name="action" value="react">
<input type="hidden" name="room" value="<?cs var:Room.Id ?>">
<input type="hidden" name="seq" value="<?cs var:React.Seq ?>">
<input type="hidden" name="on" value="<?cs var:on ?>">
<?cs call:csrf() ?><?cs /def ?>
<?cs if:subcount(React.Mine) ?><?cs call:react_form("0") ?>
<p>{{Take back:}}</p> <?cs each:r = React.Mine ?><button class="chip mine" name="emoji" value="<?cs var:r.Emoji ?>"><?cs var:r.Emoji ?></button> <?cs /each ?></form>
<?cs /if ?><?cs call:react_form("1") ?>
<?cs each:r = React.Common ?><button class="chip" name="emoji" value="<?cs var:r.Emoji ?>"><?cs var:r.Emoji ?></button> <?cs /each ?></form>
<?cs call:react_form("1") ?>
<label for="emoji">{{Any other emoji}}</label> <input id="emoji" name="emoji" size="6" maxlength="16" required autocomplete="off"> <button class="button">{{React}}</button></form>
<div class="row"><a class="button" href="/rooms/<?cs var:Room.Id ?>#m<?cs var:React.Seq ?>">{{Cancel}}</a></div>
</div>
</section>
