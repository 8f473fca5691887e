<!doctype html>
<html lang="<?cs var:Page.Lang ?>"<?cs if:Me.Theme ?> data-theme="<?cs var:Me.Theme ?>"<?cs /if ?>>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="<?cs if:Me.Theme ?><?cs var:Me.Theme ?><?cs else ?>light dark<?cs /if ?>">
<title>{{Messages in <?cs var:Room.Name ?>}}</title>
<link rel="stylesheet" href="/static/<?cs var:Page.Assets ?>/css/base.css">
<link rel="stylesheet" href="/static/<?cs var:Page.Assets ?>/css/timeline.css">
</head>
<body class="framed">
<main>
<h1 class="sr-only">{{Messages in <bdi><?cs var:Room.Name ?></bdi>}}</h1>
<div role="log" aria-live="off" aria-label="{{Messages}}">
<?cs if:More ?><p class="older"><a class="button" href="/rooms/<?cs var:Room.Id ?>?before=<?cs var:FirstSeq ?>" target="_top">{{Older messages}}</a></p>
<?cs /if ?><ol class="messages">
<?cs each:m = Messages ?><?cs include!"_message.cs" ?><?cs /each ?></ol>
<?cs if:!subcount(Messages) ?><p class="empty">{{Nothing has been written here yet. Write the first message below.}}</p><?cs /if ?>
</div>
<p id="end"></p>
</main>
</body>
</html>
