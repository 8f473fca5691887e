// Every page: nothing for axe to find, nothing wider than a phone, and what people typed always comes out as text.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { site } from '../lib/site.mjs';
import { axe, axeTwice, context, fill, group, open, overflow, person, say, sees } from './lib.mjs';

let snug;
let ana;
let pages;
let room;

const WORD = `long-${'w'.repeat(40)}`;

before(async () => {
  snug = await site();
  ana = await person(snug);
  const ben = await person(snug);
  room = await group(ana, [ben], { topic: `A topic with a ${'very '.repeat(20)}long text` });
  await group(ben, [], { name: `${WORD.slice(0, 40)}-${Date.now().toString(36)}` });
  await open(ana, room);
  await fill(ana, room, 1, 60);
  await open(ana, room);
  await say(ana, `${'u'.repeat(300)}`);
  await say(ana, 'مرحبا بكم');
  await sees(ana, 'مرحبا بكم');
  await ana.page.goto(`${snug.url}/people/${ben.name}`);
  await ana.page.getByRole('button', { name: /Message/ }).click();
  await ana.page.waitForURL(/\/rooms\/\d+/);
  const direct = new URL(ana.page.url()).pathname;
  pages = [`/rooms/${room}`, `/rooms/${room}?before=30`, `/rooms/${room}?edit=62`, `/rooms/${room}?delete=62`, `/rooms/${room}#members`,
    direct, '/rooms', '/people', `/people/${ben.name}`, '/for-you', '/formatting', '/account', `/rooms/${room}/settings`, '/nothing-here'];
});

async function everyPage(options, look) {
  const state = await ana.context.storageState();
  for (const [signed, paths] of [[true, pages], [false, ['/', '/login', '/register', '/forgot', '/reset', '/formatting', '/nothing-here']]]) {
    const made = await context({ ...options, bypassCSP: true, ...(signed ? { storageState: state } : {}) });
    const page = await made.newPage();
    for (const path of paths) {
      await page.goto('about:blank');
      await page.goto(snug.url + path);
      await page.waitForTimeout(250);
      await look(page, `${path}${signed ? '' : ' (signed out)'}`);
    }
    await made.close();
  }
}

test('axe finds nothing on any page, light and dark', async () => {
  const found = [];
  await everyPage({}, async (page, path) => {
    for (const fault of await axeTwice(page)) found.push(`${path}: ${fault}`);
  });
  assert.deepEqual(found, []);
});

test('axe finds nothing in the dialogs, light and dark, and on a phone they fit', async () => {
  for (const options of [{}, { dark: true }, { phone: true }]) {
    const made = await context({ ...options, bypassCSP: true, storageState: await ana.context.storageState() });
    const page = await made.newPage();
    await page.goto(`${snug.url}/rooms/${room}`);
    await page.locator('#bell:enabled').waitFor();
    for (const [title, open] of [['Jump to a room or a person', () => page.keyboard.press('Control+k')],
      ['Keys', () => page.locator('#timeline').press('?')], ['Notifications', () => page.locator('#bell').click()]]) {
      await open();
      await page.getByRole('dialog', { name: title }).waitFor();
      assert.deepEqual(await axe(page), [], title);
      assert.ok(await page.getByRole('dialog').evaluate((dialog) => dialog.scrollWidth <= dialog.clientWidth && dialog.getBoundingClientRect().right <= window.innerWidth), title);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await made.close();
  }
});

test('at 390 px no page scrolls sideways, what is touched is at least 44 px high, and axe finds nothing', async () => {
  const found = [];
  await everyPage({ phone: true }, async (page, path) => {
    const wide = await overflow(page);
    if (wide > 0) found.push(`${path} is ${wide} px too wide`);
    const small = await page.evaluate(() => [...document.querySelectorAll('button, .button, .back, .lists li a, input:not([type=hidden], [type=radio], [type=checkbox]), select')]
      .filter((element) => element.offsetParent && element.getBoundingClientRect().height < 43.5)
      .map((element) => element.outerHTML.slice(0, 80)));
    for (const one of small) found.push(`${path}: too small: ${one}`);
    for (const fault of await axe(page)) found.push(`${path}: ${fault}`);
  });
  assert.deepEqual(found, []);
});

test('at 390 px the list and the room are two pages, with a way back', async () => {
  const phone = await context({ phone: true, storageState: await ana.context.storageState() });
  const page = await phone.newPage();
  await page.goto(`${snug.url}/rooms/${room}`);
  assert.ok(!await page.locator('.sidebar').isVisible());
  await page.getByRole('link', { name: 'All rooms' }).click();
  await page.waitForURL(/\/rooms$/);
  await page.locator(`#lists a[data-to="${room}"]`).click();
  await page.locator('#composer textarea').waitFor();
  await phone.close();
});

test('markup in every field comes out as the text it is', async () => {
  const evil = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>"\'&lt;';
  const who = await person(snug);
  const { page } = who;
  await page.goto(`${snug.url}/account`);
  await page.getByLabel('Display name').fill(evil.slice(0, 60));
  await page.getByRole('button', { name: 'Save profile' }).click();
  const name = `<b>bold</b>"' ${Date.now().toString(36)}`;
  const mine = await group(who, [], { name, topic: evil });
  const reader = await person(snug);
  await reader.page.goto(`${snug.url}/rooms`);
  assert.ok((await reader.page.locator('.cards').textContent()).includes(name));
  await reader.page.locator(`form[action="/rooms/${mine}/settings"] button`).click();
  await reader.page.waitForURL(/\/rooms\/\d+$/);
  await open(reader, mine);
  await open(who, mine);
  await say(who, evil);
  await sees(reader, evil.replace('&lt;', '<')); // a character by its name is that character
  assert.ok((await reader.page.locator('#room-topic').textContent()).includes(evil));
  assert.equal((await reader.page.locator('#room-name').textContent()), name);
  assert.ok((await reader.page.locator('#members').textContent()).includes(evil.slice(0, 60)));
  for (const path of [`/rooms/${mine}`, `/rooms/${mine}/settings`, '/rooms', '/people', `/people/${who.name}`, '/account']) {
    for (const one of [who, reader]) {
      await one.page.goto(snug.url + path);
      await one.page.waitForTimeout(150);
      assert.equal(await one.page.evaluate(() => window.hacked), undefined, path);
      assert.equal(await one.page.locator('img, main b').count(), 0, path);
    }
  }
  assert.deepEqual([...who.faults, ...reader.faults], []);
});

test('the skip link is the first stop of the keyboard and leads to the content', async () => {
  await ana.page.goto(`${snug.url}/people`);
  await ana.page.keyboard.press('Tab');
  assert.equal(await ana.page.evaluate(() => document.activeElement.className), 'skip');
  await ana.page.keyboard.press('Enter');
  assert.equal(await ana.page.evaluate(() => document.activeElement.id), 'main');
});

test('no page asks another host for anything', async () => {
  const made = await context({ storageState: await ana.context.storageState() });
  const page = await made.newPage();
  const foreign = [];
  page.on('request', (request) => { if (new URL(request.url()).origin !== snug.url) foreign.push(request.url()); });
  for (const path of pages) await page.goto(snug.url + path);
  assert.deepEqual(foreign, []);
  await made.close();
});
