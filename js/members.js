// Who is here: presence wherever somebody is shown, and the panel of members, which can be put away. What it takes to
// build the panel or the page anew is loaded when that is needed.

import { make, on, page, tell } from './page.js';
import { t } from './text.js';

export const isMe = (person) => person.name === page.myName;

export function presence(online) {
  return make('span', { class: online ? 'dot online' : 'dot' }, make('span', { class: 'sr-only' }, online ? t('online') : t('away')));
}

const load = (name, what, ...given) => import(`./${name}.js`).then((module) => module[what](...given), (fault) => console.error(`snug: ${name}:`, fault));

// Whether a dot on this page changed, or somebody came who belongs on it.
export function people(list) {
  let changed = false;
  const all = document.querySelector('[data-people="all"]');
  for (const person of list) {
    if (isMe(person)) continue; // I am here, whether or not I hide
    const dots = document.querySelectorAll(`[data-user="${person.id || 0}"] .dot, [data-user-name="${CSS.escape(person.name || '')}"] .dot`);
    if (all && !dots.length && person.online) changed = true;
    for (const dot of dots) {
      if (dot.classList.contains('online') === person.online) continue;
      dot.replaceWith(presence(person.online));
      changed = true;
    }
  }
  if (changed && document.querySelector('aside.members')) load('panel', 'arrange');
  return changed;
}

function panel() {
  const link = document.getElementById('members-link');
  if (!link) return;
  const wide = window.matchMedia('(min-width: 1100px)');
  link.addEventListener('click', (event) => {
    if (!wide.matches) return;
    event.preventDefault();
    const off = document.body.classList.toggle('no-members');
    document.cookie = `snug_members=${off ? 'off' : 'on'}; path=/rooms; max-age=31536000; samesite=lax`; // the next page comes so
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && location.hash === '#members') location.hash = '#main';
  });
}

function update(data) {
  const shown = (data.rooms || []).filter((room) => room.user).map((room) => ({ name: room.user, online: room.online }));
  if (data.members) load('panel', 'members', data.members);
  if (people([...shown, ...(data.people || [])]) && document.querySelector('[data-people]')) load('fresh', 'refresh');
  const topic = document.getElementById('room-topic');
  if (topic && data.room_info?.topic !== undefined) topic.textContent = topic.title = data.room_info.topic;
  const role = data.rooms?.find((room) => String(room.id) === page.room)?.role;
  if (!role || role === page.role) return;
  const was = page.role;
  page.role = role;
  tell('role', was);
}

export function start() {
  panel();
  on('update', update);
  on('missed', () => load('fresh', 'refresh'));
  on('sidebar', () => { if (document.querySelector('[data-people]')) load('fresh', 'refresh'); }); // the groups one shares
}
