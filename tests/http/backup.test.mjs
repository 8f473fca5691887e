// Backups: what was acknowledged before one began is in it, whoever writes meanwhile, and a new site is made of it.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { root, startSite } from '../lib/site.mjs';
import { Client, PASSWORD, people, person, unique } from './client.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'snug-backup-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const BYTES = Buffer.from([0, 255, 10, 13, 7]);
const make = (target, vars) => new Promise((resolve) => {
  const env = { ...process.env, DB: '', DB_USER: '', DB_PASSWORD: '', DB_NAME: '', ...vars };
  execFile('make', ['-s', target], { cwd: root, env, timeout: 120000 }, (error, out, err) => resolve({ status: error ? error.code : 0, said: `${out}${err}` }));
});

describe('a backup', () => {
  const file = `${folder}/snug backup.tar`;
  const told = new Map(); // text -> { room, seq }: what was acknowledged before it began
  let old;
  let fresh;
  let writers;
  let rooms;
  let cursor;
  let upload;

  before(async () => {
    [old, fresh] = await Promise.all([startSite(), startSite({ vars: { LIMITS: 'off' } })]);
    writers = await people(old, 8, 'writer');
    await Promise.all(writers.map((writer) => writer.csrf()));
    rooms = [];
    for (let at = 0; at < 4; at += 1) rooms.push(await writers[at].group({ members: writers.map(({ name }) => name).join(' '), history: at === 3 ? '50' : '' }));
    const body = Buffer.concat([Buffer.from(`--x\r\nContent-Disposition: form-data; name="room"\r\n\r\n${rooms[0]}\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="plan.bin"\r\n\r\n`), BYTES, Buffer.from('\r\n--x--\r\n')]);
    const sent = await writers[0].request('/files', { method: 'POST', body, accept: 'application/json', headers: { 'Content-Type': 'multipart/form-data; boundary=x', 'X-CSRF-Token': await writers[0].csrf() } });
    assert.equal(sent.status, 201, sent.text);
    [upload] = sent.json().files;
    assert.equal((await writers[0].message({ room: rooms[0], text: 'the plan', nonce: unique('n').slice(0, 30), file: upload.id })).status, 201);
  });

  test('is made while people write, by one command, and for nobody else to read', async () => {
    let writing = true;
    let began = false;
    const write = async (writer, at) => {
      for (let count = 0; writing; count += 1) {
        const room = rooms[(at + count) % 4];
        const text = `${writer.name} wrote ${count} — „ä“ 🌱 \\ ' \0`.replace('\0', '"');
        const { seq } = await writer.say(room, text);
        if (!began) told.set(text, { room, seq });
        if (count % 5 === 4) await writer.message({ action: 'edit', room, seq, text: `${text} (edited)` }).then(() => { if (!began && told.delete(text)) told.set(`${text} (edited)`, { room, seq }); });
      }
    };
    const all = Promise.all(writers.map(write));
    while (told.size < 400) await new Promise((resolve) => setTimeout(resolve, 20));
    began = true;
    cursor = (await writers[0].read({ room: rooms[0] })).cursor;
    const answer = await make('backup', { VAR: old.var, FILE: file });
    writing = false;
    await all;
    assert.equal(answer.status, 0, answer.said);
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(fs.readdirSync(folder), ['snug backup.tar'], 'nothing else is left beside it');
  });

  test('never takes the place of an older one, and says where no site runs', async () => {
    const was = fs.readFileSync(file);
    const again = await make('backup', { VAR: old.var, FILE: file });
    assert.notEqual(again.status, 0);
    assert.match(again.said, /is there already/);
    assert.ok(fs.readFileSync(file).equals(was));
    for (const [vars, words] of [[{ VAR: old.var, FILE: '' }, /say which file/], [{ VAR: `${folder}/none`, FILE: `${folder}/x.tar` }, /no site runs/], [{ VAR: old.var, FILE: `${folder}/no/x.tar` }, /cannot be written/],
      [{ DB: `${folder}/no.sock`, FILE: `${folder}/x.tar` }, /does not answer/]]) {
      const refused = await make('backup', vars);
      assert.notEqual(refused.status, 0);
      assert.match(refused.said, words);
    }
    assert.deepEqual(fs.readdirSync(folder), ['snug backup.tar']);
  });

  test('that is cut short, of something else, or of a newer Snug changes nothing', async () => {
    const tables = await fresh.sql('SHOW TABLES');
    const bytes = fs.readFileSync(file);
    fs.writeFileSync(`${folder}/half.tar`, bytes.subarray(0, bytes.length / 2));
    fs.writeFileSync(`${folder}/text.tar`, 'no backup');
    fs.mkdirSync(`${folder}/newer`);
    spawnSync('tar', ['-xf', file, '-C', `${folder}/newer`]);
    fs.writeFileSync(`${folder}/newer/snug.txt`, 'schema 999, 2030-01-01T00:00:00Z\n');
    spawnSync('tar', ['-cf', `${folder}/newer.tar`, '-C', `${folder}/newer`, 'snug.txt', 'snug.sql.gz']);
    for (const [name, words] of [['half.tar', /is no backup of Snug, or is not all of one/], ['text.tar', /is no backup of Snug/], ['none.tar', /is no backup of Snug/], ['newer.tar', /newer Snug/]]) {
      const refused = await make('restore', { VAR: fresh.var, FILE: `${folder}/${name}` });
      assert.notEqual(refused.status, 0, name);
      assert.match(refused.said, words);
    }
    assert.deepEqual(await fresh.sql('SHOW TABLES'), tables);
    assert.deepEqual(await fresh.sql('SELECT COUNT(*) FROM users'), [['0']]);
    assert.deepEqual(fs.readdirSync(`${fresh.var}/files`), []);
  });

  test('becomes a site again by one command, with all that was acknowledged before it began', async () => {
    const answer = await make('restore', { VAR: fresh.var, FILE: file });
    assert.equal(answer.status, 0, answer.said);
    const reader = new Client(fresh.url);
    assert.equal((await reader.login(writers[0].name, PASSWORD)).status, 303);
    const kept = new Map();
    for (const room of rooms) {
      const all = await reader.everything(room);
      const { oldest } = await reader.read({ room, limit: 1 });
      assert.deepEqual(all.map(({ seq }) => seq), all.map((_, at) => oldest + at), 'no number is missing');
      for (const { seq, text } of all) kept.set(`${room} ${seq}`, text);
      kept.set(room, oldest);
    }
    let found = 0;
    for (const [text, { room, seq }] of told) {
      if (seq < kept.get(room)) continue; // the history limit of one of them passed it
      assert.ok([text, `${text} (edited)`].includes(kept.get(`${room} ${seq}`)), `${text}: ${kept.get(`${room} ${seq}`)}`);
      found += 1;
    }
    assert.ok(found >= 250, `${found} of ${told.size}`);
    const plan = await reader.get(`/files/${upload.id}`);
    assert.equal(plan.status, 200);
    assert.ok(plan.body.equals(BYTES), 'what was sent beside text is there, too');
    assert.deepEqual(await fresh.sql("SHOW TABLES LIKE 'restoring'"), []);
  });

  test('works as a site: sessions go on, cursors of the old site start afresh, and people write', async () => {
    const same = new Client(fresh.url);
    same.cookies = new Map(writers[1].cookies);
    assert.equal((await same.get('/account')).status, 200);
    const page = await same.read({ room: rooms[0], after: cursor });
    assert.equal(page.reset, true);
    const { seq } = await same.say(rooms[0], 'and on it goes');
    assert.equal(seq, page.messages.at(-1).seq + 1);
    assert.equal((await same.read({ room: rooms[0], after: page.cursor })).messages[0].text, 'and on it goes');
  });

  test('is never restored over a site that somebody uses', async () => {
    const [[before_]] = await fresh.sql('SELECT CONCAT(epoch, (SELECT SUM(version) FROM rooms)) FROM site');
    const refused = await make('restore', { VAR: fresh.var, FILE: file });
    assert.notEqual(refused.status, 0);
    assert.match(refused.said, /not empty: nothing was changed/);
    assert.deepEqual(await fresh.sql('SELECT CONCAT(epoch, (SELECT SUM(version) FROM rooms)) FROM site'), [[before_]]);
  });

  test('that broke off in the middle of being restored can be begun again', async () => {
    await fresh.sql(`CREATE TABLE restoring (id INT PRIMARY KEY); DELETE FROM messages; DROP TABLE members`);
    const answer = await make('restore', { VAR: fresh.var, FILE: file });
    assert.equal(answer.status, 0, answer.said);
    const reader = new Client(fresh.url);
    assert.equal((await reader.login(writers[2].name, PASSWORD)).status, 303);
    assert.ok((await reader.everything(rooms[0])).length > 50);
  });

  test('works with a database of one\'s own: out of the one, and into the other that has no tables yet', async () => {
    const ana = await person(old, 'ana');
    const room = await ana.group();
    const text = unique('said');
    await ana.say(room, text);
    assert.equal((await make('backup', { DB: `${old.var}/run/db.sock`, FILE: `${folder}/db.tar`, FILES: `${folder}/no-files` })).status, 0);
    await fresh.sql((await fresh.sql('SHOW TABLES')).map(([name]) => `DROP TABLE ${name};`).join(' '));
    const answer = await make('restore', { DB: `${fresh.var}/run/db.sock`, FILE: `${folder}/db.tar`, FILES: `${folder}/no-files` });
    assert.equal(answer.status, 0, answer.said);
    const reader = new Client(fresh.url);
    assert.equal((await reader.login(ana.name, PASSWORD)).status, 303);
    assert.deepEqual((await reader.everything(room)).map((message) => message.text), [text]);
  });
});
