// The lists of rooms. When rooms come, go or change their names, the server's own list is put in place of ours.

import { on, page, sleep, tell } from './page.js';
import { getPage } from './net.js';

let busy = false;

function differs(rooms) {
  const links = [...document.querySelectorAll('#lists a[data-to]')];
  if (links.length !== rooms.length) return true;
  return rooms.some((room) => {
    const link = links.find((item) => item.dataset.to === String(room.id));
    if (!link) return true;
    const locked = Boolean(link.querySelector('.lock'));
    return link.querySelector('.name').textContent !== room.name || (room.kind === 'group' && locked !== (room.visibility === 'private'));
  });
}

// The head of the room's own page says what the list says.
function head(link) {
  const name = link.querySelector('.name').textContent;
  const renamed = (text) => text.replace(page.roomName, () => name);
  document.querySelector('h1 .sign')?.replaceChildren(...link.querySelector('.sign').cloneNode(true).childNodes);
  document.getElementById('room-name').textContent = name;
  if (page.composer) page.composer.elements.text.placeholder = renamed(page.composer.elements.text.placeholder);
  page.title = renamed(page.title);
  page.roomName = name;
}

function adopt(fresh) {
  const lists = document.getElementById('lists');
  const focused = document.activeElement?.closest?.('#lists a')?.getAttribute('href');
  lists.replaceChildren(...[...fresh.getElementById('lists').childNodes].map((node) => document.importNode(node, true)));
  const here = lists.querySelector(`a[data-to="${CSS.escape(page.room || 'none')}"]`);
  here?.setAttribute('aria-current', 'page');
  if (here && page.main.matches('.room')) head(here);
  if (focused) lists.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  tell('sidebar');
}

async function refresh() {
  if (busy) return;
  busy = true;
  try {
    await sleep(100 + Math.random() * 600); // many pages may have heard the same
    adopt(await getPage('/rooms'));
  } catch {
    setTimeout(refresh, 5000); // the connection is gone, or the page is being left
  } finally {
    busy = false;
  }
}

export function start() {
  on('gone', refresh);
  on('update', ({ rooms }) => { if (rooms && differs(rooms)) refresh(); });
  on('ended', ({ code }) => { if (page.room && code !== 'signed_out') refresh(); }); // this room is gone
}
