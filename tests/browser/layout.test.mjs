// Every page holds its shape: narrow, wide and zoomed, with names and words of any length, in any script, with thousands of
// members, in older browsers, and while it is being built.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { startSite } from '../lib/site.mjs';
import { axe, context, fill, group, open, person, say, sees } from './lib.mjs';

const WIDE = 'W'.repeat(64); // the longest display name
const NAME = `n${'o-'.repeat(15)}`; // and sign-in name, nearly
const ROOM = 'roomwithoutanyspaces'.repeat(4).slice(0, 64);
const WIDTHS = { 'a wide screen': 1920, '200 % zoom of 1,280 px': 640, 'a phone': 390, 'a small phone': 320 };

let snug;
let ana;
let room;
let direct;
let pages;

before(async () => {
  snug = await startSite(); // one of its own: ten thousand people would be in the way of other tests
  ana = await person(snug);
  const wide = await person(snug, { name: NAME });
  const samir = await person(snug);
  await snug.sql(`UPDATE users SET display = '${WIDE}' WHERE name = '${NAME}'; UPDATE users SET display = 'سمير حداد' WHERE name = '${samir.name}'`);
  room = await group(ana, [wide, samir], { name: ROOM, topic: `نباتات ${'topic'.repeat(30)}` });
  await group(ana, [wide], { name: 'מועדון הגינה', visibility: 'Private' });
  await group(wide, [], { name: ROOM.toUpperCase().slice(1), topic: 'w'.repeat(200) });
  await open(ana, room);
  await fill(ana, room, 1, 60);
  await open(wide, room);
  await say(wide, 'x'.repeat(2000));
  await open(samir, room);
  await say(samir, 'مرحبا بكم في الحديقة');
  await say(samir, 'ערב טוב (12:00) garden');
  await sees(samir, 'ערב טוב (12:00) garden');
  await open(ana, room);
  await say(ana, 'x'.repeat(2000));
  await sees(ana, 'x'.repeat(2000));
  await ana.page.goto(`${snug.url}/people/${NAME}`);
  await ana.page.getByRole('button', { name: /Message/ }).click();
  await ana.page.waitForURL(/\/rooms\/\d+/);
  direct = new URL(ana.page.url()).pathname;
  const here = `/rooms/${room}`;
  pages = [here, `${here}#members`, `${here}?before=30`, ...['edit', 'delete', 'reply', 'react', 'more', 'versions'].map((what) => `${here}?${what}=64`), direct,
    `${here}/settings`, '/rooms', '/people', `/people/${NAME}`, '/for-you', '/formatting', '/account', '/nothing-here', '/admin', '/admin/users', `/admin/users/${NAME}`,
    '/admin/groups', `/admin/groups/${room}`, '/admin/invitations', '/admin/log'];
});

// What is wider than its place: the page, or what scrolls inside of it; and the buttons that it pushes out of view.
const wider = (page) => page.evaluate(() => [...[document.documentElement, ...document.querySelectorAll('.page, .timeline, .lists, .members, .sidebar, dialog')]
  .filter((element) => element.scrollWidth > element.clientWidth && element.clientWidth).map((element) => `${element.className || element.localName} +${element.scrollWidth - element.clientWidth}`),
...[...document.querySelectorAll('.foot button, .foot a')].filter((element) => element.offsetParent && (element.getBoundingClientRect().left < 0 || element.getBoundingClientRect().right > window.innerWidth)).map((element) => element.outerHTML)]);

test('no page scrolls sideways: on phones, zoomed to 200 %, or on a wide screen, with long names and words', async () => {
  const found = [];
  for (const [signed, paths] of [[true, pages], [false, ['/', '/login', '/register', '/forgot', '/reset', '/nothing-here']]]) {
    const made = await context({ storageState: signed ? await ana.context.storageState() : undefined });
    const page = await made.newPage();
    for (const path of paths) {
      await page.goto(snug.url + path, { waitUntil: 'domcontentloaded' });
      for (const [what, width] of Object.entries(WIDTHS)) {
        await page.setViewportSize({ width, height: 800 });
        for (const one of await wider(page)) found.push(`${path} on ${what}: ${one}`);
      }
    }
    await made.close();
  }
  assert.deepEqual(found, []);
});

test('what is written from right to left stands so, and the page beside it does not', async () => {
  await open(ana, room);
  const directions = await ana.page.evaluate(() => Object.fromEntries([...document.querySelectorAll('#messages .message:not(.event)')].slice(-4)
    .map((message) => [message.querySelector('.words').textContent.slice(0, 5), getComputedStyle(message.querySelector('.text')).direction])));
  assert.deepEqual(directions, { xxxxx: 'ltr', 'مرحبا': 'rtl', 'ערב ט': 'rtl' });
  assert.equal(await ana.page.locator('#messages .who a').getByText('سمير حداد').first().evaluate((link) => getComputedStyle(link).direction), 'rtl');
  assert.equal(await ana.page.evaluate(() => getComputedStyle(document.body).direction), 'ltr');
});

test('an empty room, an empty list and a page that is not there say what to do next', async () => {
  const who = await person(snug);
  await who.page.goto(`${snug.url}/rooms`);
  await who.page.locator('.sidebar').getByRole('link', { name: 'Find one or create one.' }).waitFor();
  await who.page.locator('.sidebar').getByRole('link', { name: 'Write to somebody.' }).waitFor();
  await open(who, await group(who));
  await who.page.getByText('Write the first message below').waitFor();
  await who.page.getByRole('link', { name: 'add people' }).waitFor();
  await say(who, 'first');
  await sees(who, 'first');
  assert.ok(!await who.page.getByText('This is the beginning').isVisible());
  await who.page.goto(`${snug.url}/nothing-here`);
  await who.page.getByRole('link', { name: 'Go to your rooms' }).waitFor();
});

test('nothing moves while a page is built: a room, people, the account', async () => {
  const made = await context({ storageState: await ana.context.storageState() });
  const page = await made.newPage();
  await page.addInitScript(() => {
    window.shifts = [];
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.shifts.push([entry.value, ...entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 80))])))
      .observe({ type: 'layout-shift', buffered: true });
  });
  for (const size of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
    await page.setViewportSize(size);
    for (const path of [`/rooms/${room}`, direct, '/people', '/account']) {
      await page.goto(snug.url + path);
      await page.waitForTimeout(600);
      assert.deepEqual(await page.evaluate(() => window.shifts), [], `${path} at ${size.width} px`);
    }
  }
  await made.close();
});

test('a browser from before light-dark() and :has() shows the light colours, readable and in place', async () => {
  const made = await context({ dark: true, bypassCSP: true, storageState: await ana.context.storageState() });
  await made.route('**/*.css', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replaceAll('light-dark(', 'not-yet(').replaceAll(':has(', ':not-yet(') });
  });
  const page = await made.newPage();
  for (const path of [`/rooms/${room}`, '/people', '/account']) {
    await page.goto(snug.url + path);
    const [ground, ink] = await page.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]);
    assert.deepEqual([ground, ink], ['rgb(251, 250, 247)', 'rgb(42, 38, 34)']);
    assert.deepEqual(await axe(page), [], path);
  }
  await page.goto(`${snug.url}/rooms/${room}`);
  const [main, panel] = [await page.locator('main').boundingBox(), await page.locator('#members').boundingBox()];
  assert.ok(panel.x >= main.x + main.width - 1 && panel.y === 0 && main.height === 800, 'the members are beside the room');
  await made.close();
});

test('a room of ten thousand sends no more than its first two hundred, and says so', async () => {
  const weight = async (path) => (await (await ana.page.goto(snug.url + path)).text()).length;
  await snug.sql(`SET max_recursive_iterations = 20000;
    INSERT INTO users (name, display, email, password, created_at) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
      SELECT CONCAT('m', i), CONCAT('Member ', i), CONCAT('m', i, '@example.org'), '', UTC_TIMESTAMP() FROM n;
    INSERT INTO members (room_id, user_id, role, added_by, added_at) SELECT ${room}, id, 'member', id, UTC_TIMESTAMP() FROM users WHERE email = CONCAT(name, '@example.org') AND password = '';
    UPDATE rooms SET version = version + 1, members_version = version WHERE id = ${room}`);
  assert.ok(await weight(`/rooms/${room}`) < 300000);
  assert.equal(await ana.page.locator('#members li').count(), 200);
  await ana.page.getByText('The first 200 are listed here.').waitFor();
  await ana.page.getByRole('link', { name: '10003 members' }).waitFor();
  await say(ana, 'hello to all of you');
  await sees(ana, 'hello to all of you');
  assert.ok(await weight(`/rooms/${room}/settings`) < 600000);
  await ana.page.getByLabel('Somebody else').fill('m9999');
  await ana.page.getByRole('combobox', { name: 'Role', exact: true }).selectOption('admin');
  await ana.page.getByRole('button', { name: 'Change', exact: true }).last().click();
  await ana.page.locator('.notice').waitFor();
  await ana.page.getByRole('link', { name: 'Member 9999' }).waitFor(); // listed now: admins come first
  assert.deepEqual(ana.faults, []);
});
