// Jumping to a room or a person by a few letters: those visited last come first.

import { make, page, sleep } from './page.js';
import { csrf, getPage } from './net.js';
import { dialog } from './dialog.js';
import { go } from './keys.js';
import { recall } from './store.js';
import { n, t } from './text.js';

const MOST = 20; // shown at once
const TYPING = 200; // the server is asked for people when the typing pauses

// Without regard to case and accents, and ß is ss.
const fold = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase();

// 0: it begins so, 1: one of its words does, 2: it is somewhere inside.
function rank(text, letters) {
  const whole = ` ${fold(text)}`;
  let best = Infinity;
  for (let at = whole.indexOf(letters); at > 0; at = whole.indexOf(letters, at + 1)) {
    best = Math.min(best, at === 1 ? 0 : 1 + /[\p{L}\p{N}]/u.test(whole[at - 1]));
  }
  return best;
}

function rooms() {
  const recent = recall('recent') || [];
  const visited = (link) => (recent.includes(link.dataset.to) ? recent.indexOf(link.dataset.to) : recent.length);
  return [...document.querySelectorAll('#lists a[data-to]')].sort((a, b) => visited(a) - visited(b)).map((link) => ({
    words: `${link.querySelector('.name').textContent} ${link.dataset.userName || ''}`,
    user: link.dataset.userName,
    here: link.dataset.to === page.room,
    parts: [...link.childNodes],
    open: () => go(link.getAttribute('href')),
  }));
}

// Writing to somebody for the first time opens the room of the two.
function write(name) {
  const form = make('form', { method: 'post', action: `/people/${name}` }, make('input', { type: 'hidden', name: 'csrf', value: csrf() }));
  document.body.append(form);
  form.submit();
}

async function people(letters, known) {
  const found = await getPage(`/people?${new URLSearchParams({ q: letters })}`);
  return [...found.querySelectorAll('.cards [data-user-name]')].map((card) => {
    const name = card.dataset.userName;
    const link = card.querySelector('h2 a');
    return { words: `${link.textContent} ${name}`, user: name, asked: true, open: () => write(name),
      parts: [card.querySelector('.face'), make('span', { class: 'name', dir: 'auto' }, link.textContent), make('span', { class: 'hint' }, name)] };
  }).filter(({ user }) => user !== page.myName && !known.some((room) => room.user === user));
}

export async function open() {
  const known = rooms();
  let others = [];
  let shown = [];
  let chosen = 0;
  const title = t('Jump to a room or a person');
  const input = make('input', { type: 'text', role: 'combobox', 'aria-label': title, 'aria-expanded': 'true', 'aria-controls': 'jump-list',
    'aria-autocomplete': 'list', autocomplete: 'off', spellcheck: 'false', dir: 'auto', placeholder: t('A room or a person'), autofocus: true });
  const list = make('ul', { id: 'jump-list', role: 'listbox', 'aria-label': t('Rooms and people') });
  const note = make('p', { class: 'hint', role: 'status' });

  function choose(index) {
    chosen = shown.length ? (index + shown.length) % shown.length : 0;
    [...list.children].forEach((option, i) => option.setAttribute('aria-selected', String(i === chosen)));
    list.children[chosen]?.scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', shown.length ? `jump-${chosen}` : '');
  }

  function paint() {
    const letters = fold(input.value.trim());
    const ranked = [...known, ...others].map((item) => [letters ? Math.min(rank(item.words, letters), item.asked ? 3 : Infinity) : Number(item.here), item]);
    shown = ranked.filter(([how]) => how < Infinity).sort(([a], [b]) => a - b).slice(0, MOST).map(([, item]) => item);
    list.replaceChildren(...shown.map((item, i) => make('li', { role: 'option', id: `jump-${i}` }, ...item.parts.map((part) => part.cloneNode(true)))));
    note.textContent = shown.length ? n('{} found', '{} found', shown.length) : t('Nobody and nothing here by that name.');
    note.classList.toggle('sr-only', shown.length > 0);
    choose(0);
  }

  async function search() {
    const { value } = input;
    if (!value.trim()) others = [];
    paint();
    await sleep(TYPING);
    if (!value.trim() || value !== input.value || !input.isConnected) return;
    const found = await people(value.trim(), known).catch(() => []);
    if (value !== input.value) return;
    others = found;
    paint();
  }

  input.addEventListener('input', search);
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown') choose(chosen + 1);
    else if (event.key === 'ArrowUp') choose(chosen - 1);
    else if (event.key === 'Enter') take(shown[chosen]);
    else return;
    event.preventDefault();
  });
  list.addEventListener('click', ({ target }) => take(shown[[...list.children].indexOf(target.closest('li'))]));
  const element = await dialog(title, 'jump', input, list, note);
  function take(item) {
    if (!item) return;
    element.close();
    item.open();
  }
  paint();
}
