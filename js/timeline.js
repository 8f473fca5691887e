// The messages on the page: what the server rendered, with what came since put in its place, by seq. Of each
// message the highest change wins, wherever it came from.
// Tells: `shown` ({seq, nonce, li, message, live}), `replaced` ({old, li}).

import { forMe, make, on, page, tell } from './page.js';
import { settle } from './group.js';
import { t } from './text.js';

const TRIM = 800; // more than this many are cut to half while the reader is at the end
const PACE = 100; // milliseconds between two changes of the page: in a flood of messages it stays quick

const changes = new Map(); // seq -> the highest change seen
const unseen = new Map(); // seq -> the message, changed while it is not on the page
let waiting = []; // what came and is not on the page yet
let pacing = 0;

const items = () => page.messages.querySelectorAll(':scope > .message');
const shown = (seq) => document.getElementById(`m${seq}`);
const first = () => Number(page.messages.querySelector(':scope > .message')?.dataset.seq || 0);

// The only place where markup becomes elements: the server's own rendered message.
function parse(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return document.importNode(template.content.querySelector('li.message'), true);
}

// Which reactions are mine.
function chips(li) {
  for (const chip of li.querySelectorAll('.chip')) {
    const mine = chip.matches('.mine') || chip.dataset.users.split(' ').includes(page.me);
    chip.classList.toggle('mine', mine);
    chip.setAttribute('role', 'button');
    chip.setAttribute('aria-pressed', mine);
  }
}

// Where it is answered it shows as it is now. The server tells that of the newest answers only.
function requote(seq, text) {
  for (const quote of page.messages.querySelectorAll(`a.quote[data-original="${seq}"]`)) {
    if (text) quote.lastElementChild.textContent = text.slice(0, 100);
    else quote.replaceWith(make('p', { class: 'quote' }, t('The original message was deleted.')));
  }
}

// Messages get their links, as on a page that the server rendered: by whose they are, and by the role of who looks.
function own(li) {
  li.querySelector('.tools')?.remove();
  chips(li);
  if (li.dataset.kind !== 'text' || li.classList.contains('deleted')) return;
  const mine = li.dataset.sender === page.me;
  const may = mine || page.role === 'admin' || page.role === 'owner';
  const time = li.querySelector('time').textContent;
  const href = (name) => `/rooms/${page.room}?${name}=${li.dataset.seq}#${name}`;
  const tool = (name, label, rest = t('the message of {}', time)) => make('a', { href: href(name), 'data-tool': name },
    label, make('span', { class: 'sr-only' }, ` ${rest}`));
  const tools = [tool('more', t('More'))];
  if (may) tools.unshift(tool('delete', t('Delete')));
  if (mine && page.role !== 'muted') tools.unshift(tool('edit', t('Edit')));
  if (page.role !== 'muted') {
    const to = t('to the message of {}', time);
    tools.unshift(tool('react', t('React'), to), tool('reply', t('Reply'), to));
  }
  li.append(make('p', { class: 'tools' }, ...tools));
  if (li.querySelector('.pinned')) document.getElementById('pins').hidden = false;
  if (page.saved.has(li.dataset.seq) && !li.querySelector('.saved')) li.querySelector('.words').after(' ', make('small', { class: 'mark saved' }, t('(saved)')));
  const edited = li.querySelector('.edited');
  edited?.replaceChildren(may ? make('a', { href: href('versions') }, edited.textContent) : edited.textContent);
}

function place(li) {
  const seq = Number(li.dataset.seq);
  let before = shown(seq - 1) || (seq < first() ? null : page.messages.lastElementChild);
  while (before && !(Number(before.dataset.seq) < seq)) before = before.previousElementSibling; // separators have no seq
  if (before) before.after(li);
  else page.messages.prepend(li);
}

function show(message, live) {
  const known = changes.get(message.seq) || 0;
  const old = shown(message.seq);
  if (message.change < known || (old && message.change === known)) return;
  changes.set(message.seq, message.change);
  const above = live && !old && (message.seq < first() || page.history);
  if (message.seq < page.oldest) return;
  if (above) {
    unseen.set(message.seq, message);
    return;
  }
  if (message.edited_at || message.deleted) requote(message.seq, message.deleted ? '' : message.text || message.files?.[0]?.name);
  const li = parse(message.html);
  page.localise(li);
  own(li);
  li.classList.toggle('for-me', li.dataset.sender !== page.me && forMe(message.html));
  if (old) {
    old.replaceWith(li);
    tell('replaced', { old, li });
  } else {
    place(li);
  }
  settle(li);
  tell('shown', { seq: message.seq, nonce: message.nonce, li, message, live: live && !old });
}

function remove(li) {
  const next = li.nextElementSibling;
  li.remove();
  if (next?.classList.contains('message')) settle(next);
}

function drop(oldest) {
  page.oldest = Math.max(page.oldest, oldest);
  for (const li of items()) {
    if (Number(li.dataset.seq) >= page.oldest) break;
    remove(li);
  }
  for (const { dataset } of page.messages.querySelectorAll('a.quote')) if (Number(dataset.original) < page.oldest) requote(dataset.original);
  const top = page.messages.firstElementChild; // a separator without its messages
  if (top && !items().length) page.messages.replaceChildren();
  if (first() && first() <= page.oldest && document.getElementById('older')) tell('more', { more: false });
}

function trim() {
  const all = items();
  if (all.length <= TRIM || page.history || !page.atEnd?.()) return;
  for (const li of [...all].slice(0, all.length - TRIM / 2)) li.remove();
  while (page.messages.firstElementChild?.matches('.day, .new')) page.messages.firstElementChild.remove();
  settle(page.messages.firstElementChild);
  tell('more', { more: true, before: first() });
}

function adopt(data) {
  if (data.reset) {
    changes.clear();
    unseen.clear();
    if (!page.history) page.messages.replaceChildren();
    page.oldest = data.oldest || 1;
  }
  for (const message of data.messages || []) show(message, !data.reset);
  if (data.oldest) drop(data.oldest);
  if (data.reset && !page.history) tell('more', { more: data.more, before: first() });
}

function flush() {
  const all = waiting;
  waiting = [];
  pacing = all.length && setTimeout(flush, PACE);
  if (!pacing) return;
  page.hold(() => {
    all.forEach(adopt);
    trim();
  });
}

function update(data) {
  if (!data.messages?.length && !(data.oldest > page.oldest) && !data.reset) return;
  waiting.push(data);
  if (!pacing) flush();
}

// A page of history, put above. What changed since it was asked for is newer than what it holds.
function older(data) {
  page.hold(() => {
    for (const message of data.messages) {
      const newer = unseen.get(message.seq);
      unseen.delete(message.seq);
      show(newer && newer.change > message.change ? newer : message, false);
    }
    if (data.oldest) drop(data.oldest);
    tell('more', { more: data.more && first() > page.oldest, before: first() });
  });
}

export function start() {
  for (const li of items()) {
    changes.set(Number(li.dataset.seq), Number(li.dataset.change));
    settle(li);
    if (li.querySelector('.tools')) chips(li);
    else own(li); // the server leaves the tools to us
  }
  on('update', update);
  on('older', older);
  on('settle', settle);
  on('role', () => items().forEach(own));
}
