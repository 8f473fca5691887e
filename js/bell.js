// What one wants to be told of while the page is out of sight, chosen for this browser. The browser's own question comes
// only after words that say so.

import { make, page } from './page.js';
import { dialog } from './dialog.js';
import { remember } from './store.js';
import { t } from './text.js';
import { tone } from './tone.js';

const direct = page.main.dataset.kind === 'direct';

const permission = () => (window.isSecureContext && window.Notification ? Notification.permission : 'impossible');
const explain = () => ({
  default: t('Your browser will ask whether it may show them.'),
  denied: t('Your browser refuses notifications from here. Allow them in its settings for this site, then try again.'),
  impossible: t('This browser shows notifications only for a site that comes over https.'),
}[permission()] || '');

function check(type, name, value, label, checked) {
  const input = make('input', { type, id: `bell-${value}`, name, value });
  input.checked = checked;
  return make('p', { class: 'check' }, input, make('label', { for: `bell-${value}` }, label));
}

// Whether notifications can be shown from now on. The first one says so, and tells browsers that show none from a page.
async function allowed() {
  if (permission() === 'default') await Notification.requestPermission();
  if (permission() !== 'granted') return false;
  try {
    return Boolean(new Notification(t('You will be told here.'), { tag: 'snug', silent: true }));
  } catch {
    return false;
  }
}

export function open(wishes, changed) {
  const { show, sound, rooms } = wishes();
  const now = rooms[page.room] || 'mine';
  const kinds = direct ? { mine: t('Everything'), none: t('Nothing') }
    : { all: t('Everything'), mine: t('Only what is for me: messages with {}', `@${page.myName}`), none: t('Nothing') };
  const form = make('form', {},
    check('checkbox', 'show', 'show', t('Show a notification'), show && permission() === 'granted'),
    make('p', { class: 'hint', id: 'bell-show-hint', role: 'status' }, explain()),
    check('checkbox', 'sound', 'sound', t('Play a soft tone'), sound),
    make('fieldset', {}, make('legend', {}, direct ? t('Messages from {}', page.roomName) : t('Messages in {}', `#${page.roomName}`)),
      ...Object.entries(kinds).map(([kind, label]) => check('radio', 'kind', kind, label, kind === now))),
    make('p', { class: 'hint' }, t('Only while no page of this site is in view, and only in this browser.')));
  const { show: showing, sound: sounding, kind } = form.elements;
  const paint = () => { form.querySelector('fieldset').disabled = !showing.checked && !sounding.checked; };

  form.addEventListener('change', async ({ target }) => {
    if (target === showing && showing.checked) {
      showing.checked = await allowed();
      form.querySelector('#bell-show-hint').textContent = showing.checked ? '' : explain() || t('This browser shows none from a page.');
    }
    if (target === sounding && sounding.checked) tone();
    remember('notify', { show: showing.checked, sound: sounding.checked, rooms: { ...wishes().rooms, [page.room]: kind.value } });
    paint();
    changed();
  });
  showing.disabled = permission() === 'impossible';
  showing.setAttribute('aria-describedby', 'bell-show-hint');
  paint();
  return dialog(t('Notifications'), 'notifications', form);
}
