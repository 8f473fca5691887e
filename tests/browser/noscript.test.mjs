// Everything once more, without scripts: plain pages and forms, and a timeline that refreshes itself.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { site } from '../lib/site.mjs';
import { fill, group, LONG, person, roomOf } from './lib.mjs';

let ana;
let ben;
let room;

const frame = (who) => who.page.frameLocator('iframe[title^="Messages"]');
const shown = (who, text) => frame(who).getByText(text, { exact: true });

async function send(who, text) {
  await who.page.locator('#composer textarea').fill(text);
  await who.page.getByRole('button', { name: 'Send' }).click();
}

before(async () => {
  const snug = await site();
  [ana, ben] = [await person(snug, { scripts: false }), await person(snug, { scripts: false })];
  room = await group(ana, [ben]);
  await ana.page.goto(`${snug.url}/rooms/${room}`);
  await ben.page.goto(`${snug.url}/rooms/${room}`);
});

test('a message goes out by the form, and comes up in the other\'s timeline by itself', async () => {
  await send(ana, 'plain as plain');
  await shown(ana, 'plain as plain').waitFor();
  await shown(ben, 'plain as plain').waitFor({ timeout: LONG });
});

test('typing is not lost while the timeline refreshes', async () => {
  await ben.page.locator('#composer textarea').fill('still thinking');
  await send(ana, 'while you type');
  await shown(ben, 'while you type').waitFor({ timeout: LONG });
  assert.equal(await ben.page.locator('#composer textarea').inputValue(), 'still thinking');
});

test('the timeline shows its end, where the newest message is', async () => {
  for (let i = 0; i < 25; i += 1) await send(ana, `row ${i}`);
  await ana.page.goto(`${ana.site.url}/rooms/${room}`);
  const last = shown(ana, 'row 24');
  await last.waitFor();
  await ana.page.waitForTimeout(500);
  const [box, outer] = [await last.boundingBox(), await ana.page.locator('iframe').boundingBox()];
  assert.ok(box.y >= outer.y && box.y + box.height <= outer.y + outer.height, 'the last message is in view');
});

test('an own message is edited by a form, and the other sees it marked', async () => {
  const mine = frame(ana).locator('.message', { hasText: 'plain as plain' });
  await mine.getByRole('link', { name: /^Edit/ }).click();
  const field = ana.page.getByLabel('Edit your message');
  assert.equal(await field.inputValue(), 'plain as plain');
  await field.fill('plainer still');
  await ana.page.getByRole('button', { name: 'Save' }).click();
  const theirs = frame(ben).locator('.message', { hasText: 'plainer still' });
  await theirs.waitFor({ timeout: LONG });
  await theirs.getByText('(edited)').waitFor();
});

test('an own message is deleted after one question, and leaves a note', async () => {
  await send(ana, 'to be gone');
  const mine = frame(ana).locator('.message', { hasText: 'to be gone' });
  await mine.getByRole('link', { name: /^Delete/ }).click();
  await ana.page.getByText('It cannot be brought back.').waitFor();
  await ana.page.getByRole('button', { name: 'Delete' }).click();
  await frame(ana).getByText('This message was deleted.').first().waitFor();
  await shown(ben, 'to be gone').waitFor({ state: 'detached', timeout: LONG });
});

test('history is read back to the first message, page by page', async () => {
  const helper = await person(ana.site); // has scripts, to write a hundred lines quickly
  const long = await group(helper, [ana]);
  await fill(helper, long, 1, 120);
  await ana.page.goto(`${ana.site.url}/rooms/${long}`);
  await frame(ana).getByRole('link', { name: 'Older messages' }).click();
  await ana.page.waitForURL(/before=/);
  assert.equal(await ana.page.locator('iframe').count(), 0);
  for (let i = 0; i < 10; i += 1) {
    const older = ana.page.getByRole('link', { name: 'Older messages' });
    if (!await older.count()) break;
    await older.click();
    await ana.page.waitForLoadState();
  }
  await ana.page.locator('#messages').getByText('line 1', { exact: true }).waitFor();
  await ana.page.getByRole('link', { name: 'Back to the newest messages' }).click();
  await shown(ana, 'line 120').waitFor();
});

test('a public group is found, joined and left', async () => {
  const cleo = await person(ana.site, { scripts: false });
  await cleo.page.goto(`${ana.site.url}/rooms`);
  await cleo.page.locator(`form[action="/rooms/${room}/settings"]`).getByRole('button', { name: /^Join/ }).click();
  await cleo.page.waitForURL(/\/rooms\/\d+$/);
  assert.equal(roomOf(cleo.page), room);
  await shown(cleo, 'plainer still').waitFor();
  await cleo.page.getByRole('link', { name: 'About' }).first().click();
  await cleo.page.getByRole('button', { name: 'Leave' }).click();
  assert.equal(await cleo.page.locator(`#lists a[data-to="${room}"]`).count(), 0);
});

test('a name that is taken is said beside the field, and nothing that was typed is lost', async () => {
  const name = await ana.page.goto(`${ana.site.url}/rooms/${room}/settings`).then(() => ana.page.getByLabel('Name', { exact: true }).inputValue());
  await ana.page.goto(`${ana.site.url}/rooms`);
  const form = ana.page.locator('form[action="/rooms"]');
  await form.getByLabel('Name').fill(name);
  await form.getByLabel('Topic').fill('A topic that took long to write');
  await form.getByLabel('Private').check();
  await form.getByRole('button', { name: 'Create group' }).click();
  await form.getByLabel('Name').and(ana.page.locator('[aria-invalid="true"]')).waitFor();
  assert.equal(await form.getByLabel('Name').inputValue(), name);
  assert.equal(await form.getByLabel('Topic').inputValue(), 'A topic that took long to write');
  assert.ok(await form.getByLabel('Private').isChecked());
  assert.notEqual(await ana.page.locator('#name-error').textContent(), '');
});

test('the group\'s owner renames it, adds and removes somebody, and deletes it', async () => {
  const mine = await group(ana, []);
  const page = ana.page;
  await page.goto(`${ana.site.url}/rooms/${mine}/settings`);
  await page.getByLabel('Name', { exact: true }).fill(`new-name-${mine}`);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('h1', { hasText: `new-name-${mine}` }).waitFor();
  await page.goto(`${ana.site.url}/rooms/${mine}/settings`);
  await page.getByLabel('Add people').fill(ben.name);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('button', { name: `Remove ${ben.name}` }).click();
  await page.getByRole('button', { name: `Remove ${ben.name}` }).waitFor({ state: 'detached' });
  await page.getByLabel('The group\'s name').fill(`new-name-${mine}`);
  await page.getByRole('button', { name: 'Delete for everybody' }).click();
  const answer = await page.goto(`${ana.site.url}/rooms/${mine}`);
  assert.equal(answer.status(), 404);
});

test('signing out ends it, and signing in comes back to where one was going', async () => {
  await ben.page.goto(`${ben.site.url}/account`);
  await ben.page.getByRole('button', { name: 'Sign out here' }).click();
  await ben.page.goto(`${ben.site.url}/rooms/${room}`);
  await ben.page.getByLabel('Name or e-mail').fill(ben.name);
  await ben.page.getByLabel('Password').fill('correct horse 1');
  await ben.page.getByRole('button', { name: 'Sign in' }).click();
  await ben.page.waitForURL((url) => url.pathname === `/rooms/${room}`);
});
