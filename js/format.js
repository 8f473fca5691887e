// The buttons that format what is selected in the composer, the preview, and the help sheet.

import { make, on, page } from './page.js';
import { getPage, post } from './net.js';
import { dialog } from './dialog.js';
import { t } from './text.js';

const field = page.composer.elements.text;
const opener = document.getElementById('format');
let bar;
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

function code() {
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

const buttons = [
  ['B', t('Bold'), () => around('**')],
  ['I', t('Italic'), () => around('_')],
  ['S', t('Struck through'), () => around('~~')],
  ['</>', t('Code'), code],
  ['❝', t('Quote'), () => lines('> ')],
  ['•', t('List'), () => lines('- ')],
  ['🔗', t('Link'), link],
  ['👁', t('Preview'), preview],
  ['?', t('Help with formatting'), help],
];

function keys(event) {
  const all = [...bar.children];
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  event.preventDefault();
}

export function toggle() {
  if (!bar) {
    bar = make('div', { class: 'formats', role: 'toolbar', 'aria-label': t('Formatting'), hidden: true, onkeydown: keys },
      ...buttons.map(([sign, title, act]) => make('button', { type: 'button', class: `button f-${sign}`, title, 'aria-label': title, onclick: act }, sign)));
    field.before(bar);
    on('taken', clear);
    field.addEventListener('input', clear);
  }
  page.hold(() => { bar.hidden = !bar.hidden; });
  opener.setAttribute('aria-expanded', String(!bar.hidden));
  if (bar.hidden) clear();
  field.focus();
}
