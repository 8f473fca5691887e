// Things break in the middle of a conversation; nothing that was written is lost, repeated or reordered.
// This file has a site of its own, because it stops parts of it.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { startSite } from '../lib/site.mjs';
import { group, LONG, open, person, say, sees, texts } from './lib.mjs';

let snug;
let ana;
let ben;
let room;

const pending = (who) => who.page.locator('#pending .message');
const stored = async (text) => Number((await snug.sql(`SELECT COUNT(*) FROM messages WHERE text = '${text}'`))[0][0]);

before(async () => {
  snug = await startSite();
  [ana, ben] = [await person(snug), await person(snug)];
  room = await group(ana, [ben]);
  await open(ana, room);
  await open(ben, room);
});

test('messages is killed in the middle: both pages recover by themselves, what was written arrives once', async () => {
  await say(ana, 'before the kill');
  await sees(ben, 'before the kill');
  snug.kill('messages');
  await say(ana, 'during the kill');
  await sees(ben, 'during the kill');
  await say(ben, 'after the kill');
  await sees(ana, 'after the kill');
  assert.equal(await stored('during the kill'), 1);
  assert.deepEqual((await texts(ben)).filter((text) => text.endsWith('the kill')), ['before the kill', 'during the kill', 'after the kill']);
});

test('MariaDB is stopped and started again: the unsent messages are kept, and sent exactly once, in order', async () => {
  await snug.stopDatabase();
  try {
    await say(ana, 'database away 1');
    await say(ana, 'database away 2');
    await pending(ana).nth(1).waitFor();
    await pending(ana).getByText('tried again by itself').waitFor();
  } finally {
    await snug.startDatabase();
  }
  await sees(ben, 'database away 2', 60000);
  await ana.page.waitForFunction(() => !document.querySelector('#pending li'), null, { timeout: LONG });
  await ana.page.locator('#connection').waitFor({ state: 'hidden', timeout: 60000 });
  for (const who of [ana, ben]) {
    assert.deepEqual((await texts(who)).filter((text) => text.startsWith('database away')), ['database away 1', 'database away 2']);
  }
  assert.equal(await stored('database away 1'), 1);
});

test('while the server is away a quiet bar says so, and it goes when the server is back', async () => {
  await ben.page.route('**/messages?*', (route) => route.abort());
  await ben.page.goto(`${snug.url}/rooms/${room}`);
  await ben.page.locator('#connection', { hasText: 'Next try' }).waitFor({ timeout: LONG });
  await ben.page.unroute('**/messages?*');
  await ben.page.getByRole('button', { name: 'Try now' }).click();
  await ben.page.locator('#connection').waitFor({ state: 'hidden', timeout: LONG });
  await say(ana, 'back again');
  await sees(ben, 'back again');
});

test('an unsent message survives a reload, and is sent once when the server is back', async () => {
  await ana.page.route('**/messages', (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()));
  await say(ana, 'kept over a reload');
  await pending(ana).waitFor();
  await ana.page.reload();
  await pending(ana).getByText('kept over a reload').waitFor();
  await ana.page.unroute('**/messages');
  await sees(ben, 'kept over a reload', 60000);
  await ana.page.waitForFunction(() => !document.querySelector('#pending li'), null, { timeout: LONG });
  assert.equal(await stored('kept over a reload'), 1);
});

test('an answer that is lost on the way does not send twice', async () => {
  let lost = 0;
  await ana.page.route('**/messages', async (route) => {
    if (route.request().method() !== 'POST' || lost) return route.continue();
    lost += 1;
    await route.fetch(); // the server has it; the browser never hears so
    return route.abort();
  });
  await say(ana, 'answer lost');
  await sees(ben, 'answer lost');
  await ana.page.waitForTimeout(3000);
  await ana.page.unroute('**/messages');
  assert.equal(lost, 1);
  assert.equal(await stored('answer lost'), 1);
  assert.equal(await pending(ana).count(), 0);
  assert.equal((await texts(ana)).filter((text) => text === 'answer lost').length, 1);
});

test('offline: what was missed is caught up, and what was written goes out', async () => {
  await ben.context.setOffline(true);
  await say(ana, 'while you were away');
  await sees(ana, 'while you were away');
  await say(ben, 'written offline');
  await pending(ben).waitFor();
  await ben.page.waitForTimeout(2000);
  await ben.context.setOffline(false);
  await sees(ben, 'while you were away');
  await sees(ana, 'written offline');
  assert.equal(await stored('written offline'), 1);
});

test('what the server refuses stays, with its words, and can be discarded', async () => {
  await say(ana, 'x'.repeat(10001));
  const refused = ana.page.locator('#pending .failed');
  await refused.getByText('Not sent.').waitFor();
  await say(ana, 'the next one goes out');
  await sees(ben, 'the next one goes out');
  await ana.page.reload();
  await refused.getByRole('button', { name: 'Try again' }).waitFor();
  await refused.getByRole('button', { name: 'Discard' }).click();
  await refused.waitFor({ state: 'detached' });
  await ana.page.reload();
  await sees(ana, 'the next one goes out');
  assert.equal(await refused.count(), 0);
});

test('where held requests are cut, short polls keep the page going', async () => {
  await ben.page.route(/\/messages\?.*wait=/, (route) => setTimeout(() => route.abort().catch(() => {}), 300));
  await open(ben, room);
  await say(ana, 'through short polls');
  await sees(ben, 'through short polls');
  await ben.page.unroute(/\/messages\?.*wait=/);
});

test('the program behind the page is killed: the page is there again within a second or so', async () => {
  await say(ana, 'room was killed');
  await sees(ana, 'room was killed');
  assert.ok(snug.kill('room').length > 0);
  const end = Date.now() + LONG;
  do {
    await ana.page.goto(`${snug.url}/rooms/${room}`);
  } while (!await ana.page.locator('#composer').count() && Date.now() < end);
  await sees(ana, 'room was killed');
});

test('two windows of one person: each shows what the other has not sent yet, and it is sent once', async () => {
  await open(ana, room);
  const second = await ana.context.newPage();
  await second.goto(`${snug.url}/rooms/${room}`);
  await second.waitForTimeout(500);
  await ana.page.route('**/messages', (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()));
  await say(ana, 'from the first window');
  await second.locator('#pending').getByText('from the first window').waitFor();
  await ana.page.goto('about:blank'); // the first window leaves; the second takes over
  await second.reload();
  await sees(ben, 'from the first window', 60000);
  await second.waitForFunction(() => !document.querySelector('#pending li'), null, { timeout: LONG });
  assert.equal(await stored('from the first window'), 1);
  await second.close();
  await ana.page.unroute('**/messages');
  await open(ana, room);
});

for (const name of ['time', 'status', 'sidebar', 'unread', 'timeline', 'view', 'members', 'panel', 'later', 'rights', 'announce', 'history', 'send', 'edit', 'draft', 'grow', 'group', 'pending', 'outbox', 'net', 'follow',
  'page', 'room']) {
  test(`without js/${name}.js a message is still sent`, async () => {
    const page = await ana.context.newPage();
    await page.route(`**/js/${name}.js`, (route) => route.abort());
    await page.goto(`${snug.url}/rooms/${room}`);
    await page.waitForTimeout(500);
    await page.locator('#composer textarea').fill(`without ${name}`);
    await page.getByRole('button', { name: 'Send' }).click();
    await sees(ben, `without ${name}`);
    await page.close();
  });
}

test('who writes faster than is allowed loses nothing: the rest follows by itself, in order', async () => {
  const slow = await startSite({ vars: { LIMITS: 'on' }, hdf: { 'Limits.SendBurst': 3, 'Limits.SendRate': 2 } });
  const cleo = await person(slow);
  const own = await group(cleo, []);
  await open(cleo, own);
  const lines = Array.from({ length: 8 }, (_, i) => `quick ${i}`);
  for (const line of lines) await say(cleo, line);
  await sees(cleo, 'quick 7', 60000);
  await cleo.page.waitForFunction(() => !document.querySelector('#pending li'), null, { timeout: LONG });
  assert.deepEqual(await texts(cleo), lines);
});
