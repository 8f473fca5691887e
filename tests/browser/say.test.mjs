// What people can do with words: format them, see them before, name others, and find what is for them.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { site } from '../lib/site.mjs';
import { axe, group, open, overflow, person, say } from './lib.mjs';

const TEXT = '# The plan\n\nWater **before nine**, _not_ after. See https://example.org/a_long_address/that/goes/on/and/on/until/it/has/to/break/somewhere\n\n- [x] hose\n- [ ] can\n\n> so it was said\n\n```\nfor (const bed of beds) { water(bed, { much: true, slowly: true, and: "with a line that is far too long for a phone" }); }\n```\n\n| day | who | what | where | when | why |\n|---|---|---|---|---|---|\n| Monday | Ana | beans and peas | the far end | early | because |\n\nשלום *עולם*';

const LONG = 60000;

let snug;
let ana;
let ben;
let room;
before(async () => {
  snug = await site();
  ana = await person(snug);
  ben = await person(snug);
  room = await group(ana, [ben]);
});

const rich = (who) => who.page.locator('#messages .rich');
const box = (who) => who.page.locator('#composer textarea');
const reads = (who, text) => who.page.waitForFunction((value) => document.querySelector('#composer textarea').value === value, text);

test('a formatted message looks right on a desk and on a phone, in the light and in the dark, and axe finds nothing', async () => {
  await open(ana, room);
  await box(ana).fill(`${TEXT}\n\n@${ben.name} :seedling:`);
  await box(ana).press('Enter');
  await rich(ana).last().locator('.task').first().waitFor({ timeout: LONG });
  const guest = await person(snug, { dark: true, phone: true });
  const both = await group(guest, [ana]);
  await open(guest, both);
  await say(guest, `${TEXT}\n\n@${ana.name}`);
  await rich(guest).locator('pre').waitFor({ timeout: LONG });
  for (const who of [ana, guest]) {
    assert.equal(await overflow(who.page), 0);
    assert.equal(await who.page.locator('.message, .rich > p').evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length), 0);
    assert.deepEqual(await axe(who.page), []);
    assert.equal(await rich(who).last().locator('p', { hasText: 'שלום' }).evaluate((p) => getComputedStyle(p).direction), 'rtl');
    assert.deepEqual(who.faults, []);
  }
});

test('editing a formatted message shows what was typed, and saves it', async () => {
  await open(ana, room);
  await say(ana, 'this is *important*');
  await rich(ana).getByText('important').waitFor({ timeout: LONG });
  await box(ana).press('ArrowUp');
  const field = ana.page.getByLabel('Edit your message');
  await field.waitFor();
  assert.equal(await field.inputValue(), 'this is *important*');
  await field.fill('this is **urgent**');
  await field.press('Enter');
  await rich(ana).locator('strong', { hasText: 'urgent' }).waitFor({ timeout: LONG });
});

test('the buttons format what is selected, and the preview shows it without sending it', async () => {
  await open(ana, room);
  const composer = ana.page.locator('#composer');
  await box(ana).fill('one two');
  await box(ana).evaluate((field) => field.setSelectionRange(4, 7));
  await composer.getByRole('button', { name: 'Bold' }).click();
  await reads(ana, 'one **two**');
  await composer.getByRole('button', { name: 'Bold' }).click();
  await reads(ana, 'one two');
  await composer.getByRole('button', { name: 'More formatting' }).click();
  const bar = ana.page.getByRole('toolbar', { name: 'Formatting' });
  await bar.getByRole('button', { name: 'Quote' }).click();
  await reads(ana, '> one two');
  await box(ana).press('Control+Shift+P');
  const shown = ana.page.getByRole('region', { name: 'Preview' });
  await shown.locator('blockquote', { hasText: 'one two' }).waitFor({ timeout: LONG });
  assert.deepEqual(await axe(ana.page), []);
  await bar.getByRole('button', { name: 'Help with formatting' }).click();
  await ana.page.getByRole('dialog', { name: 'Formatting' }).getByText('several lines of code').first().waitFor({ timeout: LONG });
  assert.deepEqual(await axe(ana.page), []);
  await ana.page.keyboard.press('Escape');
  await box(ana).fill('');
  assert.equal(await shown.count(), 0);
});

test('an emoji is chosen where one types, by its button or by the keyboard alone', async () => {
  await open(ana, room);
  await box(ana).fill('well done');
  await box(ana).evaluate((field) => field.setSelectionRange(4, 4));
  await ana.page.locator('#composer').getByRole('button', { name: 'Emoji' }).click();
  const picks = ana.page.getByRole('toolbar', { name: 'Emoji' });
  await picks.getByRole('button', { name: '🎉' }).click();
  await reads(ana, 'well🎉 done');
  await picks.waitFor({ state: 'hidden' });
  await ana.page.keyboard.type('!');
  await reads(ana, 'well🎉! done');
  await ana.page.locator('#composer').getByRole('button', { name: 'Emoji' }).press('Enter');
  await picks.waitFor();
  assert.deepEqual(await axe(ana.page), []);
  await ana.page.keyboard.press('Escape');
  await picks.waitFor({ state: 'hidden' });
  await box(ana).and(ana.page.locator(':focus')).waitFor();
  await box(ana).fill('');
});

test('what was looked at before it went out is gone once it did', async () => {
  await open(ana, room);
  await box(ana).fill('*only* looked at');
  await box(ana).press('Control+Shift+P');
  const shown = ana.page.getByRole('region', { name: 'Preview' });
  await shown.locator('em').waitFor({ timeout: LONG });
  await box(ana).press('Enter');
  await rich(ana).locator('em', { hasText: 'only' }).waitFor({ timeout: LONG });
  assert.equal(await shown.count(), 0);
});

test('names and emoji are completed by the keyboard, and Enter then sends', async () => {
  await open(ana, room);
  await box(ana).fill('');
  await box(ana).pressSequentially(`look @${ben.name.slice(0, 3)}`);
  const offers = ana.page.getByRole('listbox');
  await offers.getByRole('option').first().waitFor({ timeout: LONG });
  assert.equal(await offers.getByRole('option', { name: ana.name }).count(), 0);
  assert.deepEqual(await axe(ana.page), []);
  await box(ana).press('Enter');
  assert.equal(await box(ana).inputValue(), `look @${ben.name} `);
  await box(ana).pressSequentially(':tad');
  await offers.getByRole('option', { name: 'tada' }).waitFor({ timeout: LONG });
  await box(ana).press('Tab');
  await box(ana).press('Enter');
  await rich(ana).getByText('🎉').waitFor({ timeout: LONG });
  assert.equal(await box(ana).inputValue(), '');
  assert.deepEqual(ana.faults, []);
});

test('who is named sees it at once: in brass in the lists and the title, pointed out in the room, and on the page For you', async () => {
  const other = await group(ben);
  await open(ben, other);
  await open(ana, room);
  await say(ana, `@${ben.name} the gate, please`);
  await ben.page.locator(`#lists a[data-to="${room}"] .count.for-me`).waitFor({ timeout: LONG });
  await ben.page.locator('#for-you .count.for-me').waitFor({ timeout: LONG });
  assert.match(await ben.page.title(), /^\(\d+ @\d+\) /);
  await ben.page.locator('#for-you').click();
  await ben.page.locator('#for-you[aria-current="page"]').waitFor();
  const entry = ben.page.locator('.cards li', { hasText: 'the gate, please' });
  await entry.locator('a').click();
  await ben.page.locator('.message.for-me', { hasText: 'the gate, please' }).waitFor({ timeout: LONG });
  assert.equal(await ben.page.locator('.message.for-me', { hasText: 'the gate, please' }).evaluate((li) => getComputedStyle(li).backgroundColor), 'rgb(253, 241, 221)');
  await say(ana, `@${ben.name} and once more`);
  await ben.page.locator('.message.for-me', { hasText: 'and once more' }).waitFor({ timeout: LONG });
  assert.equal(await ana.page.locator('.message.for-me').count(), 0);
});

test('without scripts a message is looked at first, then sent, and For you leads to it', async () => {
  const cal = await person(snug, { scripts: false });
  const dee = await person(snug, { scripts: false });
  const quiet = await group(cal, [dee]);
  await cal.page.goto(`${snug.url}/rooms/${quiet}`);
  await cal.page.locator('#text').fill(`*hi* @${dee.name}`);
  await cal.page.getByRole('button', { name: 'Preview' }).click();
  await cal.page.locator('.preview em', { hasText: 'hi' }).waitFor();
  await cal.page.getByRole('button', { name: 'Send' }).click();
  await cal.page.frameLocator('iframe').locator('.message em', { hasText: 'hi' }).waitFor({ timeout: LONG });
  await dee.page.goto(`${snug.url}/for-you`);
  await dee.page.locator('.cards a').first().click();
  await dee.page.frameLocator('iframe').locator('.message.for-me', { hasText: 'hi' }).waitFor({ timeout: LONG });
});
