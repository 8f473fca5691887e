// Messages that are not committed yet, kept in localStorage until they are: an entry each, by room and user.
// Every entry belongs to the page that sends it. A page that leaves gives its entries back, and those of a
// page that died are taken over after a while; should two send the same, the nonce makes one of it.

import { page } from './page.js';
import { t } from './text.js';

const PREFIX = `snug:out:${page.me}:${page.room}:`;
const DEAD = 150000; // a hidden page may be woken only once a minute
const DAY = 24 * 3600 * 1000;

const memory = new Map(); // what could not be stored: full, or forbidden
const tab = nonce();
let last = 0;

// randomUUID is there only over TLS and on the own host.
export function nonce() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function write(item) {
  try {
    localStorage.setItem(PREFIX + item.id, JSON.stringify(item));
    memory.delete(item.id);
  } catch {
    memory.set(item.id, item);
  }
}

export function all() {
  const found = new Map(memory);
  try {
    for (let i = 0; i < localStorage.length; i += 1) {
      const key = localStorage.key(i);
      if (!key.startsWith(PREFIX)) continue;
      const item = JSON.parse(localStorage.getItem(key));
      found.set(item.id, item);
    }
  } catch { /* what is in memory, then */ }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

export const find = (id) => all().find((item) => item.id === id);

export function add(text, more) {
  last = Math.max(Date.now(), last + 1); // ids sort in the order of writing
  const item = { id: `${String(last).padStart(15, '0')}-${nonce()}`, nonce: nonce(), text, ...more, at: last, tab, touched: Date.now(), error: '' };
  write(item);
  return item;
}

export function change(item, fields) {
  if (!find(item.id)) return null;
  const changed = { ...item, ...fields, touched: Date.now() };
  write(changed);
  return changed;
}

export function remove(id) {
  memory.delete(id);
  try {
    localStorage.removeItem(PREFIX + id);
  } catch { /* it was not there */ }
}

// What this page should send next: the oldest that is its own, or nobody's.
export function next() {
  for (const item of all()) {
    if (item.error) continue;
    const free = !item.tab || item.tab === tab || Date.now() - item.touched > DEAD;
    if (!free) continue;
    if (Date.now() - item.at > DAY) {
      change(item, { error: t('It was written more than a day ago.') });
      continue;
    }
    return change(item, { tab });
  }
  return null;
}

// Somebody else's entries: shown by this page, sent by theirs.
export function foreign() {
  return all().some((item) => !item.error && item.tab !== tab);
}

export function release() {
  for (const item of all()) if (item.tab === tab) write({ ...item, tab: '' });
}

export function watch(changed) {
  window.addEventListener('storage', (event) => { if (!event.key || event.key.startsWith(PREFIX)) changed(); });
}
