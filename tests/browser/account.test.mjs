// One's own account: preferences that the page keeps to, ways back in, one session at a time, and the end.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { site, startSite } from '../lib/site.mjs';
import { axe, context, group, message, open, overflow, PASSWORD, person, roomOf, say, sees, signIn } from './lib.mjs';

let snug;
before(async () => { snug = await site(); });

const back = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const DARK = 'rgb(26, 25, 23)';
const LIGHT = 'rgb(251, 250, 247)';

async function prefer(who, { theme, enter }) {
  await who.page.goto(`${who.site.url}/account`);
  if (theme) await who.page.getByLabel('Colours').selectOption(theme);
  if (enter !== undefined) await who.page.getByLabel('Enter sends').setChecked(enter);
  await who.page.getByRole('button', { name: 'Save preferences' }).click();
  await who.page.getByText('Your preferences are saved').waitFor();
}

test('who stays signed in comes back to the room used last, also after a restart of the browser', async () => {
  const ana = await person(snug);
  await group(ana);
  const room = await group(ana);
  await group(ana);
  const first = await context();
  const page = await first.newPage();
  await signIn(page, snug, ana.name, true);
  await page.goto(`${snug.url}/rooms/${room}`);
  const state = await first.storageState();
  await first.close();
  state.cookies = state.cookies.filter((cookie) => cookie.expires > 0);
  const second = await context({ storageState: state });
  const later = await second.newPage();
  await later.goto(snug.url);
  assert.equal(roomOf(later), room);
  await second.close();
});

for (const scripts of [true, false]) {
  test(`the chosen colours win over the device's, ${scripts ? 'with' : 'without'} scripts`, async () => {
    const ana = await person(snug, { dark: true, scripts });
    const room = await group(ana);
    const colours = async () => {
      await ana.page.goto(`${snug.url}/rooms/${room}`);
      const style = (frame) => frame.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor);
      if (!scripts) await ana.page.frameLocator('iframe').locator('#end').waitFor({ state: 'attached' });
      return scripts ? [await back(ana.page)] : [await style(ana.page), await style(ana.page.frameLocator('iframe'))];
    };
    const all = (colour) => (scripts ? [colour] : [colour, colour]);
    assert.deepEqual(await colours(), all(DARK));
    await prefer(ana, { theme: 'light' });
    assert.deepEqual(await colours(), all(LIGHT));
    await prefer(ana, { theme: 'auto' });
    assert.deepEqual(await colours(), all(DARK));
  });
}

test('Enter begins a new line for who wants that, and Ctrl+Enter sends and saves', async () => {
  const ana = await person(snug);
  const room = await group(ana);
  await prefer(ana, { enter: false });
  await open(ana, room);
  const field = ana.page.locator('#composer textarea');
  await ana.page.getByText('Ctrl+Enter sends').waitFor();
  await field.fill('first');
  await field.press('Enter');
  await field.pressSequentially('second');
  assert.equal(await field.inputValue(), 'first\nsecond');
  assert.equal(await ana.page.locator('.message').count(), 0);
  await field.press('Control+Enter');
  await sees(ana, 'first\nsecond');
  await field.press('ArrowUp');
  const edit = ana.page.locator('#in-place');
  await edit.press('Enter');
  await edit.pressSequentially('third');
  await edit.press('Control+Enter');
  await sees(ana, 'first\nsecond\nthird');

  await prefer(ana, { enter: true });
  await open(ana, room);
  await say(ana, 'sent by Enter');
  await sees(ana, 'sent by Enter');
  await field.fill('sent by both');
  await field.press('Control+Enter');
  await sees(ana, 'sent by both');
  assert.deepEqual(ana.faults, []);
});

test('where one session is allowed, the older page says why it ended and leads to signing in', async () => {
  const single = await startSite({ hdf: { 'Session.Single': 1 } });
  const ana = await person(single);
  const room = await group(ana);
  await open(ana, room);
  const other = await context({ scripts: false });
  const page = await other.newPage();
  await signIn(page, single, ana.name);
  const bar = ana.page.locator('#connection', { hasText: 'You signed in somewhere else, and this site allows one session at a time.' });
  await bar.waitFor();
  await say(ana, 'written too late');
  await ana.page.goto(`${single.url}/people`);
  await ana.page.getByText('You signed in somewhere else').waitFor();
  await ana.page.goto(`${single.url}/login?next=/rooms/${room}`);
  await ana.page.getByLabel('Name or e-mail').fill(ana.name);
  await ana.page.getByLabel('Password').fill(PASSWORD);
  await ana.page.getByRole('button', { name: 'Sign in' }).click();
  await sees(ana, 'written too late');

  await page.goto(`${single.url}/rooms/${room}`);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByText('You signed in somewhere else').waitFor();
  await other.close();
  await single.stop();
});

test('without scripts, a recovery code leads back in, and the account can be ended', async () => {
  const ana = await person(snug, { scripts: false, phone: true });
  const { page } = ana;
  await page.goto(`${snug.url}/account`);
  await page.getByRole('link', { name: 'Make some' }).click();
  await page.locator('#codes_password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Make new codes' }).click();
  const code = await page.locator('.codes code').first().textContent();
  await page.getByRole('button', { name: 'Sign out here' }).click();
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByLabel('Name or e-mail').fill(ana.name);
  await page.getByLabel('Recovery code').fill(code);
  await page.getByLabel('New password').fill('brand new password');
  await page.getByRole('button', { name: 'Set the new password' }).click();
  await page.waitForURL(/\/rooms/);
  await page.goto(`${snug.url}/account`);
  await page.getByLabel('Are deleted too').check();
  await page.locator('#delete_password').fill('brand new password');
  await page.getByRole('button', { name: 'Delete my account' }).click();
  await page.getByText('Your account is deleted').waitFor();
});

test('when somebody deletes account and messages, open pages see them go', async () => {
  const [ana, ben] = [await person(snug), await person(snug)];
  const room = await group(ben, [ana]);
  await open(ana, room);
  await say(ana, 'here today');
  await open(ben, room);
  await sees(ben, 'here today');
  await ana.page.goto(`${snug.url}/account`);
  await ana.page.getByLabel('Are deleted too').check();
  await ana.page.locator('#delete_password').fill(PASSWORD);
  await ana.page.getByRole('button', { name: 'Delete my account' }).click();
  await ben.page.locator('.message.deleted').waitFor();
  assert.equal(await message(ben, 'here today').count(), 0);
  await ben.page.locator('.message.event', { hasText: 'left' }).waitFor();
  assert.deepEqual(ben.faults, []);
});

test('the codes, and the ways back in where mail is sent, are whole and accessible', async () => {
  const mailing = await startSite({ hdf: { 'Mail.Command': '/bin/true' } });
  const ana = await person(mailing, { phone: true });
  await ana.page.goto(`${mailing.url}/account`);
  await ana.page.locator('#codes_password').fill(PASSWORD);
  await ana.page.getByRole('button', { name: 'Make new codes' }).click();
  await ana.page.locator('.codes').waitFor();
  assert.deepEqual(await axe(ana.page), []);
  assert.equal(await overflow(ana.page), 0);
  const stranger = await context();
  const page = await stranger.newPage();
  await page.goto(`${mailing.url}/forgot`);
  await page.getByLabel('Your name or e-mail').fill(ana.name);
  await page.getByRole('button', { name: 'Send me a link' }).click();
  await page.getByText('If there is an account').waitFor();
  assert.deepEqual(await axe(page), []);
  await stranger.close();
  await mailing.stop();
});
