// Older messages load above while the reader scrolls up. Without this module the link opens them as a page.

import { make, page, tell } from './page.js';
import { get } from './net.js';
import { t } from './text.js';

let loading = false;

const link = () => document.getElementById('older');
const before = () => new URL(link().href).searchParams.get('before');

async function load(limit = 50) {
  if (loading || !link()) return false;
  loading = true;
  link().setAttribute('aria-busy', 'true');
  try {
    tell('older', await get({ room: page.room, before: before(), limit }));
    return true;
  } catch (fault) {
    tell('connection', { ok: false, next: Date.now() + 5000, failures: 1 });
    console.error('snug: older messages:', fault);
    return false;
  } finally {
    loading = false;
    link()?.removeAttribute('aria-busy');
  }
}

// Loads until a message is there, or so much that nobody would read it all.
export async function reach({ seq, reached }) {
  for (let i = 0; i < 5 && link() && Number(before()) > seq; i += 1) {
    if (!await load(200)) return;
  }
  reached();
}

export function more({ more: some, before: seq }) {
  link()?.parentElement.remove();
  if (!some) return;
  const href = `/rooms/${page.room}?before=${seq}`;
  page.messages.before(make('p', { class: 'older' }, make('a', { class: 'button', id: 'older', 'data-tool': 'older', href }, t('Older messages'))));
}

export const nearStart = () => load();
export const older = () => load();
