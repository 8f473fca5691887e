// What the first page of a room costs, and how the site installs.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { site } from '../lib/site.mjs';
import { context, fill, group, person } from './lib.mjs';

const MOST = 60 * 1024;

let snug;
let ana;
let room;

// Opens the room in a browser that has never been here, and waits until nothing more comes.
async function visit({ members = 'on', zone = 0, ...options } = {}) {
  const shown = await context(options);
  await shown.addCookies([...await ana.context.cookies(), ...Object.entries({ members, zone }).map(([name, value]) => ({ name: `snug_${name}`, value: String(value), domain: new URL(snug.url).hostname, path: '/rooms' }))]);
  await shown.addInitScript(() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
      const box = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join();
      for (const entry of list.getEntries()) {
        window.shifts.push(`${entry.value}: ${entry.sources.map((one) => `${one.node?.id || one.node?.className} ${box(one.previousRect)} -> ${box(one.currentRect)}`).join('; ')}`);
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  const page = await shown.newPage();
  const session = await shown.newCDPSession(page);
  await session.send('Network.enable');
  const sizes = new Map();
  const names = new Map();
  session.on('Network.requestWillBeSent', ({ requestId, request }) => names.set(requestId, request.url));
  session.on('Network.dataReceived', ({ requestId, encodedDataLength }) => sizes.set(requestId, (sizes.get(requestId) || 0) + encodedDataLength));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => sizes.set(requestId, encodedDataLength));
  await page.goto(`${snug.url}/rooms/${room}`);
  await page.locator('#bell:enabled').waitFor();
  await page.waitForTimeout(2000);
  return { page, session, names: [...names.values()], sizes: [...sizes].map(([id, size]) => [names.get(id).replace(snug.url, ''), size]), close: () => shown.close() };
}

before(async () => {
  snug = await site();
  ana = await person(snug);
  const others = [];
  for (let i = 0; i < 5; i += 1) others.push(await person(snug));
  room = await group(ana, others, { topic: 'Everything about the allotments. The gate code is in the spring letter.' });
  await fill(ana, room, 1, 60);
  await snug.sql(`UPDATE messages SET sender_id = (SELECT id FROM users WHERE name = '${others[0].name}'), created_at = created_at - INTERVAL (60 - seq) HOUR,
    text = CONCAT('Somebody should look after the ', seq, '. bed, where the beans were: ', SHA1(seq)) WHERE room_id = ${room} AND kind = 'text' AND MOD(seq, 3) = 0`);
});

test('the first page of a room comes in less than 60 KiB, with all that it needs to be live', async () => {
  const { page, sizes, close } = await visit();
  assert.equal(await page.locator('#messages .message').count(), 50);
  const whole = sizes.reduce((sum, [, size]) => sum + size, 0);
  assert.ok(sizes.some(([name]) => name.endsWith('.css')) && sizes.some(([name]) => name.endsWith('/follow.js')) && whole > 20000, 'it was measured');
  assert.ok(whole < MOST, `${whole} bytes:\n${sizes.map((one) => one.join(' ')).join('\n')}`);
  await close();
});

for (const [name, options] of [['on a desk', {}], ['on a phone', { phone: true }], ['for who put the members away', { members: 'off' }], ['in Tokyo', { zone: 540, timezoneId: 'Asia/Tokyo' }]]) {
  test(`nothing shifts while it loads, ${name}`, async () => {
    const { page, close } = await visit(options);
    assert.deepEqual(await page.evaluate(() => window.shifts), []);
    assert.equal(await page.locator('.no-members').count(), Number(options.members === 'off'));
    assert.ok((await page.evaluate(() => document.cookie)).includes(`snug_zone=${options.zone ?? 0}`));
    await close();
  });
}

test('it asks no other host for anything, and only style sheets hold up its drawing', async () => {
  const { page, names, close } = await visit();
  assert.deepEqual(names.filter((name) => !name.startsWith(`${snug.url}/`)), []);
  const blocking = await page.evaluate(() => performance.getEntriesByType('resource').filter((entry) => entry.renderBlockingStatus === 'blocking').map((entry) => entry.name));
  assert.ok(blocking.length > 0);
  assert.deepEqual(blocking.filter((name) => !name.endsWith('.css')), []);
  await close();
});

test('the site can be installed, under its own name, with icons that are small', async () => {
  const { page, session, close } = await visit();
  const { errors, data } = await session.send('Page.getAppManifest');
  assert.deepEqual(errors, []);
  const manifest = JSON.parse(data);
  assert.equal(manifest.name, await page.locator('.sidebar .site a[href="/rooms"]').textContent());
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  assert.deepEqual(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito'), []);
  const touch = await page.locator('link[rel="apple-touch-icon"]').getAttribute('href');
  for (const [path, sizes] of [...manifest.icons.map(({ src, sizes: size }) => [src, size]), [touch, '180x180']]) {
    const answer = await page.request.get(`${snug.url}${path}`);
    assert.equal(answer.headers()['content-type'], 'image/png');
    const bytes = await answer.body();
    assert.ok(bytes.length < 12 * 1024, `${path}: ${bytes.length} bytes`);
    assert.equal(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, sizes);
  }
  assert.ok(manifest.icons.some(({ purpose }) => purpose === 'maskable'));
  await close();
});
