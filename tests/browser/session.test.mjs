// Signing in, staying signed in, and its end.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { site } from '../lib/site.mjs';
import { context, group, open, PASSWORD, person, say, sees, signIn } from './lib.mjs';

let snug;
let ana;

before(async () => {
  snug = await site();
  ana = await person(snug);
});

// A browser that was closed keeps the cookies that have a date, and forgets the others.
async function restart(old) {
  const state = await old.storageState();
  state.cookies = state.cookies.filter((cookie) => cookie.expires > 0);
  await old.close();
  return context({ storageState: state });
}

test('who asked for it stays signed in over a restart of the browser', async () => {
  const first = await context();
  await signIn(await first.newPage(), snug, ana.name, true);
  const second = await restart(first);
  const page = await second.newPage();
  await page.goto(`${snug.url}/account`);
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
  await second.close();
});

test('who did not is signed out by it', async () => {
  const first = await context();
  await signIn(await first.newPage(), snug, ana.name, false);
  const second = await restart(first);
  const page = await second.newPage();
  await page.goto(`${snug.url}/account`);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await second.close();
});

test('the wrong password is said, the name is kept and the password is not', async () => {
  const other = await context();
  const page = await other.newPage();
  await page.goto(`${snug.url}/login`);
  await page.getByLabel('Name or e-mail').fill(ana.name);
  await page.getByLabel('Password').fill('not this one');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
  assert.equal(await page.getByLabel('Name or e-mail').inputValue(), ana.name);
  assert.equal(await page.getByLabel('Password').inputValue(), '');
  await other.close();
});

test('signed out from elsewhere: the page says so, keeps what was written, and it is sent after signing in again', async () => {
  const room = await group(ana, []);
  const other = await context();
  const page = await other.newPage();
  await signIn(page, snug, ana.name);
  await page.goto(`${snug.url}/rooms/${room}`);
  await page.locator('#composer textarea').waitFor();
  await ana.page.goto(`${snug.url}/account`);
  await ana.page.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await page.locator('#connection', { hasText: 'signed out' }).waitFor();
  await page.locator('#composer textarea').fill('written too late');
  await page.locator('#composer textarea').press('Enter');
  await page.getByRole('link', { name: 'Sign in again' }).click();
  await page.getByLabel('Name or e-mail').fill(ana.name);
  await page.getByLabel('Password').fill('correct horse 1');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await open(ana, room);
  await sees(ana, 'written too late');
  await other.close();
});

test('another user of the same browser never sees the first one\'s unsent messages or drafts', async () => {
  const room = await group(ana, []);
  const ben = await person(snug);
  await open(ana, room);
  await ana.page.route('**/messages', (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()));
  await say(ana, 'my own unsent words');
  await ana.page.locator('#pending .message').waitFor();
  await ana.page.goto(`${snug.url}/account`);
  await ana.page.getByRole('button', { name: 'Sign out here' }).click();
  await signIn(ana.page, snug, ben.name);
  await ana.page.goto(`${snug.url}/rooms`);
  await ana.page.locator(`form[action="/rooms/${room}/settings"] button`).click();
  await ana.page.waitForURL(new RegExp(`/rooms/${room}$`));
  await ana.page.unroute('**/messages');
  await ana.page.waitForTimeout(1500);
  assert.equal(await ana.page.getByText('my own unsent words').count(), 0);
});

test('after signing out, the back button shows nothing of what was there', async () => {
  const ben = await person(snug);
  const room = await group(ben, [], { topic: 'a private topic' });
  await open(ben, room);
  await say(ben, 'words for nobody else');
  await sees(ben, 'words for nobody else');
  for (const path of ['/people', `/rooms/${room}/settings`, '/account']) await ben.page.goto(`${snug.url}${path}`);
  await ben.page.getByRole('button', { name: 'Sign out here' }).click();
  await ben.page.waitForURL((url) => url.pathname === '/login');
  for (let back = 0; back < 4; back += 1) {
    await ben.page.goBack().catch(() => {});
    await ben.page.waitForLoadState();
    const shown = await ben.page.content();
    assert.doesNotMatch(shown, /words for nobody else|a private topic/, ben.page.url());
    assert.ok(!shown.includes(ben.name), `${ben.page.url()}: ${shown}`);
  }
  await ben.context.close();
});

test('a password changed in one tab leaves the others of this browser signed in, and what they send goes through', async () => {
  const ben = await person(snug);
  const room = await group(ben, []);
  await open(ben, room);
  const other = await ben.context.newPage();
  await other.goto(`${snug.url}/account`);
  await other.getByLabel('Password now').fill(PASSWORD);
  await other.getByLabel('New password').fill('another good one');
  await other.getByRole('button', { name: 'Change password' }).click();
  await other.getByText('Your password is changed').waitFor();
  await ben.page.bringToFront();
  await ben.page.waitForTimeout(2500);
  assert.equal(await ben.page.locator('#connection', { hasText: 'signed out' }).isVisible(), false);
  await say(ben, 'still here');
  await ben.page.locator('#messages .message:not(.pending)', { hasText: 'still here' }).waitFor();
  const there = await ben.context.newPage();
  await there.goto(`${snug.url}/rooms/${room}`);
  await there.getByText('still here').waitFor();
  await ben.context.close();
});
