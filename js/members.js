// Who is here: the panel of members, presence wherever somebody is shown, and the room's own name and topic.

import { make, on, page, sleep, tell } from './page.js';
import { getPage } from './net.js';
import { n, t } from './text.js';

const KEY = 'snug:members';
const MOST = 200; // as many members as the server lists
const ROLES = { owner: t('owner'), admin: t('admin'), muted: t('muted') };

let refreshing = false;
let again = false;

const isMe = (person) => person.name === page.myName;

function presence(online) {
  return make('span', { class: online ? 'dot online' : 'dot' }, make('span', { class: 'sr-only' }, online ? t('online') : t('away')));
}

// The same initials and colour as the server gives (text_initials and text_hue).
function initials(display) {
  const words = display.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : [words[0]];
  return letters.map((word) => [...word][0] || '').join('').replace(/[a-z]/g, (letter) => letter.toUpperCase());
}

function hue(name) {
  let hash = 2166136261;
  for (const letter of name.toLowerCase()) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619) >>> 0;
  return ((hash ^ (hash >>> 16)) >>> 0) % 12;
}

function entry(member) {
  const link = make('a', { href: `/people/${member.name}` },
    make('span', { class: 'face' },
      make('span', { class: `avatar small hue-${hue(member.name)}`, 'aria-hidden': 'true' }, initials(member.display)),
      presence(member.online || isMe(member))),
    make('span', { class: 'name', dir: 'auto' }, member.display));
  if (ROLES[member.role]) link.append(make('span', { class: 'role' }, ROLES[member.role]));
  return make('li', { 'data-user': member.id, 'data-user-name': member.name }, link);
}

function members(list) {
  const panel = document.querySelector('#members ul');
  if (!panel || !Array.isArray(list)) return;
  panel.replaceChildren(...list.map(entry));
  if (list.length >= MOST) return; // there may be more than the panel shows
  document.querySelector('#members .number').textContent = list.length;
  document.getElementById('members-link').textContent = n('{} member', '{} members', list.length);
}

// Whether a dot on this page changed.
function people(list) {
  let changed = false;
  for (const person of list) {
    if (isMe(person)) continue; // I am here, whether or not I hide
    const dots = document.querySelectorAll(`[data-user="${person.id || 0}"] .dot, [data-user-name="${CSS.escape(person.name || '')}"] .dot`);
    for (const dot of dots) {
      if (dot.classList.contains('online') === person.online) continue;
      dot.replaceWith(presence(person.online));
      changed = true;
    }
  }
  return changed;
}

function adopt(fresh) {
  people([...fresh.querySelectorAll('[data-user-name]')].map((one) => ({ name: one.dataset.userName, online: Boolean(one.querySelector('.online')) })));
  const [ours, theirs] = [document, fresh].map((root) => root.querySelector('[data-people]'));
  if (!ours || !theirs) return;
  const focused = ours.contains(document.activeElement) ? document.activeElement : null;
  const whose = (element) => element.closest('[data-user-name]')?.dataset.userName;
  ours.replaceChildren(...[...theirs.childNodes].map((node) => document.importNode(node, true)));
  page.localise(ours);
  if (focused) [...ours.querySelectorAll(focused.localName)].find((one) => whose(one) === whose(focused))?.focus();
}

// Who is online, in which order, and since when not, as the server's own page has it now.
async function refresh() {
  again = refreshing;
  if (refreshing) return;
  refreshing = true;
  try {
    do {
      again = false;
      await sleep(500 + Math.random() * 3000); // many pages may have heard the same
      adopt(await getPage(location.pathname + location.search));
    } while (again);
  } catch {
    // The next change, or the next time the connection is back, tries again.
  } finally {
    refreshing = false;
  }
}

function info(room) {
  const name = document.getElementById('room-name');
  const topic = document.getElementById('room-topic');
  if (room.name && name && topic) {
    page.title = page.title.replace(page.roomName, () => room.name);
    name.textContent = room.name;
    const text = document.getElementById('text');
    if (text?.placeholder) text.placeholder = text.placeholder.replace(page.roomName, () => room.name);
    page.roomName = room.name;
    tell('sidebar');
  }
  if (topic && room.topic !== undefined) {
    topic.textContent = room.topic;
    topic.title = room.topic;
  }
}

function panel() {
  const link = document.getElementById('members-link');
  if (!link) return;
  const wide = window.matchMedia('(min-width: 1100px)');
  let off = false;
  try {
    off = localStorage.getItem(KEY) === 'off';
  } catch { /* not remembered, then */ }
  document.body.classList.toggle('no-members', off);
  link.addEventListener('click', (event) => {
    if (!wide.matches) return;
    event.preventDefault();
    off = document.body.classList.toggle('no-members');
    try {
      localStorage.setItem(KEY, off ? 'off' : 'on');
    } catch { /* not remembered, then */ }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && location.hash === '#members') location.hash = '#main';
  });
}

export function start() {
  panel();
  on('update', (data) => {
    if (data.members) members(data.members);
    const shown = (data.rooms || []).filter((room) => room.user).map((room) => ({ name: room.user, online: room.online }));
    if (people([...shown, ...(data.people || [])]) && document.querySelector('[data-people]')) refresh();
    if (data.room_info) info(data.room_info);
  });
  on('missed', refresh);
}
