// With the network gone: the page says so at once, keeps what was typed, and catches up when it is back.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { site } from '../lib/site.mjs';
import { group, LONG, open, person, say, sees, texts } from './lib.mjs';

let ana;
let ben;
let room;

const bar = (who) => who.page.locator('#connection');
const field = (who) => who.page.locator('#composer textarea');

before(async () => {
  const snug = await site();
  [ana, ben] = [await person(snug), await person(snug)];
  room = await group(ana, [ben]);
  await open(ana, room);
  await open(ben, room);
});

test('the page says at once that it is offline, and what becomes of what is written', async () => {
  // Chromium's emulation leaves an open stream open: what comes by it takes the words away again.
  await ben.page.evaluate(() => {
    const bar = document.getElementById('connection');
    window.said = '';
    new MutationObserver(() => { if (!bar.hidden) window.said += bar.textContent; }).observe(bar, { attributes: true, childList: true });
  });
  await ben.context.setOffline(true);
  await ben.page.waitForFunction(() => window.said.includes('You are offline. What you write is kept and sent later.'));
});

// Chromium's emulation leaves open what is open: with the network gone it would be cut.
const cut = (who) => who.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));

test('what was typed and what was sent meanwhile is kept, and goes out once the network is back', async () => {
  await cut(ben);
  await say(ben, 'written on the train');
  await ben.page.locator('#pending').getByText('written on the train').waitFor();
  await field(ben).pressSequentially('half a thought');
  await say(ana, 'said meanwhile');
  await ana.page.waitForTimeout(3000);
  assert.ok(!(await texts(ben)).includes('said meanwhile'));
  await ben.context.setOffline(false);
  await sees(ben, 'said meanwhile');
  await sees(ana, 'written on the train');
  await bar(ben).waitFor({ state: 'hidden', timeout: LONG });
  assert.equal(await field(ben).inputValue(), 'half a thought');
  await ben.page.reload();
  await ben.page.waitForFunction(() => document.querySelector('#composer textarea').value === 'half a thought');
  assert.equal((await texts(ben)).filter((text) => text === 'written on the train').length, 1);
});
