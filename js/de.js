// The scripts' texts in German. A text with a number has two forms: for one, for many.
export default {
  // dialog, keys, keylist
  Close: 'Schließen',
  Keys: 'Tasten',
  Ctrl: 'Strg',
  Shift: 'Umschalt',
  'Jump to a room or a person': 'Zu einem Raum oder einer Person springen',
  'The room above or below': 'Der Raum darüber oder darunter',
  'The next room with something unread': 'Der nächste Raum mit Ungelesenem',
  'Send the message': 'Die Nachricht senden',
  'A new line': 'Eine neue Zeile',
  'Edit your last message, when nothing is typed': 'Die letzte eigene Nachricht bearbeiten, wenn nichts getippt ist',
  'Close, or leave things as they were': 'Schließen, oder alles lassen, wie es war',
  'This list': 'Diese Liste',

  // jump
  'A room or a person': 'Ein Raum oder eine Person',
  'Rooms and people': 'Räume und Personen',
  '{} found': ['{} gefunden', '{} gefunden'],
  'Nobody and nothing here by that name.': 'Hier heißt niemand und nichts so.',

  // notify, bell, alert
  Notifications: 'Benachrichtigungen',
  'Notifications: on': 'Benachrichtigungen: an',
  'Notifications: off': 'Benachrichtigungen: aus',
  'Your browser will ask whether it may show them.': 'Der Browser fragt gleich, ob er sie zeigen darf.',
  'Your browser refuses notifications from here. Allow them in its settings for this site, then try again.': 'Der Browser lässt von hier keine Benachrichtigungen zu. Erlaube sie in seinen Einstellungen für diese Seite und versuche es noch einmal.',
  'This browser shows notifications only for a site that comes over https.': 'Dieser Browser zeigt Benachrichtigungen nur von Seiten, die über https kommen.',
  'This browser shows none from a page.': 'Dieser Browser zeigt von einer Seite aus keine.',
  'You will be told here.': 'Hier wirst du benachrichtigt.',
  'Show a notification': 'Eine Benachrichtigung zeigen',
  'Play a soft tone': 'Einen leisen Ton spielen',
  'Messages from {}': 'Nachrichten von {}',
  'Messages in {}': 'Nachrichten in {}',
  Everything: 'Alles',
  'Only what is for me: messages with {}': 'Nur was für mich ist: Nachrichten mit {}',
  Nothing: 'Nichts',
  'Only while no page of this site is in view, and only in this browser.': 'Nur solange keine Seite von hier zu sehen ist, und nur in diesem Browser.',
  'New message in {}': 'Neue Nachricht in {}',
};
