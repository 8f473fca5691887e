// The site's admins at work, as they and those they meet see it.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { PATIENCE, site } from '../lib/site.mjs';
import { axe, axeTwice, context, group, open, overflow, person, say, sees } from './lib.mjs';

let snug;
let ana;
let ben;

before(async () => {
  snug = await site();
  ana = await person(snug);
  ben = await person(snug);
  await snug.sql(`UPDATE users SET admin = 1 WHERE name = '${ana.name}'`);
});

test('the page of somebody who is suspended says within a second that it is signed out, and keeps what was typed', async () => {
  const room = await group(ben, []);
  await open(ben, room);
  await say(ben, 'still here');
  await sees(ben, 'still here');
  await ben.page.locator('#composer textarea').fill('half a thought');
  await ana.page.goto(`${snug.url}/rooms`);
  await ana.page.getByRole('link', { name: 'Admin', exact: true }).click();
  await ana.page.getByRole('link', { name: 'Users' }).click();
  await ana.page.getByRole('searchbox').fill(ben.name);
  await ana.page.getByRole('button', { name: 'Find' }).click();
  await ana.page.locator(`a[href="/admin/users/${ben.name}"]`).click();
  const told = ben.page.getByText('You are signed out.').waitFor().then(() => Date.now());
  const at = Date.now();
  await ana.page.getByRole('button', { name: 'Suspend' }).click();
  await ana.page.getByText('Suspended, and signed out everywhere.').waitFor();
  assert.ok(await told - at < 2000 * PATIENCE, `${await told - at} ms, the click and its page included`);
  assert.equal(await ben.page.locator('#composer textarea').inputValue(), 'half a thought');
  await ana.page.getByRole('button', { name: 'Let back in' }).click();
  await ana.page.getByRole('status').getByText('Let back in.').waitFor();
});

test('a link for an invitation and one for a password are shown once, also without scripts', async () => {
  const plain = await context({ scripts: false, phone: true, storageState: await ana.context.storageState() });
  const page = await plain.newPage();
  await page.goto(`${snug.url}/admin/invitations`);
  await page.getByRole('button', { name: 'Make a link' }).click();
  assert.match(await page.locator('#link').inputValue(), /\/register\?invite=[\w-]{43}$/);
  await page.goto(`${snug.url}/admin/users/${ben.name}`);
  await page.getByRole('button', { name: 'Make a link for a new password' }).click();
  assert.match(await page.locator('#link').inputValue(), /\/reset\?token=[\w-]{43}$/);
  assert.deepEqual(await axe(await ana.context.newPage().then(async (other) => {
    await other.goto(`${snug.url}/admin/invitations`);
    await other.getByRole('button', { name: 'Make a link' }).click();
    return other;
  })), []);
  await page.goto(`${snug.url}/admin/users/${ben.name}`);
  assert.equal(await page.locator('#link').count(), 0);
  await plain.close();
});

for (const [name, options] of [['light and dark', {}], ['on a phone', { phone: true }]]) {
  test(`every page of the site's admins is accessible, fits, and can be touched: ${name}`, async () => {
    const room = await group(ana, []);
    const eyes = await context({ ...options, storageState: await ana.context.storageState() });
    const page = await eyes.newPage();
    for (const path of ['', '/users', `/users/${ben.name}`, '/groups', `/groups/${room}`, '/invitations', '/log']) {
      await page.goto(`${snug.url}/admin${path}`);
      assert.deepEqual(await (options.phone ? axe : axeTwice)(page), [], path);
      assert.ok(await overflow(page) <= 0, path);
      const small = await page.evaluate(() => [...document.querySelectorAll('.page button, .page .button, .tabs a, .page input:not([type=hidden], [type=checkbox]), .page select')]
        .filter((element) => element.getBoundingClientRect().height < 43.5).map((element) => element.outerHTML.slice(0, 80)));
      if (options.phone) assert.deepEqual(small, [], path);
    }
    await page.goto(`${snug.url}/admin`);
    await page.getByLabel('Days that messages are kept').fill('many');
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByText('That is not a number of days').waitFor();
    assert.deepEqual(await axe(page), [], 'with an error');
    await eyes.close();
  });
}

test('none of the pages complained', () => {
  assert.deepEqual([...ana.faults, ...ben.faults], []);
});
