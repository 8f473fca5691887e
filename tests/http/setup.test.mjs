// Setting up: what `make run` keeps, refuses and leaves behind, and what schema.sql and `make demo` do.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { PATIENCE, freePort, root, site as runningSite, startSite } from '../lib/site.mjs';
import { Client, PASSWORD, eventually, messagesOf, person, textOf, unique } from './client.mjs';

let folder;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'snug-setup-'));
  fs.chmodSync(folder, 0o755);
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const PROGRAMS = ['home', 'register', 'login', 'logout', 'reset', 'account', 'people', 'rooms', 'room', 'settings', 'files', 'search', 'admin', 'messages', 'health'];

// Runs a command to its end; answers its status and all that it said.
const run = (command, args, env = {}) => new Promise((resolve) => {
  execFile(command, args, { cwd: root, env: { ...process.env, MESSAGES: '', DB: '', LIMITS: 'off', WAKEUPS: '', ...env }, timeout: 60000 },
    (error, out, err) => resolve({ status: error ? (error.code ?? error.signal) : 0, said: `${out}${err}` }));
});
// All but who is there, which is written a little later.
const dump = (site) => new Promise((resolve, reject) => {
  execFile('mariadb-dump', ['--no-defaults', `--socket=${site.var}/run/db.sock`, '--user=snug', '--single-transaction', '--skip-comments', '--no-tablespaces', '--skip-extended-insert', '--ignore-table=snug.presence', 'snug'], { maxBuffer: 1 << 28 },
    (error, out) => (error ? reject(error) : resolve(out)));
});
// Every process that stands in a folder or runs from it.
const within = (where) => fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => ['exe', 'cwd'].some((link) => {
  try { return fs.readlinkSync(`/proc/${pid}/${link}`).startsWith(`${where}/`); } catch { return false; }
}));
const refusal = (vars) => startSite({ vars }).then(() => assert.fail('it started'), (error) => {
  assert.ok(error.said !== undefined, String(error));
  return error;
});
const sentence = (said) => {
  const lines = said.split('\n').filter((line) => line.startsWith('snug: '));
  assert.equal(lines.length, 1, `one sentence: ${said}`);
  return lines[0];
};

describe('make run', () => {
  let site;
  let anna;
  let room;
  const vars = () => ({ VAR: `${folder}/var` });

  test('ends with an address at which people register', async () => {
    site = await startSite({ vars: vars() });
    assert.match(site.said(), new RegExp(`^Snug is at ${site.url}/$`, 'm'));
    anna = new Client(site.url);
    anna.name = unique('anna');
    assert.equal((await anna.register(anna.name)).status, 303);
    room = await anna.group();
    await anna.say(room, 'kept');
  });

  test('serves as nobody in particular, even when root started it', () => {
    for (const program of [...PROGRAMS, 'mariadbd']) {
      const pids = site.pids(program);
      assert.ok(pids.length, program);
      for (const pid of pids) assert.doesNotMatch(fs.readFileSync(`/proc/${pid}/status`, 'utf8'), /^Uid:\t0\t/m, program);
    }
    const workers = site.pids('nginx').filter((pid) => /worker process/.test(fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1')));
    assert.ok(workers.length);
    for (const pid of workers) assert.doesNotMatch(fs.readFileSync(`/proc/${pid}/status`, 'utf8'), /^Uid:\t0\t/m);
  });

  test('lets nobody but its own reach the sockets', () => {
    for (const program of PROGRAMS) assert.equal(fs.statSync(`${site.var}/run/${program}.sock`).mode & 0o7, 0, program);
  });

  test('runs beside another one, each with its own people', async () => {
    const other = await runningSite();
    assert.notEqual(other.url, site.url);
    const ben = await person(other);
    assert.equal((await anna.get(`/people/${ben.name}`)).status, 404);
    assert.equal((await ben.get(`/people/${anna.name}`)).status, 404);
  });

  test('on a folder that is in use says so and disturbs nobody', async () => {
    const answer = await run('make', ['run', `VAR=${site.var}`, `PORT=${await freePort()}`]);
    assert.notEqual(answer.status, 0);
    assert.match(sentence(answer.said), /in use/);
    assert.equal((await anna.get(`/rooms/${room}`)).status, 200);
  });

  test('on a port that is in use says so and makes nothing', async () => {
    const fresh = `${folder}/fresh`;
    const answer = await run('make', ['run', `VAR=${fresh}`, `PORT=${site.port}`]);
    assert.notEqual(answer.status, 0);
    assert.match(sentence(answer.said), new RegExp(`${site.port}.*in use`));
    assert.equal(fs.existsSync(fresh), false);
  });

  for (const [what, vars_, words] of [['a PORT that is none', () => ({ PORT: '99999' }), /PORT/], ['a PORT in words', () => ({ PORT: 'http' }), /PORT/], ['a MESSAGES that is no number', () => ({ MESSAGES: 'many' }), /MESSAGES/],
    ['a VAR below a file', () => { fs.writeFileSync(`${folder}/file`, ''); return { VAR: `${folder}/file/var` }; }, /VAR=/], ['a VAR too deep for a socket', () => ({ VAR: `${folder}/${'deep/'.repeat(20)}var` }), /107|deep/],
    ['a database that does not answer', () => ({ DB: `${folder}/no.sock` }), /DB=/]]) {
    test(`with ${what} says so in a sentence`, async () => {
      const before_ = fs.readdirSync(folder).filter((name) => name !== 'file' && name !== 'none');
      const given = { VAR: `${folder}/none`, PORT: String(await freePort()), ...vars_() };
      const answer = await run('make', ['run', ...Object.entries(given).map(([name, value]) => `${name}=${value}`)]);
      assert.notEqual(answer.status, 0);
      assert.match(sentence(answer.said), words);
      assert.deepEqual(fs.readdirSync(folder).filter((name) => name !== 'file' && name !== 'none'), before_);
    });
  }

  test('on a folder that it may not write says so and changes nothing', async (t) => {
    if (process.getuid() === 0 && spawnSync('setpriv', ['--reuid', '65534', '--clear-groups', 'test', '-x', `${root}/deploy/run`]).status !== 0) { t.skip('the clone is for root alone'); return; }
    const shut = `${folder}/shut`;
    fs.mkdirSync(shut, { mode: 0o555 });
    const env = { VAR: `${shut}/var`, PORT: String(await freePort()) };
    const answer = process.getuid() === 0 ? await run('setpriv', ['--reuid', '65534', '--regid', '65534', '--clear-groups', 'deploy/run'], env) : await run('deploy/run', [], env);
    assert.notEqual(answer.status, 0);
    assert.match(sentence(answer.said), /VAR=.*cannot be (written|made)/);
    assert.deepEqual(fs.readdirSync(shut), []);
  });

  test('on the data of a newer Snug says so and changes nothing', async () => {
    const [[version]] = await site.sql("SELECT schema_version FROM site");
    await site.sql('UPDATE site SET schema_version = 999');
    const was = await dump(site);
    const error = await refusal({ DB: `${site.var}/run/db.sock` });
    assert.notEqual(error.status, 0);
    assert.match(sentence(error.said), /newer/);
    assert.equal(await dump(site), was);
    assert.equal((await anna.get(`/rooms/${room}`)).status, 200, 'and the site that uses them goes on');
    await site.sql(`UPDATE site SET schema_version = ${version}`);
  });

  test('starts a second front end on the same database, and people meet across the two', async () => {
    const second = await startSite({ vars: { DB: `${site.var}/run/db.sock` } });
    const there = new Client(second.url);
    there.cookies = new Map(anna.cookies);
    const { cursor, messages } = await there.read({ room });
    assert.equal(messages.at(-1).text, 'kept');
    const waiting = there.read({ room, after: cursor, wait: 20 });
    await new Promise((resolve) => { setTimeout(resolve, 500); });
    const begin = performance.now();
    await anna.say(room, 'across');
    assert.equal((await waiting).messages[0].text, 'across');
    assert.ok(performance.now() - begin < 1500 * PATIENCE, `${performance.now() - begin} ms`);
    assert.equal(await second.stop(), 0);
    assert.equal((await anna.get(`/rooms/${room}`)).status, 200, 'the database is still there');
  });

  test('brings nginx and MariaDB back when they are killed', async () => {
    for (const program of ['nginx', 'mariadbd']) {
      const killed = site.kill(program);
      assert.ok(killed.length);
      await eventually(`${program} is back`, async () => (await anna.get(`/rooms/${room}`).catch(() => undefined))?.status === 200 && site.pids(program).some((pid) => !killed.includes(pid)), 15);
    }
    // Each program finds it by itself, at its next try.
    const kept = await eventually('messages answers, too', () => anna.everything(room).catch(() => undefined), 5);
    assert.deepEqual(kept.map((message) => message.text), ['kept', 'across']);
  });

  test('schema.sql applied again changes nothing', async () => {
    await anna.say(room, 'a row in every table');
    const was = await dump(site);
    assert.match(was, /a row in every table/);
    await site.sql(fs.readFileSync(`${root}/schema.sql`, 'utf8'));
    assert.equal(await dump(site), was);
  });

  test('ended by SIGTERM leaves nothing running, and finds its data the next time', async () => {
    assert.ok(within(site.var).length > PROGRAMS.length);
    assert.equal(await site.stop('SIGTERM', true), 0);
    assert.deepEqual(within(site.var), []);
    await assert.rejects(new Client(site.url).get('/health'));
    site = await startSite({ vars: vars() });
    anna.url = new URL(site.url);
    assert.equal((await anna.get('/account')).status, 200, 'still signed in');
    assert.equal((await new Client(site.url).login(anna.name, PASSWORD)).status, 303);
    assert.deepEqual((await anna.everything(room)).map((message) => message.text), ['kept', 'across', 'a row in every table']);
    assert.ok(Object.keys(messagesOf((await anna.get(`/rooms/${room}`)).text)).length === 3);
  });

  test('killed in the middle hinders no next run, and what was acknowledged is there', async () => {
    const { seq } = await anna.say(room, 'the last words');
    await site.stop('SIGKILL', true);
    site = await startSite({ vars: vars() });
    anna.url = new URL(site.url);
    assert.deepEqual((await anna.read({ room, limit: 1 })).messages.map((message) => [message.seq, message.text]), [[seq, 'the last words']]);
  });

  test('ended by Ctrl-C leaves nothing running', async () => {
    assert.equal(await site.stop('SIGINT', true), 0);
    assert.deepEqual(within(site.var), []);
  });
});

describe('make demo', () => {
  let site;
  before(async () => { site = await startSite(); });
  const demo = () => run('make', ['demo', `VAR=${site.var}`]);

  test('where no site runs says so', async () => {
    const answer = await run('make', ['demo', `VAR=${folder}/nothing`]);
    assert.notEqual(answer.status, 0);
    assert.match(answer.said, /^demo: no site runs/m);
  });

  test('fills a running site: its first user signs in and finds groups, people, unread counts and a month of messages', async () => {
    const answer = await demo();
    assert.equal(answer.status, 0, answer.said);
    const ana = new Client(site.url);
    assert.equal((await ana.login('ana', 'demo-demo')).status, 303);
    const start = await ana.get('/');
    assert.equal(start.status, 303);
    const page = await ana.get(start.location);
    assert.equal(page.status, 200);
    assert.match(textOf(page.text), /Heaped\. Always heaped\./);
    assert.match(page.text, /New since you left/);
    const { rooms } = await ana.read({});
    assert.equal(rooms.filter((each) => each.kind === 'group').length, 5);
    assert.ok(rooms.filter((each) => each.kind === 'direct').length >= 3);
    assert.ok(rooms.some((each) => each.unread > 0) && rooms.some((each) => each.unread === 0));
    let all = [];
    for (const each of rooms) {
      const messages = await ana.everything(each.id);
      assert.deepEqual(messages.map((message) => message.seq), messages.map((_, at) => at + 1), each.name);
      assert.equal(messages.length, each.last_seq);
      assert.equal(new Set(messages.map((message) => message.change)).size, messages.length);
      all = [...all, ...messages];
    }
    assert.ok(all.length >= 200, String(all.length));
    for (const script of ['Arabic', 'Hebrew', 'Han', 'Hiragana', 'Latin']) assert.ok(all.some((message) => new RegExp(`\\p{Script=${script}}`, 'u').test(message.text)), script);
    assert.ok(all.some((message) => /\p{Emoji_Presentation}/u.test(message.text)));
    assert.ok(all.some((message) => message.deleted) && all.some((message) => message.edited_at) && all.some((message) => message.kind === 'event'));
    const times = all.map((message) => Date.parse(message.created_at));
    assert.ok(Math.max(...times) <= Date.now() && Math.max(...times) > Date.now() - 3600e3 * 3);
    assert.ok(Math.min(...times) < Date.now() - 21 * 86400e3);
    const room = rooms.find((each) => each.name === 'general').id;
    const sent = await ana.say(room, 'and on it goes');
    assert.equal(sent.seq, rooms.find((each) => each.id === room).last_seq + 1);
  });

  test('a second time adds nothing', async () => {
    const was = await dump(site);
    const answer = await demo();
    assert.equal(answer.status, 0);
    assert.match(answer.said, /already/);
    assert.equal(await dump(site), was);
  });

  test('leaves it to the first who registers to be the admin', async () => {
    const name = unique('first');
    await new Client(site.url).register(name);
    assert.deepEqual((await site.sql('SELECT name FROM users WHERE admin')).flat(), [name]);
  });
});
