// Two people in two browsers: what one does, the other sees without a reload.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { site } from '../lib/site.mjs';
import { group, hasRead, message, open, person, roomOf, say, sees, texts } from './lib.mjs';

let ana;
let ben;
let room;

before(async () => {
  const snug = await site();
  [ana, ben] = [await person(snug), await person(snug)];
  room = await group(ana, [ben]);
  await open(ana, room);
  await open(ben, room);
});

test('a message appears in the other browser without a reload, and the answer in the first', async () => {
  await say(ana, 'Is the gate open?');
  await sees(ben, 'Is the gate open?');
  await say(ben, 'It is.\u00a0\u{1F331}');
  await sees(ana, 'It is.\u00a0\u{1F331}');
});

test('each message is shown once, in the order of sending, to both', async () => {
  const lines = Array.from({ length: 15 }, (_, i) => `step ${i}`);
  for (const line of lines) await say(ana, line);
  await sees(ben, 'step 14');
  await sees(ana, 'step 14');
  await ana.page.waitForFunction(() => !document.querySelector('#pending li'));
  for (const who of [ana, ben]) assert.deepEqual((await texts(who)).filter((text) => text.startsWith('step')), lines);
});

test('Shift+Enter breaks the line, and the other sees two lines', async () => {
  const field = ana.page.locator('#composer textarea');
  await field.fill('first line');
  await field.press('Shift+Enter');
  await field.pressSequentially('second line');
  await field.press('Enter');
  await sees(ben, 'first line\nsecond line');
});

test('an edit is seen by the other live, and marked', async () => {
  await say(ana, 'the meeting is on Friady');
  await sees(ben, 'the meeting is on Friady');
  const mine = message(ana, 'the meeting is on Friady');
  await mine.hover();
  await mine.getByRole('link', { name: /^Edit/ }).click();
  const field = ana.page.getByLabel('Edit your message');
  await field.fill('the meeting is on Friday');
  await field.press('Enter');
  await sees(ben, 'the meeting is on Friday');
  await message(ben, 'the meeting is on Friday').getByText('(edited)').waitFor();
  assert.equal(await message(ben, 'the meeting is on Friady').count(), 0);
});

test('the arrow up in an empty composer edits the last own message, Escape leaves it as it was', async () => {
  await say(ana, 'last words');
  await sees(ana, 'last words');
  await ana.page.locator('#composer textarea').press('ArrowUp');
  const field = ana.page.getByLabel('Edit your message');
  assert.equal(await field.inputValue(), 'last words');
  await field.fill('other words');
  await field.press('Escape');
  assert.equal(await field.count(), 0);
  assert.ok((await texts(ana)).includes('last words'));
});

test('deleting asks once in the page, and leaves a note in its place for both', async () => {
  await say(ana, 'a secret');
  await sees(ben, 'a secret');
  const mine = message(ana, 'a secret');
  const id = await mine.getAttribute('id');
  await mine.hover();
  await mine.getByRole('link', { name: /^Delete/ }).click();
  await ana.page.getByRole('button', { name: 'Keep it' }).click();
  assert.equal(await mine.count(), 1);
  await mine.hover();
  await mine.getByRole('link', { name: /^Delete/ }).click();
  await ana.page.getByRole('button', { name: 'Delete', exact: true }).click();
  for (const who of [ana, ben]) {
    await who.page.locator(`#${id}`).getByText('This message was deleted.').waitFor();
    assert.ok(!(await texts(who)).includes('a secret'));
  }
});

test('for who manages nothing, only the own messages have Edit and Delete', async () => {
  await say(ana, 'mine alone');
  await sees(ben, 'mine alone');
  const change = '[data-tool="edit"], [data-tool="delete"]';
  assert.equal(await message(ben, 'mine alone').locator(change).count(), 0);
  assert.equal(await message(ana, 'mine alone').locator(change).count(), 2);
});

test('two windows of one person: an edit on top of another is told, with the present text', async () => {
  await say(ana, 'version one');
  await sees(ana, 'version one');
  const mine = message(ana, 'version one');
  const seq = await mine.getAttribute('data-seq');
  await mine.hover();
  await mine.getByRole('link', { name: /^Edit/ }).click();
  await ana.page.getByLabel('Edit your message').fill('version two');
  await ana.page.evaluate(([id, number]) => fetch('/messages', {
    method: 'POST',
    headers: { Accept: 'application/json', 'X-CSRF-Token': document.querySelector('meta[name="csrf"]').content },
    body: new URLSearchParams({ action: 'edit', room: id, seq: number, text: 'from elsewhere' }),
  }).then((answer) => { if (!answer.ok) throw new Error(answer.status); }), [room, seq]);
  await sees(ben, 'from elsewhere');
  assert.equal(await ana.page.getByLabel('Edit your message').inputValue(), 'version two');
  await ana.page.getByRole('button', { name: 'Save' }).click();
  await ana.page.locator('#in-place-error', { hasText: 'from elsewhere' }).waitFor();
  await ana.page.getByRole('button', { name: 'Save' }).click();
  await sees(ben, 'version two');
});

test('a message in another room raises its count in the sidebar and the title; opening it takes the count away', async () => {
  const other = await group(ana, [ben]);
  await open(ana, other);
  const link = ben.page.locator(`#lists a[data-to="${other}"]`);
  await link.waitFor(); // the new group comes by itself
  await say(ana, 'over here');
  await say(ana, 'and here');
  await link.locator('.count', { hasText: /^2/ }).waitFor();
  assert.match(await ben.page.title(), /^\(2\) /);
  await link.click();
  await sees(ben, 'over here');
  await hasRead(ben, other);
  await open(ben, room);
  await ben.page.waitForTimeout(1000);
  assert.equal(await ben.page.locator(`#lists a[data-to="${other}"] .count`).count(), 0);
  await open(ana, room);
});

test('People shows who is online, and a message to one of them opens the same room for both', async () => {
  await ana.page.goto(`${ana.site.url}/people`);
  const entry = ana.page.locator(`.cards li[data-user-name="${ben.name}"]`);
  await entry.locator('.dot.online').waitFor({ state: 'attached' });
  await entry.getByRole('button', { name: /Message/ }).click();
  await ana.page.waitForURL(/\/rooms\/\d+/);
  const direct = roomOf(ana.page);
  await say(ana, 'between us');
  const link = ben.page.locator(`#lists a[data-to="${direct}"]`);
  await link.click();
  await sees(ben, 'between us');
  await ben.page.goto(`${ben.site.url}/people/${ana.name}`);
  await ben.page.getByRole('button', { name: /Message/ }).click();
  await ben.page.waitForURL(new RegExp(`/rooms/${direct}\\b`));
  await open(ana, room);
  await open(ben, room);
});

test('a member who is removed is told so in the page and stops following', async () => {
  const cleo = await person(ana.site);
  const closed = await group(ana, [cleo], { visibility: 'Private' });
  await open(cleo, closed);
  await ana.page.goto(`${ana.site.url}/rooms/${closed}/settings`);
  await ana.page.getByRole('button', { name: `Remove ${cleo.name}` }).click();
  await cleo.page.locator('#connection', { hasText: 'not a member' }).waitFor();
  await open(ana, room);
});

test('a new name and topic of the group reach a page that is open', async () => {
  const renamed = await group(ana, [ben]);
  await open(ben, renamed);
  await ana.page.goto(`${ana.site.url}/rooms/${renamed}/settings`);
  const name = `renamed-${renamed}`;
  await ana.page.getByLabel('Name', { exact: true }).fill(name);
  await ana.page.getByLabel('Topic').fill('Beans & peas');
  await ana.page.getByRole('button', { name: 'Save' }).click();
  await ben.page.locator('h1', { hasText: name }).waitFor();
  await ben.page.locator('#room-topic', { hasText: 'Beans & peas' }).waitFor();
  await open(ana, room);
  await open(ben, room);
});

test('a group that becomes private has a lock on a page that is open', async () => {
  await open(ben, room);
  const signs = ben.page.locator('.bar h1, #lists [aria-current] .sign');
  assert.equal(await signs.locator('.lock').count(), 0);
  const page = await ana.context.newPage();
  await page.goto(`${ana.site.url}/rooms/${room}/settings`);
  await page.getByLabel('Private: only those who are added').check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.close();
  await signs.locator('.lock').nth(1).waitFor();
});

test('a new display name is seen at once: beside what was written, in the lists, and at the head of the two\'s own room', async () => {
  await open(ana, room);
  await say(ana, 'who am I?');
  await sees(ben, 'who am I?');
  const second = { ...ben, page: await ben.context.newPage() };
  await second.page.goto(`${ana.site.url}/people/${ana.name}`);
  await second.page.getByRole('button', { name: 'Message' }).click();
  await second.page.waitForURL(/\/rooms\/\d+/);
  const page = await ana.context.newPage();
  await page.goto(`${ana.site.url}/account`);
  await page.getByLabel('Display name').fill('Ana the Second');
  await page.getByRole('button', { name: 'Save profile' }).click();
  await page.locator('.notice').first().waitFor();
  await message(ben, 'who am I?').getByRole('link', { name: 'Ana the Second' }).waitFor({ state: 'attached' });
  for (const place of ['#lists .name', '#members .name']) await ben.page.locator(place, { hasText: 'Ana the Second' }).first().waitFor();
  await second.page.locator('h1', { hasText: 'Ana the Second' }).waitFor();
  await ana.page.locator('.me .display', { hasText: 'Ana the Second' }).waitFor();
  await page.getByLabel('Display name').fill(ana.name);
  await page.getByRole('button', { name: 'Save profile' }).click();
  await page.locator('.notice').first().waitFor();
  await page.close();
  await second.page.close();
});

test('over plain HTTP, where browsers hide crypto.randomUUID and locks, messages are sent all the same', async () => {
  const page = await ana.context.newPage();
  await page.addInitScript(() => {
    delete Crypto.prototype.randomUUID;
    delete Navigator.prototype.locks;
  });
  await page.goto(`${ana.site.url}/rooms/${room}`);
  await page.waitForTimeout(500);
  await say({ page }, 'from plain HTTP');
  await sees(ben, 'from plain HTTP');
  await page.waitForFunction(() => !document.querySelector('#pending li'));
  await page.close();
});

test('an input method that confirms a word with Enter does not send it', async () => {
  const field = ana.page.locator('#composer textarea');
  await field.fill('こんにち');
  await field.evaluate((element) => element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true })));
  await ana.page.waitForTimeout(300);
  assert.equal(await field.inputValue(), 'こんにち');
  await field.fill('');
});

test('no script complained, and the security policy was never broken', () => {
  assert.deepEqual([...ana.faults, ...ben.faults], []);
});
