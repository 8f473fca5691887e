// What admins do, on the pages of those it is done to; and marking as unread. No reload, unless a test says so.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { site } from '../lib/site.mjs';
import { axe, fill, group, hasRead, message, open, overflow, person, say, sees } from './lib.mjs';

let snug;
let ana; // owns every group here
let ben;
let plain; // without scripts

before(async () => {
  snug = await site();
  [ana, ben, plain] = [await person(snug), await person(snug), await person(snug, { scripts: false })];
});

// Ana does something to somebody on the settings page, at a page of her own.
async function act(room, what, who) {
  const page = await ana.context.newPage();
  await page.goto(`${snug.url}/rooms/${room}/settings`);
  const button = page.getByRole('button', { name: `${what} ${who.name}`, exact: true });
  if (!await button.isVisible()) await page.locator('summary', { hasText: `about ${who.name}` }).click();
  await button.click();
  await page.locator('.notice').waitFor();
  await page.close();
}

const field = (who) => who.page.locator('#composer textarea');
const entry = (who, room) => who.page.locator(`#lists a[data-to="${room}"]`);

test('who is muted has a note in place of the composer, what was typed stays to be copied; unmuted it goes on', async () => {
  const room = await group(ana, [ben]);
  await open(ben, room);
  await field(ben).fill('half a thought');
  await act(room, 'Mute', ben);
  await ben.page.locator('#closed', { hasText: 'muted you' }).waitFor();
  assert.equal(await field(ben).inputValue(), 'half a thought');
  assert.ok(await field(ben).isVisible() && !await field(ben).isEditable());
  assert.ok(!await ben.page.getByRole('button', { name: 'Send' }).isVisible());
  await field(ben).press('Enter');
  await act(room, 'Unmute', ben);
  await ben.page.locator('#closed').waitFor({ state: 'hidden' });
  await field(ben).press('Enter');
  await sees(ben, 'half a thought');
});

test('who opens a room muted gets the composer as soon as that is over', async () => {
  const room = await group(ana, [ben]);
  await act(room, 'Mute', ben);
  await open(ben, room);
  assert.ok(await ben.page.locator('#closed').isVisible());
  assert.equal(await field(ben).count(), 0);
  await act(room, 'Unmute', ben);
  await field(ben).waitFor();
  await say(ben, 'thank you');
  await sees(ben, 'thank you');
});

test('who is banned is told so: the composer goes, what was typed stays, and the room leaves the list', async () => {
  const room = await group(ana, [ben]);
  await open(ben, room);
  await entry(ben, room).waitFor();
  await field(ben).fill('my last words');
  await act(room, 'Ban', ben);
  await ben.page.locator('#connection', { hasText: 'not a member of it any more' }).waitFor();
  await ben.page.locator('#closed', { hasText: 'not in this room any more' }).waitFor();
  assert.equal(await field(ben).inputValue(), 'my last words');
  assert.ok(!await field(ben).isEditable());
  await entry(ben, room).waitFor({ state: 'detached' });
});

test('who becomes an admin may delete others\' messages at once, and the message says by whom', async () => {
  const room = await group(ana, [ben]);
  await open(ben, room);
  await open(ana, room);
  await say(ana, 'a slip');
  await sees(ben, 'a slip');
  assert.equal(await message(ben, 'a slip').locator('[data-tool="delete"]').count(), 0);
  const page = await ana.context.newPage();
  await page.goto(`${snug.url}/rooms/${room}/settings`);
  const leads = ben.page.locator('.bar').getByRole('link', { name: 'About' });
  assert.ok(await leads.isVisible());
  await page.getByLabel(`Role of ${ben.name}`).selectOption('admin');
  await page.getByRole('button', { name: `Change the role of ${ben.name}` }).click();
  await page.close();
  const tool = message(ben, 'a slip').locator('[data-tool="delete"]');
  await tool.waitFor({ state: 'attached' });
  await ben.page.locator('.bar').getByRole('link', { name: 'Settings' }).waitFor();
  await message(ben, 'a slip').hover();
  await tool.click();
  await ben.page.getByRole('button', { name: 'Delete', exact: true }).click();
  for (const who of [ana, ben]) await who.page.locator('.message.deleted', { hasText: `This message was deleted by ${ben.name}.` }).waitFor();
});

test('"(edited)" leads the author and admins to what the message said before', async () => {
  const room = await group(ana, [ben]);
  await open(ana, room);
  await open(ben, room);
  await say(ben, 'first words');
  await sees(ben, 'first words');
  await field(ben).press('ArrowUp');
  await ben.page.locator('#in-place').fill('other words');
  await ben.page.keyboard.press('Enter');
  for (const who of [ben, ana]) {
    await sees(who, 'other words');
    await message(who, 'other words').getByRole('link', { name: '(edited)' }).click();
    await who.page.locator('#versions', { hasText: 'first words' }).waitFor();
    assert.deepEqual(await axe(who.page), []);
  }
});

test('a message marked as unread stays so on the open page, stands below the line, and is read when one comes back', async () => {
  const room = await group(ana, [ben]);
  const elsewhere = await group(ben, []);
  await open(ben, room);
  await open(ana, room);
  for (const text of ['one', 'two', 'three']) await say(ana, text);
  await sees(ben, 'three');
  await hasRead(ben, room);
  await message(ben, 'two').hover();
  await message(ben, 'two').locator('[data-tool="more"]').click();
  await message(ben, 'two').locator('[data-tool="unread"]').click();
  await entry(ben, room).locator('.count', { hasText: '2' }).waitFor();
  assert.match(await ben.page.title(), /^\(2\)/);
  assert.equal(await ben.page.locator('#new + .message .words').textContent(), 'two');
  await say(ana, 'four');
  await sees(ben, 'four');
  await entry(ben, room).locator('.count', { hasText: '3' }).waitFor();
  await ben.page.waitForTimeout(2500);
  await open(ben, elsewhere);
  await entry(ben, room).locator('.count', { hasText: '3' }).waitFor();
  await open(ben, room);
  assert.equal(await ben.page.locator('#new + .message .words').textContent(), 'two');
  await hasRead(ben, room);
  await open(ben, elsewhere);
  assert.equal(await entry(ben, room).locator('.count').count(), 0);
});

test('a room opened for the first time shows where the new begins', async () => {
  const room = await group(ana, [ben]);
  await open(ana, room);
  await say(ana, 'welcome');
  await sees(ana, 'welcome');
  await open(ben, room);
  assert.equal(await ben.page.locator('#new + .message .words').textContent(), 'welcome');
});

test('messages that a lowered history limit passes go from an open page', async () => {
  const room = await group(ana, [ben]);
  await fill(ana, room, 1, 30);
  await open(ben, room);
  await sees(ben, 'line 1');
  const page = await ana.context.newPage();
  await page.goto(`${snug.url}/rooms/${room}/settings`);
  await page.getByLabel('Messages to keep').fill('10');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.close();
  await message(ben, 'line 21').waitFor({ state: 'detached' });
  assert.ok(await message(ben, 'line 30').isVisible());
  assert.equal(await ben.page.locator('#messages .message').count(), 10);
});

test('without scripts: muted there is a note in place of the composer, and a message is marked as unread by a form', async () => {
  const room = await group(ana, [plain]);
  await open(ana, room);
  for (const text of ['one', 'two']) await say(ana, text);
  await sees(ana, 'two');
  await plain.page.goto(`${snug.url}/rooms/${room}`);
  const frame = plain.page.frameLocator('iframe');
  await frame.locator('.message', { hasText: 'two' }).hover();
  await frame.locator('.message', { hasText: 'two' }).getByRole('link', { name: 'More' }).click();
  await plain.page.getByRole('button', { name: 'Mark unread' }).click();
  await plain.page.waitForURL(/\/rooms$/);
  await entry(plain, room).locator('.count', { hasText: '1' }).waitFor();
  await act(room, 'Mute', plain);
  await plain.page.goto(`${snug.url}/rooms/${room}`);
  assert.match(await plain.page.locator('#closed').textContent(), /muted you/);
  assert.equal(await field(plain).count(), 0);
});

test('the admin panel has nothing that axe finds, fits 390 px, and closes the last owner\'s way out with words', async () => {
  const room = await group(ana, [ben, plain]);
  await act(room, 'Ban', plain);
  await ana.page.goto(`${snug.url}/rooms/${room}/settings`);
  await ana.page.locator('details.more').first().locator('summary').click();
  assert.deepEqual(await axe(ana.page), []);
  await ana.page.setViewportSize({ width: 390, height: 844 });
  assert.ok(await overflow(ana.page) <= 0);
  await ana.page.setViewportSize({ width: 1280, height: 800 });
  await ana.page.getByLabel('Who owns it from now on').selectOption({ label: ben.name });
  await ana.page.getByRole('button', { name: 'Hand over and leave' }).click();
  await ana.page.waitForURL(/\/rooms$/);
  await ben.page.goto(`${snug.url}/rooms/${room}/settings`);
  await ben.page.getByRole('heading', { name: 'Delete this group' }).waitFor();
});

test('no script complained', () => {
  for (const who of [ana, ben]) assert.deepEqual(who.faults, []);
});
