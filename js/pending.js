// How a message looks that is not committed yet, or that the server refused.

import { make, page } from './page.js';
import { t } from './text.js';

function state(item, { again, discard }) {
  if (!item.error) return make('p', { class: 'state' }, t('Sending …'));
  return make('p', { class: 'state', role: 'alert' }, make('span', {}, `${t('Not sent.')} ${item.error}`),
    make('button', { type: 'button', class: 'button', onclick: () => again(item) }, t('Try again')),
    make('button', { type: 'button', class: 'button danger', onclick: () => discard(item) }, t('Discard')));
}

export function pending(item, actions) {
  return make('li', { class: `message ${item.error ? 'failed' : 'pending'}` },
    make('span', { class: `avatar hue-${page.myHue}`, 'aria-hidden': 'true' }, page.myInitials),
    make('div', { class: 'said' },
      make('p', { class: 'who' }, make('a', { href: `/people/${page.myName}`, dir: 'auto' }, page.myDisplay)),
      ...(item.reply ? [make('p', { class: 'quote' }, make('b', { dir: 'auto' }, item.reply.name), ' ', make('span', { dir: 'auto' }, item.reply.words))] : []),
      make('p', { class: 'text', dir: 'auto' }, make('span', { class: 'words' }, item.text)),
      make('ul', { class: 'files' }, ...(item.files || []).map(({ name }) => make('li', {}, make('bdi', { class: 'file' }, name)))),
      state(item, actions)));
}
