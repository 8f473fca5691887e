// Upgrades: from every schema there ever was, with rows in every table, schema.sql leads to the present one and loses
// nothing. The numbered steps in it are what there was; in a clone, what each commit had is tried as well.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { before, describe, test } from 'node:test';
import { root, startSite } from '../lib/site.mjs';
import { addUsers, Client, signIn, unique } from './client.mjs';

const present = fs.readFileSync(`${root}/schema.sql`, 'utf8');
const parts = present.split(/^(?=-- Migration \d+:)/m);
const newest = Number(/\d+/.exec(parts.at(-1))[0]);
const upTo = (number) => parts.filter((part) => Number(/^-- Migration (\d+)/.exec(part)?.[1] ?? 0) <= number).join('');

// What it does, not how it finds out whether to.
const statements = (schema) => schema.replace(/--.*/g, '').replace(/SET @step = IF\([^']*?(?:'[\w]+'[^']*?)*, '(?=[A-Z]+ )/g, '').replace(/\s+/g, ' ');
const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 24 });
const commits = (git('log', '--format=%h', '--', 'schema.sql').stdout ?? '').split('\n').filter(Boolean);

const numbersOf = (schema) => [...schema.matchAll(/^-- Migration (\d+):/gm)].map(([, number]) => Number(number));
const numbers = numbersOf(present);
const older = [...numbers.slice(0, -1).map((number) => [`migration ${number}`, () => upTo(number)]),
  ...commits.map((commit) => [`commit ${commit}`, git('show', `${commit}:schema.sql`).stdout])
    // Not those that are tried above; nor what was never more than a branch, and lacked steps that others made beside it.
    .filter(([, schema]) => statements(schema) !== statements(upTo(Math.max(...numbersOf(schema)))) && numbersOf(schema).every((number, at) => number === numbers[at])).map(([name, schema]) => [name, () => schema])];

let site;
let fresh;
before(async () => {
  site = await startSite();
  fresh = await structure();
});

const tables = async () => (await site.sql('SHOW TABLES')).flat();
const clear = async () => site.sql((await tables()).map((name) => `DROP TABLE ${name};`).join(' '));
const structure = async () => Object.fromEntries((await site.sql((await tables()).map((name) => `SHOW CREATE TABLE ${name};`).join(' ')))
  .map(([name, text]) => [name, text.replace(/ AUTO_INCREMENT=\d+/, '')]));

// table -> its columns: [name, type, whole type]. Not those of the search, which are made anew from the messages all the time.
async function columnsOf() {
  const found = {};
  for (const [table, ...column] of await site.sql('SELECT table_name, column_name, data_type, column_type FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name NOT LIKE "search%" ORDER BY 1, ordinal_position')) (found[table] ??= []).push(column);
  return found;
}

// A row for a table, whatever its columns are.
function row(table, columns) {
  const value = (type, whole) => {
    if (/int/.test(type)) return '7';
    if (type === 'enum') return /'[^']*'/.exec(whole)[0];
    if (type === 'binary') return `UNHEX(REPEAT('ab', ${/\d+/.exec(whole)[0]}))`;
    return /date|time/.test(type) ? "'2026-01-02 03:04:05.678'" : "'old'";
  };
  return `INSERT INTO ${table} (${columns.map(([name]) => `\`${name}\``)}) VALUES (${columns.map(([, type, whole]) => value(type, whole))});`;
}

// What each table holds, in the columns that it had. The site runs on, and may still write that somebody of the round
// before is there: presence counts as far as it is ours.
const rows = (columns) => site.sql(Object.entries(columns).map(([table, names]) => `SELECT '${table}', ${names
  .filter(([name]) => name !== 'schema_version').map(([name]) => `HEX(\`${name}\`)`)} FROM ${table}${table === 'presence' ? ' WHERE user_id = 7' : ''} ORDER BY 2, 3;`).join(' '));

describe('an upgrade', () => {
  for (const [from, schema] of older) {
    test(`from ${from} keeps every row, ends in the present schema, and the site works`, async () => {
      await clear();
      await site.sql(schema());
      const columns = await columnsOf();
      await site.sql(Object.keys(columns).filter((table) => !['site', 'users', 'rooms', 'members', 'messages'].includes(table)).map((table) => row(table, columns[table])).join(' '));
      const [name, other] = await addUsers(site, 2);
      const text = unique('said');
      await site.sql(`UPDATE site SET registrations = 2;
        INSERT INTO rooms (id, kind, name, topic, visibility, last_seq, version, info_version, members_version, created_by, created_at) VALUES (5, 'group', '${unique('group')}', 'ä', 'private', 2, 4, 1, 2, 1, '2026-01-02 03:04:05.678');
        INSERT INTO members (room_id, user_id, role, read_seq, added_by, added_at) SELECT 5, id, IF(name = '${name}', 'owner', 'member'), 1, id, '2026-01-02 03:04:05.678' FROM users;
        INSERT INTO messages (room_id, seq, version, sender_id, nonce, text, created_at) SELECT 5, 1, 3, id, 'one', '${text} 🌱', '2026-01-02 03:04:05.678' FROM users WHERE name = '${other}';
        INSERT INTO messages (room_id, seq, version, sender_id, nonce, text, created_at, edited_at) SELECT 5, 2, 4, id, 'one', 'second', '2026-01-02 03:04:05.678', '2026-01-02 03:04:06.000' FROM users WHERE name = '${name}'`);
      const was = await rows(columns);
      assert.deepEqual(new Set(was.map(([table]) => table)), new Set(Object.keys(columns)), 'there are rows in every table');

      await site.sql(present);
      assert.deepEqual(await structure(), fresh);
      assert.deepEqual(await site.sql('SELECT schema_version FROM site'), [[String(newest)]]);
      assert.deepEqual(await rows(columns), was);

      const client = await signIn(site, name);
      assert.deepEqual((await client.everything(5)).map((message) => message.text), [`${text} 🌱`, 'second']);
      assert.equal((await client.get('/rooms/5')).status, 200);
      assert.equal((await client.get('/rooms/5/settings')).status, 200);
      assert.equal((await client.get('/account')).status, 200);
      assert.equal((await client.say(5, 'third')).seq, 3);
      assert.equal((await new Client(site.url).register(unique('new'))).status, 303);
    });
  }

  test('that was cut off anywhere goes on when it is run again', async () => {
    for (const number of numbers) {
      await clear();
      await site.sql(upTo(number));
      await site.sql(`UPDATE site SET schema_version = ${Math.max(number - 1, 1)}`); // all of the step but its number
      await site.sql(present);
      assert.deepEqual(await structure(), fresh, `step ${number}`);
    }
  });
});
