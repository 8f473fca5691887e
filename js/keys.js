// Keys for the whole page: Ctrl+K jumps, Alt with the arrows goes through the rooms, "/" searches, "?" lists them all. What they
// open is loaded when it is first used.

import { make, page } from './page.js';
import { recall, remember } from './store.js';
import { t } from './text.js';

const REMEMBERED = 50; // rooms

export const mac = /Mac|iP(hone|ad)/.test(navigator.platform);

// Who comes by a key goes on by the keys: with the composer focused.
export const go = (path) => location.assign(`${path}#text`);

async function open(name) {
  if (!document.querySelector('dialog')) (await import(`./${name}.js`)).open();
}

function step(down, unread) {
  if (document.querySelector('dialog')) return;
  const links = [...document.querySelectorAll('#lists a[data-to]')];
  const at = links.findIndex((link) => link.dataset.to === page.room);
  const others = [...links.slice(at + 1), ...links.slice(0, Math.max(at, 0))];
  if (!down) others.reverse();
  const next = others.find((link) => !unread || link.classList.contains('unread'));
  if (next) go(next.getAttribute('href'));
}

const typing = (element) => element.isContentEditable || element.matches('textarea, select, input:not([type="checkbox"], [type="radio"])');

function act(event) {
  const command = mac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  const arrow = event.key === 'ArrowUp' || event.key === 'ArrowDown';
  if (command && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') open('jump');
  else if (arrow && event.altKey && !event.ctrlKey && !event.metaKey) step(event.key === 'ArrowDown', event.shiftKey);
  else if (event.key === '/' && !event.ctrlKey && !event.altKey && !event.metaKey && !typing(event.target)) document.getElementById('search').click();
  else if (event.key === '?' && !event.ctrlKey && !event.metaKey && !typing(event.target)) open('keylist');
  else if (event.key === 'r' && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target)) {
    const reply = event.target.closest('.message')?.querySelector('[data-tool="reply"]');
    if (!reply) return;
    reply.click();
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

// The places where a key press is also a click.
function buttons() {
  const link = document.getElementById('jump');
  if (mac) link.querySelector('kbd').textContent = '⌘ K';
  link.replaceWith(make('button', { type: 'button', id: 'jump', 'aria-haspopup': 'dialog', onclick: () => open('jump') }, ...link.childNodes));
  document.querySelector('.sidebar .jump').append(make('button', { type: 'button', class: 'keys', title: t('Keys'), 'aria-haspopup': 'dialog', onclick: () => open('keylist') },
    make('span', { 'aria-hidden': 'true' }, '?'), make('span', { class: 'sr-only' }, t('Keys'))));
}

export function start() {
  if (page.room) remember('recent', [page.room, ...(recall('recent') || []).filter((room) => room !== page.room)].slice(0, REMEMBERED));
  buttons();
  document.addEventListener('keydown', (event) => { if (!event.isComposing && event.keyCode !== 229) act(event); }, { capture: true });
}
