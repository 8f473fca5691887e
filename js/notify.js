// Whether somebody wants to be told of messages while the page is out of sight: off by default, chosen behind the bell.
// What the choices need is loaded when it is needed.

import { make, page } from './page.js';
import { keyOf, recall } from './store.js';
import { t } from './text.js';

// show, sound: whether at all, and how. rooms: 'all' or 'none' by id; what is not there is 'mine', what is for me.
const wishes = () => ({ show: false, sound: false, rooms: {}, ...recall('notify') });
const wanted = () => wishes().show || wishes().sound;

const place = document.getElementById('bell');
const bell = make('button', { type: 'button', class: 'button bell', id: 'bell', 'aria-haspopup': 'dialog',
  onclick: async () => (await import('./bell.js')).open(wishes, changed) });
const teller = wanted() && await import('./alert.js').catch(() => null);

function paint() {
  const on = wanted() && wishes().rooms[page.room] !== 'none';
  bell.classList.toggle('on', on);
  bell.title = on ? t('Notifications: on') : t('Notifications: off');
  bell.setAttribute('aria-label', bell.title);
}

async function changed() {
  paint();
  if (wanted()) (await import('./alert.js')).start(wishes);
}

export function start() {
  paint();
  if (teller) teller.start(wishes);
  window.addEventListener('storage', ({ key }) => { if (key === keyOf('notify')) changed(); });
  bell.append(...place?.childNodes || []);
  place?.replaceWith(bell);
}
