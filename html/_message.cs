<?cs if:m.Day ?><li class="day"><span><?cs var:m.Day ?></span></li>
<?cs /if ?><?cs if:m.New ?><li class="new" id="new"><span>{{New since you left}}</span></li>
<?cs /if ?><li id="m<?cs var:m.Seq ?>" class="message<?cs if:m.Kind == "event" ?> event<?cs /if ?><?cs if:m.Follow ?> follow<?cs /if ?><?cs if:m.Deleted ?> deleted<?cs /if ?><?cs if:m.ForMe ?> for-me<?cs /if ?>" data-seq="<?cs var:m.Seq ?>" data-change="<?cs var:m.Change ?>" data-sender="<?cs var:m.Sender.Id ?>" data-kind="<?cs var:m.Kind ?>" data-created="<?cs var:m.CreatedAt ?>"><?cs
if:m.Kind == "event" ?><p class="what"><span class="text" dir="auto"><?cs var:m.Text ?></span> <time datetime="<?cs var:m.CreatedAt ?>" title="<?cs var:m.Full ?>"><?cs var:m.Time ?></time></p><?cs
else ?><span class="avatar hue-<?cs var:m.Sender.Hue ?>" aria-hidden="true"><?cs var:m.Sender.Initials ?></span><div class="said"><p class="who"><a<?cs if:!m.Sender.Former ?> href="/people/<?cs var:m.Sender.Name ?>" target="_top"<?cs /if ?> dir="auto"><?cs var:m.Sender.Display ?></a> <time datetime="<?cs var:m.CreatedAt ?>" title="<?cs var:m.Full ?>"><?cs var:m.Time ?></time></p><<?cs if:m.Html ?>div<?cs else ?>p<?cs /if ?> class="text" dir="auto"><?cs
if:m.Deleted ?><?cs if:m.Deleter ?>{{This message was deleted by <?cs var:m.Deleter ?>.}}<?cs else ?>{{This message was deleted.}}<?cs /if ?><?cs
else ?><?cs include!"_words.cs" ?><?cs if:m.Edited ?> <small class="edited" title="<?cs var:m.EditedFull ?>"><?cs if:m.CanVersions ?><a href="/rooms/<?cs var:Room.Id ?>?versions=<?cs var:m.Seq ?>#versions" target="_top">{{(edited)}}</a><?cs else ?>{{(edited)}}<?cs /if ?></small><?cs /if ?><?cs /if ?></<?cs if:m.Html ?>div<?cs else ?>p<?cs /if ?>><?cs
if:subcount(m.Files) ?><ul class="files"><?cs each:f = m.Files ?><li><?cs
if:f.Image ?><a href="<?cs var:f.Url ?>" target="_blank"><img src="/files/<?cs var:f.Id ?>/preview" width="<?cs var:f.Width ?>" height="<?cs var:f.Height ?>" alt="<?cs var:f.Name ?>" loading="lazy"></a><?cs
else ?><?cs if:f.Audio ?><audio src="<?cs var:f.Url ?>" controls preload="none" aria-label="<?cs var:f.Name ?>"></audio><?cs
elif:f.Video ?><video src="<?cs var:f.Url ?>" controls preload="metadata" width="400" height="225" aria-label="<?cs var:f.Name ?>"></video><?cs
/if ?><a class="chip" href="<?cs var:f.Url ?>" target="_blank"><bdi><?cs var:f.Name ?></bdi> <small><?cs var:f.Size ?></small></a><?cs
/if ?></li><?cs /each ?></ul><?cs /if ?></div><?cs
if:m.CanMark ?><p class="tools"><?cs if:m.CanEdit ?><a href="/rooms/<?cs var:Room.Id ?>?edit=<?cs var:m.Seq ?>#edit" target="_top" data-tool="edit">{{Edit}}<span class="sr-only"> {{the message of <?cs var:m.Time ?>}}</span></a> <?cs /if ?><?cs
if:m.CanDelete ?><a href="/rooms/<?cs var:Room.Id ?>?delete=<?cs var:m.Seq ?>#delete" target="_top" data-tool="delete">{{Delete}}<span class="sr-only"> {{the message of <?cs var:m.Time ?>}}</span></a> <?cs /if ?><a href="/rooms/<?cs var:Room.Id ?>?unread=<?cs var:m.Seq ?>#unread" target="_top" data-tool="unread">{{Mark unread}}<span class="sr-only"> {{from the message of <?cs var:m.Time ?>}}</span></a></p><?cs /if ?><?cs
/if ?></li>
