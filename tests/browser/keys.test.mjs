// Going through the rooms by the keyboard: jump-to, Alt with the arrows, and the list of the keys.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { site } from '../lib/site.mjs';
import { context, group, message, open, person, roomOf, say, sees, signIn } from './lib.mjs';

const stamp = `${process.pid % 10000}${Date.now().toString(36)}`;
let snug;
let ana;
let ben;
let zoe;
let rooms; // by the order of the sidebar: by name

const composer = (who) => who.page.locator('#composer textarea');
const jump = (who) => who.page.getByRole('combobox', { name: 'Jump to' });
const options = (who) => who.page.getByRole('option');
const chosen = (who) => who.page.getByRole('option', { selected: true });
const ready = (who) => who.page.getByRole('button', { name: 'Jump to' }).waitFor();

async function at(who, room) {
  await who.page.waitForURL((url) => url.pathname === `/rooms/${room}`);
  await ready(who);
}

async function visit(who, room) {
  await open(who, room);
  await ready(who);
}

async function callJump(who) {
  await ready(who);
  await who.page.keyboard.press('Control+k');
  await jump(who).waitFor();
}

before(async () => {
  snug = await site();
  [ana, ben] = [await person(snug), await person(snug)];
  const third = await person(snug);
  await snug.sql(`UPDATE users SET display = 'Zoë Müller' WHERE name = '${third.name}'`);
  rooms = {};
  for (const name of ['apples', 'bees', 'cider', 'green-apples']) rooms[name] = await group(ana, [ben], { name: `${name}-${stamp}` });
});

test('Ctrl K jumps to a room by a few letters, and what is typed next goes into its composer', async () => {
  await visit(ana, rooms.apples);
  await composer(ana).fill('half a thought');
  await callJump(ana);
  await ana.page.keyboard.type('cid');
  await ana.page.keyboard.press('Enter');
  await at(ana, rooms.cider);
  await composer(ana).and(ana.page.locator(':focus')).waitFor();
  await ana.page.keyboard.type('here');
  assert.equal(await composer(ana).inputValue(), 'here');
  await visit(ana, rooms.apples);
  assert.equal(await composer(ana).inputValue(), 'half a thought');
  await composer(ana).fill('');
});

test('the beginning of a name comes before the beginning of a word, and that before the rest', async () => {
  await group(ana, [], { name: `pineapples-${stamp}` });
  await callJump(ana);
  await ana.page.keyboard.type('apple');
  await ana.page.waitForTimeout(600);
  const names = (await options(ana).locator('.name').allTextContents()).filter((name) => name.endsWith(stamp));
  assert.deepEqual(names, ['apples', 'green-apples', 'pineapples'].map((name) => `${name}-${stamp}`));
  await ana.page.keyboard.press('Escape');
});

test('without letters the rooms visited last come first, and the arrows choose among them', async () => {
  for (const name of ['bees', 'apples', 'cider']) await visit(ana, rooms[name]);
  await callJump(ana);
  const names = await options(ana).locator('.name').allTextContents();
  assert.deepEqual(names.slice(0, 2), [`apples-${stamp}`, `bees-${stamp}`], 'the room that is open is not the first');
  await ana.page.keyboard.press('ArrowDown');
  assert.match(await chosen(ana).textContent(), /bees/);
  assert.equal(await jump(ana).getAttribute('aria-activedescendant'), await chosen(ana).getAttribute('id'));
  await ana.page.keyboard.press('ArrowUp');
  await ana.page.keyboard.press('ArrowUp');
  assert.equal(await chosen(ana).getAttribute('id'), await options(ana).last().getAttribute('id'), 'it goes round');
  await ana.page.keyboard.press('ArrowDown');
  await ana.page.keyboard.press('Enter');
  await at(ana, rooms.apples);
});

test('a person is found without regard to case and accents, and choosing them opens the room of the two', async () => {
  for (const found of ['among the people', 'among the rooms']) {
    await visit(ana, rooms.bees);
    await callJump(ana);
    await ana.page.keyboard.type('zoe MULL');
    await options(ana).filter({ hasText: 'Zoë Müller' }).waitFor();
    assert.match(await chosen(ana).textContent(), /Zoë/, found);
    await ana.page.keyboard.press('Enter');
    await ana.page.getByRole('heading', { level: 1, name: 'Zoë Müller' }).waitFor();
    assert.ok(roomOf(ana.page), found);
  }
});

test('nothing found is said, Escape closes, and the focus is where it was', async () => {
  await visit(ana, rooms.apples);
  await composer(ana).focus();
  await callJump(ana);
  await ana.page.keyboard.type('no such room');
  await ana.page.getByRole('status').getByText('Nobody and nothing here by that name.').waitFor();
  await ana.page.keyboard.press('Enter');
  await ana.page.keyboard.press('Escape');
  await ana.page.locator('dialog').waitFor({ state: 'detached' });
  await composer(ana).and(ana.page.locator(':focus')).waitFor();
});

test('the button in the sidebar opens the same, a click on a room goes there and one beside it closes', async () => {
  await ana.page.getByRole('button', { name: 'Jump to' }).click();
  await jump(ana).waitFor();
  await ana.page.mouse.click(5, 5);
  await ana.page.locator('dialog').waitFor({ state: 'detached' });
  await ana.page.getByRole('button', { name: 'Jump to' }).click();
  await options(ana).filter({ hasText: `bees-${stamp}` }).click();
  await at(ana, rooms.bees);
});

test('Alt and the arrows go through the rooms, round the ends, from the composer too', async () => {
  await visit(ana, rooms.apples);
  await say(ana, 'not to be edited');
  await sees(ana, 'not to be edited');
  await composer(ana).focus();
  await ana.page.keyboard.press('Alt+ArrowDown');
  await at(ana, rooms.bees);
  await ana.page.keyboard.press('Alt+ArrowUp');
  await at(ana, rooms.apples);
  await ana.page.keyboard.press('Alt+ArrowUp');
  await at(ana, await ana.page.locator('#lists a[data-to]').last().getAttribute('data-to'));
});

test('Alt, Shift and the arrows go to the next room with something unread', async () => {
  await visit(ben, rooms.apples);
  await visit(ana, rooms.cider);
  await say(ana, 'unread');
  await ben.page.locator(`#lists a.unread[data-to="${rooms.cider}"]`).waitFor();
  await ben.page.keyboard.press('Alt+Shift+ArrowDown');
  await at(ben, rooms.cider);
});

test('"?" lists the keys, and is a question mark where one types', async () => {
  await visit(ana, rooms.apples);
  await composer(ana).pressSequentially('why?');
  assert.equal(await composer(ana).inputValue(), 'why?');
  await composer(ana).fill('');
  await ana.page.locator('#timeline').focus();
  await ana.page.keyboard.press('?');
  const list = ana.page.getByRole('dialog', { name: 'Keys' });
  for (const words of ['Jump to a room or a person', 'Send the message', 'Edit your last message']) await list.getByText(words).waitFor();
  await ana.page.keyboard.press('Escape');
  await list.waitFor({ state: 'detached' });
  await ana.page.getByRole('button', { name: 'Keys' }).click();
  await list.getByRole('button', { name: 'Close' }).click();
  await list.waitFor({ state: 'detached' });
});

test('where its script does not load, Jump to is a link to the people; without scripts no key is promised', async () => {
  const page = await ana.context.newPage();
  await page.route('**/js/keys.js', (route) => route.abort());
  await page.goto(`${snug.url}/rooms/${rooms.apples}`);
  await page.getByRole('link', { name: 'Jump to' }).click();
  await page.waitForURL(`${snug.url}/people`);
  await page.close();
  const plain = await context({ scripts: false });
  const still = await plain.newPage();
  await signIn(still, snug, ana.name);
  await still.goto(`${snug.url}/rooms/${rooms.apples}`);
  await still.locator('#lists').waitFor();
  assert.equal(await still.getByText('Jump to').isVisible(), false);
  assert.equal(await still.locator('#bell').isVisible(), false);
  await plain.close();
});

test('who edits by the link still does, when the script for it comes late or never', async () => {
  await visit(ana, rooms.apples);
  await ana.page.route('**/js/edit.js', (route) => route.abort());
  await say(ana, 'to be edited');
  await sees(ana, 'to be edited');
  await message(ana, 'to be edited').hover();
  await message(ana, 'to be edited').getByRole('link', { name: /^Edit/ }).click();
  await ana.page.waitForURL(/\?edit=\d+/);
  await ana.page.unroute('**/js/edit.js');
});

test('no script complained, and the security policy was never broken', () => {
  assert.deepEqual([...ana.faults, ...ben.faults].filter((fault) => !/edit\.js/.test(fault)), []);
});
