// Who types: told to the others in the room while I do, shown while they do.

import { make, on, page } from './page.js';
import { csrf } from './net.js';
import { t } from './text.js';

const EVERY = 3000;
const SHOWN = 6000;
const QUIET = 30000; // a screen reader is told again after so long without anybody

const people = new Map(); // id -> { display, timer }
let said = 0;
let line;
let heard = 0;

function paint() {
  const [one, two, more] = [...people.values()].map((person) => person.display);
  line.textContent = more ? t('Several people are typing …') : two ? t('{} and {} are typing …', one, two) : one ? t('{} is typing …', one) : '';
}

function stopped(id) {
  clearTimeout(people.get(id)?.timer);
  if (people.delete(id)) paint();
}

function update({ typing }) {
  for (const { id, display } of typing || []) {
    if (String(id) === page.me) continue;
    clearTimeout(people.get(id)?.timer);
    people.set(id, { display, timer: setTimeout(stopped, SHOWN, id) });
    paint();
    if (Date.now() - heard > QUIET) document.getElementById('announce').textContent = line.textContent;
    heard = Date.now();
  }
}

function typed({ target }) {
  if (!target.value.trim() || Date.now() - said < EVERY) return;
  said = Date.now();
  navigator.sendBeacon('/messages', new URLSearchParams({ action: 'typing', room: page.room, csrf: csrf() }));
}

export function start() {
  if (page.history || !page.composer) return;
  line = make('p', { class: 'typing', dir: 'auto' });
  page.composer.after(line);
  page.composer.elements.text.addEventListener('input', typed);
  on('update', update);
  on('taken', () => { said = 0; });
  on('shown', ({ message, live }) => { if (live) stopped(message.sender?.id); });
}
