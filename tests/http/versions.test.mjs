// What a message said before, and what becomes of messages that are not kept: history limits, and the site's own.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { PATIENCE, site as runningSite, startSite } from '../lib/site.mjs';
import { eventually, nonce, people, sleep, textOf } from './client.mjs';

let site;
let owner;
let author;
let member;
let stranger;
before(async () => {
  site = await runningSite();
  [owner, author, member, stranger] = await people(site, 4, 'ver');
});

const stored = async (id, seq) => (await site.sql(`SELECT text FROM revisions WHERE room_id = ${id} AND seq = ${seq} ORDER BY version`)).flat();
const edit = (client, room, seq, text, more = {}) => client.message({ room, action: 'edit', seq, text, ...more });
const group = (more = {}) => owner.group({ members: `${author.name} ${member.name}`, ...more });
// The section of former versions on a page.
const section = (page) => /<section[^>]*id="versions"[\s\S]*?<\/section>/.exec(page)?.[0];
// Messages that were there already, without sending each.
async function fill(where, id, count, at = 'UTC_TIMESTAMP(3)') {
  const [[last, version, by]] = await where.sql(`SELECT last_seq, version, created_by FROM rooms WHERE id = ${id}`);
  const rows = Array.from({ length: count }, (_, i) => `(${id}, ${last} + ${i + 1}, ${version} + ${i + 1}, ${by}, 'fill-${id}-${i}', 'old ${i}', ${at})`);
  await where.sql(`INSERT INTO messages (room_id, seq, version, sender_id, nonce, text, created_at) VALUES ${rows.join(', ')};
    UPDATE rooms SET last_seq = last_seq + ${count}, version = version + ${count} WHERE id = ${id}`);
}

describe('former versions', () => {
  test('are shown to the author and to admins, the latest first, linked from "(edited)"; to others not', async () => {
    const id = await group();
    const { seq } = await author.say(id, 'first <b>words</b>');
    await edit(author, id, seq, 'second words');
    await edit(author, id, seq, 'present words');
    for (const client of [author, owner]) {
      const room = (await client.get(`/rooms/${id}`)).text;
      assert.ok(room.includes(`href="/rooms/${id}?versions=${seq}#versions"`), client.name);
      const answer = await client.get(`/rooms/${id}?versions=${seq}`);
      assert.equal(answer.status, 200);
      const words = textOf(section(answer.text));
      assert.ok(words.indexOf('second words') < words.indexOf('first <b>words</b>') && words.includes('second words'), words);
    }
    assert.ok(!(await member.get(`/rooms/${id}`)).text.includes('?versions='));
    assert.match((await member.get(`/rooms/${id}`)).text, /\(edited\)/);
    const no = await member.get(`/rooms/${id}?versions=${seq}`);
    assert.equal(no.status, 403);
    assert.doesNotMatch(no.text, /first|second words/);
    assert.doesNotMatch((await stranger.get(`/rooms/${id}?versions=${seq}`)).text, /words/);
    assert.equal(section((await owner.get(`/rooms/${id}?versions=999`)).text), undefined);
    assert.match(textOf(section((await owner.get(`/rooms/${id}?versions=${(await author.say(id, 'plain')).seq}`)).text)), /never edited/);
  });

  test('are one for each edit that changed something, also of edits at the same moment', async () => {
    const id = await group();
    const { seq, change } = await author.say(id, 'begin');
    await edit(author, id, seq, 'begin');
    assert.deepEqual(await stored(id, seq), []);
    const first = (await edit(author, id, seq, 'next')).json();
    await edit(author, id, seq, 'next');
    assert.equal((await edit(author, id, seq, 'late', { base: change })).status, 409);
    assert.deepEqual(await stored(id, seq), ['begin']);
    const texts = Array.from({ length: 20 }, (_, at) => `version ${at}`);
    const answers = await Promise.all(texts.map((text) => edit(author, id, seq, text)));
    const order = answers.map((answer, at) => [answer.json().change, texts[at]]).sort((a, b) => a[0] - b[0]);
    assert.ok(order.every(([at]) => at > first.change));
    assert.deepEqual(await stored(id, seq), ['begin', 'next', ...order.slice(0, -1).map(([, text]) => text)]);
    const [[text]] = await site.sql(`SELECT text FROM messages WHERE room_id = ${id} AND seq = ${seq}`);
    assert.equal(text, order.at(-1)[1]);
  });

  test('go with the message when it is deleted, by whomever', async () => {
    const id = await group();
    for (const client of [author, owner]) {
      const { seq } = await author.say(id, 'a secret');
      await edit(author, id, seq, 'no secret');
      assert.deepEqual(await stored(id, seq), ['a secret']);
      await client.message({ room: id, action: 'delete', seq });
      assert.deepEqual(await stored(id, seq), []);
      assert.doesNotMatch((await owner.get(`/rooms/${id}?versions=${seq}`)).text, /secret/);
    }
    const { seq } = await author.say(id, 'a secret');
    await Promise.all([edit(author, id, seq, 'edited'), author.message({ room: id, action: 'delete', seq })]);
    assert.deepEqual(await stored(id, seq), [], 'whichever came first');
  });

  test('go when the history limit passes the message, by sending and by lowering it', async () => {
    const id = await group({ history: '3' });
    const { seq } = await author.say(id, 'a secret');
    await edit(author, id, seq, 'no secret');
    for (let at = 0; at < 3; at += 1) await author.say(id, 'more');
    assert.deepEqual(await stored(id, seq), []);
    const kept = await author.say(id, 'another secret');
    await edit(author, id, kept.seq, 'none');
    assert.deepEqual(await stored(id, kept.seq), ['another secret']);
    const { name } = (await owner.read({})).rooms.find((room) => room.id === id);
    await author.say(id, 'last');
    assert.equal((await owner.settings(id, 'update', { name, topic: '', visibility: 'public', history: '1' })).status, 303);
    assert.deepEqual(await stored(id, kept.seq), []);
  });
});

describe('lowering the history limit of a big group', () => {
  test('passes thousands of messages without holding up who writes, and every reader hears of it', async () => {
    const id = await group();
    const { name } = (await owner.read({})).rooms.find((room) => room.id === id);
    await fill(site, id, 12000);
    const stream = await member.stream({ room: id });
    const first = await member.read({ room: id });
    assert.equal(first.oldest, 1);
    let over = false;
    let slowest = 0;
    const writing = (async () => {
      for (let at = 0; !over; at += 1) {
        const begun = Date.now();
        await author.say(id, `meanwhile ${at}`);
        slowest = Math.max(slowest, Date.now() - begun);
      }
    })();
    await sleep(100);
    assert.equal((await owner.settings(id, 'update', { name, topic: '', visibility: 'public', history: '100' })).status, 303);
    over = true;
    await writing;
    assert.ok(slowest < 1000 * PATIENCE, `a send took ${slowest} ms`);
    const page = await member.read({ room: id, limit: 200 });
    assert.equal(page.messages.length, 100);
    const [[last, oldest, left]] = await site.sql(`SELECT r.last_seq, r.oldest_seq, (SELECT COUNT(*) FROM messages t WHERE t.room_id = r.id AND t.text <> '') FROM rooms r WHERE id = ${id}`);
    assert.equal(Number(last) - Number(oldest) + 1, 100);
    assert.equal(left, '100', 'the others are emptied');
    await eventually('the stream knows', () => stream.events.some((event) => event.data.oldest === Number(oldest)));
    let { cursor } = first;
    for (let more = true; more;) {
      const next = await member.read({ room: id, after: cursor });
      ({ cursor, more } = next);
      if (!more) assert.equal(next.oldest, Number(oldest));
    }
    stream.close();
  });
});

describe('a site that keeps messages for 30 days', () => {
  test('passes older ones in every room, edited and direct too, in batches, and tells who reads; the others stay', async () => {
    const own = await startSite({ hdf: { 'Messages.Days': 30, 'Messages.Clean': 1 } });
    const [anna, ben] = await people(own, 2);
    const id = await anna.group({ members: ben.name });
    const direct = await anna.direct(ben.name);
    const untouched = await anna.group();
    for (const room of [id, direct, untouched]) {
      const { seq } = await anna.say(room, 'an old secret');
      await anna.message({ room, action: 'edit', seq, text: 'edited' });
    }
    await fill(own, id, 2500, "UTC_TIMESTAMP(3) - INTERVAL 31 DAY");
    const young = await anna.say(id, 'young');
    await anna.say(direct, 'young');
    const reader = await ben.read({ room: id });
    const waiting = ben.read({ room: id, after: reader.cursor, wait: 20 });
    await own.sql(`UPDATE messages SET created_at = UTC_TIMESTAMP(3) - INTERVAL 31 DAY WHERE room_id IN (${id}, ${direct}) AND seq = 1`);
    assert.ok((await waiting).oldest > 1, 'who waits hears of it');
    await eventually('only the young one is left', async () => (await ben.read({ room: id })).oldest === young.seq, 20);
    await eventually('in the direct room too', async () => (await ben.read({ room: direct })).oldest === 2, 20);
    assert.deepEqual((await ben.everything(id)).map((message) => message.text), ['young']);
    const kept = (await own.sql(`SELECT room_id, text FROM revisions`)).map(([room, text]) => [Number(room), text]);
    assert.deepEqual(kept, [[untouched, 'an old secret']]);
    assert.deepEqual((await own.sql(`SELECT COUNT(*) FROM messages WHERE text <> '' AND room_id = ${id}`)).flat(), ['1']);
    assert.deepEqual((await anna.everything(untouched)).map((message) => message.text), ['edited']);
    assert.equal((await anna.say(id, 'goes on', nonce())).seq, young.seq + 1);
    await own.sql(`UPDATE messages SET created_at = UTC_TIMESTAMP(3) - INTERVAL 31 DAY WHERE room_id = ${id}`);
    await eventually('all of it may go', async () => (await ben.read({ room: id })).messages.length === 0, 20);
    assert.equal((await ben.read({})).rooms.find((room) => room.id === id).unread, 0);
    assert.equal((await ben.get(`/rooms/${id}`)).status, 200);
  });
});
