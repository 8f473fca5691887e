// What every module knows: who reads, which room is open, and how modules tell one another things.
// Modules meet only here and in net.js, so that a page goes on when one of the others did not load.

const main = document.getElementById('main');

// Whether this key press sends or saves what is in the field.
export const isSend = (event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey
  || (document.body.dataset.enter !== 'break' && !event.shiftKey && !event.altKey));

export const page = {
  me: document.body.dataset.me,
  myName: document.body.dataset.myName,
  myDisplay: document.body.dataset.myDisplay,
  myInitials: document.body.dataset.myInitials,
  myHue: document.body.dataset.myHue,
  main,
  room: main?.dataset.room || '', // empty on the pages beside the room
  roomName: main?.dataset.name || '',
  role: main?.dataset.role || '', // mine in this room; 'muted' while I may not write
  title: document.title, // without the unread count
  cursor: main?.dataset.cursor || '',
  lastSeq: Number(main?.dataset.lastSeq || 0),
  readSeq: Number(main?.dataset.readSeq || 0),
  saved: new Set(main?.dataset.saved?.split(' ')), // the seqs of what I keep
  oldest: Number(main?.dataset.oldest || 1),
  history: main?.dataset.history === '1', // a page of older messages: nothing new is added to its end
  messages: document.getElementById('messages'),
  pending: document.getElementById('pending'),
  scroller: document.getElementById('timeline'),
  composer: document.getElementById('composer'),

  files: [], // that go with the message being written: { id, name }

  // Replaced by the module that can do better: view.js keeps what is read where it is, time.js knows the reader's zone.
  hold: (change) => change(),
  localise: () => {},
  listens: () => false, // hidden, and all the same to be told at once: alert.js
};

const listeners = new Map();

export function on(name, listener) {
  if (!listeners.has(name)) listeners.set(name, []);
  listeners.get(name).push(listener);
}

// One listener's fault must not keep the others from hearing.
export function tell(name, detail) {
  for (const listener of listeners.get(name) || []) {
    try {
      listener(detail);
    } catch (fault) {
      console.error(`snug: ${name}:`, fault);
    }
  }
}

// Whether the html of a message names whoever reads; no text can look like that.
export const forMe = (html) => [page.me, 'all'].some((who) => html.includes(`class="mention" data-user="${who}"`));

// An element from its tag, its properties and attributes, and its children: text is always text.
export function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children);
  return element;
}

export const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });

// Half to the whole of a doubling wait, so that a thousand pages do not come back in the same moment.
export function backOff(failures, longest = 30000) {
  const whole = Math.min(longest, 1000 * 2 ** Math.min(failures - 1, 10));
  return whole * (0.5 + Math.random() / 2);
}
