// Replies and reactions in the page: with scripts, and without.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { site } from '../lib/site.mjs';
import { axe, context, fill, group, LONG, message, open, overflow, person, say, sees } from './lib.mjs';

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

const field = (who) => who.page.locator('#composer textarea');
const chip = (who, text, emoji) => message(who, text).locator(`.chip[data-emoji="${emoji}"]`);
async function tool(who, text, name) {
  await message(who, text).hover();
  await message(who, text).locator(`.tools [data-tool="${name}"]`).click();
}

test('an answer quotes the original for both, and follows its edits and its deletion', async () => {
  await say(ana, 'Who brings the ladder?');
  await sees(ben, 'Who brings the ladder?');
  await tool(ben, 'Who brings the ladder?', 'reply');
  await ben.page.getByText('In reply to').waitFor();
  assert.ok(await field(ben).evaluate((one) => one === document.activeElement));
  await say(ben, 'I do');
  await ben.page.locator('.replying').waitFor({ state: 'detached' });
  for (const who of [ana, ben]) await message(who, 'I do').locator('.quote', { hasText: 'Who brings the ladder?' }).waitFor({ timeout: LONG });
  await tool(ana, 'Who brings the ladder?', 'edit');
  await ana.page.locator('#in-place').fill('Who brings both ladders?');
  await ana.page.locator('#in-place').press('Enter');
  await message(ben, 'I do').locator('.quote', { hasText: 'both ladders' }).waitFor({ timeout: LONG });
  await tool(ana, 'Who brings both ladders?', 'delete');
  await ana.page.locator('.confirm').getByRole('button', { name: 'Delete' }).click();
  for (const who of [ana, ben]) await message(who, 'I do').getByText('The original message was deleted.').waitFor({ timeout: LONG });
});

test('what is answered survives a reload with what is typed; Escape and Cancel leave it', async () => {
  await say(ana, 'Choose me');
  await sees(ana, 'Choose me');
  await message(ana, 'Choose me').locator('[data-tool="reply"]').focus();
  await ana.page.keyboard.press('r');
  await field(ana).fill('half an answer');
  await open(ana, room);
  await ana.page.locator('.replying', { hasText: 'Choose me' }).waitFor();
  assert.equal(await field(ana).inputValue(), 'half an answer');
  await field(ana).press('Escape');
  assert.equal(await ana.page.locator('.replying').count(), 0);
  await tool(ana, 'Choose me', 'reply');
  await ana.page.locator('.replying').getByRole('button', { name: 'Cancel' }).click();
  await field(ana).press('Enter');
  await message(ana, 'half an answer').waitFor({ timeout: LONG });
  assert.equal(await message(ana, 'half an answer').locator('.quote').count(), 0);
});

test('what an address asked to answer is asked once: left, it does not come back with a reload', async () => {
  const seq = await message(ana, 'Choose me').getAttribute('data-seq');
  await ana.page.goto(`${ana.site.url}/rooms/${room}?reply=${seq}#composer`);
  await ana.page.locator('.replying').getByRole('button', { name: 'Cancel' }).click();
  await ana.page.reload();
  await ana.page.getByRole('button', { name: 'Bold' }).waitFor();
  assert.equal(await ana.page.locator('.replying').count(), 0);
  await open(ana, room);
});

test('a quote leads to its original, on the page or far back in the history', async () => {
  const far = await group(ana, [ben]);
  await open(ana, far);
  await say(ana, 'Long ago');
  await sees(ana, 'Long ago');
  await fill(ana, far, 1, 70);
  await message(ana, 'line 70').waitFor({ timeout: LONG });
  await tool(ana, 'Long ago', 'reply');
  await say(ana, 'As I said');
  const quote = message(ana, 'As I said').locator('a.quote');
  await quote.click();
  await ana.page.waitForFunction(() => document.querySelector('#m1:target')?.getBoundingClientRect().top > 0);
  await open(ana, far);
  assert.equal(await ana.page.locator('#m1').count(), 0);
  await quote.click();
  await ana.page.waitForURL(/before=26#m1$/);
  await ana.page.waitForFunction(() => document.querySelector('#m1:target')?.getBoundingClientRect().top > 0);
  await open(ana, room);
});

test('an original that is gone when the answer arrives does not lose the answer', async () => {
  const short = await group(ana, [ben]);
  await open(ben, short);
  await say(ben, 'short-lived');
  await sees(ben, 'short-lived');
  await tool(ben, 'short-lived', 'reply');
  await ana.site.sql(`UPDATE rooms SET oldest_seq = 2, last_seq = GREATEST(last_seq, 1) WHERE id = ${short}`);
  await say(ben, 'my answer');
  const failed = ben.page.locator('#pending .failed', { hasText: 'my answer' });
  await failed.getByText('is not here any more').waitFor();
  await failed.getByRole('button', { name: 'Try again' }).click();
  await sees(ben, 'my answer');
  await open(ana, room);
  await open(ben, room);
});

test('a reaction is chosen, joined and taken back, and both see it at once', async () => {
  await say(ana, 'We won the prize');
  await sees(ben, 'We won the prize');
  await tool(ben, 'We won the prize', 'react');
  await ben.page.locator('.picker').getByRole('button', { name: '🎉' }).click();
  await chip(ana, 'We won the prize', '🎉').waitFor({ timeout: LONG });
  await ben.page.locator('.picker').waitFor({ state: 'detached' });
  assert.equal(await chip(ana, 'We won the prize', '🎉').getAttribute('aria-pressed'), 'false');
  assert.equal(await chip(ben, 'We won the prize', '🎉').getAttribute('aria-pressed'), 'true');
  assert.equal(await chip(ana, 'We won the prize', '🎉').getAttribute('title'), ben.name);
  await chip(ana, 'We won the prize', '🎉').focus();
  await ana.page.keyboard.press('Space');
  for (const who of [ana, ben]) await who.page.locator('.chip.mine[aria-pressed="true"]', { hasText: '2' }).waitFor({ timeout: LONG });
  await ana.page.waitForFunction(() => document.activeElement.matches('.chip.mine')); // the focus stays where it was
  await open(ben, room); // as the server renders it
  await ben.page.locator('.chip.mine[aria-pressed="true"]', { hasText: '2' }).click();
  await ana.page.locator('.chip', { hasText: '1' }).waitFor({ timeout: LONG });
});

test('any other emoji can be typed; what is none is said beside it, and Escape closes', async () => {
  await ana.page.locator('#bell').click(); // a dialog brings style sheets of its own
  await ana.page.getByRole('dialog').waitFor();
  await ana.page.keyboard.press('Escape');
  await tool(ana, 'We won the prize', 'react');
  const picker = ana.page.locator('.picker');
  await picker.getByLabel('Any other emoji').fill('hm');
  await picker.getByLabel('Any other emoji').press('Enter');
  await picker.getByRole('alert').getByText('one emoji').waitFor();
  assert.deepEqual(await axe(ana.page), []);
  assert.ok((await picker.getByLabel('Any other emoji').boundingBox()).width < 120, 'the field is for one sign');
  await picker.getByLabel('Any other emoji').fill('🦔');
  await picker.getByLabel('Any other emoji').press('Enter');
  await chip(ben, 'We won the prize', '🦔').waitFor({ timeout: LONG });
  await tool(ana, 'We won the prize', 'react');
  await picker.locator('button:focus').waitFor();
  await ana.page.keyboard.press('Escape');
  assert.equal(await picker.count(), 0);
});

test('on a phone it all fits', async () => {
  const page = await ana.context.newPage();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${ana.site.url}/rooms/${room}`);
  const who = { ...ana, page };
  await chip(who, 'We won the prize', '🦔').waitFor();
  await tool(who, 'We won the prize', 'reply');
  await page.locator('.replying').waitFor();
  await tool(who, 'We won the prize', 'react');
  await page.locator('.picker').waitFor();
  assert.equal(await overflow(page), 0);
  await page.locator('.replying').getByRole('button', { name: 'Cancel' }).click();
  await page.close();
});

test('on a touch screen the tools come with a touch, in the order of the desk, and leave the message in view', async () => {
  const phone = await context({ phone: true, storageState: await ana.context.storageState() });
  const page = await phone.newPage();
  await page.goto(`${ana.site.url}/rooms/${room}`);
  const li = page.locator('#messages .message', { hasText: 'We won the prize' }).last();
  const tools = li.locator('.tools');
  const shows = () => tools.evaluate((element) => { const { opacity, pointerEvents } = getComputedStyle(element); return opacity === '1' && pointerEvents !== 'none'; });
  await tools.waitFor();
  assert.ok(!await shows());
  await li.locator('.words').tap();
  assert.ok(await shows());
  assert.deepEqual(await tools.locator('a').evaluateAll((all) => all.map((one) => one.dataset.tool)), ['react', 'reply', 'edit', 'delete', 'more']);
  const [words, over] = [await li.locator('.words').boundingBox(), await tools.boundingBox()];
  assert.ok(over.y + over.height <= words.y && over.x >= 0 && over.x + over.width <= 390, JSON.stringify([words, over]));
  await li.getByRole('link', { name: /^Edit/ }).tap();
  await page.locator('#in-place').waitFor();
  await phone.close();
});

test('where the script that makes the tools does not load, the next visit has them from the server', async () => {
  const page = await ben.context.newPage();
  const reply = page.locator('#messages .message', { hasText: 'We won the prize' }).last().locator('[data-tool="reply"]');
  await page.goto(`${ana.site.url}/rooms/${room}`); // from now on they are left to the scripts
  await reply.waitFor({ state: 'attached' });
  await page.route('**/js/timeline.js', (route) => route.abort());
  for (let i = 0; i < 2; i += 1) {
    await page.goto('about:blank');
    await open({ ...ben, page }, room);
    await page.getByRole('status').getByText('Reload it to see new messages').waitFor(); // though the connection stands
  }
  await reply.waitFor({ state: 'attached' });
  await page.close();
});

test('without scripts one answers and reacts by plain forms', async () => {
  const cleo = await person(ana.site, { scripts: false });
  await ana.site.sql(`INSERT INTO members (room_id, user_id, added_by, added_at) SELECT ${room}, id, 0, UTC_TIMESTAMP(3) FROM users WHERE name = '${cleo.name}'`);
  await cleo.page.goto(`${ana.site.url}/rooms/${room}`);
  const prize = cleo.page.frameLocator('iframe').locator('.message', { hasText: 'We won the prize' });
  await prize.getByRole('link', { name: /^Reply/ }).click();
  await cleo.page.getByText('In reply to').waitFor();
  await field(cleo).fill('plainly glad');
  await cleo.page.getByRole('button', { name: 'Send' }).click();
  await message(ana, 'plainly glad').locator('.quote', { hasText: 'We won the prize' }).waitFor({ timeout: LONG });
  await prize.first().getByRole('link', { name: /^🦔/ }).click();
  await cleo.page.getByRole('heading', { name: 'React to this message' }).waitFor();
  await cleo.page.getByRole('button', { name: '🚀' }).click();
  await chip(ana, 'We won the prize', '🚀').waitFor({ timeout: LONG });
  await prize.first().getByRole('link', { name: /^🚀/ }).click();
  await cleo.page.locator('form', { hasText: 'Take back' }).getByRole('button', { name: '🚀' }).click();
  await chip(ana, 'We won the prize', '🚀').waitFor({ state: 'detached', timeout: LONG });
  assert.deepEqual([...ana.faults, ...ben.faults, ...cleo.faults], []);
});

test('that somebody types is seen while he does, and no longer once it is sent', async () => {
  await open(ana, room);
  await open(ben, room);
  const line = ana.page.locator('.typing');
  const types = async (text) => { // until the other's stream stands, and is told
    for (const end = Date.now() + LONG; !(await line.textContent()).includes(`${ben.name} is typing …`);) {
      assert.ok(Date.now() < end, 'it is not shown');
      await field(ben).fill('');
      await field(ben).pressSequentially(text, { delay: 50 });
      await ben.page.waitForTimeout(300);
    }
  };
  await types('well');
  assert.equal(await ben.page.locator('.typing').textContent(), '');
  assert.deepEqual(await axe(ana.page), []);
  await field(ben).press('Enter');
  await sees(ana, 'well');
  await ana.page.waitForFunction(() => document.querySelector('.typing').textContent === '');
  await types('and then he leaves');
  await ana.page.waitForFunction(() => document.querySelector('.typing').textContent === '', null, { timeout: LONG });
});
