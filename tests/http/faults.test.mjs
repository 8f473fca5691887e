// Faults: the database away, programs killed, a thousand people waiting. Nothing acknowledged is lost, and all goes on by itself.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { limitDescriptors, spareDescriptors } from '../lib/descriptors.mjs';
import { PATIENCE, build, startSite } from '../lib/site.mjs';
import { Client, addUsers, descriptorsOf, eventually, nonce, people, person, sleep, textOf } from './client.mjs';

const PROGRAMS = ['home', 'register', 'login', 'logout', 'reset', 'account', 'people', 'rooms', 'room', 'settings', 'files', 'search', 'admin', 'messages', 'health'];
let site;
let anna;
let ben;
let room;
before(async () => {
  site = await startSite({ vars: { LIMITS: 'off' } });
  [anna, ben] = await people(site, 2);
  room = await anna.group({ members: ben.name });
});
after(() => site?.stop());

const everyone = () => Object.fromEntries(PROGRAMS.map((program) => [program, site.pids(program)]));

const memoryOf = (pid) => Number(/RssAnon:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;

describe('a thousand people who wait', () => {
  // A request on a bare socket: a thousand HTTP clients would be slower than what they measure.
  const wait = (cookie, cursor) => {
    const reader = { text: '', socket: net.connect(Number(new URL(site.url).port), new URL(site.url).hostname) };
    reader.answered = new Promise((resolve, reject) => {
      reader.socket.on('data', (part) => { reader.text += part; });
      reader.socket.on('close', () => { reader.at = performance.now(); resolve(reader); });
      reader.socket.on('error', reject);
    });
    reader.socket.write(`GET /messages?room=${room}&after=${encodeURIComponent(cursor)}&wait=50 HTTP/1.1\r\nHost: ${new URL(site.url).host}\r\nCookie: ${cookie}\r\nAccept: application/json\r\nConnection: close\r\n\r\n`);
    return reader;
  };

  test('need one process, are all answered by one message, and leave nothing open behind them', async () => {
    const [pid, ...more] = site.pids('messages');
    assert.equal(more.length, 0);
    const { cursor } = await ben.read({ room });
    await sleep(500); // the last request's own descriptor is closed by now
    const [open, size] = [descriptorsOf(pid), memoryOf(pid)];
    const readers = [];
    for (let at = 0; at < 1000; at += 1) {
      readers.push(wait(ben.cookieHeader(), cursor));
      if (at % 50 === 49) await sleep(20);
    }
    await eventually('all are held', () => descriptorsOf(pid) >= open + 1000, 15);
    assert.equal(readers.filter((reader) => reader.text).length, 0, 'nobody is answered before there is news');
    const grown = (memoryOf(pid) - size) / 1000;
    // (The build that checks its memory takes more for everything.)
    assert.ok(build.endsWith('-san') || grown <= 512, `${grown} bytes for each`);
    const begin = performance.now();
    const sent = await anna.say(room, 'to a thousand');
    assert.ok(performance.now() - begin < 5000 * PATIENCE, 'the sender does not wait for them');
    await Promise.all(readers.map((reader) => reader.answered));
    for (const reader of readers) {
      assert.match(reader.text, /^HTTP\/1\.1 200 /);
      assert.ok(reader.text.includes('to a thousand') && reader.text.includes(`"seq":${sent.seq}`));
    }
    const took = Math.max(...readers.map((reader) => reader.at)) - begin;
    assert.ok(took < 5000 * PATIENCE, `within moments, not ${took} ms`);
    assert.deepEqual(site.pids('messages'), [pid], 'the same one process');
    await eventually('the descriptors go back', () => descriptorsOf(pid) <= open + 5, 10);
  });

  test('and who leave without a word leave nothing behind either', async () => {
    const [pid] = site.pids('messages');
    const { cursor } = await ben.read({ room });
    await sleep(500);
    const open = descriptorsOf(pid);
    const readers = Array.from({ length: 300 }, () => wait(ben.cookieHeader(), cursor));
    await eventually('all are held', () => descriptorsOf(pid) >= open + 300, 15);
    for (const reader of readers) reader.socket.resetAndDestroy();
    await eventually('the descriptors go back', () => descriptorsOf(pid) <= open + 5, 10);
    await Promise.allSettled(readers.map((reader) => reader.answered));
  });
});

test('a program that stands still is named by /health, which says 503 until it goes on', async () => {
  const health = async () => (await new Client(site.url).get('/health')).json().programs;
  assert.equal(await health(), 'ok');
  const [pid] = site.pids('home');
  const woken = () => Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
  const [was, begin] = [woken(), performance.now()];
  for (let round = 0; round < 100; round += 1) assert.equal(await health(), 'ok');
  const most = 10 * (2 + (performance.now() - begin) / 1000);
  assert.ok(woken() - was < most, `who asks all the time does not keep every program busy: ${woken() - was}, not ${most}`);
  const stopped = ['search', 'messages'];
  for (const program of stopped) site.kill(program, 'SIGSTOP');
  try {
    for (const program of stopped) {
      await eventually(`${program} is named`, async () => await health() === program, 10);
      const answer = await new Client(site.url).get('/health');
      assert.deepEqual([answer.status, answer.json().status], [503, 'unavailable']);
      assert.ok(Number(answer.headers['retry-after']) >= 1);
      site.kill(program, 'SIGCONT');
    }
  } finally {
    for (const program of stopped) site.kill(program, 'SIGCONT');
  }
  await eventually('all answer', async () => await health() === 'ok', 2);
});

describe('a program that is killed', () => {
  for (const program of PROGRAMS) {
    test(`is back by itself: ${program}`, async () => {
      const old = site.pids(program);
      assert.ok(old.length >= 1, 'it runs');
      const [somebody] = await addUsers(site, 1);
      const ask = { home: () => anna.get('/'), register: () => new Client(site.url).get('/register'), login: () => new Client(site.url).get('/login'), logout: () => anna.get('/logout'), account: () => anna.get('/account'), people: () => anna.get(`/people/${somebody}`),
        rooms: () => anna.get('/rooms'), room: () => anna.get(`/rooms/${room}`), settings: () => anna.get(`/rooms/${room}/settings`), search: () => anna.get('/search?q=a'), messages: () => anna.list({ room }), health: () => anna.get('/health'), files: () => anna.get('/files/1/x'), admin: () => anna.get('/admin'), reset: () => new Client(site.url).get('/forgot') }[program];
      const expected = (await ask()).status;
      assert.ok(expected < 500);
      site.kill(program);
      const begin = performance.now();
      await eventually('it answers as before', async () => (await ask().catch(() => undefined))?.status === expected, 4);
      await eventually('as many processes as before', () => site.pids(program).filter((pid) => !old.includes(pid)).length === old.length, 4);
      assert.ok(performance.now() - begin < 3000 * PATIENCE, `${performance.now() - begin} ms`);
    });
  }

  test('is back however often it dies', async () => {
    for (let round = 0; round < 8; round += 1) {
      await eventually('it runs', () => site.pids('room').length > 0, 5);
      site.kill('room');
      await sleep(100);
    }
    await eventually('it answers', async () => (await anna.get(`/rooms/${room}`).catch(() => undefined))?.status === 200, 8);
  });

  test('is told as such meanwhile: 503 with the time to wait, in words or in JSON', async () => {
    const seen = [];
    for (let round = 0; round < 20 && !seen.length; round += 1) {
      await eventually('it runs', () => site.pids('messages').length > 0, 5);
      site.kill('messages');
      const answers = await Promise.all(Array.from({ length: 10 }, () => anna.list({ room }).catch(() => undefined)));
      for (const answer of answers.filter(Boolean)) {
        assert.ok([200, 503].includes(answer.status), String(answer.status));
        if (answer.status === 503) {
          assert.equal(answer.code, 'unavailable');
          assert.ok(Number(answer.headers['retry-after']) >= 1);
          seen.push(answer);
        }
      }
      await sleep(300);
    }
    await eventually('it answers', async () => (await anna.list({ room }).catch(() => undefined))?.status === 200, 8);
  });
});

describe('the messages program killed while people send', () => {
  test('loses and repeats nothing: a retry under the same nonce leaves exactly one copy', async () => {
    const senders = await people(site, 12);
    const id = await anna.group({ members: senders.map((client) => client.name).join(',') });
    await Promise.all(senders.map((client) => client.csrf()));
    let over = false;
    let tries = 0;
    let cut = 0;
    // Five times, and on until a send was really under way when it happened.
    const killer = (async () => {
      for (let round = 0; round < 5 || (cut === 0 && round < 40); round += 1) {
        await sleep(100 + Math.random() * 150);
        site.kill('messages');
      }
      over = true;
    })();
    const sent = (await Promise.all(senders.map(async (client, who) => {
      const mine = [];
      for (let at = 0; !over; at += 1) {
        const fields = { room: id, text: `${who}.${at}`, nonce: nonce() };
        let first = true;
        const answer = await eventually('it is sent', async () => {
          tries += 1;
          cut += first ? 0 : 1;
          first = false;
          const got = await client.message(fields, { seconds: 10 });
          if ([200, 201].includes(got.status)) return got;
          assert.equal(got.status, 503, got.text);
          return undefined;
        }, 20);
        mine.push({ ...answer.json(), text: fields.text });
        await sleep(Math.random() * 4);
      }
      return mine;
    }))).flat();
    await killer;
    assert.ok(cut > 0 && tries > sent.length, 'some were cut');
    const stored = await eventually('it answers', () => anna.everything(id), 8);
    assert.deepEqual(stored.map((message) => message.seq), stored.map((_, at) => at + 1));
    assert.deepEqual(stored.filter((message) => message.kind === 'text').map((message) => message.text).sort(), sent.map((message) => message.text).sort());
    for (const message of sent) assert.equal(stored[message.seq - 1].text, message.text);
  });

  test('cuts a waiting reader, who goes on from the same cursor and misses nothing', async () => {
    await eventually('it answers', async () => (await anna.list({ room })).status === 200, 8);
    const { cursor } = await ben.read({ room });
    const waiting = ben.list({ room, after: cursor, wait: 20 }).catch(() => undefined);
    await sleep(300);
    site.kill('messages');
    const answer = await waiting;
    if (answer) assert.notEqual(answer.status, 200);
    const fields = { room, text: 'after the cut', nonce: nonce() };
    await eventually('it is sent', async () => [200, 201].includes((await anna.message(fields)).status), 5);
    assert.deepEqual((await ben.read({ room, after: cursor })).messages.map((message) => message.text), ['after the cut']);
  });
});

describe('the database stopped', () => {
  test('is said in words, kills no program, and all goes on when it is back', async () => {
    const { cursor } = await ben.read({ room });
    const reader = await person(site);
    await anna.csrf();
    const before_ = everyone();
    const kept = { room, text: 'written while it was away', nonce: nonce() };
    const held = ben.list({ room, after: cursor, wait: 50 }, { seconds: 60 }).catch(() => undefined);
    await sleep(200);
    await site.stopDatabase();
    try {
      for (const path of ['/', '/rooms', `/rooms/${room}`, `/rooms/${room}/settings`, '/people', '/account']) {
        const begin = performance.now();
        const page = await anna.get(path, { accept: 'text/html' });
        assert.equal(page.status, 503, path);
        assert.match(page.headers['content-type'], /^text\/html/, path);
        assert.ok(textOf(page.text).length > 30, path);
        assert.ok(Number(page.headers['retry-after']) >= 1, path);
        assert.ok(performance.now() - begin < 6000 * PATIENCE, path);
        assert.doesNotMatch(page.text, /mysql|maria|socket|errno/i, 'no inner matters');
      }
      for (const path of ['/account', '/rooms', '/logout']) assert.equal((await anna.submit(path, { action: 'profile', name: 'x', visibility: 'public' })).status, 503, path);
      const login = new Client(site.url);
      const form = await login.get('/login');
      assert.ok([200, 503].includes(form.status));
      if (form.status === 200) assert.equal((await login.login(anna.name, 'correct horse battery')).status, 503);

      for (const answer of [await reader.list({ room }), await anna.list({}), await anna.message(kept), await anna.message({ room, action: 'read', seq: 1 }), await anna.message({ room, action: 'edit', seq: 1, text: 'x' })]) {
        assert.equal(answer.status, 503, answer.text);
        assert.ok(answer.code);
        assert.ok(Number(answer.headers['retry-after']) >= 1);
      }
      const health = await new Client(site.url).get('/health');
      assert.equal(health.status, 503);
      assert.notEqual(health.json().status, 'ok');
      assert.equal((await anna.get('/health')).status, 503);
      assert.deepEqual(everyone(), before_, 'no program died');
      assert.equal((await anna.get((/"(\/static\/[^"]+\.css)"/.exec((await new Client(site.url).get('/login')).text) ?? [0, '/health'])[1])).status < 504, true);
    } finally {
      await site.startDatabase();
    }
    const begin = performance.now();
    const sent = await eventually('the message that was kept is sent', async () => {
      const answer = await anna.message(kept);
      return [200, 201].includes(answer.status) ? answer.json() : undefined;
    }, 10);
    for (const path of ['/rooms', `/rooms/${room}`, `/rooms/${room}/settings`, '/people', '/account', '/health']) {
      await eventually(path, async () => (await anna.get(path)).status === 200, 10);
    }
    assert.ok(performance.now() - begin < 90000);
    const answer = await held;
    if (answer?.status === 200) assert.ok(answer.json().messages.every((message) => message.seq <= sent.seq));
    const stored = await anna.everything(room);
    assert.equal(stored.filter((message) => message.text === kept.text).length, 1, 'sent once');
    assert.deepEqual(stored.map((message) => message.seq), stored.map((_, at) => at + 1));
    assert.deepEqual(everyone(), before_, 'the same programs as before');
    const news = await ben.read({ room, after: cursor });
    assert.equal(news.messages.at(-1).text, kept.text, 'the cursor from before is still good');
    const waiting = ben.read({ room, after: news.cursor, wait: 20 });
    await sleep(200);
    await anna.say(room, 'live again');
    assert.equal((await waiting).messages.at(-1).text, 'live again');
  });

  test('does not sign anybody out', async () => {
    assert.equal((await anna.get('/account')).status, 200);
    assert.equal((await ben.list({})).status, 200);
  });
});

test('a table whose files the server cannot open is answered like a server that is away, and trying again stores what was sent', async () => {
  const { seq } = await anna.say(room, 'before');
  const edit = () => anna.message({ room, action: 'edit', seq, text: 'after' });
  await site.sql('RENAME TABLE revisions TO revisions_away');
  const answer = await edit().finally(() => site.sql('RENAME TABLE revisions_away TO revisions'));
  assert.equal(answer.status, 503);
  assert.ok(Number(answer.headers['retry-after']) > 0);
  assert.equal((await edit()).status, 200);
  assert.deepEqual((await ben.everything(room)).find((message) => message.seq === seq).text, 'after');
});

test('nginx without a descriptor to spare says when to come again, and serves on once it has some', async () => {
  const pids = site.pids('nginx');
  const answers = [];
  const pages = [];
  for (let more = 0; more < 8 && ![answers, pages].every((list) => list.some((answer) => answer.status !== 200)); more += 1) {
    const before = new Map(pids.map((pid) => [pid, spareDescriptors(pid, more)]));
    for (const soft of before.values()) assert.ok(soft);
    for (let time = 0; time < 4; time += 1) {
      await anna.json(`/messages?room=${room}`, { seconds: 2 }).then((answer) => answers.push(answer), () => {});
      await anna.get('/rooms', { seconds: 2, accept: 'text/html' }).then((answer) => pages.push(answer), () => {});
    }
    for (const [pid, soft] of before) limitDescriptors(pid, soft);
  }
  const [refused, shown] = [answers, pages].map((list) => list.filter((answer) => answer.status !== 200));
  assert.ok(refused.length > 0 && shown.length > 0);
  for (const answer of [...refused, ...shown]) {
    assert.equal(answer.status, 503);
    assert.ok(Number(answer.headers['retry-after']) >= 1);
  }
  for (const answer of refused) assert.equal(answer.code, 'unavailable');
  for (const answer of shown) assert.match(answer.text, /try again in a few seconds/);
  await eventually('it serves on', async () => (await anna.list({ room })).status === 200, 60);
});
