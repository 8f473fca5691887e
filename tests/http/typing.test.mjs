// "User is typing": told to the streams of the room at once, by memory and wake-ups alone.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startSite } from '../lib/site.mjs';
import { Client, eventually, people, sleep } from './client.mjs';

let first; // two messages processes
let second; // one, another front end on the same database, and without wake-ups
before(async () => {
  first = await startSite({ vars: { MESSAGES: '2' } });
  second = await startSite({ vars: { WAKEUPS: 'off', DB: `${first.var}/run/db.sock` } });
});

function at(site, client) {
  const there = new Client(site.url);
  there.cookies = new Map(client.cookies);
  there.name = client.name;
  return there;
}
const types = (client, room, more) => client.message({ action: 'typing', room, ...more });
const typing = (stream) => stream.events.filter((event) => event.event === 'typing').map((event) => event.data);
const follow = async (client, room) => client.stream({ room, after: (await client.read({ room })).cursor });
const heard = (stream, count) => eventually('it is told', () => typing(stream).length >= count, 60);

describe('typing', () => {
  test('everybody else who streams the room is told, whichever process each is at', async () => {
    const [anna, ben, cleo, dora] = await people(first, 4, 'typ');
    const room = await anna.group({ visibility: 'private', members: `${ben.name} ${cleo.name} ${dora.name}` });
    const other = await anna.group({ members: ben.name });
    const streams = [];
    for (let i = 0; i < 8; i += 1) streams.push(await follow([ben, cleo][i % 2], room));
    const [own, elsewhere, polls] = [await follow(anna, room), await follow(ben, other), dora.read({ room, after: (await dora.read({ room })).cursor, wait: 8 })];
    await eventually('all stand', () => streams.every((each) => each.status === 200), 60);
    await sleep(600);
    const answer = await types(anna, room);
    assert.deepEqual([answer.status, answer.json()], [200, {}]);
    await Promise.all(streams.map((each) => heard(each, 1)));
    const [[id, name, display]] = await first.sql(`SELECT id, name, display FROM users WHERE name = '${anna.name}'`);
    for (const each of streams) assert.deepEqual(typing(each), [{ room, typing: [{ id: Number(id), name, display }] }]);
    for (let i = 0; i < 12; i += 1) await types(anna, room); // too often: nothing is told
    await ben.say(room, 'meanwhile');
    const page = await polls; // not ended by it, but told with what ended it, where that process answered
    assert.equal(page.messages.at(-1).text, 'meanwhile');
    assert.deepEqual(page.typing ?? [], page.typing ? [{ id: Number(id), name, display }] : []);
    for (const each of streams) assert.equal(typing(each).length, 1);
    assert.deepEqual([typing(own), typing(elsewhere)], [[], []]);
    [...streams, own, elsewhere].forEach((each) => each.close());
  });

  test('it costs the database nothing', async () => {
    const [anna, ben] = await people(second, 2, 'typ');
    const room = await anna.group({ members: ben.name });
    const [stream, own] = [await follow(ben, room), await follow(anna, room)];
    await anna.csrf();
    await eventually('both stand', () => stream.status === 200 && own.status === 200, 60);
    await sleep(600);
    const executed = async () => Number((await first.sql("SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'"))[0][1]);
    // What the three processes ask by themselves, at most so many times in a second.
    const least = Date.now();
    const before = await executed();
    for (let i = 0; i < 200; i += 1) assert.equal((await types(anna, room)).status, 200);
    const asked = await executed() - before;
    assert.ok(asked <= 3 * (2 * Math.ceil((Date.now() - least) / 240) + 2), `${asked} statements for 200 times`);
    await heard(stream, 1);
    [stream, own].forEach((each) => each.close());
  });

  test('who hides, is muted, or is not in the room is not told of', async () => {
    const [anna, ben, cleo, muted] = await people(second, 4, 'typ');
    const room = await anna.group({ members: `${ben.name} ${muted.name}` });
    await anna.settings(room, 'mute', { member: muted.name });
    await first.sql(`UPDATE users SET hidden = 1, version = version + 1 WHERE name = '${ben.name}'`);
    const streams = [await follow(anna, room), await follow(ben, room), await follow(muted, room), await cleo.stream({})];
    await sleep(600);
    for (const each of [ben, cleo, muted]) assert.equal((await types(each, room)).status, 200);
    assert.equal((await types(anna, room)).status, 200);
    await heard(streams[1], 1);
    assert.deepEqual(typing(streams[0]), []);
    assert.deepEqual(typing(streams[1]).map((each) => each.typing[0].name), [anna.name]);
    // Bad ones have their answers.
    assert.equal((await types(anna, 'x')).status, 400);
    assert.equal((await types(anna, room, { csrf: 'no' })).status, 200); // the header counts
    assert.equal((await anna.post('/messages', { action: 'typing', room }, { accept: 'application/json' })).status, 403);
    assert.equal((await at(second, { cookies: new Map() }).post('/messages', { action: 'typing', room }, { accept: 'application/json' })).status, 401);
    streams.forEach((each) => each.close());
  });
});
