// Day separators, and which messages continue the one above: by the reader's own days.

import { make } from './page.js';
import { locale } from './text.js';

const CLOSE = 5 * 60 * 1000;

const thisYear = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
const anyYear = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

const created = (li) => new Date(li.dataset.created);

function label(date) {
  return (date.getFullYear() === new Date().getFullYear() ? thisYear : anyYear).format(date);
}

function previous(li) {
  const between = [];
  let at = li.previousElementSibling;
  while (at && !at.classList.contains('message')) {
    between.push(at);
    at = at.previousElementSibling;
  }
  return [at, between];
}

function one(li) {
  const [before, between] = previous(li);
  const date = created(li);
  const sameDay = before && created(before).toDateString() === date.toDateString();
  const day = between.find((item) => item.classList.contains('day'));
  const mark = between.find((item) => item.classList.contains('new'));
  if (sameDay) {
    for (const item of between) if (item !== mark) item.remove();
  } else if (day) {
    day.firstElementChild.textContent = label(date);
    for (const item of between) if (item !== mark && item !== day) item.remove();
  } else {
    (mark || li).before(make('li', { class: 'day' }, make('span', {}, label(date))));
  }
  const follows = sameDay && !mark && before.dataset.sender === li.dataset.sender
    && before.dataset.kind === 'text' && li.dataset.kind === 'text' && date - created(before) < CLOSE;
  li.classList.toggle('follow', Boolean(follows));
}

// To be called for a message that came, and for the first one after others went.
export function settle(li) {
  if (!li?.classList.contains('message')) return;
  one(li);
  let next = li.nextElementSibling;
  while (next && !next.classList.contains('message')) next = next.nextElementSibling;
  if (next) one(next);
}
