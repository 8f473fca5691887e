// Follows what happens: one cursor, one request at a time. A stream while it works, held requests where streams are
// cut, short polls where those are cut too, slow polls while the page is hidden. Whatever gets lost in between, the
// cursor catches up.
// Tells: `update` (the server's JSON), `connection` ({ok, next}), `ended` ({status, code}), and `missed` when it is back
// after a cut, for what no cursor catches up with.

import { backOff, on, page, tell } from './page.js';
import { get } from './net.js';

const WAIT = 25; // seconds
const SHORT = 3000; // between polls where nothing can be held
const HIDDEN = 30000; // between polls of a hidden page; browsers may make it a minute
const LINGER = 500; // a page that hides, or whose stream is cut, may be about to go: it asks nothing at once
const CLIMB = 5 * 60 * 1000; // until the better way is tried again

let cursor = page.cursor;
let failures = 0; // in a row, of anything
let cuts = 0; // in a row, of held requests and streams
let demoted = { stream: 0, wait: 0 }; // until when each is not tried
let every = 0; // said by a server that cannot hold
let caughtUp = false; // no holding before one plain answer
let missed = false;
let interrupt = new AbortController();
let ended = false;

const hidden = () => document.visibilityState === 'hidden' && !page.listens();

function interval() {
  if (hidden()) return Math.max(HIDDEN, every);
  if (every) return every;
  return Date.now() < demoted.wait ? SHORT : 0;
}

// Sleeps, unless something happens that makes asking worthwhile now.
function pause(ms) {
  const { signal } = interrupt;
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', () => { clearTimeout(timer); done(); });
  });
}

function take(data) {
  failures = 0;
  every = data.poll ? data.poll * 1000 : 0;
  tell('connection', { ok: true });
  tell('update', data);
  if (missed) tell('missed');
  missed = false;
  cursor = data.cursor || cursor;
  caughtUp = !data.more || Boolean(data.reset);
}

function query(wait) {
  const fields = {};
  if (page.room) fields.room = page.room;
  if (cursor) fields.after = cursor;
  if (wait) fields.wait = wait;
  return fields;
}

// A held request or a stream was cut. When that happens again and again, while plain ones come through, something
// between us does it.
function cut(kind, lived = 0) {
  caughtUp = false;
  missed = true;
  cuts = lived > 20000 ? 0 : cuts + 1;
  if (cuts === 3) {
    cuts = 0;
    demoted[kind] = Date.now() + CLIMB;
  }
  return pause(LINGER);
}

async function stream(signal) {
  const { listen } = await import('./stream.js');
  // Signed out, or only that this session has a new cookie: the plain look that follows knows.
  const over = ({ code }) => { if (code !== 'signed_out') finish(403, code); };
  const lived = await listen(query(0), take, over, signal);
  caughtUp = false;
  if (!signal.aborted && !ended && lived < Infinity) await cut('stream', lived);
}

async function step() {
  if (interrupt.signal.aborted) interrupt = new AbortController();
  const { signal } = interrupt;
  const pace = interval();
  const holding = caughtUp && !pace;
  if (caughtUp && pace) await pause(pace);
  if (holding && Date.now() >= demoted.stream && window.EventSource) return stream(signal);
  const wait = holding ? WAIT : 0;
  try {
    take(await get(query(wait), { timeout: (wait + 15) * 1000, signal }));
    if (wait) cuts = 0;
    return undefined;
  } catch (fault) {
    if (signal.aborted) caughtUp = false;
    else if (wait && (fault.passing || fault.status === 401)) await cut('wait');
    else await failed(fault);
    return undefined;
  }
}

async function failed(fault) {
  if (fault.status === 401 || fault.status === 403 || fault.status === 404) return finish(fault.status, fault.code);
  if (fault.status === 400) cursor = ''; // not a cursor any more: begin with the newest page
  failures += 1;
  missed = true;
  const wait = Math.max(fault.retryAfter * (1 + Math.random() / 2), backOff(failures));
  tell('connection', { ok: false, next: Date.now() + wait, failures });
  return pause(wait);
}

function finish(status, code) {
  ended = true;
  tell('ended', { status, code });
}

// Asks at once, whatever is under way: it may have died while the computer slept.
function kick() {
  caughtUp = false;
  interrupt.abort();
}

// Nothing was heard for a while, and nothing may have failed.
function woke() {
  missed = true;
  kick();
}

function watchSleep() {
  let last = Date.now();
  setInterval(() => {
    if (Date.now() - last > 20000 && !hidden()) woke();
    last = Date.now();
  }, 5000);
}

export async function start() {
  on('kick', kick);
  window.addEventListener('online', woke);
  window.addEventListener('pageshow', (event) => { if (event.persisted) woke(); });
  document.addEventListener('visibilitychange', () => {
    if (!hidden()) kick();
    else setTimeout(() => { if (hidden()) kick(); }, LINGER);
  });
  watchSleep();
  while (!ended) await step();
}
