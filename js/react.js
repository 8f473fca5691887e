// Reactions: a click on one joins in or takes one's own back, "React" offers the common ones and any other.

import { make, on, page } from './page.js';
import { post } from './net.js';
import { t } from './text.js';

// The same as in cgi-bin/room.c.
export const common = '👍 ❤️ 😂 🎉 😮 😢 🙏 👀 👎 🔥 ✅ ❌ 👏 🤔 😍 😅 🙌 💯 🚀 ☕ 💡 👋 🤝 🙈'.split(' ');

let open = null; // { seq, element }
let last = null; // what was pressed: it keeps the focus when the message comes anew

const item = (seq) => document.getElementById(`m${seq}`);
const chip = (li, emoji) => li?.querySelector(`.chip[data-emoji="${CSS.escape(emoji)}"]`);

function close() {
  const li = item(open?.seq);
  page.hold(() => open?.element.remove());
  open = null;
  if (!document.activeElement || document.activeElement === document.body) li?.querySelector('[data-tool="react"]:not(.chip)')?.focus();
}

function complain(seq, words) {
  const place = open?.element || item(seq)?.querySelector('.said');
  place?.querySelector('.error')?.remove();
  place?.append(make('p', { class: 'error', role: 'alert' }, words));
}

async function change(seq, emoji, mine) {
  last = { seq, emoji };
  try {
    await post({ action: 'react', room: page.room, seq, emoji, on: mine ? 0 : 1 });
    if (open?.seq === seq) close();
  } catch (fault) {
    complain(seq, fault.message);
  }
}

function hang(li) {
  li.querySelector('.text').after(open.element);
}

function pick(li) {
  const { seq } = li.dataset;
  const again = open?.seq === seq;
  if (open) close();
  if (again) return;
  const choose = (emoji) => change(seq, emoji, chip(item(seq), emoji)?.matches('.mine'));
  const field = make('input', { id: 'emoji', autocomplete: 'off', maxlength: '16' });
  const element = make('div', { class: 'picker', role: 'group', 'aria-label': t('React'),
    onkeydown: (event) => { if (event.key === 'Escape') { event.stopPropagation(); close(); } } },
  make('p', { class: 'picks' }, ...common.map((emoji) => make('button', { type: 'button', class: 'chip', onclick: () => choose(emoji) }, emoji))),
  make('form', { class: 'picks', onsubmit: (event) => { event.preventDefault(); if (field.value.trim()) choose(field.value.trim()); } },
    make('label', { for: 'emoji' }, t('Any other emoji')), field, make('button', { class: 'button' }, t('React')),
    make('button', { type: 'button', class: 'button plain', onclick: close }, t('Cancel'))));
  open = { seq, element };
  page.hold(() => hang(li));
  element.scrollIntoView({ block: 'nearest' });
  element.querySelector('button').focus({ preventScroll: true });
}

export function react(link) {
  const li = link.closest('.message');
  if (link.dataset.emoji) change(li.dataset.seq, link.dataset.emoji, link.matches('.mine'));
  else pick(li);
}

on('replaced', ({ li }) => {
  const { seq } = li.dataset;
  if (open?.seq === seq && li.matches('.deleted')) open = null;
  else if (open?.seq === seq) hang(li);
  if (last?.seq !== seq) return;
  if (document.activeElement === document.body) chip(li, last.emoji)?.focus({ preventScroll: true });
  last = null;
});
