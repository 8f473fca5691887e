// Files: sent, kept, had and removed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { site as runningSite, startSite } from '../lib/site.mjs';
import { Answer, Client, eventually, JSON_TYPE, multipart, MULTIPART, nonce, people, person, textOf, unique } from './client.mjs';

const LIMIT = 60;

let site;
let anna;
let ben;
let room;
before(async () => {
  site = await runningSite();
  [anna, ben] = await people(site, 2, 'files');
  room = await anna.group({ members: ben.name, visibility: 'private' });
});

async function post(who, fields, { accept = JSON_TYPE, headers = {} } = {}) {
  return who.request('/files', { method: 'POST', body: multipart(fields), accept, headers: { 'Content-Type': MULTIPART, 'X-CSRF-Token': await who.csrf(), ...headers } });
}

// Sends files, [bytes, name] each; answers what the site says of them.
async function upload(who, to, ...files) {
  const answer = await post(who, [['room', to], ...files.map(([bytes, name]) => ['file', bytes, name])]);
  assert.equal(answer.status, 201, answer.text);
  return answer.json().files;
}

const form = async (who, fields) => post(who, [['csrf', await who.csrf()], ...fields], { accept: 'text/html', headers: { 'X-CSRF-Token': '' } });

async function attach(who, to, ...files) {
  const made = await upload(who, to, ...files);
  const answer = await who.post('/messages', [['room', to], ['text', ''], ['nonce', nonce()], ...made.map(({ id }) => ['file', id])].map((pair) => pair.join('=')).join('&'),
    { accept: JSON_TYPE, headers: { 'X-CSRF-Token': await who.csrf() } });
  assert.equal(answer.status, 201, answer.text);
  return { files: made, ...answer.json() };
}

const send = async (who, fields, files) => who.post('/messages', [...Object.entries({ room, text: '', nonce: nonce(), ...fields }).map((pair) => pair.map(encodeURIComponent).join('=')), ...files.map((id) => `file=${id}`)].join('&'),
  { accept: JSON_TYPE, headers: { 'X-CSRF-Token': await who.csrf() } });

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  let crc = ~0;
  for (const byte of body) {
    crc ^= byte;
    for (let i = 0; i < 8; i += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(~crc >>> 0);
  return Buffer.concat([length, body, sum]);
}

function png(width, height, noise = false) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head[8] = 1; // a bit a point
  const row = 1 + Math.ceil(width / 8);
  const data = deflateSync(noise ? Buffer.concat(Array.from({ length: height }, () => Buffer.concat([Buffer.alloc(1), randomBytes(row - 1)]))) : Buffer.alloc(row * height));
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('tEXt', Buffer.from('Comment\0taken at home')), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

// Red at its left, blue at its right, 24 by 16; and the same with a camera's word that it was turned, and where it was.
const jpeg = Buffer.from('/9j/4AAQSkZJRgABAQEAYABgAAD//gA7Q1JFQVRPUjogZ2QtanBlZyB2MS4wICh1c2luZyBJSkcgSlBFRyB2NjIpLCBxdWFsaXR5ID0gMzAK/9sAQwAbEhQXFBEbFxYXHhwbIChCKyglJShROj0wQmBVZWRfVV1baniZgWpxkHNbXYW1hpCeo6utq2eAvMm6pseZqKuk/9sAQwEcHh4oIyhOKytOpG5dbqSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSk/8AAEQgAEAAYAwEiAAIRAQMRAf/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/EAB8BAAMBAQEBAQEBAQEAAAAAAAABAgMEBQYHCAkKC//EALURAAIBAgQEAwQHBQQEAAECdwABAgMRBAUhMQYSQVEHYXETIjKBCBRCkaGxwQkjM1LwFWJy0QoWJDThJfEXGBkaJicoKSo1Njc4OTpDREVGR0hJSlNUVVZXWFlaY2RlZmdoaWpzdHV2d3h5eoKDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uLj5OXm5+jp6vLz9PX29/j5+v/aAAwDAQACEQMRAD8AoVBc/wAP41PUFz/D+NGA/wB4j8/yZ7WN/gS+X5kFFFFfSHz5/9k=', 'base64');
const tiff = Buffer.from('II*\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\x25\x88\x04\0\x01\0\0\0\x26\0\0\0\0\0\0\0GPS 48.1374 N 11.5755 E', 'latin1');
const exif = Buffer.concat([Buffer.from([0xff, 0xe1, 0, tiff.length + 8]), Buffer.from('Exif\0\0'), tiff]);
const turned = Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2)]);

const wav = Buffer.concat([Buffer.from('RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x08\0\0\0', 'latin1'), Buffer.alloc(8, 128)]);
const pdf = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');
const mp4 = Buffer.concat([Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1'), Buffer.alloc(64)]);
const html = Buffer.from('<!doctype html><html><script>alert(document.cookie)</script></html>');
const svg = Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');

// Others may be sending to this site at the same moment.
const nothingLeft = () => eventually('no piece of it is left', () => fs.readdirSync(`${site.var}/files/tmp`).length === 0, LIMIT);

const folderOf = (where, bytes) => {
  const hash = createHash('sha256').update(bytes).digest('hex');
  return `${where.var}/files/${hash.slice(0, 2)}/${hash}`;
};

describe('a file', () => {
  test('goes with a message, and whoever may read that has it, whole and in ranges', async () => {
    const bytes = randomBytes(300000);
    const [made] = await upload(anna, room, [bytes, 'numbers.bin']);
    assert.deepEqual(made, { id: made.id, name: 'numbers.bin', type: 'application/octet-stream', size: 300000 });
    const sent = await send(anna, { text: 'here they are' }, [made.id]);
    assert.equal(sent.status, 201);
    const message = (await ben.read({ room })).messages.at(-1);
    assert.equal(message.text, 'here they are');
    assert.deepEqual(message.files, [made]);
    assert.match(message.html, new RegExp(`href="/files/${made.id}/numbers.bin"`));
    for (const who of [anna, ben]) assert.deepEqual((await who.get(`/files/${made.id}/numbers.bin`)).body, bytes);
    for (const [range, from, to] of [['bytes=10-19', 10, 20], ['bytes=299990-', 299990, 300000], ['bytes=-5', 299995, 300000]]) {
      const part = await ben.get(`/files/${made.id}/numbers.bin`, { headers: { Range: range } });
      assert.deepEqual([part.status, part.headers['content-range']], [206, `bytes ${from}-${to - 1}/300000`]);
      assert.deepEqual(part.body, bytes.subarray(from, to));
    }
    assert.equal((await ben.get(`/files/${made.id}/x`, { headers: { Range: 'bytes=300000-' } })).status, 416);
  });

  test('is read by those who wait for messages, once, and by the page without scripts', async () => {
    const { cursor } = await ben.read({ room });
    const waiting = ben.read({ room, after: cursor, wait: 50 });
    const { files: [made], seq } = await attach(anna, room, [png(30, 20), 'small.png']);
    const news = await waiting;
    assert.deepEqual(news.messages.map((m) => [m.seq, m.text, m.files]), [[seq, '', [{ ...made, width: 30, height: 20 }]]]);
    const page = await ben.get(`/messages?room=${room}`, { accept: 'text/html' });
    assert.match(page.text, new RegExp(`<a href="/files/${made.id}/small.png"[^>]*><img src="/files/${made.id}/preview" width="30" height="20" alt="small.png"`));
    assert.match((await ben.get(`/rooms/${room}`)).text, new RegExp(`src="/files/${made.id}/preview"`));
  });

  test('is had by nobody else: strangers, who left, who is signed out; before it is sent, by its owner alone', async () => {
    const stranger = await person(site);
    const leaver = await person(site);
    await anna.settings(room, 'add', { members: leaver.name });
    const [made] = await upload(anna, room, [png(9, 9), 'mine.png']);
    const paths = [`/files/${made.id}/mine.png`, `/files/${made.id}/preview`];
    const statuses = (who) => Promise.all(paths.map(async (at) => (await who.json(at)).status));
    assert.deepEqual(await statuses(anna), [200, 200]);
    assert.deepEqual(await statuses(ben), [404, 404]);
    const sent = (await send(anna, {}, [made.id])).json();
    assert.deepEqual(await statuses(leaver), [200, 200]);
    await leaver.settings(room, 'leave');
    assert.deepEqual(await statuses(leaver), [404, 404]);
    assert.deepEqual(await statuses(stranger), [404, 404]);
    assert.deepEqual(await statuses(new Client(site.url)), [401, 401]);
    assert.equal((await ben.json(`/files/${made.id + 1000000}/x`)).status, 404);
    assert.equal((await ben.json('/stored/ab/abc')).status, 404);
    await anna.message({ action: 'delete', room, seq: sent.seq });
    for (const who of [anna, ben]) assert.deepEqual(await statuses(who), [404, 404]);
    const message = (await ben.read({ room })).messages.find(({ seq }) => seq === sent.seq);
    assert.deepEqual([message.deleted, message.files], [true, undefined]);
    assert.doesNotMatch(message.html, /\/files\//);
  });

  test('stays with its message when that is edited', async () => {
    const { files, seq } = await attach(anna, room, [Buffer.from('one'), 'a.txt'], [Buffer.from('two'), 'b.txt']);
    assert.equal((await anna.message({ action: 'edit', room, seq, text: 'both of them' })).status, 200);
    const message = (await ben.read({ room })).messages.at(-1);
    assert.deepEqual([message.text, message.files], ['both of them', files]);
  });

  test('is named where its message is answered, and goes with an answer', async () => {
    const { files: [named], seq } = await attach(anna, room, [png(5, 5), 'named.png']);
    const [made] = await upload(ben, room, [Buffer.from('b'), 'back.txt']);
    assert.equal((await send(ben, { reply: seq }, [made.id])).status, 201);
    const message = (await anna.read({ room })).messages.at(-1);
    assert.deepEqual([message.reply.seq, message.reply.text, message.files], [seq, named.name, [made]]);
    assert.match((await anna.get('/for-you')).text, /<p class="begins"[^>]*>A file, without words</);
  });
});

describe('what a file is', () => {
  for (const [what, bytes, name, type, shown] of [
    ['a picture', png(8, 8), 'a.png', 'image/png', true], ['a photograph called a page', jpeg, 'page.html', 'image/jpeg', true],
    ['sound', wav, 'a.wav', 'audio/x-wav', true], ['video', mp4, 'a.mp4', 'video/mp4', true], ['a PDF', pdf, 'a.pdf', 'application/pdf', true],
    ['a page called a picture', html, 'a.png', 'text/html', false], ['a drawing that runs scripts', svg, 'a.svg', 'image/svg+xml', false],
    ['a drawing called a photograph', svg, 'a.jpg', 'image/svg+xml', false], ['nothing at all', Buffer.alloc(0), 'a.gif', /^(inode|application)\/(x-)?(empty|octet-stream)$/, false]]) {
    test(`says its content, not its name: ${what} is ${shown ? 'shown' : 'downloaded'}`, async () => {
      const [made] = await upload(anna, room, [bytes, name]);
      if (type instanceof RegExp) assert.match(made.type, type); else assert.equal(made.type, type);
      const answer = await anna.get(`/files/${made.id}/${name}`);
      assert.deepEqual(answer.body, bytes);
      assert.match(answer.headers['content-disposition'], shown ? /^inline;/ : /^attachment;/);
      assert.equal(answer.headers['content-type'], shown ? type : 'application/octet-stream');
      assert.equal(answer.headers['x-content-type-options'], 'nosniff');
      assert.match(answer.headers['content-security-policy'], /default-src 'none'.*; sandbox$/);
      assert.match(answer.headers['cache-control'], /private/);
    });
  }

  test('names are any Unicode, without folders, control characters and what turns them round', async () => {
    for (const [sent, kept, ascii] of [['Größe 100%.txt', 'Größe 100%.txt', 'Gr__e 100_.txt'], ['日本語.txt', '日本語.txt', '___.txt'], ['C:\\Users\\a\\plan.txt', 'plan.txt', 'plan.txt'], ['../../etc/passwd', 'passwd', 'passwd'],
      ['say %22hi%22.txt', 'say "hi".txt', 'say _hi_.txt'], ['photo\u202egpj.exe', 'photogpj.exe', 'photogpj.exe'], ['a\tb\u0007.txt', 'ab.txt', 'ab.txt'], [' . ', 'file', 'file'], ['..', 'file', 'file'], ['\u{1f600}.png', '\u{1f600}.png', '_.png'],
      ['preview', 'preview', 'preview'], [`${'ä'.repeat(300)}.txt`, `${'ä'.repeat(170)}${'ä'.repeat(26)}.txt`, `${'_'.repeat(196)}.txt`]]) {
      const { files: [made] } = await attach(anna, room, [Buffer.from(sent), sent]);
      assert.equal(made.name, kept);
      const { html: shown } = (await ben.read({ room })).messages.at(-1);
      const href = /<a class="file" href="([^"]*)"/.exec(shown)[1];
      const answer = await ben.get(href);
      assert.deepEqual([answer.status, answer.text], [200, sent], href);
      const encoded = encodeURIComponent(kept).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
      assert.equal(answer.headers['content-disposition'], `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`);
    }
  });
});

// What a WebP file consists of.
function chunksOf(webp) {
  const names = [];
  for (let at = 12; at < webp.length; at += 8 + webp.readUInt32LE(at + 4) + (webp.readUInt32LE(at + 4) % 2)) names.push(webp.toString('latin1', at, at + 4));
  return names;
}

describe('previews', () => {
  const preview = async (file) => anna.get(`/files/${file.id}/preview`);

  test('are small, turned as the camera was held, and know nothing of where that was', async () => {
    const [large, photo] = await upload(anna, room, [png(2000, 1000, true), 'large.png'], [turned, 'photo.jpg']);
    assert.deepEqual([large.width, large.height, photo.width, photo.height], [2000, 1000, 16, 24]);
    for (const file of [large, photo]) {
      const answer = await preview(file);
      assert.deepEqual([answer.status, answer.headers['content-type'], answer.headers['x-content-type-options']], [200, 'image/webp', 'nosniff']);
      assert.equal(answer.body.toString('latin1', 8, 12), 'WEBP');
      assert.deepEqual(chunksOf(answer.body), ['VP8 '], 'the picture, and nothing about it');
      assert.doesNotMatch(answer.body.toString('latin1'), /48\.1374|taken at home/);
    }
    const size = (await preview(photo)).body;
    const at = size.indexOf(Buffer.from([0x9d, 0x01, 0x2a])) + 3; // VP8's own head
    assert.deepEqual([size.readUInt16LE(at), size.readUInt16LE(at + 2)], [16, 24]);
  });

  test('a picture that is a bomb, broken, or no picture has none: it is kept as a file, and costs no other its own', async () => {
    const bomb = png(40000, 40000);
    assert.ok(bomb.length < 1e6);
    const broken = Buffer.concat([png(300, 300, true).subarray(0, 500), Buffer.alloc(200)]);
    const files = await upload(anna, room, [bomb, 'bomb.png'], [broken, 'broken.png'], [Buffer.from('GIF89a'), 'cut.gif'], [png(7, 5), 'good.png']);
    assert.deepEqual(files.map(({ width }) => width), [undefined, undefined, undefined, 7]);
    for (const file of files.slice(0, 3)) assert.equal((await preview(file)).status, 404);
    assert.equal((await preview(files[3])).status, 200);
    assert.deepEqual((await anna.get(`/files/${files[0].id}/bomb.png`)).body, bomb);
  });
});

describe('sending', () => {
  test('a retry with the same files is stored once, and the nonce with other files is refused', async () => {
    const [one, two, again] = await upload(anna, room, [Buffer.from('1'), '1'], [Buffer.from('2'), '2'], [Buffer.from('1'), '1']);
    const fields = { text: 'twice', nonce: nonce() };
    const first = await send(anna, fields, [one.id]);
    const second = await send(anna, fields, [one.id]);
    assert.deepEqual([first.status, second.status], [201, 200]);
    assert.deepEqual(second.json(), first.json());
    assert.equal((await send(anna, fields, [again.id])).status, 200); // the same content, sent once more
    for (const other of [[two.id], [], [one.id, two.id]]) assert.equal((await send(anna, fields, other)).code, 'nonce_taken');
    assert.deepEqual((await ben.read({ room })).messages.at(-1).files, [one]);
  });

  test('files that are not there, not mine, of another room, sent already or named twice are refused, and nothing is sent', async () => {
    const other = await anna.group({ visibility: 'private' });
    const [mine] = await upload(anna, room, [Buffer.from('m'), 'm']);
    const [elsewhere] = await upload(anna, other, [Buffer.from('m'), 'm']);
    const [his] = await upload(ben, room, [Buffer.from('m'), 'm']);
    const { files: [sent] } = await attach(anna, room, [Buffer.from('m'), 'm']);
    const last = (await ben.read({ room })).messages.at(-1).seq;
    for (const ids of [[elsewhere.id], [his.id], [sent.id], [2 ** 50], [mine.id, mine.id], [mine.id, his.id]]) {
      const answer = await send(anna, {}, ids);
      assert.deepEqual([answer.status, answer.code], [409, 'no_file'], String(ids));
    }
    assert.deepEqual([(await send(anna, {}, ['x'])).status, (await send(anna, {}, Array(11).fill(mine.id))).status, (await send(anna, {}, [])).code], [400, 422, 'empty']);
    assert.equal((await ben.read({ room })).messages.at(-1).seq, last);
    assert.equal((await send(anna, {}, [mine.id])).status, 201);
  });

  test('the same file in two sends at once is in one message', async () => {
    const [mine] = await upload(anna, room, [Buffer.from('race'), 'race']);
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(anna, {}, [mine.id])));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(7).fill(409)]);
  });

  test('the form without scripts sends text and files at once, and twice under one nonce only once', async () => {
    const page = await anna.get(`/rooms/${room}?attach=1`);
    assert.match(page.text, /<form class="composer" id="composer" method="post" action="\/files" enctype="multipart\/form-data"/);
    assert.match(textOf(page.text), /At most 10, each of 25 MiB at most/);
    const fields = [['room', room], ['nonce', nonce()], ['text', 'from a\r\nform'], ['file', png(4, 3), 'one.png'], ['file', Buffer.from('two'), 'two.txt']];
    const first = await form(anna, fields);
    assert.equal(first.status, 303);
    assert.equal((await form(anna, fields)).location, first.location);
    const { messages } = await ben.read({ room });
    assert.deepEqual([messages.at(-1).text, messages.at(-1).files.map(({ name }) => name)], ['from a\nform', ['one.png', 'two.txt']]);
    assert.equal(first.location, `/rooms/${room}#m${messages.at(-1).seq}`);
    // An empty choice is no file: the text alone goes out, and nothing at all is refused.
    assert.equal((await form(anna, [['room', room], ['nonce', nonce()], ['text', 'alone'], ['file', '', '']])).status, 303);
    const nothing = await form(anna, [['room', room], ['nonce', nonce()], ['text', ' '], ['file', '', '']]);
    assert.deepEqual([nothing.status, /The message is empty/.test(nothing.text)], [422, true]);
  });

  test('a form that is refused gives its text back', async () => {
    const answer = await form(anna, [['room', room], ['nonce', nonce()], ['text', 'do not lose me'], ['file', Buffer.alloc(26 << 20), 'big.bin']]);
    assert.equal(answer.status, 413);
    assert.match(textOf(answer.text), /A file can have at most 25 MiB here/);
    assert.match(answer.text, /do not lose me<\/textarea>/);
    const out = await form(new Client(site.url), [['room', room], ['nonce', nonce()], ['text', 'nor me'], ['file', Buffer.from('x'), 'x']]);
    assert.deepEqual([out.status, /You are not signed in/.test(out.text), /nor me<\/textarea>/.test(out.text)], [401, true, true]);
  });

  test('a text that is refused comes back with its files, and says so', async () => {
    const text = 'z'.repeat(10001);
    const answer = await form(anna, [['room', room], ['nonce', nonce()], ['text', text], ['file', Buffer.from('stays'), 'stays.txt']]);
    assert.equal(answer.status, 413);
    assert.match(textOf(answer.text), /What you attached is kept, and goes with it/);
    const [, id] = /name="file" value="(\d+)"/.exec(answer.text);
    assert.equal((await send(anna, { text: 'shorter' }, [id])).status, 201);
    assert.deepEqual((await ben.read({ room })).messages.at(-1).files.map(({ name }) => name), ['stays.txt']);
  });
});

describe('who may not send', () => {
  const count = async () => Number((await site.sql(`SELECT COUNT(*) FROM uploads WHERE room_id = ${room}`))[0][0]);

  test('is told why, and nothing is kept', async () => {
    const stranger = await person(site);
    const muted = await person(site);
    const open = await anna.group({ visibility: 'public' });
    await anna.settings(room, 'add', { members: muted.name });
    await anna.settings(room, 'mute', { member: muted.name });
    const file = ['file', Buffer.from('x'), 'x'];
    const before_ = await count();
    assert.equal((await post(stranger, [['room', room], file])).status, 404);
    assert.equal((await post(stranger, [['room', open], file])).code, 'not_a_member');
    assert.equal((await post(muted, [['room', room], file])).code, 'muted');
    assert.equal((await post(anna, [file, ['room', room]])).status, 404); // the room has to come first
    assert.equal((await post(anna, [['room', room], file], { headers: { 'X-CSRF-Token': 'wrong' } })).code, 'bad_csrf');
    assert.equal((await post(anna, [['room', room], file, ['csrf', await anna.csrf()]], { headers: { 'X-CSRF-Token': '' } })).code, 'bad_csrf');
    assert.equal((await post(anna, [['room', room], file], { headers: { Origin: 'https://evil.example' } })).code, 'bad_csrf');
    assert.equal((await post(new Client(site.url), [['room', room], file], { headers: { 'X-CSRF-Token': '' } })).status, 401);
    assert.equal((await post(anna, [['room', room]])).code, 'no_file');
    assert.equal((await anna.post('/files', 'room=1', { accept: JSON_TYPE, headers: { 'X-CSRF-Token': await anna.csrf() } })).status, 415);
    assert.equal((await post(anna, [['room', room], ...Array(11).fill(file)])).code, 'too_many_files');
    assert.equal((await anna.request('/files', { method: 'POST', body: multipart([['room', room], file]).subarray(0, -20), accept: JSON_TYPE, headers: { 'Content-Type': MULTIPART, 'X-CSRF-Token': await anna.csrf() } })).code, 'bad_body');
    assert.equal((await anna.json('/files')).status, 405);
    assert.equal(await count(), before_);
    await nothingLeft();
  });

  test('a file beyond the limit is refused before and while it is read, with the limit in words, and the others go with it', async () => {
    const before_ = await count();
    const answer = await post(anna, [['room', room], ['file', Buffer.from('small'), 'small'], ['file', Buffer.alloc((25 << 20) + 1), 'big.bin']]);
    assert.deepEqual([answer.status, answer.code, answer.json().error.message], [413, 'too_long', 'A file can have at most 25 MiB here.']);
    assert.equal(await count(), before_);
    await nothingLeft();
  });
});

// The program as plain CGI, with settings of its own, and as the user that serves: the folders it makes are that one's.
function cgi(who, at, settings, { body, length = body?.length, headers = {} } = {}) {
  const { uid, gid } = fs.statSync(`${site.var}/files`);
  const file = path.join(fs.mkdtempSync('/tmp/snug-files-'), 'snug.hdf');
  if (process.getuid() === 0) fs.chownSync(path.dirname(file), uid, gid);
  fs.writeFileSync(file, `${fs.readFileSync(`${site.var}/run/snug.hdf`, 'utf8')}\n${settings}\n`);
  return who.csrf().then((token) => new Promise((resolve, reject) => {
    const child = spawn(`${site.var}/site/bin/files`, [], { cwd: site.var, stdio: ['pipe', 'pipe', 'inherit'], ...(process.getuid() === 0 ? { uid, gid } : {}),
      env: { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => /^PATH$|SAN_OPTIONS$/.test(name))), SNUG_CONFIG: file, REQUEST_METHOD: body ? 'POST' : 'GET', REQUEST_URI: at, QUERY_STRING: '', HTTP_HOST: 'localhost', HTTP_COOKIE: who.cookieHeader(),
        HTTP_ACCEPT: JSON_TYPE, ...(body ? { CONTENT_LENGTH: String(length), CONTENT_TYPE: MULTIPART, HTTP_X_CSRF_TOKEN: token } : {}), ...headers } });
    const out = [];
    child.stdout.on('data', (part) => out.push(part));
    child.stdin.on('error', () => {});
    child.on('error', reject);
    child.on('close', () => {
      fs.rmSync(path.dirname(file), { recursive: true });
      const all = Buffer.concat(out);
      const end = all.indexOf('\r\n\r\n');
      const lines = all.subarray(0, end).toString().split('\r\n').map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]);
      const answer = new Answer(parseInt(Object.fromEntries(lines).status, 10), Object.fromEntries(lines), all.subarray(end + 4));
      resolve(answer);
    });
    child.stdin.end(body);
  }));
}

describe('as plain CGI', () => {
  for (const [where, settings] of [['on the disk', ''], ['in the database', 'Files.Store = database\nPaths.Files = /nowhere']]) {
    test(`files are kept ${where}, and the program sends them itself, whole and in ranges`, async () => {
      const bytes = Buffer.concat([png(2500, 900, true), randomBytes(2500000)]); // more than two pieces
      const cleo = await person(site);
      const own = await cleo.group();
      const made = await cgi(cleo, '/files', settings, { body: multipart([['room', own], ['file', bytes, 'ä.png'], ['file', Buffer.from('x'), 'x'], ['file', bytes, 'again.png']]) });
      assert.equal(made.status, 201, made.text);
      const [file, , again] = made.json().files;
      assert.deepEqual([file.type, file.size, file.width], ['image/png', bytes.length, 2500]);
      for (const { id } of [file, again]) {
        const whole = await cgi(cleo, `/files/${id}/x`, settings);
        assert.equal(whole.status, 200);
        assert.ok(whole.body.equals(bytes));
        assert.equal(whole.headers['content-length'], String(bytes.length));
        assert.match(whole.headers['content-security-policy'], /sandbox/);
      }
      for (const [range, from, to] of [['bytes=1048570-1048580', 1048570, 1048581], ['bytes=-7', bytes.length - 7, bytes.length], ['bytes=5-99999999', 5, bytes.length]]) {
        const part = await cgi(cleo, `/files/${file.id}/x`, settings, { headers: { HTTP_RANGE: range } });
        assert.deepEqual([part.status, part.headers['content-range']], [206, `bytes ${from}-${to - 1}/${bytes.length}`]);
        assert.ok(part.body.equals(bytes.subarray(from, to)));
      }
      assert.equal((await cgi(cleo, `/files/${file.id}/x`, settings, { headers: { HTTP_RANGE: 'bytes=99999999-' } })).status, 416);
      const small = await cgi(cleo, `/files/${file.id}/preview`, settings);
      assert.deepEqual([small.status, small.body.toString('latin1', 8, 12), small.headers['content-length']], [200, 'WEBP', String(small.body.length)]);
      assert.equal((await cgi(ben, `/files/${file.id}/x`, settings)).status, 404);
    });
  }

  test('a body that is cut in the middle leaves nothing', async () => {
    const state = async () => [await site.sql(`SELECT COUNT(*) FROM uploads WHERE room_id = ${room}`), await site.sql("SELECT COUNT(*) FROM chunks WHERE hash <> UNHEX(SHA2('first', 256))")];
    const was = await state();
    const body = multipart([['room', room], ['file', Buffer.from('first'), 'first'], ['file', randomBytes(3000000), 'second']]);
    for (const settings of ['', 'Files.Store = database']) {
      const answer = await cgi(anna, '/files', settings, { body: body.subarray(0, 2000000), length: body.length });
      assert.deepEqual([answer.status, answer.code], [400, 'bad_body']);
    }
    assert.deepEqual(await state(), was);
    await nothingLeft();
  });

  test('all files of a user, and of the site, have their limits; and files can be switched off', async () => {
    const dora = await person(site);
    const own = await dora.group();
    const body = (size) => multipart([['room', own], ['file', randomBytes(size), 'some']]);
    const settings = 'Files.Max = 1\nFiles.User = 2';
    assert.equal((await cgi(dora, '/files', settings, { body: body(1 << 20) })).status, 201);
    const answers = await Promise.all(Array.from({ length: 4 }, () => cgi(dora, '/files', settings, { body: body(900000) })));
    assert.equal(answers.filter(({ status }) => status === 201).length, 1, 'one more fits, and no two of those that come at once');
    const refused = await cgi(dora, '/files', settings, { body: body(900000) });
    assert.deepEqual([refused.status, refused.code, refused.json().error.message], [413, 'too_much', 'All your files together can have 2 MiB here. Delete some first.']);
    const full = await cgi(dora, '/files', 'Files.Site = 1', { body: body(900000) });
    assert.deepEqual([full.status, full.code], [507, 'no_room']);
    const off = await cgi(dora, '/files', 'Files.Off = 1', { body: body(10) });
    assert.deepEqual([off.status, off.code], [403, 'files_off']);
  });
});

describe('housekeeping', () => {
  let small;
  let eva;
  let own;
  before(async () => {
    small = await startSite({ hdf: { 'Messages.Clean': 1, 'Files.Max': 100 } });
    eva = await person(small);
    own = await eva.group();
  });

  test('a large file passes through little memory, in and out', async () => {
    const bytes = Buffer.alloc(64 << 20, randomBytes(65536));
    const [made] = await upload(eva, own, [bytes, 'large.bin']);
    assert.equal(made.size, bytes.length);
    assert.ok((await eva.get(`/files/${made.id}/large.bin`)).body.equals(bytes));
    if (!Number(process.env.SAN)) {
      for (const pid of small.pids('files')) {
        const most = Number(/VmHWM:\s*(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
        assert.ok(most < 40000, `${most} kB`);
      }
    }
  });

  test('bytes go when the last message that has them goes, whatever took it', async () => {
    const [shared, trimmed] = [randomBytes(5000), randomBytes(6000)];
    const picture = png(20, 10, true);
    const first = await attach(eva, own, [shared, 'a'], [picture, 'p.png']);
    const second = await attach(eva, own, [shared, 'b']);
    assert.ok(fs.existsSync(folderOf(small, shared)) && fs.existsSync(`${folderOf(small, picture)}.webp`));
    await eva.message({ action: 'delete', room: own, seq: first.seq });
    await eventually('the picture is gone', () => !fs.existsSync(folderOf(small, picture)) && !fs.existsSync(`${folderOf(small, picture)}.webp`), LIMIT);
    assert.ok(fs.existsSync(folderOf(small, shared)));
    assert.deepEqual((await eva.get(`/files/${second.files[0].id}/b`)).body, shared);
    await eva.message({ action: 'delete', room: own, seq: second.seq });
    await eventually('the last one is gone', () => !fs.existsSync(folderOf(small, shared)), LIMIT);

    const short = await eva.group({ history: 2 });
    const { files: [old] } = await attach(eva, short, [trimmed, 't']);
    await eva.say(short, 'one');
    await eva.say(short, 'two');
    assert.equal((await eva.json(`/files/${old.id}/t`)).status, 404);
    await eventually('what the limit passed is gone', () => !fs.existsSync(folderOf(small, trimmed)), LIMIT);
    // And the same content may come again.
    const { files: [fresh] } = await attach(eva, short, [trimmed, 't']);
    assert.deepEqual((await eva.get(`/files/${fresh.id}/t`)).body, trimmed);
  });

  test('what was never sent, and what a dying process left, goes after a day and not before', async () => {
    const [loose, kept] = await upload(eva, own, [Buffer.from('loose'), 'loose'], [Buffer.from('kept'), 'kept']);
    const old = new Date(Date.now() - 2 * 86400 * 1000);
    // The folders are looked through in turns, some each second: the next of these is never far.
    const bytes = Array.from({ length: 16 }, (_, at) => (16 * at).toString(16).padStart(2, '0'));
    const lost = bytes.map((byte) => `${small.var}/files/${byte}/${byte.repeat(32)}`);
    const left = [`${small.var}/files/tmp/left`, ...lost];
    const young = `${small.var}/files/tmp/young`;
    for (const byte of bytes) fs.mkdirSync(`${small.var}/files/${byte}`, { recursive: true });
    for (const name of [...left, young]) fs.writeFileSync(name, 'half');
    const { uid, gid } = fs.statSync(`${small.var}/files`);
    if (process.getuid() === 0) for (const byte of bytes) fs.chownSync(`${small.var}/files/${byte}`, uid, gid);
    for (const name of left) fs.utimesSync(name, old, old);
    await small.sql(`UPDATE uploads SET created_at = created_at - INTERVAL 2 DAY WHERE id = ${loose.id}`);
    await eventually('they are gone', () => [left[0], folderOf(small, Buffer.from('loose'))].every((name) => !fs.existsSync(name)) && lost.some((name) => !fs.existsSync(name)), LIMIT);
    assert.equal((await eva.json(`/files/${loose.id}/loose`)).status, 404);
    assert.equal((await eva.get(`/files/${kept.id}/kept`)).text, 'kept');
    assert.ok(fs.existsSync(young));
  });

  test('bytes that were found without a row and then come again are whole', async () => {
    const bytes = randomBytes(4002);
    await small.sql(`INSERT INTO files (hash, size, type, width, height, created_at) VALUES (UNHEX(SHA2(UNHEX('${bytes.toString('hex')}'), 256)), 0, '', 0, 0, UTC_TIMESTAMP(3))`);
    const { files: [again] } = await attach(eva, own, [bytes, 'again']);
    assert.equal((await eva.read({ room: own })).messages.at(-1).files[0].size, 4002);
    assert.deepEqual((await eva.get(`/files/${again.id}/again`)).body, bytes);
  });

  test('an account that ends with its messages takes its files along, and a group that is deleted its own', async () => {
    const [frieda, bytes, others] = [await person(small, unique('frieda')), randomBytes(4000), randomBytes(4001)];
    await eva.settings(own, 'add', { members: frieda.name });
    await attach(frieda, own, [bytes, 'hers']);
    const doomed = await eva.group({ name: unique('doomed') });
    const { files: [his] } = await attach(eva, doomed, [others, 'his']);
    const [[name]] = await small.sql(`SELECT name FROM rooms WHERE id = ${doomed}`);
    await eva.settings(doomed, 'delete', { confirm: name });
    assert.equal((await eva.json(`/files/${his.id}/his`)).status, 404);
    await small.sql(`INSERT INTO departures (user_id, display, messages) SELECT id, display, 1 FROM users WHERE name = '${frieda.name}'`);
    await eventually('both are gone', () => !fs.existsSync(folderOf(small, bytes)) && !fs.existsSync(folderOf(small, others)), LIMIT);
  });
});
