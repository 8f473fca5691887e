// Sending: a message appears at once as pending, goes out in its turn, is tried again by itself until the server
// has committed it, and stays with "Try again" and "Discard" when the server says no.

import { backOff, isSend, on, page, sleep, tell } from './page.js';
import { post } from './net.js';
import { pending } from './pending.js';
import * as outbox from './outbox.js';
import { t } from './text.js';

const views = new Map(); // id -> its <li>
const committed = new Map(); // seq -> the <li> that waits for the real one
let pumping = false;
let wake = () => {};

const actions = {
  again(item) {
    outbox.change(item, { error: '', at: Date.now(), tab: '', nonce: item.fresh ? outbox.nonce() : item.nonce });
    paint();
    pump();
  },
  discard(item) {
    outbox.remove(item.id);
    paint();
    page.composer?.elements.text.focus();
  },
};

// Makes the list of what is pending show the outbox, keeping what has not changed.
function paint() {
  page.hold(() => {
    const items = outbox.all();
    for (const [id, li] of views) {
      if (items.some((item) => item.id === id)) continue;
      views.delete(id);
      if (![...committed.values()].includes(li)) li.remove();
    }
    for (const item of items) {
      const old = views.get(item.id);
      if (old && old.dataset.error === item.error) continue;
      const li = pending(item, actions);
      li.dataset.error = item.error;
      if (old) old.replaceWith(li);
      else page.pending.append(li);
      views.set(item.id, li);
    }
  });
}

// Committed. It turns solid, and goes when the message itself has come.
function done(item, { seq }) {
  const li = views.get(item.id);
  if (li && !document.getElementById(`m${seq}`)) {
    li.classList.remove('pending');
    li.querySelector('.state')?.remove();
    committed.set(seq, li);
  }
  outbox.remove(item.id);
  paint();
}

async function deliver(item) {
  for (let failures = 1; ; failures += 1) {
    try {
      done(item, await post({ room: page.room, text: item.text, nonce: item.nonce, file: (item.files || []).map(({ id }) => id), ...(item.reply && { reply: item.reply.seq }) }));
      return true;
    } catch (fault) {
      const line = views.get(item.id)?.querySelector('.state');
      if (fault.status === 401) { // kept for when the same user is back
        if (line) line.textContent = t('Not sent: you are signed out. It goes out when you are back.');
        return false;
      }
      if (!fault.passing) {
        outbox.change(item, { error: fault.message, fresh: fault.status === 409, reply: fault.code === 'no_original' ? null : item.reply, files: fault.code === 'no_file' ? [] : item.files });
        paint();
        return true;
      }
      if (line) line.textContent = t('Not sent yet. It is tried again by itself …');
      const wait = Math.max(fault.retryAfter, backOff(failures));
      await Promise.race([sleep(wait), new Promise((now) => { wake = now; })]);
    }
    const still = outbox.change(item, {});
    if (!still || still.error) return true; // discarded, or it came back through the messages
    if (Date.now() - item.at > 24 * 3600 * 1000) return true;
  }
}

// One at a time, in order: the next goes when the one before is through or has failed for good.
async function pump() {
  if (pumping) return;
  pumping = true;
  try {
    for (let item = outbox.next(); item; item = outbox.next()) {
      if (!await deliver(item)) break;
    }
  } finally {
    pumping = false;
    paint();
  }
}

function arrived({ seq, nonce, message }) {
  committed.get(seq)?.remove();
  committed.delete(seq);
  if (!nonce || String(message.sender?.id) !== page.me) return;
  const item = outbox.all().find((waiting) => waiting.nonce === nonce);
  if (!item) return;
  outbox.remove(item.id);
  paint();
}

function submit(event) {
  event.preventDefault();
  const field = page.composer.elements.text;
  if (!(field.value.trim() || page.files.length) || field.readOnly) return;
  outbox.add(field.value, { reply: page.reply, files: page.files });
  field.value = '';
  tell('taken');
  if (page.history) { // the newest page sends it and shows it
    location.assign(`/rooms/${page.room}`);
    return;
  }
  paint();
  page.toEnd?.();
  field.focus();
  pump();
}

function keys(event) {
  if (event.isComposing || event.keyCode === 229) return; // an input method is at work
  const field = event.target;
  if (isSend(event)) {
    event.preventDefault();
    page.composer.requestSubmit();
  } else if (event.key === 'ArrowUp' && !field.value) {
    event.preventDefault();
    tell('editLast');
  }
}

export function start() {
  page.composer?.addEventListener('submit', submit);
  page.composer?.elements.text.addEventListener('keydown', keys);
  window.addEventListener('pagehide', outbox.release);
  if (page.history) return;
  paint();
  pump();
  on('shown', arrived);
  on('connection', ({ ok }) => { if (ok) wake(); });
  window.addEventListener('online', () => wake());
  window.addEventListener('pageshow', (event) => { if (event.persisted) pump(); });
  outbox.watch(paint);
  setInterval(() => { if (outbox.foreign()) pump(); }, 30000);
}
