// Searching, pinning and keeping, by people.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { site } from '../lib/site.mjs';
import { axe, fill, group, message, open, overflow, person, say, sees } from './lib.mjs';

let snug;
let ana;
let ben;
let room;

before(async () => {
  snug = await site();
  [ana, ben] = [await person(snug, { dark: true }), await person(snug)];
  room = await group(ana, [ben]);
});

test('by the keyboard alone: / opens the search, Enter searches, and a result leads to its message in the room', async () => {
  await fill(ana, room, 1, 60);
  await open(ana, room);
  await say(ana, 'the elderflower is out');
  await sees(ana, 'the elderflower is out');
  await fill(ana, room, 61, 140);
  await ana.page.locator('#timeline').focus();
  await ana.page.keyboard.press('/');
  await ana.page.waitForURL(/\/search\?room=/);
  const field = ana.page.getByRole('searchbox');
  await field.and(ana.page.locator(':focus')).waitFor();
  assert.match(await field.inputValue(), /^in:\S+ $/, 'the room one comes from');
  await ana.page.keyboard.press('End');
  await ana.page.keyboard.type('ELDERFLOWER');
  await ana.page.keyboard.press('Enter');
  await ana.page.locator('mark', { hasText: 'elderflower' }).waitFor();
  assert.deepEqual(await axe(ana.page), []);
  await ana.page.locator('.snippet').focus();
  await ana.page.keyboard.press('Enter');
  await ana.page.waitForURL(/before=\d+#m\d+/);
  const found = message(ana, 'the elderflower is out');
  await found.waitFor();
  assert.ok(await found.evaluate((li) => li.matches(':target') && li.getBoundingClientRect().top > 0 && li.getBoundingClientRect().bottom < window.innerHeight));
  assert.deepEqual(ana.faults, []);
});

test('a slash in what is written stays a slash', async () => {
  await open(ana, room);
  await ana.page.locator('#composer textarea').focus();
  await ana.page.keyboard.type('a/b');
  assert.equal(await ana.page.locator('#composer textarea').inputValue(), 'a/b');
  await ana.page.locator('#composer textarea').fill('');
});

test('an admin pins through More, the others see it live; what somebody saves is marked for him and on his page', async () => {
  await open(ben, room);
  await open(ana, room);
  await say(ana, 'the gate code is in the letter');
  await sees(ben, 'the gate code is in the letter');
  const tool = async (who, name) => {
    const li = message(who, 'the gate code is in the letter');
    await li.hover();
    await li.locator('[data-tool="more"]').click();
    await li.getByRole('button', { name }).click();
  };
  await tool(ana, 'Pin');
  await message(ben, 'the gate code is in the letter').locator('.pinned').waitFor();
  await ben.page.getByRole('link', { name: 'Pinned' }).waitFor();
  await tool(ben, 'Save for later');
  await message(ben, 'the gate code is in the letter').locator('.saved').waitFor();
  assert.equal(await message(ben, 'the gate code is in the letter').getByRole('button', { name: 'Pin' }).count(), 0);
  assert.deepEqual(await axe(ben.page), []);
  await ben.page.reload();
  await message(ben, 'the gate code is in the letter').locator('.saved').waitFor();
  await ben.page.getByRole('link', { name: 'Pinned' }).click();
  await ben.page.locator('.snippet', { hasText: 'gate code' }).waitFor();
  await ben.page.getByRole('link', { name: 'Saved' }).first().click();
  await ben.page.locator('.snippet', { hasText: 'gate code' }).waitFor();
  assert.deepEqual(await axe(ben.page), []);
  await ben.page.getByRole('button', { name: 'Remove' }).click();
  await ben.page.getByText('Nothing yet').waitFor();
  await open(ana, room);
  await tool(ana, 'Unpin');
  await message(ana, 'the gate code is in the letter').locator('.pinned').waitFor({ state: 'detached' });
  assert.deepEqual([ana.faults, ben.faults], [[], []]);
});

test('without scripts, on a phone: searching, pinning and keeping are links and forms', async () => {
  const plain = await person(snug, { scripts: false, phone: true });
  const own = await group(plain);
  const { page } = plain;
  await page.locator('#composer textarea').fill('plums are ripe');
  await page.getByRole('button', { name: 'Send' }).click();
  for (const name of ['Pin', 'Save for later']) {
    await page.goto(`${snug.url}/rooms/${own}?more=1#more`);
    await page.getByRole('button', { name, exact: true }).click();
    await page.waitForURL(new RegExp(`/rooms/${own}#m1$`));
  }
  await page.getByRole('link', { name: 'Pinned' }).click();
  await page.locator('.snippet', { hasText: 'plums are ripe' }).waitFor();
  assert.ok(await overflow(page) <= 0);
  await page.getByRole('link', { name: 'All rooms' }).click();
  await page.getByRole('link', { name: 'Search', exact: true }).click();
  await page.getByRole('searchbox').fill('ripe PLUMS');
  await page.getByRole('button', { name: 'Search' }).click();
  assert.deepEqual(await page.locator('mark').allTextContents(), ['plums', 'ripe']);
  assert.ok(await overflow(page) <= 0);
  await page.locator('.snippet').click();
  await page.locator('#m1').waitFor();
  await page.goto(`${snug.url}/search?q=before:never`);
  assert.match(await page.locator('#q-error').textContent(), /before: takes a date/);
});
