// Contacts: who is here shows and changes on every page without a reload, and so do the lists of rooms.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { startSite } from '../lib/site.mjs';
import { context, group, LONG, open, person, say, signIn } from './lib.mjs';

const SOON = 60000; // generous: these pages share the machine with others
const MINUTE = 80000;
let snug;
let ana;
let ben;
let room;

const dot = (who, name, online) => who.page.locator(`${name} .dot${online ? '.online' : ':not(.online)'}`).first().waitFor({ state: 'attached', timeout: online ? SOON : MINUTE });
const of = (who) => `[data-user-name="${who.name}"]`;
const goto = (who, path) => who.page.goto(snug.url + path);
const names = (who) => who.page.locator('.cards li').evaluateAll((all) => all.map((one) => one.dataset.userName));
const stays = (who) => who.page.evaluate(() => { window.stays = true; });
const stayed = async (who) => assert.ok(await who.page.evaluate(() => window.stays), 'the page was not loaded again');
const link = (who, to) => who.page.locator(`#lists a[data-to="${to}"]`);

// Somebody acts in another window, so that his first page stays what it is.
async function form(who, path, fields) {
  const answer = await who.context.request.post(snug.url + path, { form: { csrf: await who.page.locator('meta[name="csrf"]').getAttribute('content'), ...fields }, headers: { Origin: snug.url }, maxRedirects: 0 });
  assert.equal(answer.status(), 303, `${path} ${JSON.stringify(fields)}`);
  return answer.headers().location;
}
async function leave(...all) {
  for (const who of all) await who.page.goto('about:blank');
}
// Who left is away, and every process has seen it.
async function away(...all) {
  const names = all.map(({ name }) => `'${name}'`).join();
  do {
    await snug.sql('DELETE FROM presence');
    await new Promise((done) => { setTimeout(done, 6000); });
  } while ((await snug.sql(`SELECT 1 FROM presence p JOIN users u ON u.id = p.user_id WHERE u.name IN (${names})`)).length);
}

before(async () => {
  snug = await startSite({ vars: { MESSAGES: 2 }, hdf: { 'Presence.Seconds': 15 } });
  [ana, ben] = [await person(snug), await person(snug)];
  room = await group(ana, [ben]);
});

test('dots change wherever somebody is shown, when he comes and soon after he left', async () => {
  await leave(ben);
  const direct = (await form(ana, `/people/${ben.name}`, {})).match(/\d+/)[0];
  await away(ben);
  const pages = [ana, ...await Promise.all([1, 2, 3, 4].map(async () => ({ ...ana, page: await ana.context.newPage() })))];
  const places = [[`/rooms/${room}`, `#members ${of(ben)}`], [`/rooms/${direct}`, `.bar ${of(ben)}`], ['/people', `.cards ${of(ben)}`],
    [`/people/${ben.name}`, `.person${of(ben)}`], [`/rooms/${room}/settings`, `.rows ${of(ben)}`]];
  for (const [i, [path, place]] of places.entries()) {
    await goto(pages[i], path);
    await stays(pages[i]);
    await dot(pages[i], place, false);
    await dot(pages[i], `#lists ${of(ben)}`, false);
  }
  const panel = () => ana.page.locator('#members section:visible').evaluateAll((all) => all.map((one) => [one.querySelector('h3').textContent, ...[...one.querySelectorAll('li')].map((li) => li.dataset.userName)]));
  assert.deepEqual(await panel(), [['Online · 1', ana.name], ['Away · 1', ben.name]]);
  await open(ben, room);
  for (const [i, [, place]] of places.entries()) {
    await dot(pages[i], place, true);
    await dot(pages[i], `#lists ${of(ben)}`, true);
  }
  await ana.page.locator(`#members section:nth-of-type(1) ${of(ben)}`).waitFor();
  assert.deepEqual(await panel(), [['Online · 2', ana.name, ben.name]]);
  await leave(ben);
  for (const [i, [, place]] of places.entries()) {
    await dot(pages[i], place, false);
    await dot(pages[i], `#lists ${of(ben)}`, false);
    await stayed(pages[i]);
  }
  await ana.page.locator(`#members section:nth-of-type(2) ${of(ben)}`).waitFor();
  assert.deepEqual(await panel(), [['Online · 1', ana.name], ['Away · 1', ben.name]]);
  for (const one of pages.slice(1)) await one.page.close();
  assert.deepEqual(ana.faults, []);
});

test('People puts who comes among those who are online, and says since when he is gone, without a reload', async () => {
  const cat = await person(snug, { name: `aaa-${Date.now().toString(36)}` });
  await leave(ana, ben, cat);
  await away(ana, ben, cat);
  await ana.page.bringToFront(); // a hidden page asks every half minute only
  await goto(ana, '/people');
  await stays(ana);
  await ana.page.waitForFunction((name) => document.querySelector('.cards li')?.dataset.userName === name, cat.name); // nobody is online yet: by name
  await open(ben, room);
  await ana.page.waitForFunction((name) => document.querySelector('.cards li')?.dataset.userName !== name, cat.name, { timeout: 2 * SOON });
  assert.ok((await names(ana)).indexOf(ben.name) < (await names(ana)).indexOf(cat.name));
  const card = ana.page.locator(`.cards ${of(ben)}`);
  await card.getByText('online', { exact: false }).first().waitFor();
  await card.getByRole('button').focus();
  await form(ben, '/logout', {});
  await card.getByText(/last seen (just now|\d+ minutes? ago)/).waitFor({ timeout: SOON });
  assert.equal(await ana.page.evaluate(() => document.activeElement.closest('li')?.dataset.userName), ben.name, 'the focus stays');
  await stayed(ana);
  await signIn(ben.page, snug, ben.name);
});

test('People shows who has just come to the site, and a person\'s page the group that one has just come to share, without a reload', async () => {
  await goto(ana, '/people');
  await stays(ana);
  const dan = await person(snug);
  await ana.page.locator(`.cards ${of(dan)}`).waitFor({ timeout: SOON });
  await stayed(ana);
  await goto(ana, `/people/${dan.name}`);
  await stays(ana);
  assert.match(await ana.page.locator('.person').textContent(), /None/);
  const shared = await group(dan, [ana]);
  await ana.page.locator(`.shared a[href="/rooms/${shared}"]`).waitFor({ timeout: SOON });
  await stayed(ana);
  await dan.context.close();
});

test('who was cut off, also from a server that knows nothing of before, sees who is here now when he is back', async () => {
  await open(ben, room);
  await open(ana, room);
  await dot(ana, `#members ${of(ben)}`, true);
  await stays(ana);
  await leave(ben);
  await ana.page.waitForTimeout(1000); // he still counts as online for a while
  await ana.page.route('**/messages?*', (route) => route.abort());
  snug.kill('messages'); // cuts the stream, and knows nothing of before
  await snug.sql('DELETE FROM presence');
  await ana.page.waitForTimeout(6000);
  await dot(ana, `#members ${of(ben)}`, true); // nobody told
  await ana.page.unroute('**/messages?*');
  await dot(ana, `#members ${of(ben)}`, false);
  await stayed(ana);
});

test('without scripts People, the search and a person\'s page show the state of the moment', async () => {
  const plain = await context({ scripts: false, storageState: await ana.context.storageState() });
  const page = await plain.newPage();
  await open(ben, room);
  await page.waitForTimeout(1500);
  await page.goto(`${snug.url}/people`);
  await page.getByPlaceholder('Find somebody by name').fill(ben.name);
  await page.getByRole('button', { name: 'Find' }).click();
  assert.equal(await page.locator('.cards li').count(), 1);
  assert.equal(await page.locator(`.cards ${of(ben)} .dot.online`).count(), 1);
  await page.getByRole('link', { name: ben.name, exact: true }).click();
  await page.getByText('Groups you share').waitFor();
  assert.equal(await page.locator(`.person a[href="/rooms/${room}"]`).count(), 1);
  await snug.sql(`UPDATE presence SET online_until = seen_at, seen_at = '2024-11-03 14:05:00' WHERE user_id = (SELECT id FROM users WHERE name = '${ben.name}')`);
  await page.reload();
  await page.getByText('last seen 3 Nov 2024, 14:05').waitFor();
  await page.getByRole('button', { name: /^Message/ }).click();
  await page.waitForURL(/\/rooms\/\d+/);
  await plain.close();
});

for (const [where, path] of [['in a room', () => `/rooms/${room}`], ['on People', () => '/people'], ['on Groups', () => '/rooms']]) {
  test(`the lists of rooms follow ${where}: a new group, a new name, a message of somebody new, a removal, a deletion`, async () => {
    await leave(ben);
    const cat = await person(snug);
    await cat.page.goto(`${snug.url}/people`);
    await goto(ana, path());
    await ana.page.waitForTimeout(1500);
    await stays(ana);
    const name = `new-${Date.now().toString(36)}`;
    const [made, doomed] = [await form(cat, '/rooms', { name, visibility: 'private', members: ana.name }), await form(cat, '/rooms', { name: `${name}-2`, visibility: 'public', members: ana.name })].map((to) => Number(to.match(/\d+/)[0]));
    await link(ana, made).getByText(name, { exact: true }).waitFor({ timeout: LONG });
    await link(ana, doomed).waitFor({ timeout: LONG });
    assert.equal(await link(ana, made).locator('.lock').count(), 1);

    await form(cat, `/rooms/${made}/settings`, { action: 'update', name: `${name}-renamed`, visibility: 'public', topic: '', history: '' });
    await link(ana, made).getByText(`${name}-renamed`, { exact: true }).waitFor({ timeout: LONG });
    assert.equal(await link(ana, made).locator('.lock').count(), 0);

    const direct = Number((await form(cat, `/people/${ana.name}`, {})).match(/\d+/)[0]);
    await open(cat, direct);
    await say(cat, 'we have not met');
    await link(ana, direct).locator('.count', { hasText: '1' }).waitFor({ timeout: LONG });
    await dot(ana, `#lists ${of(cat)}`, true);

    await form(cat, `/rooms/${made}/settings`, { action: 'remove', member: ana.name });
    await link(ana, made).waitFor({ state: 'detached', timeout: LONG });
    await form(cat, `/rooms/${doomed}/settings`, { action: 'delete', confirm: `${name}-2` });
    await link(ana, doomed).waitFor({ state: 'detached', timeout: LONG });
    await stayed(ana);
    await cat.context.close();
    assert.deepEqual(ana.faults, []);
  });
}

test('the group that one looks at goes from the list when one is removed from it', async () => {
  await open(ben, room);
  const mine = await group(ana, [ben]);
  await open(ben, mine);
  await stays(ben);
  await form(ana, `/rooms/${mine}/settings`, { action: 'remove', member: ben.name });
  await link(ben, mine).waitFor({ state: 'detached', timeout: LONG });
  await stayed(ben);
});
