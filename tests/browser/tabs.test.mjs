// Many tabs, and ways to follow that fail: a browser has six connections to a site, and proxies cut what takes long.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { site } from '../lib/site.mjs';
import { group, LONG, message, open, person, say, sees, texts } from './lib.mjs';

const TABS = 10;
let snug;
let ana;
let ben;
let room;

// Playwright shows every page as visible. This says what a person with one window would have: one tab visible, the others hidden.
function hideable(hidden) {
  let state = hidden ? 'hidden' : 'visible';
  Object.defineProperty(Document.prototype, 'visibilityState', { configurable: true, get: () => state });
  Object.defineProperty(Document.prototype, 'hidden', { configurable: true, get: () => state === 'hidden' });
  window.becomes = (next) => {
    if (state === next) return;
    state = next;
    document.dispatchEvent(new Event('visibilitychange'));
  };
}

const isStream = (request) => request.resourceType() === 'eventsource' || /event-stream/.test(request.headers().accept ?? '');

// How a page follows: each request for what is new, as 'stream', 'wait' or 'poll', and how many streams are open.
function watch(page) {
  const seen = { kinds: [], open: new Set() };
  page.on('request', (request) => {
    if (request.method() !== 'GET' || !/\/messages\?.*after=/.test(request.url())) return;
    if (isStream(request)) seen.open.add(request);
    seen.kinds.push(isStream(request) ? 'stream' : /wait=/.test(request.url()) ? 'wait' : 'poll');
  });
  for (const over of ['requestfinished', 'requestfailed']) page.on(over, (request) => seen.open.delete(request));
  return seen;
}

async function until(what, check, ms = LONG) {
  for (const end = Date.now() + ms; !await check();) {
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((done) => { setTimeout(done, 100); });
  }
}

before(async () => {
  snug = await site();
  [ana, ben] = [await person(snug), await person(snug)];
  room = await group(ana, [ben]);
  await open(ana, room);
});

test('ten tabs of one person: each that is looked at gets every message, the others do not stream, and the tenth sends', async () => {
  const tabs = [];
  const show = async (shown) => {
    for (const tab of tabs) if (tab !== shown) await tab.page.evaluate(() => window.becomes('hidden'));
    await shown.page.bringToFront();
    await shown.page.evaluate(() => window.becomes('visible'));
  };
  for (let number = 0; number < TABS; number += 1) {
    for (const tab of tabs) await tab.page.evaluate(() => window.becomes('hidden'));
    const page = await ben.context.newPage();
    const tab = { page, seen: watch(page) };
    page.on('pageerror', (error) => ben.faults.push(String(error)));
    await page.addInitScript(hideable, false);
    await page.goto(`${snug.url}/rooms/${room}`);
    await until(`tab ${number} streams`, () => tab.seen.open.size === 1);
    tabs.push(tab);
  }
  await ben.page.goto('about:blank');
  const last = tabs.at(-1);
  await until('only the visible one streams', () => tabs.every((tab) => tab.seen.open.size === (tab === last ? 1 : 0)));

  await say(ana, 'to the tenth');
  await sees(last, 'to the tenth');
  await say(last, 'from the tenth');
  await sees(ana, 'from the tenth');

  const counts = tabs.map((tab) => tab.seen.kinds.filter((kind) => kind !== 'poll').length);
  for (const [number, tab] of tabs.entries()) {
    await show(tab);
    await sees(tab, 'from the tenth'); // what came while it was hidden
    await say(ana, `look at ${number}`);
    await sees(tab, `look at ${number}`);
    await until('one stream', () => tabs.every((each) => each.seen.open.size === (each === tab ? 1 : 0)));
    for (const [later, other] of tabs.entries()) {
      if (later > number && other !== last) assert.equal(other.seen.kinds.filter((kind) => kind !== 'poll').length, counts[later], 'a hidden tab neither streams nor holds');
    }
  }
  await say(tabs[4], 'a hidden tab still sends');
  await sees(ana, 'a hidden tab still sends');
  await show(tabs[0]);
  for (const tab of [tabs[0], last]) {
    await show(tab);
    await sees(tab, 'a hidden tab still sends');
    const shown = (await texts(tab)).filter((text) => /tenth$|^look at/.test(text));
    assert.deepEqual(shown, ['to the tenth', 'from the tenth', ...tabs.map((_, number) => `look at ${number}`)], 'each once, in order');
  }
  for (const tab of tabs) await tab.page.close();
});

test('a tab opened in the background does not stream until it is looked at', async () => {
  const page = await ben.context.newPage();
  const seen = watch(page);
  await page.addInitScript(hideable, true);
  await page.goto(`${snug.url}/rooms/${room}`);
  await until('one plain look', () => seen.kinds.length > 0);
  await page.waitForTimeout(1500);
  assert.deepEqual([...new Set(seen.kinds)], ['poll']);
  await say(ana, 'meanwhile');
  await page.evaluate(() => window.becomes('visible'));
  await sees({ page }, 'meanwhile');
  await until('a stream', () => seen.open.size === 1);
  await page.close();
});

test('where streams are refused held requests follow, where those are cut short polls, and the page climbs back by itself', async () => {
  const page = await ben.context.newPage();
  const seen = watch(page);
  await page.clock.install();
  let cut = { streams: true, waits: false };
  await page.route(/\/messages\?/, (route) => {
    const request = route.request();
    if (cut.streams && isStream(request)) {
      return route.fulfill({ status: 503, headers: { 'Retry-After': '2' }, contentType: 'application/json', body: '{"error":{"code":"busy","message":"Too many wait."}}' });
    }
    if (cut.waits && /wait=/.test(request.url())) return setTimeout(() => route.abort().catch(() => {}), 100);
    return route.continue();
  });
  const now = async (kind) => {
    const from = seen.kinds.length;
    await until(kind, async () => {
      await page.clock.runFor(500); // pauses pass faster
      return seen.kinds.slice(from).includes(kind) || (kind === 'stream' && seen.open.size === 1);
    });
  };
  const follows = async (text) => {
    await say(ana, text);
    await until(text, async () => { await page.clock.runFor(500); return await message({ page }, text).count() === 1; });
  };
  await page.goto(`${snug.url}/rooms/${room}`);
  await now('wait');
  await follows('by a held request');
  assert.ok(seen.kinds.filter((kind) => kind === 'stream').length <= 4, 'it does not insist');

  cut = { streams: true, waits: true };
  await say(ana, 'ends what is held');
  await until('polls alone', async () => {
    const from = seen.kinds.length;
    for (let second = 0; second < 8; second += 1) await page.clock.runFor(1000);
    const kinds = seen.kinds.slice(from);
    return kinds.length >= 2 && kinds.every((kind) => kind === 'poll');
  });
  await follows('by short polls');
  await page.locator('#connection').waitFor({ state: 'hidden' });

  cut = { streams: false, waits: false };
  await page.clock.fastForward('06:00');
  await now('stream');
  await until('a stream that stays', async () => { await page.clock.runFor(100); return seen.open.size === 1; });
  const { length } = seen.kinds;
  await say(ana, 'by a stream again');
  await sees({ page }, 'by a stream again');
  assert.equal(seen.kinds.length, length, 'the same stream');
  const shown = (await texts({ page })).filter((text) => /^by a|^by short/.test(text));
  assert.deepEqual(shown, ['by a held request', 'by short polls', 'by a stream again']);
  await page.close();
});

test('no script complained', () => {
  assert.deepEqual([...ana.faults, ...ben.faults], []);
});
