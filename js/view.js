// What the reader looks at stays where it is. The room opens at the first unread message, else at the end; new
// messages keep the end in view only for those who are there, the others get a pill.
// The scroller runs backwards (column-reverse): scrollTop is 0 at the end and negative above it.

import { make, on, page, tell } from './page.js';
import { n, t } from './text.js';

const NEAR = 48; // pixels from the end
const TOP = 400; // pixels from the top, where older messages are loaded
let waiting = 0;
let pill;

const atEnd = () => page.scroller.scrollTop > -NEAR;

function anchor() {
  const top = page.scroller.getBoundingClientRect().top;
  const items = [...page.messages.children];
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle].getBoundingClientRect().bottom > top) high = middle;
    else low = middle + 1;
  }
  return items.slice(low).find((li) => li.id) || null;
}

function hold(change) {
  if (atEnd()) {
    change();
    page.scroller.scrollTop = 0;
    return;
  }
  const fixed = anchor();
  const before = fixed?.getBoundingClientRect().top;
  change();
  const now = fixed && document.getElementById(fixed.id); // an edit puts another element in its place
  if (now) page.scroller.scrollTop += now.getBoundingClientRect().top - before;
}

function toEnd() {
  page.scroller.scrollTop = 0;
  seen();
}

function seen() {
  waiting = 0;
  pill.hidden = true;
}

function arrived({ live, message }) {
  if (!live || atEnd() || String(message.sender?.id) === page.me) return;
  waiting += 1;
  pill.textContent = `${n('{} new message', '{} new messages', waiting)} ↓`;
  pill.hidden = false;
}

function land() {
  const named = /^#m(\d+)$/.exec(location.hash);
  if (named) {
    const li = document.getElementById(`m${named[1]}`);
    if (li) li.scrollIntoView({ block: 'center' });
    else if (!page.history && Number(named[1]) < page.lastSeq) {
      location.replace(`/rooms/${page.room}?before=${Number(named[1]) + 25}#m${named[1]}`);
    }
    return;
  }
  const mark = document.getElementById('new');
  const first = Number(page.messages.querySelector('.message')?.dataset.seq || 0);
  if (mark) mark.scrollIntoView({ block: 'start' });
  else if (!page.history && page.readSeq < page.lastSeq && first > Math.max(page.readSeq + 1, page.oldest)) {
    setTimeout(() => tell('reach', { seq: page.readSeq + 1, reached: unread }));
  }
}

// Everything from this message on is new.
function divide(seq) {
  const li = [...page.messages.querySelectorAll('.message')].find((item) => Number(item.dataset.seq) >= seq);
  const old = document.getElementById('new');
  if (!li) return;
  page.hold(() => {
    const after = old?.nextElementSibling;
    old?.remove();
    li.before(make('li', { class: 'new', id: 'new' }, make('span', {}, t('New since you left'))));
    tell('settle', after);
    tell('settle', li);
  });
}

// The first unread message was further up than the page reached: it is here now.
function unread() {
  divide(page.readSeq + 1);
  document.getElementById('new')?.scrollIntoView({ block: 'start' });
}

export function start() {
  pill = make('button', { type: 'button', class: 'pill', id: 'pill', hidden: true, onclick: toEnd });
  document.querySelector('.foot').prepend(pill);
  page.hold = hold;
  page.atEnd = atEnd;
  page.toEnd = toEnd;
  land();
  window.addEventListener('hashchange', land);
  page.scroller.addEventListener('scroll', () => {
    if (atEnd()) seen();
    if (document.getElementById('older') && page.scroller.scrollHeight - page.scroller.clientHeight + page.scroller.scrollTop < TOP) tell('nearStart');
  }, { passive: true });
  on('shown', arrived);
  on('divide', divide);
}
