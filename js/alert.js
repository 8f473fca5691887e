// Tells of messages while no page of this site is in view: by a notification, a soft tone, or both. Of all the open pages
// the one that holds a lock tells, and follows as if it were in view; where there are no locks (plain HTTP) each may. What a
// page in view has heard of, and what was told, is kept for the others, so that nothing is told twice.

import { forMe, on, page, sleep, tell } from './page.js';
import { get } from './net.js';
import { recall, remember } from './store.js';
import { t } from './text.js';

const SOON = 1000; // gathers what comes together, and leaves a page in view the time to say that it was seen
const AGAIN = 10000; // between two looks at one room
const MOST = 50; // messages looked at

const heard = new Map(); // room -> the last seq that this page knows of
const looked = new Map(); // room -> when it was or will be looked at
const shown = new Map(); // room -> its notification
let wishes;
let listed = false;
let tells = !navigator.locks;

const hidden = () => document.visibilityState === 'hidden';
const wanted = () => wishes().show || wishes().sound;

function show(room, title, body) {
  if (wishes().sound) import('./tone.js').then(({ tone }) => tone());
  if (!wishes().show || window.Notification?.permission !== 'granted') return;
  try {
    const note = new Notification(title, { body, tag: `snug-${page.me}-${room}`, icon: new URL('../css/icon-192.png', import.meta.url), silent: true });
    note.onclick = () => {
      window.focus();
      note.close();
      if (room !== page.room) location.assign(`/rooms/${room}`);
    };
    shown.set(room, note);
  } catch { /* this browser shows none from a page */ }
}

async function look(room, before) {
  const told = recall('told') || {};
  const from = Math.max(before, told[room] || 0);
  const last = heard.get(room);
  const kind = wishes().rooms[room] || 'mine';
  if (!hidden() || last <= from || !wanted()) return;
  remember('told', { ...told, [room]: last });
  if (kind === 'none') return;
  const link = document.querySelector(`#lists a[data-to="${CSS.escape(room)}"]`);
  const name = link?.querySelector('.name').textContent || '';
  const direct = Boolean(link?.dataset.userName);
  const every = direct || kind === 'all';
  try {
    const { messages } = await get({ room, limit: Math.min(last - from, MOST) });
    const mine = messages.filter((message) => message.seq > from && message.kind === 'text' && !message.deleted
      && String(message.sender.id) !== page.me && (every || forMe(message.html)));
    if (!mine.length) return;
    const line = ({ sender, text }) => `${direct ? '' : `${sender.display}: `}${text.slice(0, 200)}`;
    show(room, direct ? name : `#${name}`, mine.slice(-3).map(line).join('\n'));
  } catch {
    if (every) show(room, t('New message in {}', name), '');
  }
}

// The room's last message is this one; `before` is what counts as known where nothing was heard of it yet.
async function hear(room, last, before) {
  const from = heard.get(room) ?? before;
  heard.set(room, Math.max(last, from));
  if (last <= from) return;
  if (!hidden()) remember('told', { ...recall('told'), [room]: last });
  const at = looked.get(room) || 0;
  if (!hidden() || !tells || at > Date.now()) return;
  const due = Math.max(Date.now() + SOON, at + AGAIN);
  looked.set(room, due);
  await sleep(due - Date.now());
  await look(room, from);
}

function update({ rooms, news, messages }) {
  for (const room of rooms || []) hear(String(room.id), room.last_seq, listed ? room.read_seq : room.last_seq);
  listed ||= Boolean(rooms);
  for (const room of news || []) hear(String(room.id), room.last_seq, room.last_seq - 1);
  if (page.room && messages?.length) hear(page.room, Math.max(...messages.map(({ seq }) => seq)), page.lastSeq);
}

export function start(given) {
  if (wishes) return;
  wishes = given;
  heard.set(page.room, page.lastSeq);
  on('update', update);
  document.addEventListener('visibilitychange', () => {
    if (hidden()) return;
    for (const note of shown.values()) note.close();
    shown.clear();
  });
  navigator.locks?.request(`snug-alert-${page.me}`, () => {
    tells = true;
    page.listens = wanted;
    tell('kick');
    return new Promise((release) => { on('ended', () => { tells = false; release(); }); });
  });
}
