// The further tools of a message, in the place of the first: Pin, Save, Mark unread (that one works in unread.js).

import { make, page } from './page.js';
import { post } from './net.js';
import { t } from './text.js';

const mayPin = () => page.role === 'admin' || page.role === 'owner' || (page.main.dataset.kind === 'direct' && page.role !== 'muted');

// What is pinned comes back as a change of the message; what I keep is told to nobody.
function keep(li, saved) {
  const { seq } = li.dataset;
  if (saved) page.saved.add(seq);
  else page.saved.delete(seq);
  if (saved) li.querySelector('.words').after(' ', make('small', { class: 'mark saved' }, t('(saved)')));
  else li.querySelector('.saved')?.remove();
}

export function more(link) {
  const li = link.closest('.message');
  const tools = link.closest('.tools');
  const first = [...tools.childNodes];
  const { seq } = li.dataset;

  function close() {
    if (first[0].isConnected) return;
    const focused = tools.contains(document.activeElement);
    tools.replaceChildren(...first);
    if (focused) link.focus();
  }

  async function act(action, done) {
    try {
      await post({ action, room: page.room, seq });
      done?.();
      close();
    } catch (fault) {
      tools.replaceChildren(make('span', { class: 'error', role: 'alert' }, fault.message), button('close', t('Close'), close));
      tools.lastElementChild.focus();
    }
  }

  const button = (name, label, onclick) => make('button', { type: 'button', 'data-more': name, onclick }, label);
  const saved = page.saved.has(seq);
  const pinned = Boolean(li.querySelector('.pinned'));
  tools.replaceChildren(
    ...(mayPin() ? [pinned ? button('unpin', t('Unpin'), () => act('unpin')) : button('pin', t('Pin'), () => act('pin'))] : []),
    saved ? button('unsave', t('Save no longer'), () => act('unsave', () => keep(li, false))) : button('save', t('Save for later'), () => act('save', () => keep(li, true))),
    make('a', { href: link.href, 'data-tool': 'unread', onclick: () => setTimeout(close) }, t('Mark unread')), // unread.js looks first
  );
  tools.firstElementChild.focus();
  tools.addEventListener('keydown', (event) => { if (event.key === 'Escape') close(); });
  tools.addEventListener('focusout', ({ relatedTarget }) => { if (relatedTarget && !tools.contains(relatedTarget)) close(); });
}
