// What the reader looks at: where a room opens, and that nothing moves it.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { site } from '../lib/site.mjs';
import { context, fill, group, hasRead, open, person, say, sees } from './lib.mjs';

let ana;
let ben;
let room;

const scroller = (who, script) => who.page.locator('#timeline').evaluate(script);
const atEnd = (who) => scroller(who, (element) => element.scrollTop > -2);
const placeOf = (who, id) => who.page.locator(`#${id}`).evaluate((li) => li.getBoundingClientRect().top);
const inMiddle = (who) => scroller(who, (element) => {
  const box = element.getBoundingClientRect();
  return document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2).closest('.message').id;
});

before(async () => {
  const snug = await site();
  [ana, ben] = [await person(snug), await person(snug)];
  room = await group(ana, [ben]);
  await fill(ana, room, 1, 100);
  await open(ben, room);
  await hasRead(ben, room);
  await ben.page.goto(`${snug.url}/account`);
  await fill(ana, room, 101, 130);
});

test('a room opens at its first unread message', async () => {
  await open(ben, room);
  const mark = ben.page.getByText('New since you left');
  await mark.waitFor();
  const top = await mark.evaluate((element) => element.getBoundingClientRect().top);
  assert.ok(top > 0 && top < 800, `the mark is in view: ${top}`);
});

test('a room that was read opens at its end', async () => {
  await hasRead(ben, room);
  await open(ben, room);
  await sees(ben, 'line 130');
  assert.ok(await atEnd(ben));
});

test('who is at the end stays there when messages come', async () => {
  await fill(ana, room, 131, 134);
  await sees(ben, 'line 134');
  assert.ok(await atEnd(ben));
});

test('who reads above stays where they are: a pill says what came, and leads to it', async () => {
  await scroller(ben, (element) => { element.scrollTop = -800; });
  await ben.page.waitForTimeout(200);
  const id = await inMiddle(ben);
  const place = await placeOf(ben, id);
  await fill(ana, room, 135, 137);
  const pill = ben.page.getByRole('button', { name: '3 new messages' });
  await pill.waitFor();
  assert.ok(Math.abs(await placeOf(ben, id) - place) <= 1, 'nothing moved');
  await pill.click();
  await ben.page.waitForFunction(() => document.getElementById('pill').hidden);
  assert.ok(await atEnd(ben));
});

test('an own message brings the end into view', async () => {
  await scroller(ben, (element) => { element.scrollTop = -800; });
  await say(ben, 'from above');
  await sees(ben, 'from above');
  assert.ok(await atEnd(ben));
});

test('history loads upwards to the first message, without the view jumping', async () => {
  await open(ben, room);
  await scroller(ben, (element) => { element.scrollTop = -(element.scrollHeight - element.clientHeight - 600); });
  await ben.page.waitForTimeout(300);
  const count = await ben.page.locator('#messages .message').count();
  const id = await inMiddle(ben);
  const place = await placeOf(ben, id);
  await scroller(ben, (element) => element.scrollBy(0, -250));
  await ben.page.waitForFunction((some) => document.querySelectorAll('#messages .message').length > some, count);
  await ben.page.waitForTimeout(200);
  assert.ok(Math.abs(await placeOf(ben, id) - (place + 250)) <= 1, 'nothing jumped');
  for (let i = 0; i < 5; i += 1) {
    await scroller(ben, (element) => { element.scrollTop = -element.scrollHeight; });
    await ben.page.waitForTimeout(300);
  }
  const seqs = await ben.page.locator('#messages .message').evaluateAll((list) => list.map((li) => Number(li.dataset.seq)));
  assert.deepEqual(seqs, Array.from({ length: seqs.length }, (_, i) => i + 1));
  assert.equal(await ben.page.getByRole('link', { name: 'Older messages' }).count(), 0);
});

test('with more unread than a page holds, the room still opens at the first of them', async () => {
  await open(ben, room);
  await hasRead(ben, room);
  await ben.page.goto(`${ben.site.url}/account`);
  await fill(ana, room, 200, 290);
  await open(ben, room);
  const mark = ben.page.getByText('New since you left');
  await mark.waitFor();
  await ben.page.waitForTimeout(300);
  const next = await mark.evaluate((element) => element.parentElement.nextElementSibling.querySelector('.words').textContent);
  assert.equal(next, 'line 200');
  const top = await mark.evaluate((element) => element.getBoundingClientRect().top);
  assert.ok(top > 0 && top < 400, `the mark is in view: ${top}`);
});

test('a link to a message opens around it, however old it is, and shows which it is', async () => {
  for (const seq of [125, 20]) {
    await ben.page.goto('about:blank');
    await ben.page.goto(`${ana.site.url}/rooms/${room}#m${seq}`);
    const found = ben.page.locator(`#m${seq}:target`);
    await found.waitFor();
    await ben.page.waitForFunction((id) => {
      const [box, view] = [document.getElementById(id).getBoundingClientRect(), document.getElementById('timeline').getBoundingClientRect()];
      return box.top >= view.top && box.bottom <= view.bottom;
    }, `m${seq}`);
    const ground = (element) => getComputedStyle(element).backgroundColor;
    assert.notEqual(await found.evaluate(ground), await ben.page.locator(`#m${seq - 1}`).evaluate(ground));
    assert.ok(await ben.page.locator(`#m${seq + 3}`).count() && await ben.page.locator(`#m${seq - 3}`).count());
  }
});

test('a time has four digits where people count to 24, and is as usual where they count to 12', async () => {
  await ana.site.sql(`UPDATE messages SET created_at = '2026-03-03 07:05:00' WHERE room_id = ${room} AND seq = 1`);
  for (const [locale, timezoneId, words] of [['de-DE', 'Europe/Berlin', '08:05'], ['en-GB', 'UTC', '07:05'], ['en-US', 'UTC', '7:05 AM']]) {
    const made = await context({ locale, timezoneId, storageState: await ben.context.storageState() });
    const page = await made.newPage();
    await page.goto(`${ana.site.url}/rooms/${room}?before=20`);
    await page.locator('#m1 time', { hasText: new RegExp(`^${words.replace(' ', '\\s')}$`) }).waitFor();
    await made.close();
  }
});

test('what is typed survives a reload, in its own room only', async () => {
  await open(ben, room);
  await ben.page.locator('#composer textarea').pressSequentially('half a thought');
  await ben.page.reload();
  await ben.page.waitForFunction(() => document.querySelector('#composer textarea').value === 'half a thought');
  const other = await group(ben, []);
  await open(ben, other);
  assert.equal(await ben.page.locator('#composer textarea').inputValue(), '');
});
