<?cs def:group(title, count, online) ?><section<?cs if:!count ?> hidden<?cs /if ?>>
<h3><?cs var:title ?> · <span><?cs var:count ?></span></h3>
<ul><?cs each:p = Members ?><?cs if:(p.Online && online) || (!p.Online && !online) ?>
<li data-user="<?cs var:p.Id ?>" data-user-name="<?cs var:p.Name ?>" data-role="<?cs var:p.Role ?>"><a href="/people/<?cs var:p.Name ?>"><span class="face"><?cs call:avatar(p, "small") ?><?cs call:presence(p) ?></span><span class="name" dir="auto"><?cs var:p.Display ?></span><?cs if:p.Muted ?> <span class="role">{{muted}}</span><?cs elif:p.Role != "member" ?> <span class="role"><?cs call:role(p) ?></span><?cs /if ?></a></li><?cs /if ?><?cs /each ?>
</ul></section><?cs /def ?>
<aside class="members" id="members" aria-labelledby="members-title">
<header><h2 id="members-title">{{Members}} <span class="number"><?cs var:Room.MemberCount ?></span></h2>
<a class="close" href="#main">{{Close}}</a></header>
<?cs call:group("{{Online}}", Room.OnlineCount, "1") ?>
<?cs call:group("{{Away}}", Room.AwayCount, "") ?>
<?cs if:subcount(Members) < #Room.MemberCount ?><p class="hint">{{The first <?cs var:subcount(Members) ?> are listed here.}}</p>
<?cs /if ?><p class="more"><a class="button" href="/rooms/<?cs var:Room.Id ?>/settings" data-manage="{{Settings}}" data-about="{{About this group}}"><?cs if:Room.CanManage ?>{{Settings}}<?cs else ?>{{About this group}}<?cs /if ?></a></p>
</aside>
