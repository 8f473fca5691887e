// The panel of members by who is here, as members, their names and their presence change; and the names beside messages.

import { make, page } from './page.js';
import { isMe, presence } from './members.js';
import { n, t } from './text.js';

const MOST = 200; // as many members as the server lists
const ROLES = { owner: t('owner'), admin: t('admin'), muted: t('muted') };
const ORDER = ['owner', 'admin']; // then all others, as the server sorts them

const number = document.querySelector('#members .number');
const groups = [...document.querySelectorAll('#members ul')]; // online, away

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
  return make('li', { 'data-user': member.id, 'data-user-name': member.name, 'data-role': member.role }, link);
}

const online = (li) => Boolean(li.querySelector('.online'));

function count() {
  const here = groups[0].children.length;
  [here, Number(number.textContent) - here].forEach((many, i) => {
    groups[i].previousElementSibling.querySelector('span').textContent = many;
    groups[i].parentElement.hidden = !many;
  });
}

const rank = (li) => (ORDER.indexOf(li.dataset.role) + ORDER.length + 1) % (ORDER.length + 1);
const name = (li) => li.querySelector('.name').textContent;

// Who came or went stands in the other group now; all others stay where they are.
export function arrange() {
  for (const li of document.querySelectorAll('#members li')) {
    const group = groups[online(li) ? 0 : 1];
    if (li.parentElement === group) continue;
    group.insertBefore(li, [...group.children].find((other) => (rank(li) - rank(other) || name(li).localeCompare(name(other))) < 0) || null);
  }
  if (groups.length) count(); // a direct room has no panel
}

// Whoever goes by another name now does so beside the messages too.
function rename(list) {
  const displays = new Map(list.map((member) => [String(member.id), member.display]));
  const mine = displays.get(page.me);
  if (mine) document.querySelector('.me .display').textContent = page.myDisplay = mine;
  if (mine) document.querySelector('.me .avatar').textContent = page.myInitials = initials(mine);
  for (const li of page.messages.querySelectorAll('[data-sender]')) {
    const display = displays.get(li.dataset.sender);
    const link = li.querySelector('.who a');
    if (!display || !link || link.textContent === display) continue;
    link.textContent = display;
    li.querySelector('.avatar').textContent = initials(display);
  }
}

export function members(list) {
  rename(list);
  if (!number) return;
  const all = list.map(entry);
  groups[0].replaceChildren(...all.filter(online));
  groups[1].replaceChildren(...all.filter((li) => !online(li)));
  if (list.length < MOST) { // else there may be more than the panel shows
    number.textContent = list.length;
    document.getElementById('members-link').textContent = n('{} member', '{} members', list.length);
  }
  count();
}
