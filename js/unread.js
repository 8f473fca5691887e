// Unread counts in the sidebar and the title, and how far this reader has read.

import { forMe, make, on, page, tell } from './page.js';
import { csrf, get, post } from './net.js';
import { t } from './text.js';

const EVERY = 15000; // between two read marks of a page that stays open

const rooms = new Map(); // id -> { last, read, mentions }
let reported = page.readSeq;
let reporting = 0;
let asked = false;
let kept = false; // marked as unread here: what this page shows does not count as read until the room is opened again

const visible = () => document.visibilityState === 'visible';
const mark = () => (page.history || kept ? 0 : page.lastSeq);

function unreadOf(id, room) {
  if (id === page.room && visible() && !kept) return 0;
  return Math.max(0, room.last - Math.max(room.read, id === page.room ? reported : 0));
}

// What is for me counts before all else that is unread.
function badge(link, count, mine) {
  const old = link?.querySelector('.count');
  const text = mine ? `@${mine}` : String(count);
  if (!link || (old?.firstChild.data ?? '0') === text) return;
  old?.remove();
  if (count) link.append(make('span', { class: mine ? 'count for-me' : 'count' }, text, make('span', { class: 'sr-only' }, ` ${mine ? t('for you') : t('unread')}`)));
}

function paint() {
  let total = 0;
  let mine = 0;
  for (const [id, room] of rooms) {
    const count = unreadOf(id, room);
    if (!count) room.mentions = 0;
    total += count;
    mine += room.mentions;
    const link = document.querySelector(`#lists a[data-to="${CSS.escape(id)}"]`);
    if (!link) continue;
    link.classList.toggle('unread', count > 0);
    badge(link, count, room.mentions);
  }
  badge(document.getElementById('for-you'), mine, mine);
  const icon = document.querySelector('link[rel="icon"]');
  const dotted = icon.href.replace(/icon(-unread)?\.svg$/, total ? 'icon-unread.svg' : 'icon.svg');
  if (icon.href !== dotted) icon.href = dotted;
  document.title = total ? `(${total}${mine ? ` @${mine}` : ''}) ${page.title}` : page.title;
}

function update(data) {
  if (data.rooms) {
    rooms.clear();
    for (const room of data.rooms) rooms.set(String(room.id), { last: room.last_seq, read: room.read_seq, mentions: room.mentions || 0 });
  }
  for (const { id, last_seq: last } of data.news || []) {
    const room = rooms.get(String(id));
    if (room) room.last = Math.max(room.last, last);
    else learn();
  }
  for (const message of page.room ? data.messages || [] : []) page.lastSeq = Math.max(page.lastSeq, message.seq);
  const here = rooms.get(page.room);
  if (here) here.mentions += (data.messages || []).filter(({ seq, html, sender }) => seq > here.last && String(sender.id) !== page.me && forMe(html)).length;
  if (here) here.last = Math.max(here.last, page.lastSeq);
  if (data.rooms || data.news || data.messages?.length) paint();
  soon();
}

// News of a room whose read mark the page was never told: ask once for the list.
function learn() {
  if (asked) return;
  asked = true;
  get({}).then((data) => update({ rooms: data.rooms }), () => { asked = false; });
}

function soon() {
  if (reporting || !visible() || !page.room || mark() <= reported) return;
  reporting = setTimeout(() => {
    reporting = 0;
    report();
  }, reported === page.readSeq ? 1500 : EVERY);
}

const fields = () => ({ action: 'read', room: page.room, seq: mark() });

function report() {
  if (!visible() || mark() <= reported) return;
  const seq = mark();
  const before = reported;
  reported = seq;
  post(fields()).then(() => {}, () => { reported = Math.min(before, reported); });
}

async function keep(event) {
  const tool = event.target.closest('[data-tool="unread"]');
  if (!tool || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const seq = Number(tool.closest('.message').dataset.seq);
  clearTimeout(reporting);
  reporting = 0;
  kept = true;
  try {
    await post({ action: 'unread', room: page.room, seq });
  } catch { // the plain form says why
    location.assign(tool.href);
    return;
  }
  reported = seq - 1;
  rooms.set(page.room, { last: page.lastSeq, read: reported, mentions: 0 });
  tell('divide', seq);
  paint();
}

// Leaving or hiding: the last moment in which this page was read.
function leave() {
  clearTimeout(reporting);
  reporting = 0;
  if (!page.room || mark() <= reported) return;
  reported = mark();
  navigator.sendBeacon('/messages', new URLSearchParams({ ...fields(), csrf: csrf() }));
}

export function start() {
  on('update', update);
  on('sidebar', paint);
  document.addEventListener('visibilitychange', () => {
    if (!visible()) leave();
    else soon();
    paint();
  });
  window.addEventListener('pagehide', leave);
  window.addEventListener('pageshow', (event) => { if (event.persisted) kept = false; });
  on('taken', () => { kept = false; }); // who answers has read it
  page.messages?.addEventListener('click', keep);
  soon();
}
