// Being told of messages while the page is out of sight: off by default, for what one chose, and once.

import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, test } from 'node:test';
import { site, until } from '../lib/site.mjs';
import { group, LONG, open, person, roomOf, say, sees, useWholeBrowser } from './lib.mjs';

let snug;
let ana;
let ben;
let room;
let direct;
const contexts = [];

// Playwright shows every page as visible, and nobody sees the desktop: this keeps what was shown there, and counts the
// tones and what the browser was asked.
function desktop() {
  let state = 'visible';
  Object.defineProperty(Document.prototype, 'visibilityState', { configurable: true, get: () => state });
  window.becomes = (next) => {
    state = next;
    document.dispatchEvent(new Event('visibilitychange'));
  };
  window.told = [];
  window.tones = 0;
  window.asked = 0;
  const Real = window.Notification;
  window.Notification = class extends Real {
    constructor(title, options) {
      super(title, options);
      window.told.push(this);
    }

    static requestPermission() {
      window.asked += 1;
      return Real.requestPermission();
    }
  };
  const start = AudioScheduledSourceNode.prototype.start;
  AudioScheduledSourceNode.prototype.start = function count(...when) {
    window.tones += 1;
    return start.apply(this, when);
  };
}

const told = (page) => page.evaluate(() => window.told.map(({ title, body }) => `${title}: ${body}`));
const becomes = (page, state) => page.evaluate((next) => window.becomes(next), state);
const bell = (page) => page.getByRole('button', { name: /^Notifications/ });
const dialog = (page) => page.getByRole('dialog', { name: 'Notifications' });

async function choose(page, ...labels) {
  await bell(page).click();
  for (const label of labels) await dialog(page).getByLabel(label).check();
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
}

// What comes is told within a second or two; what is not told by then is not told.
const wait = (page) => page.waitForTimeout(3500);

// Ben, once more: a browser in which nothing was chosen yet.
async function fresh(options = {}) {
  const context = await (await ben.context.browser()).newContext({ viewport: { width: 1280, height: 800 }, permissions: ['notifications'], ...options });
  await context.addCookies(await ben.context.cookies());
  await context.addInitScript(desktop);
  contexts.push(context);
  return context;
}

async function tab(context, where) {
  const page = await context.newPage();
  page.on('pageerror', (error) => ben.faults.push(String(error)));
  await open({ page, site: snug }, where);
  await page.locator('#bell:enabled').waitFor();
  return page;
}

before(async () => {
  useWholeBrowser();
  snug = await site();
  [ana, ben] = [await person(snug), await person(snug)];
  room = await group(ana, [ben]);
  await ana.page.goto(`${snug.url}/people/${ben.name}`);
  await ana.page.getByRole('button', { name: /Message/ }).click();
  await ana.page.waitForURL(/\/rooms\/\d+/);
  direct = roomOf(ana.page);
});

beforeEach(() => open(ana, room));
afterEach(() => Promise.all(contexts.splice(0).map((context) => context.close())));

test('nobody is told or asked anything before they chose it', async () => {
  const context = await fresh();
  const page = await tab(context, room);
  await bell(page).click();
  assert.equal(await dialog(page).getByLabel('Everything').isDisabled(), true);
  await page.keyboard.press('Escape');
  await becomes(page, 'hidden');
  await say(ana, `@${ben.name} are you there?`);
  await wait(page);
  assert.deepEqual(await told(page), []);
  assert.equal(await page.evaluate(() => window.asked + window.tones), 0);
});

test('who chose it is told of messages with their name while the page is hidden, and of no others', async () => {
  const context = await fresh();
  const page = await tab(context, room);
  await choose(page, 'Show a notification');
  assert.deepEqual(await told(page), ['You will be told here.: ']);
  await bell(page).and(page.getByRole('button', { name: 'Notifications: on' })).waitFor();
  await say(ana, `@${ben.name} in view`);
  await sees({ page }, `@${ben.name} in view`);
  await becomes(page, 'hidden');
  await say(ana, 'not for you');
  await say(ana, `nor you: @${ben.name}2, x@${ben.name}`);
  await wait(page);
  assert.equal((await told(page)).length, 1);
  await say(ana, `(and @${ben.name.toUpperCase()}.) This is.`);
  await until(async () => (await told(page)).length === 2, 20);
  assert.match((await told(page))[1], new RegExp(`^#.*: ${ana.name}: \\(and @`));
  assert.equal(await page.evaluate(() => window.tones), 0, 'no sound was chosen');
});

test('a direct message is told on whatever page one was, also the first one there ever is, and a click on it opens the room', async () => {
  const context = await fresh();
  const page = await tab(context, room);
  await choose(page, 'Show a notification');
  await becomes(page, 'hidden');
  await open(ana, direct);
  await say(ana, 'between us');
  await until(async () => (await told(page)).length === 2, 20);
  assert.equal((await told(page))[1], `${ana.name}: between us`);
  const cleo = await person(snug);
  await cleo.page.goto(`${snug.url}/people/${ben.name}`);
  await cleo.page.getByRole('button', { name: /Message/ }).click();
  await cleo.page.waitForURL(/\/rooms\/\d+/);
  await say(cleo, 'hello, I am new');
  await until(async () => (await told(page)).length === 3, 20);
  assert.match((await told(page))[2], /hello, I am new$/);
  await becomes(page, 'visible');
  await page.evaluate(() => window.told[1].onclick());
  await page.waitForURL((url) => url.pathname === `/rooms/${direct}`);
});

test('everything or nothing can be chosen for a room, and is remembered', async () => {
  const context = await fresh();
  let page = await tab(context, room);
  await choose(page, 'Show a notification', 'Everything');
  await page.close();
  page = await tab(context, room);
  await becomes(page, 'hidden');
  await say(ana, 'anything at all');
  await until(async () => (await told(page)).length === 1, 20);
  await becomes(page, 'visible');
  await choose(page, 'Nothing');
  await page.getByRole('button', { name: 'Notifications: off' }).waitFor();
  await becomes(page, 'hidden');
  await page.waitForTimeout(10500); // one room is told of at most every ten seconds
  await say(ana, `@${ben.name} even so`);
  await wait(page);
  assert.equal((await told(page)).length, 1);
});

test('several tabs tell once, with one tone, and not at all while one of them is in view', async () => {
  const context = await fresh();
  const pages = [await tab(context, room)];
  await choose(pages[0], 'Show a notification', 'Play a soft tone');
  await until(() => pages[0].evaluate(() => window.tones === 2), 20); // the sample: two notes
  pages.push(await tab(context, room), await tab(context, direct));
  for (const page of pages) await page.evaluate(() => { window.told = []; window.tones = 0; });
  const all = async (what) => (await Promise.all(pages.map(what))).flat();
  await pages[2].mouse.click(300, 300);

  for (const page of pages.slice(1)) await becomes(page, 'hidden');
  await say(ana, `@${ben.name} one is in view`);
  await sees({ page: pages[0] }, `@${ben.name} one is in view`);
  await wait(pages[0]);
  assert.deepEqual(await all(told), []);

  await becomes(pages[0], 'hidden');
  await say(ana, `@${ben.name} none is in view`);
  await until(async () => (await all(told)).length > 0, 20);
  for (const page of pages) await becomes(page, 'hidden'); // each asks at once what is new
  await wait(pages[0]);
  assert.equal((await all(told)).length, 1);
  assert.equal((await all((page) => page.evaluate(() => window.tones))).reduce((sum, tones) => sum + tones), 2);
});

test('when the tab that tells is closed, another takes over', async () => {
  const context = await fresh();
  const first = await tab(context, room);
  await choose(first, 'Show a notification');
  const second = await tab(context, direct);
  await becomes(first, 'hidden');
  await becomes(second, 'hidden');
  await first.close();
  await second.waitForTimeout(500);
  await say(ana, `@${ben.name} still there?`);
  await until(async () => (await told(second)).length === 1, 20);
});

test('a browser that refuses is not asked twice over, and the page says so', async () => {
  const context = await fresh({ permissions: [] });
  const page = await tab(context, room);
  await bell(page).click();
  await dialog(page).getByLabel('Show a notification').click();
  await dialog(page).getByText('Your browser refuses notifications from here.').waitFor();
  assert.equal(await dialog(page).getByLabel('Show a notification').isChecked(), false);
});

test('the icon has a dot while something is unread, and the title says how much', async () => {
  const dee = await person(snug);
  const quiet = await group(ana, [dee]);
  const busy = await group(ana, [dee]);
  await open(dee, quiet);
  const icon = () => dee.page.evaluate(() => document.querySelector('link[rel="icon"]').href.replace(/.*\//, ''));
  assert.equal(await icon(), 'icon.svg');
  await open(ana, busy);
  await say(ana, 'something new');
  await dee.page.waitForFunction(() => /^\(1\) /.test(document.title), null, { timeout: LONG });
  assert.equal(await icon(), 'icon-unread.svg');
  await dee.page.locator(`#lists a[data-to="${busy}"]`).click();
  await sees(dee, 'something new');
  await dee.page.waitForFunction(() => !/^\(/.test(document.title));
  assert.equal(await icon(), 'icon.svg');
});

test('no script complained', () => {
  assert.deepEqual([...ana.faults, ...ben.faults], []);
});
