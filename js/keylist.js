// The list of the keys.

import { make } from './page.js';
import { dialog } from './dialog.js';
import { mac } from './keys.js';
import { t } from './text.js';

const breaks = document.body.dataset.enter === 'break';
const ctrl = mac ? '⌘' : t('Ctrl');
const alt = mac ? '⌥' : 'Alt';
const shift = t('Shift');

const keys = [
  [[ctrl, 'K'], t('Jump to a room or a person')],
  [[alt, '↑ ↓'], t('The room above or below')],
  [[alt, shift, '↑ ↓'], t('The next room with something unread')],
  [breaks ? [ctrl, 'Enter'] : ['Enter'], t('Send the message')],
  [breaks ? ['Enter'] : [shift, 'Enter'], t('A new line')],
  [[ctrl, shift, 'P'], t('See what you typed as it will be shown')],
  [['↑'], t('Edit your last message, when nothing is typed')],
  [['R'], t('Answer the message that has the focus')],
  [['Esc'], t('Close, or leave things as they were')],
  [['/'], t('Search')],
  [['?'], t('This list')],
];

export function open() {
  return dialog(t('Keys'), 'keylist', make('dl', {}, ...keys.flatMap(([names, what]) => [
    make('dt', {}, ...names.flatMap((name, i) => [i ? ' ' : '', make('kbd', {}, name)])), make('dd', {}, what)])));
}
