// The messages endpoint, as a client on the wire: every parameter, cursors, waiting, sending, retrying, editing, deleting, reading.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { PATIENCE, site as runningSite } from '../lib/site.mjs';
import { Client, csrfOf, eventually, fieldValue, formsOf, messagesOf, nonce, people, person, query, signIn, sleep, textOf, unique } from './client.mjs';

let site;
let anna;
let ben;
let cara;
before(async () => {
  site = await runningSite();
  [anna, ben, cara] = await people(site, 3, 'msg');
});

const invalid = Buffer.from([0x61, 0xc3, 0x28]);
const texts = (page) => page.messages.map((message) => message.text);
const seqs = (page) => page.messages.map((message) => message.seq);
const say = async (client, room, count, prefix = 'number') => {
  for (let at = 1; at <= count; at += 1) await client.say(room, `${prefix} ${at}`);
};
const refused = async (answer, status, code) => {
  const got = await answer;
  assert.equal(got.status, status, got.text.slice(0, 300));
  assert.match(got.headers['content-type'], /^application\/json/);
  if (code) assert.equal(got.code, code); else assert.ok(got.code);
  return got;
};
const mark = async (client, room) => (await client.read({})).rooms.find((each) => each.id === room);

describe('reading a room', () => {
  let room;
  before(async () => {
    room = await anna.group({ members: ben.name });
    await say(anna, room, 12);
  });

  test('gives the newest messages, oldest first, with all that a message has', async () => {
    const page = await ben.read({ room });
    assert.equal(page.room, room);
    assert.equal(page.more, false);
    assert.equal(page.oldest, 1);
    assert.equal(typeof page.cursor, 'string');
    assert.deepEqual(seqs(page), page.messages.map((_, at) => at + 1));
    assert.equal(page.messages.at(-1).text, 'number 12');
    const message = page.messages.at(-1);
    assert.deepEqual(Object.keys(message).filter((key) => key !== 'nonce').sort(), ['change', 'created_at', 'deleted', 'edited_at', 'html', 'kind', 'sender', 'seq', 'text']);
    assert.deepEqual([message.kind, message.edited_at, message.deleted], ['text', null, false]);
    assert.equal(message.sender.name, anna.name);
    assert.equal(message.sender.display, anna.name);
    assert.equal(typeof message.sender.id, 'number');
    assert.match(message.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.ok(Math.abs(Date.parse(message.created_at) - Date.now()) < 60000, 'UTC');
    assert.match(message.html, new RegExp(`^\\s*<li id="m${message.seq}"`));
    assert.ok(textOf(message.html).includes('number 12'));
    const listed = page.rooms.find((each) => each.id === room);
    assert.equal(listed.kind, 'group');
    assert.equal(listed.unread, listed.last_seq - listed.read_seq);
  });

  test('gives at most `limit`, and says when older ones exist', async () => {
    const page = await ben.read({ room, limit: 5 });
    assert.equal(page.messages.length, 5);
    assert.equal(page.messages.at(-1).text, 'number 12');
    assert.equal(page.more, true);
    assert.equal((await ben.read({ room, limit: 200 })).more, false);
    assert.equal((await ben.read({ room, limit: page.messages.at(-1).seq })).more, false, 'exactly as many as there are');
  });

  test('leads back through history to the first message, page by page', async () => {
    const all = await ben.everything(room);
    let page = await ben.read({ room, limit: 5 });
    let got = page.messages;
    while (page.more) {
      page = await ben.read({ room, limit: 5, before: got[0].seq });
      assert.equal(page.cursor, null);
      assert.ok(page.messages.length > 0 && page.messages.length <= 5);
      got = [...page.messages, ...got];
    }
    assert.deepEqual(got, all);
    assert.deepEqual(got.map((message) => message.seq), got.map((_, at) => at + 1));
    const first = await ben.read({ room, before: 1 });
    assert.deepEqual([first.messages, first.more], [[], false]);
    assert.deepEqual(seqs(await ben.read({ room, before: 1000000, limit: 200 })), all.map((message) => message.seq));
  });

  test('follows a cursor through everything that came since, in the order of the changes, in parts', async () => {
    const own = await anna.group({ members: ben.name });
    let { cursor } = await ben.read({ room: own });
    await say(anna, own, 11);
    const got = [];
    for (let turn = 0; ; turn += 1) {
      const page = await ben.read({ room: own, after: cursor, limit: 4 });
      got.push(...page.messages);
      cursor = page.cursor;
      if (!page.more) break;
      assert.equal(page.messages.length, 4);
      assert.ok(turn < 10);
    }
    assert.deepEqual(got.map((message) => message.text), Array.from({ length: 11 }, (_, at) => `number ${at + 1}`));
    const quiet = await ben.read({ room: own, after: cursor });
    assert.deepEqual([quiet.messages, quiet.more, quiet.rooms], [[], false, undefined], 'nothing new is nothing');
    const same = await ben.read({ room: own, after: quiet.cursor });
    assert.deepEqual(same.messages, []);
  });

  test('tells edits and deletions through the cursor, each message as it is now', async () => {
    const own = await anna.group({ members: ben.name });
    await say(anna, own, 4);
    const start = await ben.read({ room: own });
    const [one, two, three, four] = start.messages.filter((message) => message.kind === 'text');
    await anna.message({ room: own, action: 'edit', seq: three.seq, text: 'three, edited' });
    await anna.message({ room: own, action: 'delete', seq: one.seq });
    await anna.message({ room: own, action: 'edit', seq: two.seq, text: 'two, edited' });
    await anna.message({ room: own, action: 'edit', seq: three.seq, text: 'three, edited twice' });
    const news = await ben.read({ room: own, after: start.cursor });
    assert.deepEqual(seqs(news), [one.seq, two.seq, three.seq], 'by the order of the last changes');
    const changes = news.messages.map((message) => message.change);
    assert.deepEqual(changes, [...changes].sort((a, b) => a - b));
    assert.ok(changes[0] > four.change);
    assert.deepEqual(news.messages.map(({ text, deleted, edited_at: at }) => [text, deleted, at !== null]),
      [['', true, false], ['two, edited', false, true], ['three, edited twice', false, true]]);
    assert.ok(textOf(news.messages[1].html).includes('(edited)'));
    assert.doesNotMatch(news.messages[0].html, /number 1/);
    assert.deepEqual(seqs(await ben.read({ room: own })), seqs(start), 'a deleted message keeps its place');
    assert.doesNotMatch(JSON.stringify(await site.sql(`SELECT text FROM messages WHERE room_id = ${own}`)), /number 1"/, 'and its text is gone');
  });

  for (const [fields, why] of [[{ limit: 0 }, 'limit 0'], [{ limit: 201 }, 'limit 201'], [{ limit: -1 }, 'limit -1'], [{ limit: 'x' }, 'limit x'], [{ limit: '' }, 'no limit at all'], [{ limit: '5x' }, 'limit 5x'], [{ limit: '1e2' }, 'limit 1e2'],
    [{ limit: '99999999999999999999' }, 'a limit beyond all numbers'], [{ before: 0 }, 'before 0'], [{ before: -1 }, 'before -1'], [{ before: 'x' }, 'before x'], [{ before: '1.5' }, 'before 1.5'], [{ before: '99999999999999999999999' }, 'before beyond all numbers'],
    [{ wait: -1 }, 'wait -1'], [{ wait: 56 }, 'wait 56'], [{ wait: 'x' }, 'wait x'], [{ wait: '1.5' }, 'wait 1.5'], [{ after: 'garbage' }, 'a garbage cursor'], [{ after: '1' }, 'a number for a cursor'], [{ after: '\u0000' }, 'a NUL for a cursor'],
    [{ after: invalid }, 'invalid UTF-8 for a cursor'], [{ after: 'x'.repeat(3000) }, 'a long garbage cursor']]) {
    test(`answers ${why} with 400`, async () => {
      await refused(ben.list({ room, ...fields }), 400, 'bad_parameter');
    });
  }

  test('answers a cursor that was cut or changed with 400, or as one that is none of ours', async () => {
    const { cursor } = await ben.read({ room });
    for (const bent of [cursor.slice(0, -1), cursor.slice(1), `${cursor}x`, cursor.toUpperCase(), cursor.replace(/\d/, 'x')].filter((each) => each !== cursor)) {
      const answer = await ben.list({ room, after: bent });
      assert.ok(answer.status === 400 || answer.status === 200, `${answer.status}`);
      if (answer.status === 400) assert.equal(answer.code, 'bad_parameter');
    }
  });

  test('takes every limit and wait within the range', async () => {
    for (const fields of [{ limit: 1 }, { limit: 200 }, { wait: 0 }, { wait: 55 }, { limit: 1, wait: 1, unknown: 'x' }]) assert.equal((await ben.list({ room, ...fields })).status, 200, JSON.stringify(fields));
  });

  test('answers a room that is no number, or that nobody knows', async () => {
    for (const odd of ['abc', '-1', '1x', '1.0', '']) {
      const answer = await ben.list({ room: odd });
      assert.ok([400, 404].includes(answer.status), `${odd}: ${answer.status}`);
      assert.ok(answer.code);
    }
    await refused(ben.list({ room: 999999999 }), 404);
    assert.ok([400, 404].includes((await ben.list({ room: '18446744073709551615' })).status));
  });

  test('tells who is not signed in 401', async () => {
    const nobody = new Client(site.url);
    await refused(nobody.list({ room }), 401);
    await refused(nobody.list({}), 401);
    await refused(nobody.get(`/messages?room=${room}`, { accept: '*/*' }), 401);
  });
});

describe('what form the answer has', () => {
  let room;
  before(async () => {
    room = await anna.group({ members: ben.name });
    await anna.say(room, 'hello');
  });

  test('is JSON for scripts and for whoever does not say', async () => {
    for (const accept of ['application/json', '*/*', undefined, 'application/json, text/plain;q=0.5', 'text/plain, */*']) {
      const answer = await ben.get(`/messages?room=${room}`, { accept });
      assert.equal(answer.status, 200, accept);
      assert.match(answer.headers['content-type'], /^application\/json/, accept);
      assert.equal(answer.json().messages.at(-1).text, 'hello');
      assert.match(answer.headers['cache-control'], /no-store/);
    }
  });

  test('is a page that refreshes itself for a browser without scripts', async () => {
    const page = await ben.get(`/messages?room=${room}`, { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' });
    assert.equal(page.status, 200);
    assert.match(page.headers['content-type'], /^text\/html;\s*charset=utf-8/i);
    const [, seconds, , url] = /^(\d+)(;\s*url=(.*))?$/i.exec(page.headers.refresh);
    assert.ok(Number(seconds) >= 1 && Number(seconds) <= 60);
    assert.doesNotMatch(page.text, /<script/i);
    assert.ok(Object.values(messagesOf(page.text)).some((html) => html.includes('hello')));
    assert.ok(url, 'browsers do not reload the same address with a fragment');
    const next = await ben.get(url.replace(/#.*/, ''), { accept: 'text/html' });
    assert.equal(next.status, 200);
    assert.ok(Object.values(messagesOf(next.text)).some((html) => html.includes('hello')));
    assert.notEqual(new URL(url, site.url).href, new URL(`/messages?room=${room}#end`, site.url).href);
    assert.notEqual(/url=(.*)$/i.exec(next.headers.refresh)[1], url, 'the next address is another one');
  });

  test('is the same page again after it has refreshed itself: of as many messages, and of that part of the history', async () => {
    for (let line = 0; line < 5; line += 1) await anna.say(room, `line ${line}`);
    for (const which of ['&limit=2', '&before=3', '&before=4&limit=1']) {
      const first = await ben.get(`/messages?room=${room}${which}`, { accept: 'TEXT/HTML' });
      const again = await ben.get(/url=([^#]*)/i.exec(first.headers.refresh)[1], { accept: 'text/html' });
      assert.deepEqual(Object.keys(messagesOf(again.text)), Object.keys(messagesOf(first.text)), which);
    }
  });

  test('is an error page in words for a browser', async () => {
    for (const [path, status] of [['/messages?room=999999999', 404], [`/messages?room=${room}&limit=0`, 400]]) {
      const page = await ben.get(path, { accept: 'text/html' });
      assert.equal(page.status, status);
      assert.match(page.headers['content-type'], /^text\/html/);
      assert.ok(textOf(page.text).length > 20);
    }
    assert.equal((await cara.get(`/messages?room=${room}`, { accept: 'text/html' })).status, 403);
  });
});

describe('waiting for news', () => {
  let room;
  before(async () => { room = await anna.group({ members: `${ben.name} ${cara.name}` }); });

  test('is answered by a new message within a second', async () => {
    const { cursor } = await ben.read({ room });
    let done = false;
    const waiting = ben.read({ room, after: cursor, wait: 20 }).finally(() => { done = true; });
    await sleep(700);
    assert.equal(done, false, 'held');
    const begin = performance.now();
    await anna.say(room, 'news');
    const page = await waiting;
    assert.ok(performance.now() - begin < 9000, `${performance.now() - begin} ms`);
    assert.deepEqual(texts(page), ['news']);
    assert.notEqual(page.cursor, cursor);
  });

  test('is answered by an edit and by a deletion as well', async () => {
    const { seq } = await anna.say(room, 'to be changed');
    for (const fields of [{ action: 'edit', text: 'changed' }, { action: 'delete' }]) {
      const { cursor } = await ben.read({ room });
      const waiting = ben.read({ room, after: cursor, wait: 20 });
      await sleep(200);
      const begin = performance.now();
      await anna.message({ room, seq, ...fields });
      const page = await waiting;
      assert.ok(performance.now() - begin < 9000);
      assert.deepEqual(seqs(page), [seq]);
      assert.equal(page.messages[0].deleted, fields.action === 'delete');
    }
  });

  test('ends empty when the time is up', async () => {
    const { cursor } = await ben.read({ room });
    const begin = performance.now();
    const page = await ben.read({ room, after: cursor, wait: 2 });
    const took = performance.now() - begin;
    assert.ok(took > 1800 && took < 15000, `${took} ms`);
    assert.deepEqual(page.messages, []);
    assert.deepEqual((await ben.read({ room, after: page.cursor })).messages, []);
  });

  test('does not wait when there is news already, when wait is 0, and when nothing is asked for', async () => {
    const { cursor } = await ben.read({ room });
    await anna.say(room, 'already there');
    for (const fields of [{ after: cursor, wait: 20 }, { after: cursor, wait: 0 }, { after: cursor }]) {
      const begin = performance.now();
      assert.deepEqual(texts(await ben.read({ room, ...fields })), ['already there']);
      assert.ok(performance.now() - begin < 9000);
    }
    const now = (await ben.read({ room })).cursor;
    const begin = performance.now();
    assert.deepEqual((await ben.read({ room, after: now, wait: 0 })).messages, []);
    assert.ok(performance.now() - begin < 9000);
  });

  test('gives many readers of one room the same news', async () => {
    const cursors = [(await ben.read({ room })).cursor, (await cara.read({ room })).cursor];
    const waiting = Array.from({ length: 40 }, (_, at) => [ben, cara][at % 2].read({ room, after: cursors[at % 2], wait: 20 }));
    await sleep(500);
    await anna.say(room, 'for all');
    const pages = await Promise.all(waiting);
    for (const page of pages) assert.deepEqual(page.messages, pages[0].messages);
    assert.deepEqual(texts(pages[0]), ['for all']);
  });

  test('of a room tells of new messages in other rooms', async () => {
    const other = await anna.group({ members: ben.name });
    const { cursor } = await ben.read({ room });
    let at = cursor;
    const waiting = (async () => {
      for (;;) {
        const page = await ben.read({ room, after: at, wait: 10 });
        at = page.cursor;
        if (page.news) return page;
      }
    })();
    await sleep(300);
    const begin = performance.now();
    const { seq } = await anna.say(other, 'elsewhere');
    const page = await waiting;
    assert.ok(performance.now() - begin < 2500 * PATIENCE, `${performance.now() - begin} ms`);
    assert.deepEqual(page.news.filter((each) => each.id === other), [{ id: other, last_seq: seq }]);
    assert.deepEqual(page.messages, []);
  });

  test('without a room tells when one is added to a group, and when it goes', async () => {
    const client = await person(site);
    let page = await client.read({});
    assert.equal(page.messages?.length ?? 0, 0);
    assert.deepEqual(page.rooms, []);
    assert.equal(typeof page.cursor, 'string');
    const waiting = client.read({ after: page.cursor, wait: 20 });
    await sleep(200);
    let begin = performance.now();
    const id = await anna.group({ members: client.name });
    page = await waiting;
    assert.ok(performance.now() - begin < 2000 * PATIENCE);
    assert.deepEqual(page.rooms.map((each) => each.id), [id]);
    let { cursor } = page;
    const gone = (async () => {
      for (;;) {
        const next = await client.read({ after: cursor, wait: 20 });
        cursor = next.cursor;
        if (next.rooms?.length === 0) return;
      }
    })();
    await sleep(200);
    begin = performance.now();
    await anna.settings(id, 'remove', { member: client.name });
    await gone;
    assert.ok(performance.now() - begin < 2000 * PATIENCE);
  });

  test('without a room ends when the time is up', async () => {
    const client = await person(site);
    let { cursor } = await client.read({});
    // Presence of others may be told in between; with nothing else the time runs out.
    const begin = performance.now();
    while (performance.now() - begin < 900) cursor = (await client.read({ after: cursor, wait: 1 })).cursor;
    assert.ok(performance.now() - begin < 3500 * PATIENCE);
  });

  for (const [visibility, status] of [['private', 404], ['public', 403]]) {
    test(`in a ${visibility} group ends with ${status} within a second when one is removed`, async () => {
      const id = await anna.group({ visibility, members: ben.name });
      const { cursor } = await ben.read({ room: id });
      const waiting = ben.list({ room: id, after: cursor, wait: 20 });
      await sleep(300);
      const begin = performance.now();
      await anna.settings(id, 'remove', { member: ben.name });
      await refused(waiting, status);
      assert.ok(performance.now() - begin < 1500 * PATIENCE, `${performance.now() - begin} ms`);
      await refused(ben.list({ room: id }), status);
    });
  }

  test('ends with 401 within a second when one signs out, or is signed out elsewhere', async () => {
    const client = await person(site);
    const id = await client.group();
    for (const way of ['logout', 'signout_others']) {
      const second = await signIn(site, client.name);
      const { cursor } = await second.read({ room: id });
      const waiting = second.list({ room: id, after: cursor, wait: 20 });
      const roomless = second.list({ after: (await second.read({})).cursor, wait: 20 });
      await sleep(300);
      const begin = performance.now();
      if (way === 'logout') {
        const copy = new Client(site.url);
        copy.cookies = new Map(second.cookies);
        await copy.submit('/logout', {});
      } else {
        await client.submit('/account', { action: 'signout_others' });
      }
      await refused(waiting, 401);
      await refused(roomless, 401);
      assert.ok(performance.now() - begin < 1500 * PATIENCE, `${way}: ${performance.now() - begin} ms`);
    }
  });

  test('ends with 404 within a second when the group is deleted', async () => {
    const id = await anna.group({ members: ben.name });
    const { cursor, rooms } = await ben.read({ room: id });
    const waiting = ben.list({ room: id, after: cursor, wait: 20 });
    await sleep(300);
    const begin = performance.now();
    await anna.settings(id, 'delete', { confirm: rooms.find((each) => each.id === id).name });
    await refused(waiting, 404);
    assert.ok(performance.now() - begin < 1500 * PATIENCE);
  });

  test('is over for the server when the reader has gone: the next one is served', async () => {
    const { cursor } = await ben.read({ room });
    const cut = [];
    for (let at = 0; at < 20; at += 1) {
      cut.push(ben.list({ room, after: cursor, wait: 30 }, { abort: (request) => setTimeout(() => request.destroy(), 200) }).catch(() => {}));
    }
    await Promise.all(cut);
    await anna.say(room, 'after the cuts');
    assert.deepEqual(texts(await ben.read({ room, after: cursor, wait: 5 })), ['after the cuts']);
  });
});

describe('a stream', () => {
  let room;
  before(async () => { room = await anna.group({ members: `${ben.name} ${cara.name}` }); });
  const updates = (stream) => stream.events.filter((event) => event.event === 'update');
  const told = (stream) => updates(stream).flatMap((event) => event.data.messages);
  const has = (stream, text) => eventually(text, () => told(stream).some((message) => message.text === text), 2);

  test('brings every change within a second, each under its cursor and as the JSON that a poll gets', async (t) => {
    const { seq } = await anna.say(room, 'before the stream');
    const stream = await ben.stream({ room });
    t.after(() => stream.close());
    assert.equal(stream.status, 200);
    assert.match(stream.headers['content-type'], /^text\/event-stream/);
    await has(stream, 'before the stream');
    await eventually('the list of rooms', () => stream.events.some((event) => event.event === 'rooms' && event.data.rooms.some((each) => each.id === room)));
    const first = updates(stream).at(-1).id;
    const begin = performance.now();
    await anna.say(room, 'live');
    await has(stream, 'live');
    assert.ok(performance.now() - begin < 9000);
    await anna.message({ room, action: 'edit', seq, text: 'edited live' });
    await has(stream, 'edited live');
    await anna.message({ room, action: 'delete', seq });
    await eventually('the deletion', () => told(stream).some((message) => message.seq === seq && message.deleted), 2);
    const changes = told(stream).map((message) => message.change);
    assert.deepEqual(changes, [...new Set(changes)].sort((a, b) => a - b), 'each once, in order');
    const { messages } = await ben.read({ room, after: first });
    assert.deepEqual([...new Map(messages.map((message) => [message.seq, message.text])).values()].sort(), ['', 'live'], 'its cursors are those of polls');
    for (const event of updates(stream)) {
      const [one, other] = await Promise.all([event.id, event.data.cursor].map((cursor) => ben.read({ room, after: cursor })));
      const ends = (page) => [page.messages.at(-1), page.more];
      assert.deepEqual(ends(one), ends(other), 'the id is the cursor');
    }
    assert.deepEqual(told(stream).filter((message) => messages.some((each) => each.change === message.change)), messages, 'and so is what it brings');
  });

  test('goes on where it was cut, by Last-Event-ID or by after', async (t) => {
    const first = await ben.stream({ room });
    await anna.say(room, 'seen');
    await has(first, 'seen');
    const { id } = updates(first).at(-1);
    first.close();
    await anna.say(room, 'missed one');
    await anna.say(room, 'missed two');
    for (const [fields, headers] of [[{ room }, { 'Last-Event-ID': id }], [{ room, after: id }, {}]]) {
      const stream = await ben.stream(fields, headers);
      t.after(() => stream.close());
      await has(stream, 'missed two');
      assert.deepEqual(told(stream).map((message) => message.text), ['missed one', 'missed two']);
    }
  });

  test('tells of new messages in other rooms', async (t) => {
    const other = await anna.group({ members: ben.name });
    const stream = await ben.stream({ room });
    t.after(() => stream.close());
    await sleep(200);
    const { seq } = await anna.say(other, 'elsewhere');
    await eventually('news', () => stream.events.some((event) => event.event === 'news' && event.data.news.some((each) => each.id === other && each.last_seq === seq)), 2);
  });

  for (const [why, end, code] of [['signed out', async (client) => { await client.submit('/logout', {}); }], ['removed', async (client, id) => { await anna.settings(id, 'remove', { member: client.name }); }, 'not_a_member'],
    ['left without the group', async (client, id) => { await anna.settings(id, 'delete', { confirm: (await mark(anna, id)).name }); }]]) {
    test(`ends for good within a second when one is ${why}`, async () => {
      const client = await person(site);
      await client.csrf();
      const id = await anna.group({ members: client.name });
      const stream = await client.stream({ room: id });
      await sleep(300);
      assert.equal(stream.over, false);
      const begin = performance.now();
      await end(client, id);
      await eventually('the end', () => stream.over, 3);
      assert.ok(performance.now() - begin < 1500 * PATIENCE, `${performance.now() - begin} ms`);
      const last = stream.events.at(-1);
      assert.equal(last.event, 'end');
      assert.match(last.data.code, /^[a-z_]+$/);
      if (code) assert.equal(last.data.code, code);
    });
  }

  test('is refused like anything else', async () => {
    for (const [client, fields, status] of [[new Client(site.url), { room }, 401], [ben, { room: 999999999 }, 404], [ben, { room, after: 'garbage' }, 400]]) {
      const stream = await client.stream(fields);
      const code = stream.events.find((event) => event.event === 'end')?.data.code;
      assert.ok(stream.status === status || code, `${stream.status}`);
      stream.close();
    }
  });
});

describe('sending', () => {
  let room;
  before(async () => { room = await anna.group({ members: ben.name }); });

  test('answers 201 with room, seq and change once the message is stored', async () => {
    const answer = await anna.message({ room, text: 'Hi, ben', nonce: nonce() });
    assert.equal(answer.status, 201);
    const { room: at, seq, change } = answer.json();
    assert.equal(at, room);
    assert.deepEqual((await site.sql(`SELECT text FROM messages WHERE room_id = ${room} AND seq = ${seq} AND version = ${change}`)).flat(), ['Hi, ben']);
  });

  test('numbers messages 1, 2, 3 … without a gap', async () => {
    const own = await anna.group();
    for (let at = 1; at <= 3; at += 1) assert.equal((await anna.say(own, 'x')).seq, at);
  });

  test('works as a plain form: back to the message, with the token in the form', async () => {
    const page = await anna.get(`/rooms/${room}`);
    const form = formsOf(page.text).find((each) => each.action === '/messages' && each.controls.some((control) => control.name === 'text'));
    const fields = Object.fromEntries(form.controls.filter((control) => control.name).map((control) => [control.name, control.value]));
    assert.match(fields.nonce, /^[\x21-\x7e]{1,36}$/);
    const answer = await anna.post('/messages', { ...fields, text: 'by form' }, { accept: 'text/html' });
    assert.equal(answer.status, 303);
    const seq = Number(new RegExp(`^/rooms/${room}#m(\\d+)$`).exec(answer.location)[1]);
    assert.ok(messagesOf((await anna.get(`/rooms/${room}`)).text)[seq].includes('by form'));
    const again = await anna.post('/messages', { ...fields, text: 'by form' }, { accept: 'text/html' });
    assert.deepEqual([again.status, again.location], [303, answer.location], 'reloading the answer sends nothing twice');
  });

  for (const [text, status, why] of [['', 422, 'nothing'], [' \t\n ', 422, 'only white space'], ['\r\n\r\n', 422, 'only line ends'], [undefined, 422, 'no text at all'], ['a\u0000b', 422, 'a NUL'], ['a\u0007b', 422, 'a control character'], ['a\u001bb', 422, 'an escape'], ['a\u007fb', 422, 'a DEL'],
    [invalid, 422, 'invalid UTF-8'], [Buffer.from([0xed, 0xa0, 0x80]), 422, 'a surrogate'], [Buffer.from([0xc0, 0xaf]), 422, 'an overlong slash'], [Buffer.from([0xf4, 0x90, 0x80, 0x80]), 422, 'a character beyond Unicode'], [Buffer.from([0xe2, 0x82]), 422, 'half a character'],
    ['x'.repeat(10001), 413, '10,001 characters'], ['€'.repeat(10001), 413, '10,001 characters of three bytes']]) {
    test(`refuses ${why} with ${status}`, async () => {
      const before_ = (await anna.read({ room })).messages.at(-1);
      await refused(anna.message({ room, text, nonce: nonce() }), status);
      const form = await anna.submit('/messages', { room, text, nonce: nonce() }, { accept: 'text/html' });
      assert.equal(form.status, status);
      assert.match(form.headers['content-type'], /^text\/html/);
      if (status === 413) assert.equal(fieldValue(form.text, 'text'), text, 'nothing typed is lost');
      assert.deepEqual((await anna.read({ room })).messages.at(-1), before_);
    });
  }

  test('takes 10,000 characters, also of four bytes each', async () => {
    for (const text of ['x'.repeat(10000), '€'.repeat(10000), '😀'.repeat(10000)]) {
      const { seq } = await anna.say(room, text);
      const { messages } = await anna.read({ room, limit: 1 });
      assert.equal(messages[0].seq, seq);
      assert.equal(messages[0].text, text);
    }
  });

  for (const [text, why] of [["'; DROP TABLE messages; -- \" \\ %s \\' \\0", 'SQL'], ['<script>alert(1)</script><img src=x onerror=alert(1)>&lt;&amp;', 'HTML'], ['<?cs var:Me.Name ?> <?cs include:"/etc/passwd" ?>', 'template code'], ['0', 'a zero'], ['\ttab\nand line', 'tabs and lines'],
    ['مرحبا بالعالم', 'Arabic'], ['שלום', 'Hebrew'], ['你好，世界', 'Chinese'], ['👩‍🌾🌻🇩🇪', 'emoji'], ['e\u0301 \u200d \u202etxt\u202c \u2028', 'marks and joiners'], ['+&=%41;?#', 'form characters'], ['{"a":"\\u0041"}', 'JSON'], ['\\n\\t\\\\', 'backslashes'],
    ['\ufeffbom\uffff', 'the odd ends of Unicode'], ['a', 'one letter']]) {
    test(`keeps ${why} as the text that it is`, async () => {
      const { seq } = await anna.say(room, text);
      const message = (await ben.read({ room, limit: 1 })).messages[0];
      assert.deepEqual([message.seq, message.text], [seq, text]);
      const shown = text.replace(/\\(?=[!-/:-@[-`{-~])/g, '').replace(/\s+/g, ' ').trim(); // CommonMark: a backslash takes a sign's meaning
      assert.ok(textOf(message.html).includes(shown), message.html);
      assert.doesNotMatch(message.html, /<script>alert|<img/);
      for (const path of [`/rooms/${room}`, `/messages?room=${room}`]) {
        const page = await ben.get(path, { accept: 'text/html' });
        assert.equal(page.status, 200);
        assert.doesNotMatch(page.text, /<script>alert|<img src=x/);
        assert.ok(textOf(messagesOf(page.text)[seq]).includes(shown));
      }
    });
  }

  test('makes CRLF and CR one line end', async () => {
    await anna.say(room, 'one\r\ntwo\rthree\nfour');
    assert.equal((await anna.read({ room, limit: 1 })).messages[0].text, 'one\ntwo\nthree\nfour');
  });

  for (const [fields, why] of [[{ nonce: undefined }, 'no nonce'], [{ nonce: '' }, 'an empty nonce'], [{ nonce: 'x'.repeat(37) }, 'a nonce of 37 characters'], [{ nonce: 'ä' }, 'a nonce that is not ASCII'], [{ nonce: invalid }, 'a nonce that is no text'], [{ nonce: 'a\0' }, 'a NUL in the nonce'],
    [{ action: 'fly' }, 'an action that does not exist'], [{ action: 'edit', seq: undefined }, 'an edit without seq'], [{ action: 'edit', seq: 'x' }, 'an edit of seq x'], [{ action: 'delete', seq: '-1' }, 'a deletion of seq -1'],
    [{ action: 'read', seq: '' }, 'a read mark of nothing'], [{ action: 'unread', seq: '1.5' }, 'an unread mark of seq 1.5'], [{ action: 'edit', seq: 1, base: 'x' }, 'a base that is no number'], [{ room: undefined }, 'no room'], [{ room: 'x' }, 'room x']]) {
    test(`answers ${why} with 400`, async () => {
      await refused(anna.message({ room, text: 'x', nonce: nonce(), ...fields }), 400, 'bad_parameter');
    });
  }

  test('takes a nonce of 1 and of 36 characters', async () => {
    const client = await person(site);
    const id = await client.group();
    for (const name of ['x', 'y'.repeat(36), '~!"']) assert.equal((await client.message({ room: id, text: 'x', nonce: name })).status, 201);
  });

  test('to a room that nobody knows is 404', async () => {
    for (const fields of [{ text: 'x', nonce: nonce() }, { action: 'edit', seq: 1, text: 'x' }, { action: 'delete', seq: 1 }, { action: 'read', seq: 1 }, { action: 'unread', seq: 1 }]) {
      await refused(anna.message({ room: 999999999, ...fields }), 404);
    }
  });

  test('needs the token: without it 403, and nothing is stored', async () => {
    const before_ = (await anna.read({ room })).messages.at(-1).seq;
    for (const headers of [{}, { 'X-CSRF-Token': 'wrong' }]) await refused(anna.post('/messages', { room, text: 'x', nonce: nonce() }, { accept: 'application/json', headers }), 403);
    assert.equal((await anna.post('/messages', { room, text: 'x', nonce: nonce() }, { accept: '*/*' })).status, 403);
    assert.equal((await anna.read({ room })).messages.at(-1).seq, before_);
    assert.equal((await anna.post('/messages', { room, text: 'x', nonce: nonce(), csrf: await anna.csrf() }, { accept: 'application/json' })).status, 201, 'in the form');
  });

  test('signed out is 401 in JSON', async () => {
    await refused(new Client(site.url).post('/messages', { room, text: 'x', nonce: nonce(), csrf: await anna.csrf() }, { accept: 'application/json' }), 401);
  });
});

describe('a retried send', () => {
  let room;
  before(async () => { room = await anna.group({ members: ben.name }); });
  const count = async () => (await anna.everything(room)).filter((message) => message.kind === 'text').length;

  test('is stored once: 200 and the same seq', async () => {
    const fields = { room, text: 'once', nonce: nonce() };
    const first = await anna.message(fields);
    const stored = await count();
    assert.equal(first.status, 201);
    for (let at = 0; at < 3; at += 1) {
      const again = await anna.message(fields);
      assert.equal(again.status, 200);
      assert.deepEqual(again.json(), first.json());
    }
    assert.equal(await count(), stored);
  });

  test('is stored once even when the copies arrive at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const stored = await count();
      const fields = { room, text: `at once ${round}`, nonce: nonce() };
      const answers = await Promise.all(Array.from({ length: 8 }, () => anna.message(fields)));
      assert.equal(answers.filter((answer) => answer.status === 201).length, 1, answers.map((answer) => answer.status).join(' '));
      assert.equal(answers.filter((answer) => answer.status === 200).length, 7);
      assert.equal(new Set(answers.map((answer) => answer.json().seq)).size, 1);
      assert.equal(await count(), stored + 1);
    }
  });

  test('with line ends of another kind is the same text', async () => {
    const name = nonce();
    const { seq } = await anna.say(room, 'a\nb', name);
    const again = await anna.message({ room, text: 'a\r\nb', nonce: name });
    assert.deepEqual([again.status, again.json().seq], [200, seq]);
  });

  test('after an edit is 200 with the present change, and keeps the edit', async () => {
    const name = nonce();
    const { seq } = await anna.say(room, 'as sent', name);
    const edited = (await anna.message({ room, action: 'edit', seq, text: 'as edited' })).json();
    const again = await anna.message({ room, text: 'as sent', nonce: name });
    assert.equal(again.status, 200);
    assert.deepEqual(again.json(), { room, seq, change: edited.change });
    assert.equal((await anna.read({ room, limit: 1 })).messages[0].text, 'as edited');
  });

  test('after a deletion brings nothing back', async () => {
    const name = nonce();
    const { seq } = await anna.say(room, 'as sent', name);
    await anna.message({ room, action: 'delete', seq });
    const again = await anna.message({ room, text: 'as sent', nonce: name });
    assert.deepEqual([again.status, again.json().seq], [200, seq]);
    const [message] = (await anna.read({ room, limit: 1 })).messages;
    assert.deepEqual([message.seq, message.deleted, message.text], [seq, true, '']);
  });

  test('with another text, or to another room, is 409 and changes nothing', async () => {
    const name = nonce();
    const other = await anna.group();
    await anna.say(room, 'mine', name);
    const stored = await count();
    await refused(anna.message({ room, text: 'another', nonce: name }), 409);
    await refused(anna.message({ room: other, text: 'mine', nonce: name }), 409);
    assert.equal(await count(), stored);
    assert.equal((await anna.everything(other)).length, 0);
  });

  test('with another text comes back as a form with that text and a fresh nonce', async () => {
    const name = nonce();
    await anna.say(room, 'first', name);
    const page = await anna.submit('/messages', { room, text: 'second <b>', nonce: name }, { accept: 'text/html' });
    assert.equal(page.status, 409);
    assert.equal(fieldValue(page.text, 'text'), 'second <b>');
    const fresh = fieldValue(page.text, 'nonce');
    assert.ok(fresh && fresh !== name);
    const sent = await anna.post('/messages', { room, text: 'second <b>', nonce: fresh, csrf: csrfOf(page.text) }, { accept: 'text/html' });
    assert.equal(sent.status, 303);
    assert.equal((await anna.read({ room, limit: 1 })).messages[0].text, 'second <b>');
  });

  test("is the sender's own: another user's same nonce is another message", async () => {
    const name = nonce();
    const first = await anna.say(room, 'same', name);
    const second = await ben.say(room, 'same', name);
    assert.notEqual(first.seq, second.seq);
    assert.equal((await anna.message({ room, text: 'same', nonce: name.toUpperCase() })).status, 201, 'in other letters it is another nonce');
  });
});

describe('editing', () => {
  let room;
  before(async () => { room = await anna.group({ members: ben.name }); });

  test('changes the text, marks it as edited and keeps its number', async () => {
    const { seq, change } = await anna.say(room, 'befor');
    const answer = await anna.message({ room, action: 'edit', seq, text: 'before' });
    assert.equal(answer.status, 200);
    assert.deepEqual(Object.keys(answer.json()).sort(), ['change', 'room', 'seq']);
    assert.equal(answer.json().seq, seq);
    assert.ok(answer.json().change > change);
    const message = (await ben.read({ room, limit: 1 })).messages[0];
    assert.deepEqual([message.seq, message.change, message.text], [seq, answer.json().change, 'before']);
    assert.match(message.edited_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('with the same text changes nothing', async () => {
    const { seq, change } = await anna.say(room, 'same');
    const answer = await anna.message({ room, action: 'edit', seq, text: 'same' });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.json(), { room, seq, change });
    assert.equal((await ben.read({ room, limit: 1 })).messages[0].edited_at, null);
  });

  test('of what somebody has changed meanwhile is 409 with the present text', async () => {
    const { seq, change } = await anna.say(room, 'original');
    const present = (await anna.message({ room, action: 'edit', seq, text: 'from the phone', base: change })).json();
    const late = await refused(anna.message({ room, action: 'edit', seq, text: 'from the desk', base: change }), 409);
    assert.match(late.text, /from the phone/);
    assert.equal((await ben.read({ room, limit: 1 })).messages[0].text, 'from the phone');
    const form = await anna.submit('/messages', { room, action: 'edit', seq, text: 'from the <desk>', base: change }, { accept: 'text/html' });
    assert.equal(form.status, 409);
    assert.equal(fieldValue(form.text, 'text'), 'from the <desk>');
    assert.match(textOf(form.text), /from the phone/);
    assert.equal(fieldValue(form.text, 'base'), String(present.change), 'sent again, it goes through');
    assert.equal((await anna.message({ room, action: 'edit', seq, text: 'from the desk', base: present.change })).status, 200);
  });

  test('works without scripts, at ?edit=SEQ', async () => {
    const { seq } = await anna.say(room, 'to <edit>');
    const page = await anna.get(`/rooms/${room}?edit=${seq}`);
    assert.equal(page.status, 200);
    const form = formsOf(page.text).find((each) => each.controls.some((control) => control.name === 'action' && control.value === 'edit'));
    const fields = Object.fromEntries(form.controls.filter((control) => control.name).map((control) => [control.name, control.value]));
    assert.equal(fields.text, 'to <edit>');
    assert.equal(fields.seq, String(seq));
    const answer = await anna.post('/messages', { ...fields, text: 'edited by form' }, { accept: 'text/html' });
    assert.equal(answer.status, 303);
    assert.equal(answer.location, `/rooms/${room}#m${seq}`);
    assert.ok(messagesOf((await ben.get(`/rooms/${room}`)).text)[seq].includes('edited by form'));
  });

  test('is for the author alone', async () => {
    const { seq } = await anna.say(room, 'mine');
    await refused(ben.message({ room, action: 'edit', seq, text: 'yours' }), 403);
    assert.equal((await anna.read({ room, limit: 1 })).messages[0].text, 'mine');
    assert.ok(!formsOf((await ben.get(`/rooms/${room}?edit=${seq}`)).text).some((form) => form.controls.some((control) => control.name === 'action' && control.value === 'edit')));
    const page = messagesOf((await ben.get(`/rooms/${room}`)).text)[seq];
    assert.doesNotMatch(page, /edit=/);
    assert.match(messagesOf((await anna.get(`/rooms/${room}`)).text)[seq], /edit=/);
  });

  test('keeps to the rules of texts, and knows only messages that are there', async () => {
    const { seq } = await anna.say(room, 'stays');
    for (const [text, status] of [['', 422], [' ', 422], ['x'.repeat(10001), 413], [invalid, 422], ['a\0', 422], [undefined, 422]]) await refused(anna.message({ room, action: 'edit', seq, text }), status);
    await refused(anna.message({ room, action: 'edit', seq: seq + 1000, text: 'x' }), 404);
    assert.ok([400, 404].includes((await anna.message({ room, action: 'edit', seq: '18446744073709551615', text: 'x' })).status));
    assert.equal((await anna.read({ room, limit: 1 })).messages[0].text, 'stays');
  });

  test('by many at the same moment leaves one whole text and a change for each', async () => {
    const { seq } = await anna.say(room, 'start');
    const answers = await Promise.all(Array.from({ length: 10 }, (_, at) => anna.message({ room, action: 'edit', seq, text: `version ${at}` })));
    const changes = answers.map((answer) => answer.json().change);
    assert.equal(new Set(changes).size, 10);
    const last = Math.max(...changes);
    const message = (await ben.read({ room, limit: 1 })).messages[0];
    assert.deepEqual([message.change, message.text], [last, `version ${changes.indexOf(last)}`]);
  });
});

describe('deleting', () => {
  let room;
  before(async () => { room = await anna.group({ members: ben.name }); });

  test('leaves a note in the place of the message, and nothing of its text', async () => {
    const { seq, change } = await anna.say(room, 'a slip of the tongue');
    const answer = await anna.message({ room, action: 'delete', seq });
    assert.equal(answer.status, 200);
    assert.equal(answer.json().seq, seq);
    assert.ok(answer.json().change > change);
    const message = (await ben.read({ room, limit: 1 })).messages[0];
    assert.deepEqual([message.seq, message.deleted, message.text], [seq, true, '']);
    assert.match(textOf(message.html), /deleted/);
    const page = messagesOf((await ben.get(`/rooms/${room}`)).text)[seq];
    assert.match(textOf(page), /deleted/);
    assert.doesNotMatch(page, /slip of the tongue/);
    assert.doesNotMatch(JSON.stringify(await site.sql(`SELECT text FROM messages WHERE room_id = ${room}`)), /slip of the tongue/);
  });

  test('twice changes nothing more', async () => {
    const { seq } = await anna.say(room, 'x');
    const first = await anna.message({ room, action: 'delete', seq });
    const again = await anna.message({ room, action: 'delete', seq });
    assert.ok([200, 404, 409].includes(again.status));
    assert.equal((await ben.read({ room, limit: 1 })).messages[0].change, first.json().change);
    const edit = await anna.message({ room, action: 'edit', seq, text: 'back again' });
    assert.ok([403, 404, 409, 422].includes(edit.status), String(edit.status));
    assert.equal((await ben.read({ room, limit: 1 })).messages[0].text, '');
  });

  test('works without scripts, at ?delete=SEQ, after one question', async () => {
    const { seq } = await anna.say(room, 'to be deleted by form');
    const page = await anna.get(`/rooms/${room}?delete=${seq}`);
    const form = formsOf(page.text).find((each) => each.controls.some((control) => control.name === 'action' && control.value === 'delete'));
    const fields = Object.fromEntries(form.controls.filter((control) => control.name).map((control) => [control.name, control.value]));
    assert.equal((await ben.read({ room, limit: 1 })).messages[0].deleted, false, 'asking deletes nothing');
    const answer = await anna.post('/messages', fields, { accept: 'text/html' });
    assert.equal(answer.status, 303);
    assert.equal((await ben.read({ room, limit: 1 })).messages[0].deleted, true);
  });

  test("is not for other members, and knows only messages that are there", async () => {
    const { seq } = await anna.say(room, 'mine');
    await refused(ben.message({ room, action: 'delete', seq }), 403);
    await refused(anna.message({ room, action: 'delete', seq: seq + 1000 }), 404);
    assert.equal((await anna.read({ room, limit: 1 })).messages[0].deleted, false);
  });
});

describe('read marks', () => {
  test('only rise, and count what is unread', async () => {
    const room = await anna.group({ members: ben.name });
    const base = (await mark(ben, room)).last_seq;
    await say(anna, room, 6);
    assert.equal((await mark(ben, room)).unread, 6);
    const answer = await ben.message({ room, action: 'read', seq: base + 4 });
    assert.equal(answer.status, 200);
    assert.deepEqual(Object.keys(answer.json()).sort(), ['change', 'room', 'seq']);
    await eventually('the mark at 4', async () => (await mark(ben, room)).read_seq === base + 4);
    assert.equal((await mark(ben, room)).unread, 2);
    assert.equal((await ben.message({ room, action: 'read', seq: base + 2 })).status, 200);
    await sleep(600);
    assert.equal((await mark(ben, room)).read_seq, base + 4);
    assert.equal((await ben.message({ room, action: 'unread', seq: base + 2 })).status, 200);
    await eventually('the mark before 2', async () => (await mark(ben, room)).read_seq === base + 1);
    assert.equal((await mark(ben, room)).unread, 5);
    assert.equal((await ben.message({ room, action: 'read', seq: base + 6 })).status, 200);
    await eventually('all read', async () => (await mark(ben, room)).unread === 0);
  });

  test('of a sender rise with the own message', async () => {
    const room = await anna.group({ members: ben.name });
    await say(anna, room, 3);
    assert.equal((await mark(anna, room)).unread, 0);
    await ben.say(room, 'an answer');
    await eventually('the own mark', async () => (await mark(ben, room)).unread === 0);
    assert.equal((await mark(anna, room)).unread, 1);
  });

  test('never pass the last message', async () => {
    const room = await anna.group({ members: ben.name });
    await say(anna, room, 2);
    const answer = await ben.message({ room, action: 'read', seq: 1000000 });
    assert.ok([200, 400, 404, 422].includes(answer.status), String(answer.status));
    await sleep(500);
    const listed = await mark(ben, room);
    assert.ok(listed.read_seq <= listed.last_seq);
    await anna.say(room, 'one more');
    assert.ok((await mark(ben, room)).unread >= 1);
  });

  test('can be reported while leaving: the token in the form, no JSON asked for', async () => {
    const room = await anna.group({ members: ben.name });
    const { seq } = await anna.say(room, 'x');
    const answer = await ben.post('/messages', { room, action: 'read', seq, csrf: await ben.csrf() }, { accept: '*/*' });
    assert.ok(answer.status < 400, String(answer.status));
    await eventually('read', async () => (await mark(ben, room)).unread === 0);
  });

  test('come back on the page: the first unread message is marked', async () => {
    const room = await anna.group({ members: ben.name });
    const { seq } = await anna.say(room, 'read before');
    await ben.message({ room, action: 'read', seq });
    await eventually('the mark', async () => (await mark(ben, room)).read_seq === seq);
    await say(anna, room, 3, 'unread');
    const page = (await ben.get(`/rooms/${room}`)).text;
    const at = page.search(/New since you left/);
    assert.ok(at > page.indexOf('read before') && at < page.indexOf('unread 1'), 'a line before the first of them');
  });
});

describe('the room page', () => {
  let room;
  before(async () => {
    room = await anna.group({ members: ben.name });
    await say(anna, room, 70);
  });

  test('shows the newest messages and leads page by page to the first', async () => {
    let page = await ben.get(`/rooms/${room}`);
    let got = Object.keys(messagesOf(page.text)).map(Number);
    assert.ok(got.length >= 20 && got.length <= 200);
    const last = Math.max(...got);
    for (let turn = 0; Math.min(...got) > 1; turn += 1) {
      assert.ok(turn < 10);
      const link = new RegExp(`href="(/rooms/${room}\\?before=${Math.min(...got)})"`).exec(page.text);
      assert.ok(link, `a link to what is older than ${Math.min(...got)}`);
      page = await ben.get(link[1]);
      assert.equal(page.status, 200);
      assert.match(page.text, new RegExp(`href="/rooms/${room}"`));
      const more = Object.keys(messagesOf(page.text)).map(Number);
      assert.equal(Math.max(...more), Math.min(...got) - 1);
      got = [...more, ...got];
    }
    assert.deepEqual(got.sort((a, b) => a - b), Array.from({ length: last }, (_, at) => at + 1));
    assert.doesNotMatch(page.text, /\?before=/);
  });

  test('carries a cursor that goes on exactly where the page ends', async () => {
    const page = (await ben.get(`/rooms/${room}`)).text;
    const cursor = /data-cursor="([^"]+)"/.exec(page)[1];
    const { messages } = await ben.read({ room, after: cursor });
    assert.deepEqual(messages, []);
    await anna.say(room, 'after the page');
    assert.deepEqual(texts(await ben.read({ room, after: cursor })), ['after the page']);
  });

  test('answers parameters that make no sense in words', async () => {
    for (const rest of ['?before=x', '?before=-1', '?before=0', '?edit=x', '?delete=x', '?edit=99999', '?before=99999999999999999999', '?before=%00']) {
      const answer = await ben.get(`/rooms/${room}${rest}`);
      assert.ok([200, 303, 400, 403, 404].includes(answer.status), `${rest}: ${answer.status}`);
    }
  });
});

describe('the health page', () => {
  test('says 200 and ok while all answers', async () => {
    const answer = await new Client(site.url).get('/health');
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-type'], /^application\/json/);
    assert.equal(answer.json().status, 'ok');
  });
});

describe('files of the site', () => {
  test('come under versioned names and may be kept for ever', async () => {
    const page = (await new Client(site.url).get('/login')).text;
    const file = /href="(\/static\/[^"]+\.css)"/.exec(page)[1];
    const answer = await new Client(site.url).get(file);
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-type'], /^text\/css/);
    assert.match(answer.headers['cache-control'], /max-age=31536000/);
    assert.match(answer.headers['cache-control'], /immutable/);
    assert.equal((await new Client(site.url).get(query(file.replace(/[^/]+$/, unique('no') + '.css'), {}))).status, 404);
    assert.equal((await new Client(site.url).get(file.replace(/css\/[^/]+$/, 'css/../../../schema.sql'))).status, 404);
  });
});
