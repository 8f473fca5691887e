// Answering: which message the next one answers stands over what is typed, and survives a reload with it.

import { make, on, page } from './page.js';
import { recall, remember } from './store.js';
import { t } from './text.js';

const key = `reply:${page.room}`;

function set(reply) {
  page.reply = reply;
  remember(key, reply);
  page.composer.querySelector('.replying')?.remove();
  if (!reply) {
    if (location.search.includes('reply=')) history.replaceState(null, '', location.pathname); // or a reload would ask again
    return;
  }
  page.composer.querySelector('.box').prepend(make('p', { class: 'replying' },
    make('span', { class: 'quote' }, make('span', {}, t('In reply to')), ' ', make('b', { dir: 'auto' }, reply.name), ' ', make('span', { dir: 'auto' }, reply.words)),
    make('button', { type: 'button', class: 'button plain', onclick: cancel }, t('Cancel'))));
}

function cancel() {
  set(null);
  page.composer.elements.text.focus();
}

export function reply(link) {
  if (!page.composer || page.composer.hidden) {
    location.assign(link.href);
    return;
  }
  const li = link.closest('.message');
  const words = (li.querySelector('.words') || li.querySelector('.text')).textContent.trim() || li.querySelector('.files img')?.alt || li.querySelector('.file bdi')?.textContent || '';
  set({ seq: li.dataset.seq, name: li.querySelector('.who a').textContent, words: words.slice(0, 100) });
  page.composer.elements.text.focus();
}

// The original is shown here when it is on the page, else the link opens the page around it.
export function quote(link) {
  const original = document.getElementById(`m${link.dataset.original}`);
  if (!original) location.assign(link.href);
  else if (location.hash === `#${original.id}`) original.scrollIntoView({ block: 'center' });
  else location.hash = original.id;
}

const seq = page.composer?.elements.reply?.value; // the page came with it
if (seq) {
  const [, name, words] = page.composer.querySelector('.replying .quote').children;
  set({ seq, name: name.textContent, words: words.textContent });
} else if (page.composer && recall(key)) {
  set(recall(key));
}
page.composer?.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || !page.reply || event.isComposing) return;
  event.stopPropagation();
  cancel();
});
on('taken', () => { if (page.reply) set(null); });
