<?cs include!"_head.cs" ?>
<main id="main" class="room<?cs if:History ?> history<?cs /if ?>" tabindex="-1" data-room="<?cs var:Room.Id ?>" data-me="<?cs var:Me.Id ?>" data-kind="<?cs var:Room.Kind ?>" data-role="<?cs var:Room.Role ?>" data-name="<?cs var:Room.Name ?>" data-cursor="<?cs var:Room.Cursor ?>" data-last-seq="<?cs var:Room.LastSeq ?>" data-read-seq="<?cs var:Room.ReadSeq ?>" data-oldest="<?cs var:Room.Oldest ?>"<?cs if:Room.Saved ?> data-saved="<?cs var:Room.Saved ?>"<?cs /if ?><?cs if:History ?> data-history="1"<?cs /if ?>>
<header class="bar">
<?cs call:back("{{All rooms}}") ?>
<?cs if:Room.Direct ?><span class="face" data-user-name="<?cs var:Room.Person.Name ?>"><?cs call:avatar(Room.Person, "") ?><?cs call:presence(Room.Person) ?></span>
<h1 id="room-name" dir="auto"><?cs var:Room.Person.Display ?></h1>
<p class="topic"><?cs if:Room.Person.Former ?>{{has left this site}}<?cs else ?><a href="/people/<?cs var:Room.Person.Name ?>"><?cs var:Room.Person.Name ?></a><?cs /if ?></p>
<?cs call:pins() ?><?cs call:bell() ?>
<?cs else ?><h1><span class="sign"><?cs call:sign(Room.Private) ?></span> <span id="room-name" dir="auto"><?cs var:Room.Name ?></span></h1>
<p class="topic" id="room-topic" dir="auto" title="<?cs var:Room.Topic ?>"><?cs var:Room.Topic ?></p>
<?cs call:pins() ?><?cs call:bell() ?>
<a class="button" id="members-link" href="#members"><span id="member-count"><?cs var:Room.MemberCount ?></span> <?cs if:Room.MemberCount == "1" ?>{{member}}<?cs else ?>{{members}}<?cs /if ?></a>
<a class="button wide-only" href="/rooms/<?cs var:Room.Id ?>/settings" data-manage="{{Settings}}" data-about="{{About}}"><?cs if:Room.CanManage ?>{{Settings}}<?cs else ?>{{About}}<?cs /if ?></a>
<?cs /if ?></header>
<p class="connection" id="connection" role="status" hidden></p>
<div class="timeline<?cs if:!History ?> live<?cs /if ?>" id="timeline" role="log" aria-live="off" aria-label="{{Messages}}" tabindex="0">
<div class="inner">
<?cs if:More ?><p class="older"><a class="button" id="older" data-tool="older" href="/rooms/<?cs var:Room.Id ?>?before=<?cs var:FirstSeq ?>">{{Older messages}}</a></p>
<?cs /if ?><ol class="messages" id="messages">
<?cs each:m = Messages ?><?cs include!"_message.cs" ?><?cs /each ?></ol>
<?cs if:!subcount(Messages) ?><div class="empty"><?cs if:History ?><p>{{No messages before this one.}}</p><?cs elif:Room.Direct ?><h2>{{You and <bdi><?cs var:Room.Person.Display ?></bdi>}}</h2><p>{{Only the two of you can read this. Write the first message below.}}</p><?cs else ?><h2>{{This is the beginning of <bdi><?cs var:Room.Name ?></bdi>}}</h2><p><?cs if:Room.CanManage ?>{{Write the first message below, or <a href="/rooms/<?cs var:Room.Id ?>/settings#add">add people</a> first.}}<?cs else ?>{{Write the first message below.}}<?cs /if ?></p><?cs /if ?></div>
<?cs /if ?><ol class="messages" id="pending" aria-label="{{Messages not sent yet}}"></ol>
<?cs if:History ?><p class="older"><a class="button" href="/rooms/<?cs var:Room.Id ?>">{{Back to the newest messages}}</a></p><?cs /if ?>
</div>
</div>
<?cs if:!History ?><noscript><iframe class="frame" src="/messages?room=<?cs var:Room.Id ?>#end" title="{{Messages, refreshed every few seconds}}"></iframe></noscript><?cs /if ?>
<div class="foot">
<p class="sr-only" id="announce" role="status"></p>
<?cs if:Edit.Seq ?><?cs include!"_edit.cs" ?><?cs elif:Confirm.Seq ?><?cs include!"_confirm.cs" ?><?cs elif:React.Seq ?><?cs include!"_react.cs" ?><?cs elif:Further.Seq ?><?cs include!"_more.cs" ?><?cs elif:Versions.Seq ?><?cs include!"_versions.cs" ?><?cs elif:!Room.Muted ?><?cs include!"_composer.cs" ?><?cs /if ?>
<p class="closed" id="closed" role="status" data-muted="{{You may read here, but not write: an admin of this group has muted you.}}"<?cs if:Room.Muted ?>>{{You may read here, but not write: an admin of this group has muted you.}}<?cs else ?> hidden><?cs /if ?></p>
</div>
<span class="whole" hidden></span>
</main>
<?cs if:!Room.Direct ?><?cs include!"_members.cs" ?><?cs /if ?>
<?cs include!"_foot.cs" ?>
