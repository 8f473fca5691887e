<?cs # Small pieces that many pages use. _message.cs stands alone and must not need them. ?><?cs
def:was(name, value) ?><input type="hidden" name="was_<?cs var:name ?>" value="<?cs var:value ?>"><?cs /def ?><?cs

def:avatar(p, size) ?><span class="avatar <?cs var:size ?> hue-<?cs var:p.Hue ?>" aria-hidden="true"><?cs var:p.Initials ?></span> <?cs /def ?><?cs

def:presence(p) ?><span class="dot<?cs if:p.Online ?> online<?cs /if ?>"><span class="sr-only"><?cs if:p.Online ?>{{online}}<?cs else ?>{{away}}<?cs /if ?></span></span> <?cs /def ?><?cs

def:seen(p) ?>{{last seen}} <time datetime="<?cs var:p.SeenAt ?>" title="<?cs var:p.SeenFull ?>" data-ago><?cs var:p.Seen ?></time><?cs /def ?><?cs

def:csrf() ?><input type="hidden" name="csrf" value="<?cs var:Page.Csrf ?>"><?cs /def ?><?cs

def:count(n) ?><?cs if:n ?> <span class="count"><?cs var:n ?><span class="sr-only"> {{unread}}</span></span><?cs /if ?><?cs /def ?><?cs

def:for_me(n) ?><?cs if:n ?> <span class="count for-me">@<?cs var:n ?><span class="sr-only"> {{for you}}</span></span><?cs /if ?><?cs /def ?><?cs

def:counts(room) ?><?cs if:room.Mentions ?><?cs call:for_me(room.Mentions) ?><?cs else ?><?cs call:count(room.Unread) ?><?cs /if ?><?cs /def ?><?cs

def:lock() ?><svg class="lock" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" focusable="false"><path d="M4.5 7V5a3.5 3.5 0 0 1 7 0v2" fill="none" stroke="currentColor" stroke-width="1.6"/><rect x="3" y="7" width="10" height="7" rx="1.8" fill="currentColor"/></svg><?cs /def ?><?cs

def:sign(private) ?><?cs if:private ?><?cs call:lock() ?><span class="sr-only">{{Private group}} </span><?cs else ?><span class="hash" aria-hidden="true">#</span><?cs /if ?><?cs /def ?><?cs

def:back(label) ?><a class="back" href="/rooms"><svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true" focusable="false"><path d="M10.5 2.5 5 8l5.5 5.5" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg><span class="sr-only"><?cs var:label ?></span></a><?cs /def ?><?cs

def:bell() ?><span class="button bell needs-script" id="bell"><svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false"><path d="M3 12h10l-1.2-2V7a3.8 3.8 0 0 0-7.6 0v3zm3.6 2h2.8M8 1.6v1.2" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/><path class="off" d="M2 2l12 12" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"/></svg></span><?cs /def ?><?cs

def:pins() ?><a class="button pins" id="pins" href="/rooms/<?cs var:Room.Id ?>/pins"<?cs if:!Pins ?> hidden<?cs /if ?>>{{Pinned}}</a>
<?cs /def ?><?cs

def:logo() ?><svg class="logo" viewBox="0 0 28 28" width="28" height="28" aria-hidden="true" focusable="false"><path class="logo-body" d="M8 2h12a6 6 0 0 1 6 6v8a6 6 0 0 1-6 6h-6.5L8 26.5V22a6 6 0 0 1-6-6V8a6 6 0 0 1 6-6Z"/><path class="logo-lines" d="M9 9.5h10M9 14.5h6.5" fill="none" stroke-width="2.4" stroke-linecap="round"/></svg><?cs /def ?><?cs

def:error(id, text) ?><?cs if:text ?><p class="error" id="<?cs var:id ?>-error"><?cs var:text ?></p><?cs /if ?><?cs /def ?><?cs

def:form_error(text) ?><?cs if:text ?><p class="notice bad" role="alert"><?cs var:text ?></p><?cs /if ?><?cs /def ?><?cs

# A labelled input: what it is called, what it holds, what was wrong with it, and a hint below (may be empty). ?><?cs
def:field(name, label, type, complete, value, error, hint, needed) ?><div class="field">
<label for="<?cs var:name ?>"><?cs var:label ?></label>
<input id="<?cs var:name ?>" name="<?cs var:name ?>" type="<?cs var:type ?>" value="<?cs var:value ?>" autocomplete="<?cs var:complete ?>"<?cs if:type == "text" ?> dir="auto"<?cs /if ?><?cs if:complete == "username" ?> autocapitalize="none" spellcheck="false"<?cs /if ?><?cs if:needed ?> required<?cs /if ?><?cs if:error ?> aria-invalid="true"<?cs /if ?> aria-describedby="<?cs if:error ?><?cs var:name ?>-error <?cs /if ?><?cs var:name ?>-hint">
<?cs call:error(name, error) ?><p class="hint" id="<?cs var:name ?>-hint"><?cs var:hint ?></p>
</div><?cs /def ?><?cs

# The role of a member, as it is read. ?><?cs
def:role(p) ?><?cs if:p.Role == "owner" ?>{{owner}}<?cs elif:p.Role == "admin" ?>{{admin}}<?cs else ?>{{member}}<?cs /if ?><?cs /def ?><?cs

# The second half of the sidebar's entries, and of the buttons in lists: write to somebody. ?><?cs
def:write_to(name, display) ?><form method="post" action="/people/<?cs var:name ?>"><?cs call:csrf() ?><button class="button"><span>{{Message}}</span><span class="sr-only"> <?cs var:display ?></span></button></form><?cs /def ?>
