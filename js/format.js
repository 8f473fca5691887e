// What the buttons of the composer do: format what is selected, put an emoji in, show the preview and the help sheet.

import { make, on, page } from './page.js';
import { getPage, post } from './net.js';
import { dialog } from './dialog.js';
import { common } from './react.js';
import { t } from './text.js';

const field = page.composer.elements.text;
let shown;

// Like typing, so that it can be undone; the selection is then `from` to `to`.
function put(start, end, text, from, to) {
  field.focus();
  field.setSelectionRange(start, end);
  if (!document.execCommand('insertText', false, text)) {
    field.setRangeText(text, start, end, 'end');
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }
  field.setSelectionRange(from, to);
}

function around(mark, end = mark) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const text = value.slice(from, to);
  if (value.slice(from - mark.length, from) === mark && value.slice(to, to + end.length) === end) {
    put(from - mark.length, to + end.length, text, from - mark.length, to - mark.length);
  } else {
    put(from, to, mark + text + end, from + mark.length, to + mark.length);
  }
}

function lines(mark) {
  const { selectionStart, selectionEnd: to, value } = field;
  const from = value.lastIndexOf('\n', selectionStart - 1) + 1;
  const text = value.slice(from, to).split('\n').map((line) => mark + line).join('\n');
  put(from, to, text, from + text.length, from + text.length);
}

export const bold = () => around('**');
export const italic = () => around('_');

export function code() {
  const chosen = field.value.slice(field.selectionStart, field.selectionEnd);
  if (chosen.includes('\n')) around('```\n', '\n```');
  else around('`');
}

function link() {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const text = value.slice(from, to) || t('words');
  put(from, to, `[${text}](https://)`, from + text.length + 3, from + text.length + 11);
}

function clear() {
  shown?.remove();
  shown = null;
}

export async function preview() {
  if (shown || !field.value.trim()) {
    clear();
    return;
  }
  const panel = make('div', { class: 'preview', role: 'region', 'aria-label': t('Preview'), tabindex: '0', dir: 'auto' });
  shown = panel;
  try {
    const { html } = await post({ action: 'preview', room: page.room, text: field.value });
    // Like the messages themselves, this is the server's own.
    const words = html && new DOMParser().parseFromString(html, 'text/html').body;
    panel.append(words ? make('div', { class: 'rich' }, ...[...words.childNodes].map((node) => document.importNode(node, true))) : field.value);
  } catch (fault) {
    panel.append(make('p', { class: 'error', role: 'alert' }, fault.message));
  }
  if (shown === panel) page.hold(() => field.before(panel));
}

async function help() {
  const sheet = await getPage('/formatting').then((found) => found.querySelector('.sheet'), () => null);
  if (sheet) dialog(t('Formatting'), 'formatting', document.importNode(sheet, true));
  else window.open('/formatting');
}

function insert(sign) {
  const { selectionStart: from, selectionEnd: to } = field;
  show();
  put(from, to, sign, from + sign.length, from + sign.length);
}

const buttons = [
  ['S', t('Struck through'), () => around('~~')],
  ['❝', t('Quote'), () => lines('> ')],
  ['•', t('List'), () => lines('- ')],
  ['🔗', t('Link'), link],
  ['👁', t('Preview'), preview],
  ['?', t('Help with formatting'), help],
];

function keys(event) {
  const all = [...event.currentTarget.children];
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  event.preventDefault();
}

function panel(name, label, ...signs) {
  const element = make('div', { class: `formats ${name}`, role: 'toolbar', 'aria-label': label, hidden: true, onkeydown: keys },
    ...signs.map(([sign, title, act]) => make('button', { type: 'button', class: 'button', title, 'aria-label': title, onclick: act }, sign)));
  field.before(element);
  return element;
}

const panels = {
  more: panel('more', t('Formatting'), ...buttons),
  emoji: panel('emoji', t('Emoji'), ...common.map((sign) => [sign, sign, () => insert(sign)])),
};

// One of them, or none.
function show(name) {
  page.hold(() => {
    for (const [each, element] of Object.entries(panels)) {
      element.hidden = each !== name;
      document.querySelector(`#marks .${each}`).setAttribute('aria-expanded', String(!element.hidden));
    }
  });
  if (!name) clear();
  field.focus();
}

export const more = () => show(panels.more.hidden && 'more');
export const emoji = () => show(panels.emoji.hidden && 'emoji');

page.composer.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.isComposing || (panels.more.hidden && panels.emoji.hidden && !shown)) return;
  event.stopPropagation(); // what is answered stays
  show();
}, { capture: true });
on('taken', clear);
field.addEventListener('input', clear);
