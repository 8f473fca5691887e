// Files on the page: chosen, dropped, pasted, on their way, taken back, sent; and without scripts.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { before, test } from 'node:test';
import { root, site } from '../lib/site.mjs';
import { axe, group, LONG, open, overflow, person } from './lib.mjs';

const picture = { name: 'the plan.png', mimeType: 'image/png', buffer: fs.readFileSync(`${root}/docs/room-light.png`) };
const note = { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('one and a half words') };

let snug;
let ana;
let ben;
let room;

const tray = (who) => who.page.locator('.tray li');
const ready = (who, name) => tray(who).filter({ hasText: name, hasNot: who.page.locator('progress, .error') }).waitFor({ timeout: LONG });
const last = (who) => who.page.locator('#messages .message').last();
const choose = async (who, files) => {
  const [chooser] = await Promise.all([who.page.waitForEvent('filechooser'), who.page.locator('#attach').click()]);
  await chooser.setFiles(files);
};

// A drop or a paste, as the browser would tell the page of it.
const hand = (who, selector, type, files) => who.page.locator(selector).evaluate((element, [name, list]) => {
  const data = new DataTransfer();
  for (const [title, text] of list) data.items.add(new File([Number(text) ? new Uint8Array(text) : text], title, { type: 'text/plain' }));
  const more = { bubbles: true, cancelable: true };
  element.dispatchEvent(name === 'paste' ? new ClipboardEvent(name, { ...more, clipboardData: data }) : new DragEvent(name, { ...more, dataTransfer: data }));
}, [type, files]);

before(async () => {
  snug = await site();
  [ana, ben] = [await person(snug), await person(snug)];
  room = await group(ana, [ben]);
  await open(ana, room);
  await open(ben, room);
});

test('files go out with the button, with a text or without one, and both see them at once', async () => {
  await choose(ana, [picture, note]);
  await ready(ana, picture.name);
  await ready(ana, note.name);
  await ana.page.locator('#composer textarea').fill('the plan and a note');
  await ana.page.locator('#composer textarea').press('Enter');
  for (const who of [ana, ben]) {
    await last(who).getByText('the plan and a note').waitFor({ timeout: LONG });
    const image = last(who).getByRole('img', { name: picture.name });
    await image.waitFor();
    assert.deepEqual(await image.evaluate(async (img) => {
      img.loading = 'eager';
      await img.decode();
      return [img.width / img.height, img.naturalWidth];
    }), [1.6, 800]);
    await last(who).getByRole('link', { name: 'note.txt 1 kB' }).waitFor();
  }
  assert.equal(await tray(ana).count(), 0);
  await choose(ana, [note]);
  await ready(ana, note.name);
  await ana.page.getByRole('button', { name: 'Send' }).click();
  await ben.page.locator('#messages .message').nth(1).getByRole('link', { name: 'note.txt' }).waitFor({ timeout: LONG });
  assert.deepEqual([...ana.faults, ...ben.faults], []);
});

test('files are dropped on the room and pasted into the field, and wait with the draft over a reload', async () => {
  await hand(ana, '#timeline', 'drop', [['dropped.txt', 'd'], ['second.txt', 's']]);
  await hand(ana, '#text', 'paste', [['pasted.txt', 'p']]);
  for (const name of ['dropped.txt', 'second.txt', 'pasted.txt']) await ready(ana, name);
  await ana.page.getByRole('button', { name: 'Remove second.txt' }).click();
  await ana.page.reload();
  await ready(ana, 'pasted.txt');
  assert.deepEqual(await tray(ana).locator('bdi').allTextContents(), ['dropped.txt', 'pasted.txt']);
  assert.deepEqual(await axe(ana.page), []);
  await ana.page.getByRole('button', { name: 'Send' }).click();
  await last(ben).getByRole('link', { name: 'pasted.txt' }).waitFor({ timeout: LONG });
  assert.deepEqual(await last(ben).locator('.file bdi').allTextContents(), ['dropped.txt', 'pasted.txt']);
  await ana.page.reload();
  await last(ana).getByRole('link', { name: 'pasted.txt' }).waitFor();
  assert.equal(await tray(ana).count(), 0);
});

test('one that is on its way shows how far, is taken back, and holds the message until it is there', async () => {
  let release;
  await ana.page.route('**/files', async (route) => {
    await new Promise((go) => { release = go; });
    await route.continue().catch(() => {});
  });
  await choose(ana, [note, { ...note, name: 'later.txt' }]);
  await ana.page.getByRole('progressbar', { name: 'note.txt' }).waitFor();
  await ana.page.getByRole('button', { name: 'Remove note.txt' }).click();
  assert.deepEqual(await tray(ana).locator('bdi').allTextContents(), ['later.txt']);
  await ana.page.locator('#composer textarea').fill('waits for its file');
  await ana.page.locator('#composer textarea').press('Enter');
  assert.equal(await ana.page.locator('#composer textarea').inputValue(), 'waits for its file');
  await ana.page.waitForTimeout(300); // the first is aborted, the second asks
  release();
  await last(ben).getByRole('link', { name: 'later.txt' }).waitFor({ timeout: LONG });
  await last(ben).getByText('waits for its file').waitFor();
  await ana.page.unroute('**/files');
});

test('what cannot be sent says why beside it, and can be tried again', async () => {
  await hand(ana, '#timeline', 'drop', [['big.bin', 26 << 20]]);
  await tray(ana).getByText('A file can have at most 25 MiB here.').waitFor();
  await ana.page.route('**/files', (route) => route.abort());
  await choose(ana, [note]);
  await tray(ana).getByText('The server could not be reached.').waitFor({ timeout: LONG });
  await ana.page.unroute('**/files');
  await ana.page.getByRole('button', { name: 'Try again' }).click();
  await ready(ana, note.name);
  assert.deepEqual(await axe(ana.page), []);
  await ana.page.getByRole('button', { name: 'Remove big.bin' }).click();
  await ana.page.getByRole('button', { name: 'Remove note.txt' }).click();
  assert.equal(await tray(ana).count(), 0);
});

test('a message whose file is gone when it arrives keeps its text, and goes without', async () => {
  await choose(ana, [note]);
  await ready(ana, note.name);
  await snug.sql(`DELETE FROM uploads WHERE room_id = ${room} AND seq = 0`);
  await ana.page.locator('#composer textarea').fill('these words stay');
  await ana.page.locator('#composer textarea').press('Enter');
  const failed = ana.page.locator('#pending .failed', { hasText: 'these words stay' });
  await failed.getByText('A file of this message is not there any more').waitFor({ timeout: LONG });
  await failed.getByRole('button', { name: 'Try again' }).click();
  await last(ben).getByText('these words stay').waitFor({ timeout: LONG });
});

test('a sound plays in the room, and its name takes it home', async () => {
  const wav = Buffer.concat([Buffer.from('RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x08\0\0\0', 'latin1'), Buffer.alloc(8, 128)]);
  await choose(ana, [{ name: 'bell.wav', mimeType: 'audio/wav', buffer: wav }]);
  await ready(ana, 'bell.wav');
  await ana.page.locator('#composer textarea').press('Enter');
  await last(ben).getByRole('link', { name: 'bell.wav' }).waitFor({ timeout: LONG });
  await last(ben).locator('audio').evaluate((audio) => audio.play());
  const [download] = await Promise.all([ben.page.waitForEvent('download'), last(ben).getByRole('link', { name: 'bell.wav' }).click()]);
  assert.equal(download.suggestedFilename(), 'bell.wav');
  assert.deepEqual(fs.readFileSync(await download.path()), wav);
});

test('on a phone files and their tray stay within the page', async () => {
  const phone = await person(snug, { phone: true, dark: true });
  const own = await group(phone);
  await open(phone, own);
  await phone.page.locator('#attach + input').setInputFiles([picture, { ...note, name: `${'very-long-name-'.repeat(9)}.txt` }]);
  await ready(phone, 'very-long');
  assert.equal(await overflow(phone.page), 0);
  await phone.page.getByRole('button', { name: 'Send' }).click();
  await last(phone).getByRole('img', { name: picture.name }).waitFor({ timeout: LONG });
  assert.equal(await overflow(phone.page), 0);
  assert.deepEqual(await axe(phone.page), []);
});

test('without scripts a plain form sends text and files, and the timeline shows them', async () => {
  const plain = await person(snug, { scripts: false });
  const own = await group(plain);
  await plain.page.goto(`${snug.url}/rooms/${own}`);
  await plain.page.getByRole('link', { name: 'Attach files' }).click();
  await plain.page.getByLabel('Files', { exact: true }).setInputFiles([picture, note]);
  await plain.page.locator('#composer textarea').fill('by hand');
  await plain.page.getByRole('button', { name: 'Send' }).click();
  const frame = plain.page.frameLocator('iframe[title^="Messages"]');
  await frame.getByText('by hand').waitFor();
  await frame.getByRole('img', { name: picture.name }).waitFor();
  const [download] = await Promise.all([plain.page.waitForEvent('download'), frame.getByRole('link', { name: 'note.txt' }).click()]);
  assert.equal(download.suggestedFilename(), 'note.txt');
  assert.equal(fs.readFileSync(await download.path(), 'utf8'), 'one and a half words');
});
