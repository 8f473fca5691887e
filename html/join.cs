<?cs include!"_head.cs" ?>
<main id="main" class="page" tabindex="-1">
<header class="bar"><?cs call:back("{{All rooms}}") ?><h1><span class="hash" aria-hidden="true">#</span> <span dir="auto"><?cs var:Room.Name ?></span></h1></header>
<div class="content">
<?cs if:Room.Topic ?><p dir="auto"><?cs var:Room.Topic ?></p><?cs /if ?>
<p><?cs if:Room.MemberCount == "1" ?>{{A public group with 1 member.}}<?cs else ?>{{A public group with <?cs var:Room.MemberCount ?> members.}}<?cs /if ?> <?cs if:Banned ?></p>
<p class="notice bad">{{You are banned from this group. Only its admins can let you in again.}}</p>
<p class="actions"><a class="button" href="/rooms">{{Go to your rooms}}</a></p>
<?cs else ?>{{Join it to read and write.}}</p>
<form method="post" action="/rooms/<?cs var:Room.Id ?>/settings" class="actions"><?cs call:csrf() ?><input type="hidden" name="action" value="join"><button class="button primary">{{Join this group}}</button> <a class="button" href="/rooms">{{Not now}}</a></form><?cs /if ?>
</div>
</main>
<?cs include!"_foot.cs" ?>
