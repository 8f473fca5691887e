// Offers what goes on from what is typed: "@" and letters the room's members, ":" and letters emoji. The arrows choose,
// Enter and Tab take, Esc leaves.

import { make, on, page } from './page.js';
import { getPage } from './net.js';
import { n } from './text.js';
import emoji from './emoji.js';

const MOST = 8;
const began = /(?:^|[^\p{L}\p{N}._@:-])([@:])([\w.+-]*)$/u;
const codes = emoji.match(/[^\s,][^,]+/g).flatMap((each) => {
  const [sign, ...names] = each.split(' ');
  return names.map((name) => ({ key: name, put: `:${name}: `, parts: [sign, name] }));
});
const starts = (text, letters) => (text.toLowerCase().startsWith(letters) ? 0 : 1);

let list;
let field;
let from = 0; // where what is completed begins
let shown = [];
let chosen = 0;
let more; // members beyond those at the side of the page: the server was asked

const status = make('p', { class: 'sr-only', role: 'status' });

function entry(item) {
  const name = item.dataset.userName;
  const display = item.querySelector('.name, h2 a')?.textContent || name;
  return { key: name, words: `${name} ${display}`, put: `@${name} `, parts: [item.querySelector('.avatar')?.cloneNode(true) || '', make('b', {}, name), display === name ? '' : display] };
}

const listed = () => [...document.querySelectorAll('#members li[data-user-name], .bar [data-user-name]')].map(entry);

async function ask(letters) {
  if (more === letters || !letters || listed().length < 200) return;
  more = letters;
  const found = await getPage(`/people?${new URLSearchParams({ q: letters })}`).catch(() => null);
  if (found && more === letters && list) paint('@', letters, [...found.querySelectorAll('.cards [data-user-name]')].map(entry));
}

function leave() {
  list?.remove();
  list = null;
  for (const name of ['aria-controls', 'aria-activedescendant', 'aria-autocomplete', 'aria-haspopup']) field?.removeAttribute(name);
}

function choose(index) {
  chosen = (index + shown.length) % shown.length;
  [...list.children].forEach((option, i) => option.setAttribute('aria-selected', String(i === chosen)));
  list.children[chosen].scrollIntoView({ block: 'nearest' });
  field.setAttribute('aria-activedescendant', `offer-${chosen}`);
}

function take(item) {
  const end = field.selectionStart;
  leave();
  field.focus();
  field.setSelectionRange(from, end);
  if (!document.execCommand('insertText', false, item.put)) field.setRangeText(item.put, from, end, 'end');
}

function paint(sign, letters, others = []) {
  const known = sign === ':' ? codes : [...listed(), ...others].filter((one, i, all) => one.key !== page.myName && all.findIndex(({ key }) => key === one.key) === i);
  shown = known.filter(({ key, words }) => (words || key).toLowerCase().includes(letters))
    .sort((a, b) => starts(a.key, letters) - starts(b.key, letters)).slice(0, MOST);
  if (!shown.length) {
    leave();
    return;
  }
  if (!list) {
    list = make('ul', { class: 'offers', id: 'offers', role: 'listbox', 'aria-label': n('{} found', '{} found', shown.length) });
    list.addEventListener('mousedown', (event) => event.preventDefault()); // the field keeps the focus
    list.addEventListener('click', ({ target }) => take(shown[[...list.children].indexOf(target.closest('li'))]));
    field.closest('.box').append(list, status);
    for (const [name, value] of [['aria-controls', 'offers'], ['aria-autocomplete', 'list'], ['aria-haspopup', 'listbox']]) field.setAttribute(name, value);
  }
  list.replaceChildren(...shown.map(({ parts }, i) => make('li', { role: 'option', id: `offer-${i}` }, ...parts)));
  status.textContent = n('{} found', '{} found', shown.length);
  choose(0);
}

function keys(event) {
  if (!list || event.target !== field || event.isComposing) return;
  const act = { ArrowDown: () => choose(chosen + 1), ArrowUp: () => choose(chosen - 1), Enter: () => take(shown[chosen]), Tab: () => take(shown[chosen]), Escape: leave }[event.key];
  if (event.key === 'Enter' && shown[chosen].put === `${field.value.slice(from, field.selectionStart)} `) { // it stands there whole
    leave();
    return;
  }
  if (!act || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

export function complete(target) {
  if (field !== target) leave();
  field = target;
  const found = began.exec(field.value.slice(0, field.selectionStart));
  if (!found || (found[1] === ':' && found[2].length < 2)) {
    leave();
    return;
  }
  from = field.selectionStart - found[2].length - 1;
  paint(found[1], found[2].toLowerCase());
  if (found[1] === '@') ask(found[2].toLowerCase());
}

document.addEventListener('keydown', keys, { capture: true });
document.addEventListener('focusout', ({ target }) => { if (target === field) leave(); });
on('taken', leave);
