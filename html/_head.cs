<?cs include!"_macros.cs" ?><!doctype html>
<html lang="<?cs var:Page.Lang ?>"<?cs if:Me.Theme ?> data-theme="<?cs var:Me.Theme ?>"<?cs /if ?>>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="<?cs if:Me.Theme ?><?cs var:Me.Theme ?><?cs else ?>light dark<?cs /if ?>">
<meta name="csrf" content="<?cs var:Page.Csrf ?>">
<title><?cs var:Page.Title ?> · <?cs var:Site.Name ?></title>
<?cs if:Me.Theme != "light" ?><meta name="theme-color" content="#1a1917"<?cs if:!Me.Theme ?> media="(prefers-color-scheme: dark)"<?cs /if ?>>
<?cs /if ?><?cs if:Me.Theme != "dark" ?><meta name="theme-color" content="#fbfaf7">
<?cs /if ?><link rel="icon" type="image/svg+xml" href="/static/<?cs var:Page.Assets ?>/css/icon.svg">
<link rel="apple-touch-icon" href="/static/<?cs var:Page.Assets ?>/css/icon-180.png">
<link rel="manifest" href="/manifest.webmanifest">
<link rel="stylesheet" href="/static/<?cs var:Page.Assets ?>/css/base.css">
<?cs if:!Room.Cursor ?><link rel="stylesheet" href="/static/<?cs var:Page.Assets ?>/css/forms.css">
<?cs /if ?><?cs if:Page.Name == "room" || Page.Name == "messages" ?><link rel="stylesheet" href="/static/<?cs var:Page.Assets ?>/css/composer.css">
<?cs /if ?><?cs if:Page.Name == "messages" ?><link rel="stylesheet" href="/static/<?cs var:Page.Assets ?>/css/timeline.css">
<?cs /if ?><?cs if:Page.Signed ?><link rel="stylesheet" href="/static/<?cs var:Page.Assets ?>/css/layout.css">
<link rel="stylesheet" href="/static/<?cs var:Page.Assets ?>/css/sidebar.css">
<?cs if:Page.Name == "room" ?><link rel="stylesheet" href="/static/<?cs var:Page.Assets ?>/css/timeline.css">
<link rel="stylesheet" href="/static/<?cs var:Page.Assets ?>/css/members.css">
<?cs /if ?><noscript><link rel="stylesheet" href="/static/<?cs var:Page.Assets ?>/css/noscript.css"></noscript>
<script type="module" src="/static/<?cs var:Page.Assets ?>/js/room.js"></script>
<?cs /if ?></head>
<body class="<?cs if:Page.Signed ?>inside<?cs else ?>outside<?cs /if ?> page-<?cs var:Page.Name ?><?cs if:MembersOff ?> no-members<?cs /if ?>"<?cs if:Page.Signed ?> data-me="<?cs var:Me.Id ?>" data-my-name="<?cs var:Me.Name ?>" data-my-display="<?cs var:Me.Display ?>" data-my-initials="<?cs var:Me.Initials ?>" data-my-hue="<?cs var:Me.Hue ?>"<?cs if:Me.EnterBreaks ?> data-enter="break"<?cs /if ?><?cs /if ?>>
<a class="skip" href="#main">{{Skip to the content}}</a>
<?cs if:Page.Signed ?><?cs include!"_sidebar.cs" ?><?cs else ?><header class="site">
<a href="/"><?cs call:logo() ?><span dir="auto"><?cs var:Site.Name ?></span></a>
</header><?cs /if ?>
