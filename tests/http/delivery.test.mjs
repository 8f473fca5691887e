// Delivery: what readers are told, by whom, at what cost. Wake-ups are off in most of this file: what only the tick and
// the cursors carry must arrive all the same.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { PATIENCE, build, startSite } from '../lib/site.mjs';
import { Client, descriptorsOf, encodeForm, eventually, nonce, people, person, query, signIn, sleep, unique } from './client.mjs';

let first; // one messages process
let second; // two more, another front end on the same database
let quiet;

before(async () => {
  first = await startSite({ vars: { WAKEUPS: 'off' } });
  first.kill('search', 'SIGSTOP'); // it reads what is written whenever it likes: statements are counted here
  const client = await person(first);
  quiet = await listen(client, await client.group());
});
after(() => {
  first?.kill('search', 'SIGCONT');
  return Promise.all([second?.stop(), first?.stop()]);
});

const statusOf = async (name) => Number((await first.sql(`SHOW GLOBAL STATUS LIKE '${name}'`))[0][1]);
const executed = () => statusOf('Com_stmt_execute');
// What one process asks by itself: its tick, four a second, and with it who is there.
const ticks = (milliseconds) => 2 * Math.ceil(milliseconds / 240) + 2;

// `work` costs the database no more than that. Where a busy machine lets a process wait for a second, it has to look once
// more before it answers: such a turn is tried again, after `begin`.
async function costsNothing(work, begin = async () => {}) {
  for (let turn = 1; ; turn += 1) {
    await begin();
    const [was, at] = [await executed(), performance.now()];
    await work();
    const [asked, took] = [await executed() - was, performance.now() - at];
    if (asked <= ticks(took) + 20) return;
    assert.ok(turn < PATIENCE, `${asked} statements in ${took} ms`);
  }
}

const texts = (page) => page.messages.map((message) => message.text);
const updates = (stream) => stream.events.filter((event) => event.event === 'update');
const told = (stream) => updates(stream).flatMap((event) => event.data.messages);
const has = (stream, text, seconds = 5) => eventually(`"${text}" is told`, () => told(stream).some((message) => message.text === text), seconds);
const knows = (stream) => eventually('the first page', () => stream.events.some((event) => event.event === 'rooms'), 5);

// The same person at another front end.
function at(site, client) {
  const there = new Client(site.url);
  there.cookies = new Map(client.cookies);
  there.name = client.name;
  return there;
}

// A transaction that holds on to what `sql` locks, until it is released.
async function hold(sql, begin = 'START TRANSACTION') {
  const client = spawn('mariadb', [`--defaults-file=${first.var}/run/db.cnf`, '--batch', '--skip-column-names', '--unbuffered', 'snug'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const over = new Promise((resolve) => { client.on('exit', resolve); });
  process.once('exit', () => client.kill('SIGKILL'));
  let said = '';
  client.stdout.setEncoding('utf8').on('data', (text) => { said += text; });
  client.stdin.on('error', () => {});
  client.stdin.write(`${begin};\n${sql};\nSELECT 'held';\n`);
  await eventually('the lock is held', () => said.includes('held'), 10);
  return () => { client.stdin.end('ROLLBACK;\n'); return over; };
}

// Waits until so many statements stand before a lock.
const blocked = (count) => eventually(`${count} wait for the lock`, async () => Number((await first.sql(
  "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE COMMAND = 'Execute' AND INFO IS NOT NULL"))[0][0]) >= count, 5);

// Does something while only one of a site's messages processes takes requests.
async function only(site, pid, work) {
  const others = site.pids('messages').filter((each) => each !== pid);
  for (const other of others) process.kill(other, 'SIGSTOP');
  try {
    // One that does not stand yet could still be the one that is woken for a request, and then not take it.
    await eventually('they stand', () => others.every((other) => /\) T /.test(fs.readFileSync(`/proc/${other}/stat`, 'latin1'))));
    return await work();
  } finally {
    for (const other of others) process.kill(other, 'SIGCONT');
  }
}

// All that a stream says, as it stands.
const listen = (client, room) => new Promise((resolve, reject) => {
  http.get({ host: '127.0.0.1', port: client.url.port, path: query('/messages', { room }), agent: false,
    headers: { Accept: 'text/event-stream', Cookie: client.cookieHeader() } }, (response) => {
    const one = { text: '', times: [Date.now()], over: false, complete: false, close: () => response.destroy() };
    response.setEncoding('utf8').on('data', (part) => { one.text += part; one.times.push(Date.now()); });
    response.on('error', () => {});
    response.on('end', () => { one.complete = response.complete; });
    response.on('close', () => { one.over = true; });
    resolve(one);
  }).on('error', reject);
});

// Something that is waited for later: should it fail before, that is told then.
function later(promise) {
  promise.catch(() => {});
  return promise;
}

const rss = (pid) => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

describe('waiting costs next to nothing:', () => {
  test('300 polls with nothing new ask the database nothing', async () => {
    const [anna, ben] = await people(first, 2);
    const room = await anna.group({ members: ben.name });
    await anna.say(room, 'the only news');
    let { cursor } = await ben.read({ room });
    for (let warm = 0; warm < 4; warm += 1) { ({ cursor } = await ben.read({ room, after: cursor })); await sleep(150); }
    await costsNothing(async () => {
      for (let poll = 0; poll < 30; poll += 1) {
        for (const page of await Promise.all(Array.from({ length: 10 }, () => ben.read({ room, after: cursor })))) assert.deepEqual(page.messages, []);
      }
    });
    await anna.say(room, 'and more');
    assert.deepEqual(texts(await ben.read({ room, after: cursor, wait: 5 })), ['and more']);
  });

  test('100 held requests and streams with nothing new ask nothing either', async () => {
    const [anna, ben] = await people(first, 2);
    const room = await anna.group({ members: ben.name });
    await anna.say(room, 'the only news');
    const { cursor } = await ben.read({ room });
    await ben.read({ room, after: cursor });
    const streams = await Promise.all(Array.from({ length: 50 }, () => ben.stream({ room, after: cursor })));
    await sleep(500);
    await costsNothing(async () => {
      const held = Array.from({ length: 50 }, () => later(ben.read({ room, after: cursor, wait: 3 })));
      for (const page of await Promise.all(held)) assert.deepEqual(page.messages, []);
    });
    for (const stream of streams) stream.close();
  });

  test('20 streams in a new, empty group ask hardly anything', async () => {
    const client = await person(first);
    const room = await client.group();
    const streams = await Promise.all(Array.from({ length: 20 }, () => client.stream({ room })));
    await Promise.all(streams.map(knows));
    await sleep(500);
    await costsNothing(() => sleep(2000));
    await client.say(room, 'not empty any more');
    await Promise.all(streams.map((stream) => has(stream, 'not empty any more')));
    for (const stream of streams) stream.close();
  });
});

test('who comes with a cursor from far ahead, and waits, costs nothing, and others in the room are told as ever', async () => {
  const [anna, ben] = await people(first, 2);
  const room = await anna.group({ members: ben.name });
  await anna.say(room, 'hello');
  for (const version of ['18446744073709551615', '1000']) {
    const { cursor } = await anna.read({ room });
    const far = (await ben.read({ room })).cursor.replace(/^(\w+-\d+)-\d+/, `$1-${version}`);
    let [ahead, stream, waiting] = [];
    await costsNothing(() => sleep(1500), async () => {
      ahead = later(ben.read({ room, after: far, wait: 4 }));
      await sleep(300);
      stream ??= await anna.stream({ room, after: cursor });
      waiting ??= later(anna.read({ room, after: cursor, wait: 20 }));
      await sleep(300);
    });
    await anna.say(room, 'as ever');
    await has(stream, 'as ever');
    assert.equal(texts(await waiting).at(-1), 'as ever');
    const page = await ahead;
    assert.deepEqual([page.messages, page.cursor.split('-')[2]], [[], version], 'cursors never go back');
    stream.close();
  }
});

describe('without any wake-up', () => {
  before(async () => {
    second = await startSite({ vars: { WAKEUPS: 'off', MESSAGES: 2, DB: `${first.var}/run/db.sock` } });
  });

  test('a session that is signed out elsewhere gets nothing more, although another page of the same person looked first', async () => {
    const [anna, client] = await people(first, 2);
    const room = await anna.group({ members: client.name });
    await anna.say(room, 'first');
    for (let round = 0; round < 2; round += 1) {
      const other = await signIn(first, client.name);
      const stream = await other.stream({ room });
      await knows(stream);
      const { cursor } = await other.read({});
      const waiting = later(other.list({ after: cursor, wait: 20 }));
      await sleep(300);
      let over = false;
      const looking = (async () => { while (!over) await client.read({}); })();
      await client.submit('/account', { action: 'signout_others' });
      const begin = performance.now();
      await sleep(500);
      over = true;
      await looking;
      await eventually('the end of the stream', () => stream.over, 3);
      assert.equal((await waiting).status, 401);
      assert.ok(performance.now() - begin < 3000 * PATIENCE, `${performance.now() - begin} ms`);
      assert.equal(stream.events.at(-1).event, 'end');
      await anna.say(room, `secret ${round}`);
      assert.equal((await other.list({ room })).status, 401);
      assert.ok(!told(stream).some((message) => message.text === `secret ${round}`));
    }
  });

  test('a page that waits learns of a new group, although another page of the same person looked first', async () => {
    const [anna, client] = await people(first, 2);
    const room = await anna.group({ members: client.name });
    await anna.say(room, 'first');
    const other = await signIn(first, client.name);
    for (let round = 0; round < 3; round += 1) {
      const stream = await other.stream({ room });
      await knows(stream);
      await sleep(300);
      let over = false;
      const looking = (async () => { while (!over) await client.read({}); })();
      const added = await anna.group({ members: client.name });
      await sleep(300);
      over = true;
      await looking;
      await eventually('the new group', () => stream.events.some((event) => event.event === 'rooms' && event.data.rooms.some((each) => each.id === added)), 4);
      stream.close();
    }
  });

  test('a topic and members are told also to who asks for one message at a time', async () => {
    const [anna, ben, cleo] = await people(first, 3);
    const name = unique('group');
    const room = await anna.group({ name, members: ben.name });
    await anna.say(room, 'one');
    await cleo.csrf();
    for (let round = 0; round < 4; round += 1) {
      let { cursor } = await ben.read({ room });
      const waiting = later(ben.read({ room, after: cursor, limit: 1, wait: 10 }));
      await sleep(300);
      if (round % 2) await cleo.settings(room, round === 1 ? 'join' : 'leave');
      else await anna.settings(room, 'update', { name, topic: `topic ${round}`, visibility: 'public', history: '' });
      await anna.say(room, `after ${round}`);
      const seen = { texts: [] };
      for (let page = await waiting; ; page = await ben.read({ room, after: cursor, limit: 1 })) {
        seen.topic = page.room_info?.topic ?? seen.topic;
        seen.members = page.members ?? seen.members;
        seen.texts.push(...texts(page));
        cursor = page.cursor;
        if (page.messages.length === 0) break;
      }
      assert.equal(seen.texts.at(-1), `after ${round}`);
      if (round % 2) assert.equal(JSON.stringify(seen.members ?? 'nothing of members').includes(cleo.name), round === 1);
      else assert.equal(seen.topic, `topic ${round}`);
    }
  });

  test('a topic is told with the role of each who is told, to streams and to who waits', async () => {
    const [anna, ben] = await people(first, 2);
    const name = unique('group');
    const room = await anna.group({ name, members: ben.name });
    for (const [who, role] of [[anna, 'owner'], [ben, 'member']]) {
      const { cursor } = await who.read({ room });
      const [stream, waiting] = [await who.stream({ room, after: cursor }), later(who.read({ room, after: cursor, wait: 10 }))];
      await sleep(300);
      const topic = `the topic of ${who.name}`;
      await anna.settings(room, 'update', { name, topic, visibility: 'public', history: '' });
      const info = { name, topic, visibility: 'public', role };
      const found = await waiting;
      assert.deepEqual(found.room_info ?? (await who.read({ room, after: found.cursor })).room_info, info);
      await eventually('the stream tells it', () => updates(stream).some((event) => event.data.room_info), 5);
      assert.deepEqual(updates(stream).find((event) => event.data.room_info).data.room_info, info);
      assert.deepEqual((await who.read({ room, after: cursor })).room_info, info);
      stream.close();
    }
  });

  test('a new member is told also to who is answered from what a far-behind stream has begun', async () => {
    const [anna, ben] = await people(first, 2);
    const room = await anna.group({ members: ben.name });
    for (let round = 0; round < 3; round += 1) {
      const cleo = await person(first);
      await cleo.csrf();
      const { cursor: far } = await ben.read({ room });
      for (let line = 0; line < 5; line += 1) await anna.say(room, `line ${line}`);
      let { cursor } = await ben.read({ room });
      for (let warm = 0; warm < 3; warm += 1) { ({ cursor } = await ben.read({ room, after: cursor })); await sleep(200); }
      await cleo.settings(room, 'join');
      const stream = await anna.stream({ room, after: far, limit: 1 });
      await sleep(400);
      let members;
      for (let asks = 0; asks < 3; asks += 1) {
        const page = await ben.read({ room, after: cursor });
        members = page.members ?? members;
        cursor = page.cursor;
      }
      assert.ok(JSON.stringify(members ?? 'nothing of members').includes(cleo.name));
      await eventually('the stream catches up', () => told(stream).at(-1)?.text.includes(cleo.name), 5);
      const changes = told(stream).map((message) => message.change);
      assert.deepEqual(changes, [...new Set(changes)].sort((a, b) => a - b), 'each once, in order');
      stream.close();
    }
  });

  test('news of another room is not lost when the look of a waiting page is slow', async () => {
    const [anna, client] = await people(first, 2);
    const other = await signIn(first, client.name);
    const [room, elsewhere] = [await anna.group({ members: client.name }), await anna.group({ members: client.name })];
    await anna.say(room, 'x');
    await Promise.all([anna.csrf(), other.csrf()]);
    const key = `token_hash = UNHEX('${createHash('sha256').update(client.cookies.get('snug_session')).digest('hex')}')`;
    await client.read({ room });
    for (let round = 0; round < 2; round += 1) {
      await anna.say(elsewhere, 'one');
      await sleep(50);
      const { cursor } = await client.read({ room });
      const waiting = later(client.read({ room, after: cursor, wait: 2 }));
      await sleep(50);
      const { seq } = await anna.say(elsewhere, 'two'); // news of one room come once a second, so it is told later
      // The look that this mark causes has to wait for this row: a session not seen for long is written.
      await first.sql(`UPDATE sessions SET seen_at = seen_at - INTERVAL 1 HOUR WHERE ${key}`);
      const release = await hold(`SELECT 1 FROM sessions WHERE ${key} FOR UPDATE`);
      assert.equal((await other.message({ action: 'read', room: elsewhere, seq: round + 1 })).status, 200);
      const page = await waiting;
      await release();
      const seen = [];
      const found = () => seen.some(([id, last]) => id === elsewhere && last === seq);
      for (let [next, asks] = [page, 0]; asks < 4 && !found(); asks += 1) {
        seen.push(...[...next.news ?? [], ...next.rooms ?? []].map((each) => [each.id, each.last_seq]));
        if (!found()) next = await client.read({ room, after: next.cursor, wait: 1 });
      }
      assert.ok(found(), `${JSON.stringify(seen)}, not ${seq} in ${elsewhere}`);
      await sleep(1000); // the next news may be told at once
    }
  });

  test('where more people wait than the tick asks for by number, who is signed out, removed or late is told as soon', async () => {
    const [anna, removed, leaver, ...crowd] = await people(first, 90);
    const room = await anna.group({ members: [removed, leaver, ...crowd].map((client) => client.name).join(' ') });
    const other = await signIn(first, leaver.name);
    const streams = await Promise.all([...crowd, removed, other].map((client) => client.stream({ room })));
    await Promise.all(streams.map(knows));
    await sleep(4000); // what the look-ups changed is no longer new
    const [forRemoved, forOther] = streams.slice(-2);
    await Promise.all([at(second, anna).settings(room, 'remove', { member: removed.name }), at(second, leaver).submit('/account', { action: 'signout_others' })]);
    const begin = performance.now();
    await eventually('the end of both streams', () => forRemoved.over && forOther.over, 3);
    assert.ok(performance.now() - begin < 1500 * PATIENCE, `${performance.now() - begin} ms`);
    assert.deepEqual([forRemoved, forOther].map((stream) => stream.events.at(-1).data.code), ['not_a_member', 'signed_out']);
    await at(second, crowd[0]).submit('/account', { action: 'profile', display: 'Renamed', email: `${unique('mail')}@example.org` });
    await at(second, anna).say(room, 'for those who are left');
    await Promise.all(streams.slice(0, -2).map((stream) => has(stream, 'for those who are left')));
    for (const stream of streams) stream.close();
  });

  test('both processes refuse a signed-out session and a removed member within about a second', async () => {
    const [anna, removed, leaver] = await people(first, 3);
    const room = await anna.group({ members: `${removed.name} ${leaver.name}` });
    await anna.say(room, 'for members');
    const pids = second.pids('messages');
    assert.equal(pids.length, 2);
    const signedOut = await signIn(first, leaver.name);
    const there = [removed, signedOut].map((client) => at(second, client));
    const { cursor } = await removed.read({ room });
    const { cursor: mine } = await signedOut.read({ room });
    const poll = (pid) => only(second, pid, () => Promise.all([there[0].list({ room, after: cursor }), there[1].list({ room, after: mine })]));
    for (const pid of [...pids, ...pids, ...pids]) {
      assert.deepEqual((await poll(pid)).map((answer) => answer.status), [200, 200]);
      await sleep(50);
    }
    const held = pids.flatMap(() => [later(there[0].list({ room, after: cursor, wait: 20 })), later(there[1].list({ room, after: mine, wait: 20 }))]);
    await sleep(300);
    // In this order: the removal is a message, which may end the waits of all who are still signed in.
    assert.equal((await leaver.submit('/account', { action: 'signout_others' })).status, 303);
    assert.equal((await anna.settings(room, 'remove', { member: removed.name })).status, 303);
    const begin = performance.now();
    for (let round = 0; performance.now() - begin < 1500; round += 1) { await poll(pids[round % 2]); await sleep(30); }
    for (const pid of pids) assert.deepEqual((await poll(pid)).map((answer) => answer.status), [403, 401], 'refused');
    await anna.say(room, 'after that');
    assert.deepEqual((await Promise.all(held)).map((answer) => answer.status), [403, 401, 403, 401]);
    assert.ok(performance.now() - begin < 4000 * PATIENCE);
  });

  test('two front ends show each other what happens within moments, to streams, held requests and polls', async () => {
    const [anna, ben] = await people(first, 2);
    const room = await anna.group({ members: ben.name });
    await anna.say(room, 'hello');
    const [here, there] = [anna, at(second, ben)];
    const streams = await Promise.all([here.stream({ room }), ...Array.from({ length: 4 }, () => there.stream({ room }))]);
    await Promise.all(streams.map(knows));
    const pids = second.pids('messages');
    const took = [];
    const all = [];
    for (let round = 0; round < 4; round += 1) {
      const text = `round ${round}`;
      const reader = round % 2 ? here : there;
      const { cursor } = await reader.read({ room });
      const waiting = later(reader.read({ room, after: cursor, wait: 20 }));
      await sleep(200);
      const begin = performance.now();
      const sent = await (round % 2 ? only(second, pids[round >> 1], () => there.say(room, text)) : here.say(room, text));
      assert.deepEqual(texts(await waiting), [text]);
      await Promise.all(streams.map((stream) => has(stream, text)));
      took.push(performance.now() - begin);
      assert.equal((await reader.read({ room, after: cursor })).messages.at(-1)?.seq, sent.seq);
      all.push(text);
      if (round === 0) { // and what is changed
        await here.message({ room, action: 'edit', seq: sent.seq, text: 'edited' });
        all.push('edited');
        await Promise.all(streams.map((stream) => has(stream, 'edited')));
      }
    }
    assert.ok(Math.max(...took) < 2000 * PATIENCE, `${took.map(Math.round)} ms`);
    for (const stream of streams) {
      assert.deepEqual(told(stream).map((message) => message.text).filter((text) => text !== 'hello'), all);
      stream.close();
    }
  });

  test('who holds a stream at one front end is online at the other, and not for longer than a minute after', async () => {
    const [anna, ben] = await people(first, 2);
    const room = await anna.group({ members: ben.name });
    const isOnline = async () => {
      const page = (await anna.get(`/people?q=${ben.name}`)).text;
      const card = page.slice(page.indexOf(`data-user-name="${ben.name}"`));
      assert.ok(card.length > 1, 'is listed');
      return /class="dot online"/.test(card.slice(0, card.indexOf('</li>')));
    };
    await first.sql(`DELETE FROM presence WHERE user_id = (SELECT id FROM users WHERE name = '${ben.name}')`);
    assert.equal(await isOnline(), false);
    const stream = await at(second, ben).stream({ room });
    await eventually('online', isOnline, 10);
    const ahead = Number((await first.sql(`SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(3), online_until) FROM presence JOIN users ON id = user_id WHERE name = '${ben.name}'`))[0][0]);
    assert.ok(ahead > 20 && ahead <= 60, `${ahead} s ahead`);
    stream.close();
  });
});

describe('sends that are committed together', () => {
  test('each get their own answer: good ones are numbered without a gap, and a bad one fails alone', async () => {
    const [owner, outsider, ...senders] = await people(first, 8);
    const room = await owner.group({ members: senders.map((client) => client.name).join(' ') });
    const doomed = await owner.group({ members: senders[0].name });
    const { name: doomedName } = (await owner.read({})).rooms.find((each) => each.id === doomed);
    const leaving = await signIn(first, senders[1].name);
    const early = { text: 'early', nonce: nonce() };
    const [mine, others] = [await senders[0].say(room, early.text, early.nonce), await senders[1].say(room, 'of another')];
    await Promise.all([owner, outsider, leaving, ...senders].map((client) => client.csrf()));

    const release = await hold(`SELECT id FROM rooms WHERE id = ${room} FOR UPDATE`);
    const commits = await statusOf('Com_commit');
    const plug = later(senders[2].message({ room, text: 'plug', nonce: nonce() }));
    await blocked(1);
    const put = async (client, fields) => { const answer = later(client.message(fields)); await sleep(15); return { answer }; };
    const good = [];
    for (let line = 0; line < 4; line += 1) {
      for (const [who, client] of senders.entries()) good.push({ text: `good ${line} of ${who}`, name: client.name, ...await put(client, { room, text: `good ${line} of ${who}`, nonce: nonce() }) });
    }
    const twice = { room, text: 'twice', nonce: nonce() };
    const changing = { room, text: 'said first', nonce: nonce() };
    const asked = {
      outsider: await put(outsider, { room, text: 'let me in', nonce: nonce() }),
      doomed: await put(senders[0], { room: doomed, text: 'too late', nonce: nonce() }),
      leaving: await put(leaving, { room, text: 'signed out', nonce: nonce() }),
      twice: await put(senders[3], twice),
      again: await put(senders[3], twice),
      changing: await put(senders[4], changing),
      changed: await put(senders[4], { ...changing, text: 'said otherwise' }),
      repeated: await put(senders[0], { room, ...early }),
      otherwise: await put(senders[0], { room, nonce: early.nonce, text: 'not what it was' }),
      empty: await put(senders[0], { room, text: ' \n', nonce: nonce() }),
      edit: await put(senders[0], { room, action: 'edit', seq: mine.seq, text: 'early, edited' }),
      foreign: await put(senders[0], { room, action: 'edit', seq: others.seq, text: 'not mine' }),
      delete: await put(senders[1], { room, action: 'delete', seq: others.seq }),
    };
    assert.equal((await owner.settings(doomed, 'delete', { confirm: doomedName })).status, 303);
    assert.equal((await leaving.submit('/logout', {})).status, 303);
    await release();

    const answers = Object.fromEntries(await Promise.all(Object.entries(asked).map(async ([key, { answer }]) => [key, await answer])));
    assert.deepEqual(Object.fromEntries(Object.entries(answers).map(([key, answer]) => [key, answer.status])), {
      outsider: 403, doomed: 404, leaving: 401, twice: 201, again: 200, changing: 201, changed: 409, repeated: 200, otherwise: 409, empty: 422, edit: 200, foreign: 403, delete: 200 });
    assert.equal(answers.again.json().seq, answers.twice.json().seq);
    assert.equal(answers.repeated.json().seq, mine.seq);
    const sent = [{ text: 'plug', name: senders[2].name, answer: plug }, ...good,
      { text: 'twice', name: senders[3].name, answer: answers.twice }, { text: 'said first', name: senders[4].name, answer: answers.changing }];
    for (const one of sent) {
      const answer = await one.answer;
      assert.equal(answer.status, 201, answer.text);
      Object.assign(one, answer.json());
    }
    assert.ok(await statusOf('Com_commit') - commits <= 8, `${await statusOf('Com_commit') - commits} commits for ${sent.length} sends`);
    const stored = await owner.everything(room);
    assert.deepEqual(stored.map((message) => message.seq), stored.map((_, seq) => seq + 1), 'without a gap');
    assert.deepEqual(stored.map((message) => [message.seq, message.text, message.sender.name]),
      [[mine.seq, 'early, edited', senders[0].name], [others.seq, '', senders[1].name], ...sent.map((one) => [one.seq, one.text, one.name]).sort((a, b) => a[0] - b[0])]);
    const changes = [...sent, answers.edit.json(), answers.delete.json()].map((one) => one.change).sort((a, b) => a - b);
    assert.deepEqual(changes, changes.map((_, number) => others.change + 1 + number), 'every change has the next number');
  });

  test('on two processes at once: the same nonce is stored once, and with another text it is refused', async () => {
    const [anna] = await people(first, 1);
    const room = await anna.group();
    const there = at(second, anna);
    await there.csrf();
    const pids = second.pids('messages');
    for (const [round, text] of ['the same', 'another'].entries()) {
      const fields = { room, text: 'the same', nonce: nonce() };
      const release = await hold(`SELECT id FROM rooms WHERE id = ${room} FOR UPDATE`);
      let one;
      let other;
      await only(second, pids[0], async () => { one = later(there.message(fields)); await blocked(1); });
      await only(second, pids[1], async () => { other = later(there.message({ ...fields, text })); await blocked(2); });
      await release();
      const answers = await Promise.all([one, other]);
      assert.deepEqual(answers.map((answer) => answer.status).sort(), [[200, 201], [201, 409]][round]);
      if (round === 0) assert.equal(answers[0].json().seq, answers[1].json().seq);
    }
    assert.equal((await anna.everything(room)).length, 2);
  });

  test('go on within seconds although a process stands still in the middle of its own: that one is stored once it goes on', async () => {
    const [anna, ben] = await people(first, 2);
    const room = await anna.group({ members: ben.name });
    const there = [anna, ben].map((client) => at(second, client));
    await Promise.all(there.map((client) => client.csrf()));
    const [still, other] = second.pids('messages');
    const fields = { room, text: 'in the middle', nonce: nonce() };
    // It has the room's lock, and waits for this row.
    const release = await hold(`SELECT 1 FROM members JOIN users ON id = user_id WHERE room_id = ${room} AND name = '${ben.name}' FOR UPDATE`);
    let middle;
    await only(second, still, async () => { middle = later(there[1].message(fields)); await blocked(1); });
    process.kill(still, 'SIGSTOP');
    try {
      await release();
      const begin = performance.now();
      const sent = await there[0].message({ room, text: 'meanwhile', nonce: nonce() });
      assert.equal(sent.status, 201, `after ${performance.now() - begin} ms: ${sent.text}`);
      assert.ok(performance.now() - begin < 9000 * PATIENCE, `${performance.now() - begin} ms`);
    } finally {
      process.kill(still, 'SIGCONT');
    }
    assert.deepEqual(second.pids('messages').sort(), [still, other].sort());
    assert.equal((await middle).status, 201);
    assert.deepEqual((await anna.everything(room)).map((message) => message.text), ['meanwhile', 'in the middle']);
  });

  test('on two processes at once: many nonces, each twice, are each stored once and without a gap', async () => {
    const clients = await people(first, 6);
    const room = await clients[0].group({ members: clients.map((client) => client.name).join(' ') });
    const there = clients.map((client) => at(second, client));
    await Promise.all(there.map((client) => client.csrf()));
    const fields = Array.from({ length: 60 }, (_, number) => ({ room, text: `number ${number}`, nonce: nonce() }));
    const answers = await Promise.all(fields.map(async (each, number) => {
      const both = await Promise.all([0, 1].map(() => there[number % 6].message(each)));
      assert.deepEqual(both.map((answer) => answer.status).sort(), [200, 201]);
      assert.equal(both[0].json().seq, both[1].json().seq);
      return both[0].json().seq;
    }));
    const stored = await clients[0].everything(room);
    assert.deepEqual(stored.map((message) => message.seq), fields.map((_, number) => number + 1));
    for (const [number, seq] of answers.entries()) assert.equal(stored[seq - 1].text, fields[number].text);
  });
});

describe('a stream that does not read', () => {
  // A stream on a bare socket, which reads when it is told to.
  const reader = (client, room, cursor) => {
    const socket = net.connect(first.port, '127.0.0.1');
    const one = { text: '', over: false, socket };
    socket.setEncoding('utf8').on('data', (part) => { one.text += part; });
    socket.on('error', () => {});
    socket.on('close', () => { one.over = true; });
    socket.write(`GET ${query('/messages', { room, after: cursor, limit: 200 })} HTTP/1.0\r\nHost: snug\r\nCookie: ${client.cookieHeader()}\r\nAccept: text/event-stream\r\n\r\n`);
    return one;
  };
  const changesOf = (text) => [...text.matchAll(/"change":(\d+)/g)].map((match) => Number(match[1]));

  test('is dropped after about ten seconds, costs no memory and delays nobody; one that reads late gets everything in order', async () => {
    const [anna, ben] = await people(first, 2);
    const room = await anna.group({ members: ben.name });
    await anna.say(room, 'begin');
    const { cursor } = await ben.read({ room });
    const [pid] = first.pids('messages');
    const quick = await ben.stream({ room, after: cursor });
    const slow = Array.from({ length: 8 }, () => reader(ben, room, cursor));
    const late = reader(ben, room, cursor);
    await eventually('all stream', () => [...slow, late].every((one) => one.text.includes('text/event-stream')), 5);
    for (const one of [...slow, late]) one.socket.pause();
    const [open, size] = [descriptorsOf(pid), rss(pid)];
    const body = encodeForm({ room, text: '🌱'.repeat(10000) });
    const token = await anna.csrf();
    const begin = performance.now();
    const lines = 120; // of 80 KB each: far more than the system's buffers on the way hold
    for (let line = 0; line < lines; line += 1) {
      const answer = await anna.post('/messages', `${body}&nonce=${nonce()}`, { accept: 'application/json', headers: { 'X-CSRF-Token': token } });
      assert.equal(answer.status, 201);
    }
    await eventually('the others have everything', () => told(quick).length === lines, 5);
    assert.ok(performance.now() - begin < 9000, `sent within ${performance.now() - begin} ms`);
    assert.equal(descriptorsOf(pid), open, 'nobody is dropped yet');
    // (The build that checks its memory keeps what was freed for a while.)
    assert.ok(build.endsWith('-san') || rss(pid) - size < 24, `grew by ${rss(pid) - size} MiB, for ${slow.length + 1} readers that have ${Math.round(lines * 0.08)} MB to read`);
    late.socket.resume();
    await eventually('the late one has everything', () => changesOf(late.text).length >= lines, 10);
    const changes = changesOf(late.text);
    assert.deepEqual(changes, changes.map((_, number) => changes[0] + number), 'in order, each once');
    await eventually('the slow ones are dropped', () => descriptorsOf(pid) <= open - slow.length, 20);
    const took = performance.now() - begin;
    assert.ok(took > 9000 && took < 25000 * PATIENCE, `${took} ms`);
    assert.ok(!quick.over && !late.over, 'the others stay');
    await anna.say(room, 'goes on');
    await has(quick, 'goes on');
    await eventually('"goes on"', () => late.text.includes('goes on'), 5);
    // What was dropped ends before it is complete, so that its page asks again from where it stands.
    slow[0].socket.resume();
    await eventually('the end', () => slow[0].over, 10);
    assert.ok(changesOf(slow[0].text).length < lines);
    for (const one of [...slow, late]) one.socket.destroy();
    quick.close();
  });
});

test('a quiet stream says at least every 20 s that it is alive', async () => {
  await sleep(Math.max(0, quiet.times[0] + 21000 - Date.now()));
  const times = [...quiet.times, Date.now()];
  const gaps = times.slice(1).map((time, number) => time - times[number]);
  assert.ok(Math.max(...gaps) < 26000, `${gaps} ms`);
  assert.match(quiet.text, /\n:[^\n]*\n\n/, 'by comments, where nobody comes or goes');
  assert.equal(quiet.over, false);
  quiet.close();
});

describe('limits', () => {
  const refusedFor = async (answer) => {
    assert.equal(answer.status, 503);
    assert.ok(Number(answer.headers['retry-after']) >= 1);
  };

  test('of readers: one too many gets 503 and when to come again, polls go on, and who waits stays', async () => {
    const site = await startSite({ vars: { DB: `${first.var}/run/db.sock` }, hdf: { 'Limits.Readers': 12 } });
    const [anna, ben] = await people(site, 2);
    const room = await anna.group({ members: ben.name });
    await anna.say(room, 'hello');
    const { cursor } = await ben.read({ room });
    const streams = await Promise.all(Array.from({ length: 6 }, () => ben.stream({ room })));
    await Promise.all(streams.map(knows));
    const held = Array.from({ length: 6 }, () => later(ben.read({ room, after: cursor, wait: 30 })));
    const [pid] = site.pids('messages');
    await sleep(700);
    const refused = await ben.stream({ room, after: cursor });
    await refusedFor(refused);
    await refusedFor(await ben.list({ room, after: cursor, wait: 20 }));
    assert.equal((await ben.list({ room, after: cursor, wait: 20 })).code, 'busy');
    for (let poll = 0; poll < 5; poll += 1) assert.deepEqual((await ben.read({ room, after: cursor })).messages, []);
    await anna.say(room, 'to all who wait');
    for (const page of await Promise.all(held)) assert.deepEqual(texts(page), ['to all who wait']);
    await Promise.all(streams.map((stream) => has(stream, 'to all who wait')));
    const next = await eventually('there is room again', async () => {
      const stream = await ben.stream({ room });
      return stream.status === 200 ? stream : undefined;
    }, 5);
    await has(next, 'to all who wait');
    assert.deepEqual(site.pids('messages'), [pid]);
    for (const stream of [...streams, next]) stream.close();
    await site.stop();
  });

  test('of descriptors: the program says what it got, keeps some for polls and sends, and refuses only who would wait', async () => {
    const folder = fs.mkdtempSync('/tmp/snug-limit-');
    fs.chmodSync(folder, 0o755);
    fs.writeFileSync(`${folder}/spawn-fcgi`, '#!/bin/sh\ncase "$*" in *messages.sock*) ulimit -n 270 ;; esac\nPATH=${PATH#*:}\nexec spawn-fcgi "$@"\n', { mode: 0o755 });
    const site = await startSite({ vars: { DB: `${first.var}/run/db.sock`, PATH: `${folder}:${process.env.PATH}` } });
    try {
      await eventually('it says so', () => /up to 270 descriptors/.test(site.log('messages')));
      const [anna, ben] = await people(site, 2);
      const room = await anna.group({ members: ben.name });
      await anna.say(room, 'hello');
      const { cursor } = await ben.read({ room });
      const [pid] = site.pids('messages');
      const waiting = [];
      const refused = [];
      for (let count = 0; count < 200; count += 1) {
        waiting.push(later(ben.list({ room, after: cursor, wait: 30 }).then((answer) => { if (answer.status !== 200) refused.push(answer); return answer; })));
        if (count % 20 === 19) await sleep(50);
      }
      await eventually('some are refused', () => refused.length > 0 && refused.length + descriptorsOf(pid) >= 200, 10);
      assert.ok(200 - refused.length >= 50, `${refused.length} of 200 are refused`);
      for (const answer of refused) await refusedFor(answer);
      for (let poll = 0; poll < 10; poll += 1) assert.deepEqual((await ben.read({ room, after: cursor })).messages, []);
      await anna.say(room, 'to all who wait');
      const answers = await Promise.all(waiting);
      assert.ok(answers.filter((answer) => answer.status === 200).every((answer) => texts(answer.json())[0] === 'to all who wait'));
      assert.deepEqual(site.pids('messages'), [pid]);
      assert.deepEqual(texts(await ben.read({ room, after: cursor, wait: 5 })), ['to all who wait']);
    } finally {
      await site.stop();
      fs.rmSync(folder, { recursive: true });
    }
  });
});

describe('a messages program that is told to end', () => {
  test('ends streams with a hint, answers who waits, loses no acknowledged message, and the next one serves', async () => {
    const [anna, ben, ...senders] = await people(first, 6);
    const room = await anna.group({ members: [ben, ...senders].map((client) => client.name).join(' ') });
    await anna.say(room, 'hello');
    await Promise.all(senders.map((client) => client.csrf()));
    const { cursor } = await ben.read({ room });
    const { cursor: roomless } = await anna.read({});
    const streams = await Promise.all(Array.from({ length: 5 }, () => listen(ben, room)));
    await eventually('all stream', () => streams.every((one) => one.text.includes('event: rooms')), 5);
    const quietRoom = await anna.group({ members: ben.name });
    const { cursor: there } = await ben.read({ room: quietRoom });
    const held = Array.from({ length: 5 }, () => later(ben.list({ room: quietRoom, after: there, wait: 30 })));
    await sleep(500);
    const [pid] = first.pids('messages');
    const acknowledged = [];
    let over = false;
    const sending = later(Promise.all(senders.map(async (client, who) => {
      for (let line = 0; !over; line += 1) {
        const fields = { room, text: `line ${line} of ${who}`, nonce: nonce() };
        await eventually('it is sent', async () => {
          const answer = await client.message(fields).catch(() => undefined);
          if (![200, 201].includes(answer?.status)) return false;
          acknowledged.push({ ...fields, seq: answer.json().seq, name: client.name });
          return true;
        }, 10);
        await sleep(10);
      }
    })));
    await sleep(300);
    process.kill(pid, 'SIGTERM');
    for (const answer of await Promise.all(held)) {
      assert.equal(answer.status, 200);
      assert.equal(typeof answer.json().cursor, 'string');
    }
    await eventually('the streams end', () => streams.every((one) => one.over), 5);
    for (const one of streams) {
      assert.ok(one.complete, 'an end, not a cut');
      assert.match(one.text.slice(-40), /retry: \d+\n\n$/, 'with when to come again');
      assert.ok(!one.text.includes('event: end'), 'not for good');
    }
    await eventually('the next one', () => first.pids('messages').some((each) => each !== pid), 10);
    await eventually('it serves', async () => (await ben.list({ room, after: cursor })).status === 200, 10);
    await sleep(500);
    over = true;
    await sending;
    assert.equal((await anna.list({ after: roomless })).status, 200);
    const stored = await anna.everything(room);
    assert.deepEqual(stored.map((message) => message.seq), stored.map((_, seq) => seq + 1));
    assert.equal(stored.length, acknowledged.length + 1);
    for (const one of acknowledged) assert.deepEqual([stored[one.seq - 1].text, stored[one.seq - 1].sender.name], [one.text, one.name]);
  });

  test('answers also those whose look was still under way: who waits with 200, a stream with the hint', async () => {
    const [anna, ben] = await people(first, 2);
    const room = await anna.group({ members: ben.name });
    await anna.say(room, 'hello');
    const { cursor } = await ben.read({ room });
    const key = `token_hash = UNHEX('${createHash('sha256').update(ben.cookies.get('snug_session')).digest('hex')}')`;
    // A session not seen for long is written, and so the look has to wait for this row.
    await first.sql(`UPDATE sessions SET seen_at = seen_at - INTERVAL 1 HOUR WHERE ${key}`);
    const release = await hold(`SELECT 1 FROM sessions WHERE ${key} FOR UPDATE`);
    const stream = later(listen(ben, room));
    await blocked(1);
    const waiting = later(ben.list({ room, after: cursor, wait: 30 }));
    await sleep(300);
    const begin = performance.now();
    for (const pid of first.pids('messages')) process.kill(pid, 'SIGTERM');
    await sleep(300);
    await release();
    assert.equal((await waiting).status, 200);
    const one = await stream;
    await eventually('the stream ends', () => one.over, 5);
    assert.ok(one.complete, 'an end, not a cut');
    assert.match(one.text.slice(-40), /retry: \d+\n\n$/);
    assert.ok(performance.now() - begin < 2500 * PATIENCE);
    await eventually('the next one serves', async () => (await ben.list({ room, after: cursor })).status === 200, 10);
  });
});

describe('a database that was restored from a backup', () => {
  test('makes readers begin anew, although others look at the same moment', async () => {
    const [anna, ben] = await people(first, 2);
    const room = await anna.group({ members: ben.name });
    for (let line = 1; line <= 12; line += 1) await anna.say(room, `line ${line}`);
    const { cursor } = await ben.read({ room });
    const stream = await ben.stream({ room });
    await knows(stream);
    const waiting = later(ben.list({ room, after: cursor, wait: 20 }));
    await sleep(400);
    let over = false;
    const looking = (async () => { while (!over) await anna.read({}).catch(() => {}); })();
    await sleep(200);
    await first.sql(`START TRANSACTION; DELETE FROM messages WHERE room_id = ${room} AND seq > 6; UPDATE rooms SET version = 6, last_seq = 6 WHERE id = ${room};
      UPDATE site SET epoch = LEFT(SHA2(UUID(), 256), 16); COMMIT`);
    await sleep(1500);
    over = true;
    await looking;
    const sent = await anna.say(room, 'after the restore');
    assert.equal(sent.seq, 7);
    await eventually('the stream ends, or begins anew', () => stream.over || (updates(stream).some((event) => event.data.reset) && told(stream).at(-1).text === 'after the restore'), 5);
    const answer = await waiting;
    const page = await ben.read({ room, after: answer.json().cursor, limit: 5 });
    assert.ok(answer.json().reset || page.reset, 'who waited begins anew too');
    assert.equal((answer.json().reset && !page.messages.length ? await ben.read({ room }) : page).messages.at(-1).text, 'after the restore');
    const again = await ben.stream({ room }, { 'Last-Event-ID': updates(stream).at(-1).id });
    await has(again, 'after the restore');
    assert.ok(stream.over ? updates(again)[0].data.reset : true);
    assert.deepEqual((await anna.everything(room)).map((message) => message.seq), [1, 2, 3, 4, 5, 6, 7]);
    again.close();
    stream.close();
  });
});
