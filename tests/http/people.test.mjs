// Contacts and presence: who is listed, who is online, and how others hear of it. Two front ends on one database, the
// second with two messages processes and no wake-ups: what is told across them comes from the database alone.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startSite } from '../lib/site.mjs';
import { addUsers, Client, eventually, formsOf, people, person, query, sleep, textOf, unique } from './client.mjs';

let first;
let second;
let anna;

before(async () => {
  const hdf = { 'Presence.Seconds': 15 };
  first = await startSite({ hdf });
  second = await startSite({ hdf, vars: { WAKEUPS: 'off', MESSAGES: 2, DB: `${first.var}/run/db.sock` } });
  anna = await person(first, 'anna');
});
after(() => Promise.all([second?.stop(), first?.stop()]));

function at(site, client) {
  const there = new Client(site.url);
  there.cookies = new Map(client.cookies);
  return there;
}

const idOf = async (name) => Number((await first.sql(`SELECT id FROM users WHERE name = '${name}'`))[0][0]);
const change = (name, what) => first.sql(`UPDATE users SET ${what} WHERE name = '${name}'`);
const found = async (client, fields = {}) => (await client.get(query('/people', fields))).text;
const names = (html) => [...html.matchAll(/<li data-user-name="([^"]*)"/g)].map((match) => match[1]);
const cardOf = (html, name) => html.split('<li data-user-name="').find((part) => part.startsWith(`${name}"`)) ?? '';
const isOn = (html) => /class="dot online"/.test(html);
const told = (stream) => stream.events.flatMap(({ event, data }) => (event === 'people' ? data.people : []));
const last = (list, name) => (list ?? []).filter((one) => one.name === name).at(-1);
const hears = (stream, name, online, seconds = 12) => eventually(`${name} is told to be ${online ? 'online' : 'away'}`, () => last(told(stream), name)?.online === online, seconds);
const ready = (stream) => eventually('the stream has begun', () => stream.events.some(({ event }) => event === 'rooms'), 5);

describe('/people', () => {
  test('lists everybody in pages, each person once, and those who are online first', async () => {
    const prefix = unique('many');
    const many = await addUsers(first, 230, prefix);
    const online = many.at(-1);
    await first.sql(`INSERT INTO presence SELECT id, UTC_TIMESTAMP(3) + INTERVAL 90 SECOND, UTC_TIMESTAMP(3) FROM users WHERE name = '${online}'`);
    let html = await found(anna, { q: prefix });
    const seen = names(html);
    assert.equal(seen[0], online);
    assert.ok(isOn(cardOf(html, online)));
    assert.equal(seen.length, 100);
    for (let page = 2; page <= 3; page += 1) { // as the button "Next page" does it
      const form = formsOf(html).find(({ action, controls }) => action === '/people' && controls.some(({ name }) => name === 'page'));
      const fields = { q: form.controls.find(({ name }) => name === 'q').value, page: form.controls.findLast(({ name }) => name === 'page').value };
      assert.equal(fields.page, String(page));
      html = await found(anna, fields);
      seen.push(...names(html));
    }
    assert.equal(seen.length, 230);
    assert.deepEqual([...seen].sort(), [...many].sort());
    assert.ok(!/>Next page</.test(html));
    assert.equal((await anna.get(query('/people', { q: prefix, page: 99 }))).status, 200);
    for (const page of ['0', '-1', 'x', '9'.repeat(30)]) assert.equal(names(await found(anna, { q: prefix, page })).length, 100, page);
  });

  test('finds people by a part of the name or the display name, and nobody by what is in neither', async () => {
    const sought = await person(first, 'sought');
    const { name } = sought;
    const display = `Zoë ${unique('Ärger')}`;
    assert.equal((await sought.submit('/account', { action: 'profile', display, email: `${name}@example.org` })).status, 303);
    for (const q of [name.toUpperCase(), name.slice(3), display, display.slice(1).toLowerCase()]) assert.deepEqual(names(await found(anna, { q })), [name], q);
    for (const q of [`${name}@example.org`, '%', '_______________', unique('no')]) assert.deepEqual(names(await found(anna, { q })), [], q);
  });

  test('shows when somebody was there last, and a way to write to him', async () => {
    const [name] = await addUsers(first, 1, 'away');
    await first.sql(`INSERT INTO presence SELECT id, '2024-11-03 14:06:00', '2024-11-03 14:05:00' FROM users WHERE name = '${name}'`);
    const html = await found(anna, { q: name });
    assert.match(textOf(cardOf(html, name)), /last seen 3 Nov 2024, 14:05/);
    assert.ok(!isOn(cardOf(html, name)));
    assert.ok(formsOf(cardOf(html, name)).some(({ action, method }) => action === `/people/${name}` && method === 'post'));
    assert.match(await found(anna, { q: name }), /<time datetime="2024-11-03T14:05:00/);
  });

  test('leaves out who was deleted or suspended, and is for those who are signed in', async () => {
    const [gone, out] = await addUsers(first, 2, 'gone');
    assert.deepEqual(names(await found(anna, { q: 'gone-' })).sort(), [gone, out].sort());
    await change(gone, 'deleted_at = UTC_TIMESTAMP(3)');
    await change(out, 'suspended_at = UTC_TIMESTAMP(3)');
    assert.deepEqual(names(await found(anna, { q: 'gone-' })), []);
    for (const path of ['/people', `/people/${anna.name}`]) {
      const answer = await new Client(first.url).get(path);
      assert.deepEqual([answer.status, answer.location], [303, `/login?next=${path}`]);
    }
    assert.equal((await new Client(first.url).post(`/people/${anna.name}`, {})).status, 401);
  });
});

describe('the page of one person', () => {
  test('shows the name, since when, the groups that both are in, and no others', async () => {
    const [ben, cara] = await people(first, 2);
    const label = unique('room');
    await change(ben.name, `display = 'Ben of ${label}'`);
    const both = await anna.group({ name: `${label}-both`, members: ben.name, visibility: 'private' });
    await anna.group({ name: `${label}-mine` });
    await ben.group({ name: `${label}-public` });
    await ben.group({ name: `${label}-private`, visibility: 'private', members: cara.name });
    const old = await anna.group({ name: `${label}-deleted`, members: ben.name });
    await anna.settings(old, 'delete', { confirm: `${label}-deleted` });
    await anna.direct(ben.name);
    const html = (await anna.get(`/people/${ben.name}`)).text;
    const main = html.slice(html.indexOf('<main'));
    assert.deepEqual([...main.matchAll(/href="\/rooms\/(\d+)"/g)].map((match) => Number(match[1])), [both]);
    assert.ok(main.includes(`Ben of ${label}`) && main.includes(ben.name) && main.includes(`${label}-both`));
    assert.match(textOf(main), new RegExp(`Here since .*${new Date().getUTCFullYear()}`));
    assert.ok(formsOf(main).some(({ action }) => action === `/people/${ben.name}`));
    for (const other of ['mine', 'public', 'private', 'deleted']) assert.ok(!main.includes(`${label}-${other}`), other);
    const strange = (await cara.get(`/people/${ben.name}`)).text;
    assert.ok(!strange.slice(strange.indexOf('<main')).includes(`${label}-both`));
    await anna.settings(both, 'remove', { member: ben.name });
    assert.ok(!(await anna.get(`/people/${ben.name}`)).text.split('<main')[1].includes(`${label}-both`));
  });

  test('is gone when the account was deleted, and nobody writes to it', async () => {
    const [gone] = await addUsers(first, 1, 'gone');
    assert.equal((await anna.get(`/people/${gone}`)).status, 200);
    await change(gone, 'deleted_at = UTC_TIMESTAMP(3)');
    assert.equal((await anna.get(`/people/${gone}`)).status, 404);
    assert.equal((await anna.submit(`/people/${gone}`, {})).status, 404);
  });

  test('of who is suspended says so, and nobody writes to it', async () => {
    const [out] = await addUsers(first, 1, 'out');
    await change(out, 'suspended_at = UTC_TIMESTAMP(3)');
    const { status, text } = await anna.get(`/people/${out}`);
    assert.equal(status, 200);
    assert.match(textOf(text), /Now Suspended/);
    assert.ok(!formsOf(text.split('<main')[1]).some(({ action }) => action === `/people/${out}`));
    assert.equal((await anna.submit(`/people/${out}`, {})).status, 404);
  });

  test('opens the same direct room for both, whoever presses the button', async () => {
    const ben = await person(first);
    const room = await anna.direct(ben.name);
    assert.equal(await ben.direct(anna.name), room);
    assert.equal((await anna.submit(`/people/${anna.name}`, {})).status, 422);
    assert.equal((await anna.post(`/people/${ben.name}`, {})).status, 403);
  });
});

describe('who is online', () => {
  test('is told to streams at every process and front end, whether they follow a room or none', async () => {
    const watchers = await people(first, 5);
    const ben = await person(first);
    const room = await watchers[0].group({ members: watchers.slice(1).map(({ name }) => name).join(' ') });
    const streams = await Promise.all([...watchers.map((one, i) => at(i < 1 ? first : second, one).stream(i % 2 ? { room } : {})), ...watchers.map((one) => at(second, one).stream({ room }))]);
    await Promise.all(streams.map(ready));
    const his = await at(second, ben).stream({});
    await Promise.all(streams.map((stream) => hears(stream, ben.name, true)));
    assert.deepEqual(last(told(streams[0]), ben.name), { id: await idOf(ben.name), name: ben.name, online: true });
    assert.ok(streams.every((stream) => stream.events.every(({ event, id, data }) => event !== 'people' || (id === undefined && Object.keys(data).join() === 'people'))));
    his.close();
    const left = Date.now();
    await Promise.all(streams.map((stream) => hears(stream, ben.name, false, 75)));
    assert.ok(Date.now() - left > 5000, 'a cut is no leaving');
    assert.match(textOf(cardOf(await found(anna, { q: ben.name }), ben.name)), /last seen \d+ \w+, \d\d:\d\d/);
    for (const stream of streams) {
      assert.deepEqual(told(stream).filter(({ name }) => name === ben.name).map(({ online }) => online), [true, false]);
      stream.close();
    }
  });

  test('is told to those who poll, to those who are held, and to a stream that begins later, without a new cursor', async () => {
    const [one, ben] = await people(first, 2);
    const room = await one.group();
    const watcher = at(second, one);
    const { cursor } = await watcher.read({ room });
    const warm = await one.stream({}); // somebody who reads keeps the processes looking
    await sleep(1000);
    const held = watcher.read({ room, after: cursor, wait: 12 });
    const his = await ben.stream({});
    const answer = await held;
    assert.deepEqual([last(answer.people, ben.name)?.online, answer.cursor, answer.messages], [true, cursor, []]);
    const poll = await watcher.read({ room, after: cursor });
    assert.deepEqual([last(poll.people, ben.name)?.online, poll.cursor], [true, cursor]);
    assert.equal(last((await watcher.read({ room })).people, ben.name)?.online, true);
    const late = await watcher.stream({ room, after: cursor });
    await hears(late, ben.name, true, 2);
    for (const stream of [warm, his, late]) stream.close();
  });

  test('ends at once with signing out', async () => {
    const [one, ben] = await people(first, 2);
    const stream = await at(second, one).stream({});
    const his = await ben.stream({});
    await hears(stream, ben.name, true);
    await ben.submit('/logout', {});
    await hears(stream, ben.name, false);
    assert.ok(!isOn(cardOf(await found(anna, { q: ben.name }), ben.name)));
    stream.close();
    his.close();
  });

  test('holds two and a half times as long after a poll as where a page has just been opened', async () => {
    const ben = await person(first);
    const room = await ben.group();
    const ahead = async () => Number((await first.sql(`SELECT COALESCE(MAX(TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(3), online_until)), 0) FROM presence JOIN users ON id = user_id WHERE name = '${ben.name}'`))[0][0]);
    const page = /data-cursor="([^"]+)"/.exec((await ben.get(`/rooms/${room}`)).text)[1];
    const { cursor } = await ben.read({ room, after: page });
    await eventually('online', async () => await ahead() > 0);
    assert.ok(await ahead() <= 15, `${await ahead()}`);
    await at(second, ben).read({ room, after: cursor }); // another process: the first writes him every 6 s
    await eventually('online for longer', async () => await ahead() > 15);
    assert.ok(await ahead() <= 37);
  });

  test('costs one more statement every few seconds, however many read and come', async () => {
    const watchers = await people(first, 3);
    const comers = await people(first, 10);
    const streams = await Promise.all(watchers.flatMap((one) => Array.from({ length: 20 }, () => one.stream({}))));
    await Promise.all(streams.map(ready));
    await first.sql(`INSERT INTO presence SELECT id, UTC_TIMESTAMP(3) + INTERVAL 40 SECOND, UTC_TIMESTAMP(3) FROM users WHERE name IN (${comers.map(({ name }) => `'${name}'`)})`);
    const asked = async () => Number((await first.sql("SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'"))[0][1]);
    const [was, begin] = [await asked(), Date.now()];
    await Promise.all(comers.flatMap(({ name }) => streams.map((stream) => hears(stream, name, true))));
    const [took, count] = [Date.now() - begin, await asked() - was];
    // Three processes, each with its tick and the marks of who is there.
    assert.ok(count <= 3 * (2 * Math.ceil(took / 240) + Math.ceil(took / 5000) + 4), `${count} statements in ${took} ms`);
    for (const stream of streams) stream.close();
  });
});

describe('who hides', () => {
  test('is shown to nobody as online, nor when he was seen last, on any page or in any answer; he himself notices nothing', async () => {
    const [one, ben, admin] = await people(first, 3);
    await first.sql(`UPDATE users SET admin = 1 WHERE name = '${admin.name}'`);
    const group = await one.group({ members: ben.name });
    const direct = await one.direct(ben.name);
    const watcher = at(second, one);
    const stream = await watcher.stream({ room: group });
    const his = await ben.stream({ room: group });
    await hears(stream, ben.name, true);
    const views = async () => {
      const side = (html) => html.slice(html.indexOf(`data-user-name="${ben.name}"`)).split('</a>')[0];
      const room = (await one.get(`/rooms/${group}`)).text;
      const person = (await one.get(`/people/${ben.name}`)).text.split('<main')[1];
      const members = (await one.read({ room: group, after: (await one.read({ room: group })).cursor.replace(/^[0-9a-f]{16}/, '0000000000000000') })).members;
      return {
        list: isOn(cardOf(await found(one, { q: ben.name }), ben.name)),
        person: isOn(person),
        members: isOn(cardOfMember(room, ben.name)),
        settings: isOn(cardOf((await one.get(`/rooms/${group}/settings`)).text, ben.name)),
        direct: isOn((await one.get(`/rooms/${direct}`)).text.split('<main')[1].split('<h1')[0]),
        sidebar: isOn(side(room)),
        rooms: (await one.read({})).rooms.find(({ id }) => id === direct).online,
        json: members?.find(({ name }) => name === ben.name)?.online,
        admin: (await admin.get(`/admin/users/${ben.name}`)).text.includes('Online now'),
      };
    };
    const all = (value) => ({ list: value, person: value, members: value, settings: value, direct: value, sidebar: value, rooms: value, json: value, admin: value });
    assert.deepEqual(await views(), all(true));
    await change(ben.name, 'hidden = 1');
    assert.deepEqual(await views(), all(false));
    await hears(stream, ben.name, false);
    const heard = told(stream).length;
    await at(second, ben).read({ room: group });
    await sleep(6500);
    assert.equal(last(told(stream).slice(heard), ben.name), undefined, 'polls and streams of who hides are told to nobody');
    for (const html of [await found(one, { q: ben.name }), (await one.get(`/people/${ben.name}`)).text]) assert.doesNotMatch(textOf(html.split('<main')[1]), /last seen|online/i);
    assert.ok(isOn(cardOf(await found(ben, { q: ben.name }), ben.name)));
    await first.sql(`UPDATE presence SET online_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND, seen_at = '2024-11-03 14:05:00' WHERE user_id = ${await idOf(ben.name)}`);
    assert.doesNotMatch(await found(one, { q: ben.name }), /last seen|2024-11-03/);
    await change(ben.name, 'hidden = 0');
    assert.match(await found(one, { q: ben.name }), /2024-11-03|class="dot online"/);
    stream.close();
    his.close();
  });
});

const cardOfMember = (html, name) => html.slice(html.indexOf('id="members"')).split('<li ').find((part) => part.includes(`data-user-name="${name}"`)) ?? '';
