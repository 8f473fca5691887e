// Says in the page when the connection is gone, counting down to the next try, and when it is over for good.

import { make, on, page, tell } from './page.js';
import { t } from './text.js';

let bar;
let ticking = 0;
let over = false;

function say(...content) {
  bar.replaceChildren(...content);
  bar.hidden = false;
}

function countdown(next) {
  const seconds = Math.max(0, Math.ceil((next - Date.now()) / 1000));
  const count = bar.querySelector('.seconds');
  if (count) count.textContent = ` ${seconds ? t('Next try in {} s.', seconds) : t('Trying now.')}`;
}

// The words stand in a status region once; the seconds change outside of it, or they would be read out one by one.
function connection({ ok, next, failures }) {
  if (over) return;
  clearInterval(ticking);
  if (ok) {
    bar.hidden = true;
    bar.replaceChildren();
    return;
  }
  if (failures < 2 && navigator.onLine) return; // most cuts are over before anybody needs to know
  if (bar.hidden) {
    say(navigator.onLine ? t('No connection to the server. What you write is kept and sent later.')
      : t('You are offline. What you write is kept and sent later.'),
    make('span', { class: 'seconds', 'aria-hidden': 'true' }),
    make('button', { class: 'button', type: 'button', onclick: () => tell('kick') }, t('Try now')));
  }
  if (!next) return;
  countdown(next);
  ticking = setInterval(() => countdown(next), 1000);
}

function ended({ status, code }) {
  over = true;
  clearInterval(ticking);
  const elsewhere = code === 'signed_in_elsewhere';
  if (elsewhere || status === 401 || code === 'signed_out' || code === 'not_signed_in') {
    const path = encodeURIComponent(location.pathname);
    say(elsewhere ? t('You signed in somewhere else, and this site allows one session at a time.') : t('You are signed out.'), ' ',
      make('a', { href: `/login?next=${path}` }, t('Sign in again')), ' ', t('What you wrote and did not send is kept.'));
  } else if (page.room) {
    tell('gone');
    say(t('This room is gone, or you are not a member of it any more.'), ' ', make('a', { href: '/rooms' }, t('Go to your rooms')));
  }
}

export function start() {
  bar = document.getElementById('connection')
    || page.main.insertAdjacentElement('afterbegin', make('p', { class: 'connection', role: 'status', hidden: true }));
  on('connection', connection);
  window.addEventListener('offline', () => { bar.hidden = true; connection({ ok: false }); });
  on('ended', ended);
}
