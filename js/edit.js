// Editing in place, and deleting with one question in the page. The links work without this module.

import { isSend, make, on, page } from './page.js';
import { get, post } from './net.js';
import { t } from './text.js';

let open = null; // { seq, base, source, element }

const item = (seq) => document.getElementById(`m${seq}`);
const words = (li) => li.querySelector('.words')?.textContent ?? '';

function close() {
  if (!open) return;
  const { seq, element } = open;
  const li = item(seq);
  page.hold(() => {
    element.remove();
    const text = li?.querySelector('.text');
    if (text) text.hidden = false;
  });
  (li?.querySelector(`[data-tool="${open.tool}"]`) || page.composer?.elements.text)?.focus();
  open = null;
}

// Hangs the open form into its message, again when the message was replaced below it.
function hang(li) {
  const text = li.querySelector('.text');
  if (open.tool === 'edit') text.hidden = true;
  text.after(open.element);
}

function complain(text) {
  const line = open.element.querySelector('.error');
  line.textContent = text;
  line.hidden = false;
}

const error = () => make('p', { class: 'error', role: 'alert', id: 'in-place-error', hidden: true });

async function attempt(fields, finished) {
  const mine = open;
  const buttons = mine.element.querySelectorAll('button');
  for (const button of buttons) button.disabled = true;
  try {
    await post({ room: page.room, seq: mine.seq, ...fields });
    if (open === mine) finished();
  } catch (fault) {
    if (open !== mine) return;
    const present = fault.body?.text ?? fault.body?.error?.text;
    if (fault.status === 409) {
      mine.base = fault.body?.change ?? fault.body?.error?.change ?? item(mine.seq)?.dataset.change;
      complain(`${fault.message} ${t('It reads now: “{}”. Saving again puts yours in its place.', present ?? words(item(mine.seq)))}`);
    } else {
      complain(fault.message);
    }
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

function save(event) {
  event.preventDefault();
  const text = open.element.querySelector('textarea').value;
  if (text === open.source) close();
  else if (!text.trim()) complain(t('A message cannot be empty. Delete it instead.'));
  else {
    attempt({ action: 'edit', text, base: open.base }, () => {
      const shown = item(open.seq)?.querySelector('.words:not(.rich)');
      if (shown) shown.textContent = text;
      close();
    });
  }
}

function editKeys(event) {
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === 'Escape') {
    event.stopPropagation();
    close();
  } else if (isSend(event)) {
    save(event);
  }
}

// What was typed; of a formatted message the page has only what it became.
async function source(li) {
  if (!li.querySelector('.rich')) return words(li);
  return (await get({ room: page.room, before: Number(li.dataset.seq) + 1, limit: 1 })).messages[0].text;
}

async function edit(li) {
  let text;
  try {
    text = await source(li);
  } catch {
    location.assign(li.querySelector('[data-tool="edit"]').href);
    return;
  }
  close();
  const field = make('textarea', { id: 'in-place', rows: '1', dir: 'auto', 'aria-describedby': 'in-place-error', onkeydown: editKeys });
  field.value = text;
  const form = make('form', { class: 'in-place', onsubmit: save }, make('div', { class: 'box' },
    make('label', { class: 'sr-only', for: 'in-place' }, t('Edit your message')), field, error(),
    make('div', { class: 'row' }, make('p', { class: 'hint needs-script' }, t('{} saves, Esc cancels', document.body.dataset.enter === 'break' ? `${t('Ctrl')}+Enter` : 'Enter')),
      make('button', { type: 'button', class: 'button', onclick: close }, t('Cancel')),
      make('button', { class: 'button primary' }, t('Save')))));
  open = { tool: 'edit', seq: li.dataset.seq, base: li.dataset.change, source: text, element: form };
  page.hold(() => hang(li));
  form.scrollIntoView({ block: 'nearest' });
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

function remove(li) {
  close();
  const yes = make('button', { type: 'button', class: 'button danger', onclick: () => attempt({ action: 'delete' }, close) }, t('Delete'));
  const element = make('div', { class: 'confirm', role: 'group', 'aria-labelledby': 'in-place-question',
    onkeydown: (event) => { if (event.key === 'Escape') close(); } },
  make('span', { id: 'in-place-question' }, t('Delete this message? It cannot be brought back.')), yes,
  make('button', { type: 'button', class: 'button', onclick: close }, t('Keep it')), error());
  open = { tool: 'delete', seq: li.dataset.seq, base: li.dataset.change, element };
  page.hold(() => hang(li));
  element.scrollIntoView({ block: 'nearest' });
  yes.focus();
}

export function editLast() {
  const mine = [...page.messages.querySelectorAll('.message:not(.deleted)')].filter((li) => li.querySelector('[data-tool="edit"]')).pop();
  if (!mine) return;
  mine.scrollIntoView({ block: 'nearest' });
  edit(mine);
}

const ask = (tool) => remove(tool.closest('.message'));
const begin = (tool) => edit(tool.closest('.message'));
export { ask as delete, begin as edit };

on('replaced', ({ li }) => {
  if (!open || open.seq !== li.dataset.seq) return;
  if (li.classList.contains('deleted')) open = null;
  else hang(li);
});
