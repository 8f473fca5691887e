// A long history on the page, and a flood of messages: the work for each key, each turn of the wheel and each message
// does not grow with what is not in view.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { PATIENCE, site } from '../lib/site.mjs';
import { fill, group, open, person, sees } from './lib.mjs';

const MANY = 5000;

let ana;
let ben;
let room;

const count = (who) => who.page.locator('#messages .message').count();
// Messages whose inside the browser lays out and draws.
const drawn = (who) => who.page.evaluate(() => [...document.querySelectorAll('#messages .words')]
  .filter((element) => element.checkVisibility({ contentVisibilityAuto: true })).length);
const placeOf = (who, id) => who.page.locator(`#${id}`).evaluate((li) => li.getBoundingClientRect().top);
const inMiddle = (who) => who.page.locator('#timeline').evaluate((element) => {
  const box = element.getBoundingClientRect();
  return document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2).closest('.message').id;
});

// What the browser's main thread did meanwhile, as it counts itself.
async function work(who, what) {
  const read = async () => Object.fromEntries((await who.session.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]));
  const from = await read();
  await what();
  const to = await read();
  return { layouts: to.LayoutCount - from.LayoutCount, layoutSeconds: to.LayoutDuration - from.LayoutDuration };
}

before(async () => {
  const snug = await site();
  [ana, ben] = [await person(snug), await person(snug)];
  room = await group(ana, [ben]);
  await snug.sql(`SET @last = (SELECT last_seq FROM rooms WHERE id = ${room}), @ana = (SELECT id FROM users WHERE name = '${ana.name}');
    INSERT INTO messages (room_id, seq, version, sender_id, text, created_at)
      SELECT ${room}, @last + seq, @last + seq, @ana, REPEAT(CONCAT('line ', seq, ' and some words. '), 1 + MOD(seq, 12)), UTC_TIMESTAMP(3) - INTERVAL ${MANY} - seq MINUTE FROM seq_1_to_${MANY};
    UPDATE rooms SET last_seq = @last + ${MANY}, version = @last + ${MANY} WHERE id = ${room};
    UPDATE members SET read_seq = @last + ${MANY} WHERE room_id = ${room}`);
  await open(ben, room);
  ben.session = await ben.context.newCDPSession(ben.page);
  await ben.session.send('Performance.enable');
  // In larger pieces than somebody would get who scrolls: each lays out the list.
  await ben.page.route(/\/messages\?.*before=/, (route) => route.continue({ url: route.request().url().replace(/limit=\d+/, 'limit=200') }));
  await ben.page.evaluate(async () => {
    const scroller = document.getElementById('timeline');
    const size = () => document.querySelectorAll('#messages .message').length;
    for (let before = 0; document.getElementById('older') && before !== size();) {
      before = size();
      scroller.scrollTop = -scroller.scrollHeight;
      for (let i = 0; i < 1000 && before === size(); i += 1) await new Promise((done) => { setTimeout(done, 10); });
    }
  });
  await ben.page.waitForTimeout(500);
});

test('five thousand messages are there, and only those near the view are drawn', async () => {
  assert.ok(await count(ben) >= MANY, `${await count(ben)} messages`);
  assert.ok(await drawn(ben) < 200, `${await drawn(ben)} are drawn`);
});

test('what is far has the height it had: scrolling down from there, nothing jumps', async () => {
  const id = await inMiddle(ben);
  for (let i = 0; i < 10; i += 1) {
    const place = await placeOf(ben, id);
    await ben.page.locator('#timeline').evaluate((element) => element.scrollBy(0, 150));
    await ben.page.waitForTimeout(60);
    assert.ok(Math.abs(await placeOf(ben, id) - (place - 150)) <= 1, 'it moved as far as it was scrolled');
  }
  await ben.page.locator('#timeline').evaluate((element) => { element.scrollTop = -element.scrollHeight / 2; });
  await ben.page.waitForTimeout(300);
});

test('typing lays out a line, not the timeline', async () => {
  const field = ben.page.locator('#composer textarea');
  const done = await work(ben, () => field.pressSequentially('forty letters of an answer, or a few more'));
  assert.ok(done.layouts <= 41 * 2 + 10, `${done.layouts} layouts`);
  assert.ok(done.layoutSeconds < 0.2 * PATIENCE, `${done.layoutSeconds} s in layout`);
  assert.ok(await drawn(ben) < 200);
});

test('a flood of messages is put on the page a few times a second, and what is read does not move', async () => {
  const id = await inMiddle(ben);
  const place = await placeOf(ben, id);
  await open(ana, room);
  const began = Date.now();
  const done = await work(ben, async () => {
    await Promise.all([0, 1, 2, 3].map((part) => fill(ana, room, 10000 + part * 60, 10059 + part * 60)));
    await ben.page.getByRole('button', { name: '240 new messages' }).waitFor();
  });
  const seconds = (Date.now() - began) / 1000;
  assert.ok(done.layouts < 60 + seconds * 75, `${done.layouts} layouts in ${seconds} s`);
  assert.ok(Math.abs(await placeOf(ben, id) - place) <= 1, 'nothing moved');
});

test('a screen reader is told of a flood by its number, once in a while', async () => {
  await ben.page.evaluate(() => {
    window.said = [];
    new MutationObserver(() => window.said.push(document.getElementById('announce').textContent)).observe(document.getElementById('announce'), { childList: true, characterData: true, subtree: true });
  });
  await fill(ana, room, 20000, 20060);
  await ben.page.waitForTimeout(6000);
  const said = await ben.page.evaluate(() => window.said);
  assert.ok(said.length <= 2, said.join('; '));
  for (const words of said) assert.match(words, /^\d+ new messages$/);
});

test('back at the end, what is far above goes from the page', async () => {
  await ben.page.getByRole('button', { name: /new messages/ }).click();
  await fill(ana, room, 30000, 30001);
  await sees(ben, 'line 30001');
  assert.ok(await count(ben) < 1000, `${await count(ben)} messages`);
  await ben.page.getByRole('link', { name: 'Older messages' }).waitFor({ state: 'attached' });
});
