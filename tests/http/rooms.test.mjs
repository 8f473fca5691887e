// Groups and direct rooms: making, finding, joining, managing, leaving and deleting them, and who may do what.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { site as runningSite } from '../lib/site.mjs';
import { addUsers, eventually, fieldError, fieldValue, messagesOf, nonce, people, person, query, textOf, unique } from './client.mjs';

let site;
let anna;
let ben;
let cara;
before(async () => {
  site = await runningSite();
  [anna, ben, cara] = await people(site, 3, 'room');
});

const invalid = Buffer.from([0x61, 0xc3, 0x28]);
const hostile = `'); DROP TABLE rooms; --"<script>alert(1)</script>&amp;\\`;
const mine = async (client) => (await client.read({})).rooms;
const room = async (client, id) => (await mine(client)).find((each) => each.id === id);
// { name: role } of a room, as the database has it.
const roles = async (id) => Object.fromEntries(await Promise.all((await site.sql(
  `SELECT CONCAT(u.name, ' ', m.role) FROM members m JOIN users u ON u.id = m.user_id WHERE m.room_id = ${id}`)).flat().map((line) => String(line).split(' '))));
const NOWHERE = 999999999;

describe('creating a group', () => {
  test('with a form that went stale keeps what was typed: sent again from the answer, it goes through', async () => {
    const fields = { name: unique('Stale "<b>" '), topic: 'typed once', visibility: 'private', members: '', history: '7' };
    const refused = await anna.post('/rooms', { ...fields, csrf: 'from-another-day' });
    assert.equal(refused.status, 403);
    for (const [name, value] of Object.entries(fields)) assert.equal(fieldValue(refused.text, name), value, name);
    const again = await anna.post('/rooms', { ...fields, csrf: fieldValue(refused.text, 'csrf') });
    assert.equal(again.status, 303);
    const foreign = await anna.post('/rooms', { ...fields, csrf: 'x' }, { headers: { 'Sec-Fetch-Site': 'cross-site' } });
    assert.equal(foreign.status, 403);
    assert.ok(!foreign.text.includes('typed once'), 'another site gets no form to press');
  });

  test('with characters that cannot be shown gives back all the others', async () => {
    const answer = await anna.submit('/rooms', { name: 'bean\x07s', topic: 'kept', visibility: 'public', members: '', history: '' });
    assert.equal(answer.status, 422);
    assert.equal(fieldValue(answer.text, 'name'), 'beans');
    assert.equal(fieldValue(answer.text, 'topic'), 'kept');
  });

  test('leads into it, and its creator is the owner', async () => {
    const name = unique('Beans & peas ');
    const id = await anna.group({ name, topic: 'What grows', visibility: 'public' });
    const page = await anna.get(`/rooms/${id}`);
    assert.equal(page.status, 200);
    assert.ok(textOf(page.text).includes(name));
    assert.ok(textOf(page.text).includes('What grows'));
    assert.deepEqual(await roles(id), { [anna.name]: 'owner' });
    const listed = await room(anna, id);
    assert.equal(listed.name, name);
    assert.equal(listed.kind, 'group');
    assert.deepEqual([listed.last_seq, listed.read_seq, listed.unread], [0, 0, 0], 'creating a room writes no message');
  });

  test('takes members by name in any case, separated by spaces or commas', async () => {
    const id = await anna.group({ members: ` ${ben.name.toUpperCase()},${cara.name} , ${ben.name}  ${anna.name},,` });
    assert.deepEqual(await roles(id), { [anna.name]: 'owner', [ben.name]: 'member', [cara.name]: 'member' });
    assert.ok(await room(ben, id));
    assert.ok(await room(cara, id));
  });

  test('names a member that nobody is, beside the field, and loses nothing that was typed', async () => {
    const ghost = unique('ghost');
    const fields = { name: unique('group'), topic: 'A topic', visibility: 'private', members: `${ben.name}, ${ghost}`, history: '100' };
    const answer = await anna.submit('/rooms', fields);
    assert.equal(answer.status, 422);
    assert.ok(fieldError(answer.text, 'members').includes(ghost));
    for (const [name, value] of Object.entries(fields)) assert.equal(fieldValue(answer.text, name), value, name);
    assert.equal((await site.sql(`SELECT id FROM rooms WHERE name = '${fields.name}'`)).length, 0);
  });

  test('says when the name is taken, in whatever case, and loses nothing that was typed', async () => {
    const name = unique('Taken');
    await ben.group({ name, visibility: 'private' });
    const fields = { name: name.toUpperCase(), topic: 'A topic', visibility: 'private', members: ben.name, history: '7' };
    const answer = await anna.submit('/rooms', fields);
    assert.equal(answer.status, 409);
    assert.notEqual(fieldError(answer.text, 'name'), '');
    for (const [field, value] of Object.entries(fields)) assert.equal(fieldValue(answer.text, field), value, field);
  });

  test('gives a name that several want at the same moment to exactly one', async () => {
    const name = unique('wanted');
    const answers = await Promise.all([anna, ben, cara, anna, ben, cara].map((client) => client.submit('/rooms', { name, visibility: 'public' })));
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [303, 409, 409, 409, 409, 409]);
  });

  for (const [fields, field, why] of [[{ name: '' }, 'name', 'no name'], [{ name: ' \t\r\n ' }, 'name', 'a name of white space'], [{ name: 'x'.repeat(65) }, 'name', 'too long a name'],
    [{ name: 'a\nb' }, 'name', 'a name of two lines'], [{ name: 'a\u0007b' }, 'name', 'a control character in the name'], [{ topic: 'x'.repeat(251) }, 'topic', 'too long a topic'],
    [{ history: 'ten' }, 'history', 'a history that is no number'], [{ history: '-1' }, 'history', 'a negative history'],
    [{ history: '1.5' }, 'history', 'half a message'], [{ history: '99999999999999999999' }, 'history', 'a history beyond all numbers']]) {
    test(`refuses ${why} beside its field and keeps the rest`, async () => {
      const sent = { name: unique('group'), topic: 'kept', visibility: 'public', members: '', history: '', ...fields };
      const answer = await anna.submit('/rooms', sent);
      assert.equal(answer.status, 422);
      assert.notEqual(fieldError(answer.text, field), '');
      for (const each of ['name', 'topic', 'visibility', 'history'].filter((name) => name !== field)) assert.equal(fieldValue(answer.text, each), sent[each], each);
    });
  }

  test('refuses a visibility that does not exist, invalid UTF-8 and NUL', async () => {
    assert.equal((await anna.submit('/rooms', { name: unique('group'), visibility: 'secret' })).status, 422);
    for (const field of ['name', 'topic', 'members']) {
      for (const bytes of [invalid, Buffer.from('a\0b')]) {
        assert.equal((await anna.submit('/rooms', { name: unique('group'), visibility: 'public', [field]: bytes })).status, 422, field);
      }
    }
  });

  test('takes names and topics in every script, of 64 and 250 characters', async () => {
    const name = `${unique('')}${'菜'.repeat(55)}`.slice(0, 64);
    const id = await anna.group({ name, topic: '🌱'.repeat(250) });
    assert.equal((await room(anna, id)).name, name);
    assert.ok((await anna.get(`/rooms/${id}`)).text.includes('🌱'.repeat(250)));
  });

  test('shows SQL and HTML in every field as the text that they are', async () => {
    const refused = await anna.submit('/rooms', { name: hostile, topic: hostile, visibility: 'public', members: 'x', history: hostile });
    assert.equal(refused.status, 422);
    for (const field of ['name', 'topic', 'history']) assert.equal(fieldValue(refused.text, field), hostile, field);
    const name = `${hostile.slice(0, 50)}${unique('')}`;
    const id = await anna.group({ name, topic: hostile });
    assert.equal((await room(anna, id)).name, name);
    for (const [client, path] of [[anna, `/rooms/${id}`], [anna, `/rooms/${id}/settings`], [anna, '/account'], [ben, '/rooms'], [ben, `/rooms/${id}`]]) {
      const page = await client.get(path);
      assert.equal(page.status, 200, path);
      assert.doesNotMatch(page.text, /<script>alert/, path);
      assert.ok(textOf(page.text).includes(name), path);
    }
  });
});

describe('a public group', () => {
  test('is found by everybody, joined and left again', async () => {
    const name = unique('open');
    const id = await anna.group({ name });
    assert.match((await ben.get('/rooms')).text, new RegExp(`action="/rooms/${id}/settings"`));
    assert.ok((await ben.get('/rooms')).text.includes(name));
    const look = await ben.get(`/rooms/${id}`);
    assert.equal(look.status, 200);
    assert.match(look.text, /name="action" value="join"/);

    const joined = await ben.settings(id, 'join');
    assert.equal(joined.status, 303);
    assert.equal(joined.location, `/rooms/${id}`);
    assert.deepEqual(await roles(id), { [anna.name]: 'owner', [ben.name]: 'member' });
    await ben.say(id, 'I am in');
    assert.doesNotMatch((await ben.get('/rooms')).text, new RegExp(`action="/rooms/${id}/settings"`));

    const left = await ben.settings(id, 'leave');
    assert.equal(left.status, 303);
    assert.deepEqual(await roles(id), { [anna.name]: 'owner' });
    assert.equal((await ben.list({ room: id })).status, 403);
    assert.equal(await room(ben, id), undefined);
  });

  test('is joined once, however often one clicks', async () => {
    const id = await anna.group();
    const answers = await Promise.all(Array.from({ length: 5 }, () => ben.settings(id, 'join')));
    for (const answer of answers) assert.equal(answer.status, 303);
    assert.deepEqual(await roles(id), { [anna.name]: 'owner', [ben.name]: 'member' });
    const events = (await anna.everything(id)).filter((message) => message.kind === 'event');
    assert.ok(events.length <= 1, 'one event at most');
  });

  test('starts at its last message for a new member: nothing old is unread', async () => {
    const id = await anna.group();
    await anna.say(id, 'one');
    await anna.say(id, 'two');
    await ben.settings(id, 'join');
    assert.equal((await room(ben, id)).unread, 0);
    await anna.say(id, 'three');
    const listed = await room(ben, id);
    assert.equal(listed.unread, 1);
    assert.equal(listed.last_seq - listed.read_seq, 1);
  });
});

describe('a private group', () => {
  test('is on the lists of its members alone', async () => {
    const name = unique('hidden');
    const id = await anna.group({ name, visibility: 'private', members: ben.name });
    assert.ok(await room(ben, id));
    assert.equal(await room(cara, id), undefined);
    for (const path of ['/rooms', '/people', '/account']) assert.ok(!(await cara.get(path)).text.includes(name), path);
  });

  test('answers who may not see it exactly like a room that does not exist, on every route and method', async () => {
    const id = await anna.group({ visibility: 'private', members: ben.name });
    const sent = await anna.say(id, 'secret');
    const deleted = await anna.group({ visibility: 'public' });
    const name = (await room(anna, deleted)).name;
    assert.equal((await anna.settings(deleted, 'delete', { confirm: name })).status, 303);
    const former = await person(site);
    await anna.settings(id, 'add', { members: former.name });
    await former.settings(id, 'leave');
    const direct = await anna.direct(ben.name);

    const text = { text: 'x', nonce: nonce() };
    const requests = [
      ['GET', (at) => `/rooms/${at}`], ['GET', (at) => `/rooms/${at}?before=2`], ['GET', (at) => `/rooms/${at}?edit=1`], ['GET', (at) => `/rooms/${at}?delete=1`], ['HEAD', (at) => `/rooms/${at}`],
      ['POST', (at) => `/rooms/${at}`, () => ({})], ['DELETE', (at) => `/rooms/${at}`, () => ({})], ['PUT', (at) => `/rooms/${at}/settings`, () => ({})], ['GET', (at) => `/rooms/${at}/settings`],
      ...[{ action: 'update', name: unique('x'), topic: '', visibility: 'public', history: '' }, { action: 'add', members: cara.name }, { action: 'add', members: 'no-one-at-all' }, { action: 'remove', member: ben.name },
        { action: 'role', member: ben.name, role: 'admin' }, { action: 'role', member: cara.name, role: 'owner' }, { action: 'join' }, { action: 'leave' }, { action: 'delete', confirm: 'x' }, { action: 'nothing' }, {}]
        .map((fields) => ['POST', (at) => `/rooms/${at}/settings`, () => fields]),
      ...[{}, { after: 'CURSOR' }, { before: 2 }, { limit: 1 }, { wait: 1, after: 'CURSOR' }, { limit: 1000 }, { after: 'garbage' }].map((fields) => ['GET', (at, cursor) => query('/messages',
        { room: at, ...fields, ...(fields.after === 'CURSOR' ? { after: cursor } : {}) })]),
      ...[text, { ...text, nonce: undefined }, { ...text, text: '' }, { ...text, text: 'x'.repeat(10001) }, { action: 'edit', seq: sent.seq, text: 'mine now' }, { action: 'edit', seq: sent.seq, text: 'x', base: sent.change },
        { action: 'edit', seq: 77, text: 'x' }, { action: 'delete', seq: sent.seq }, { action: 'delete', seq: 77 }, { action: 'read', seq: sent.seq }, { action: 'unread', seq: sent.seq }, { action: 'nothing' }]
        .map((fields) => ['POST', () => '/messages', (at) => ({ room: at, ...fields })]),
    ];
    for (const client of [cara, former]) {
      const { cursor } = await client.read({});
      const csrf = await client.csrf();
      for (const accept of ['application/json', 'text/html']) {
        for (const [method, path, fields] of requests) {
          const ask = async (at) => {
            const answer = fields ? await client.post(path(at, cursor), { ...fields(at), csrf }, { method, accept }) : await client.request(path(at, cursor), { method, accept });
            const headers = { ...answer.headers };
            delete headers.date;
            delete headers['content-length'];
            // The number that was asked for may come back, as in a form with what was typed, which has a fresh nonce.
            return { status: answer.status, headers, text: answer.text.replaceAll(`/rooms/${at}"`, '/rooms/ID"').replaceAll(`value="${at}"`, 'value="ID"')
              .replace(/name="nonce" value="[^"]*"/, 'name="nonce"') };
          };
          const what = `${method} ${path('ID', 'CURSOR')} ${JSON.stringify(fields?.('ID') ?? '')} as ${accept}`;
          const none = await ask(NOWHERE);
          for (const [at, which] of [[id, 'private'], [deleted, 'deleted'], [direct, 'direct']]) assert.deepEqual(await ask(at), none, `${which}: ${what}`);
          if (method === 'GET' && !/limit=1000|garbage/.test(path(1, 'x'))) assert.equal(none.status, 404, what);
        }
      }
    }
    assert.deepEqual((await anna.everything(id)).filter((message) => message.kind === 'text').map((message) => message.text), ['secret']);
    assert.deepEqual(await roles(id), { [anna.name]: 'owner', [ben.name]: 'member' });
  });

  test('is no different from rooms whose number is none', async () => {
    for (const odd of ['0', '-1', 'abc', '1x', '+1', '1.0', '0x1', '18446744073709551615', '18446744073709551616', '9'.repeat(100), "1'", '%20']) {
      assert.equal((await cara.get(`/rooms/${odd}`)).status, 404, odd);
      assert.equal((await cara.get(`/rooms/${odd}/settings`)).status, 404, odd);
      assert.equal((await cara.settings(odd, 'join')).status, 404, odd);
    }
  });
});

describe('a direct room', () => {
  test('is the same for both, and shows each the other', async () => {
    const [a, b] = await people(site, 2);
    const id = await a.direct(b.name);
    assert.equal(await b.direct(a.name.toUpperCase()), id);
    assert.equal(await a.direct(b.name), id);
    const seen = await room(a, id);
    assert.equal(seen.kind, 'direct');
    await a.say(id, 'hello');
    assert.equal((await room(b, id)).unread, 1);
    assert.equal((await b.read({ room: id })).messages.at(-1).text, 'hello');
    assert.ok(textOf((await a.get(`/rooms/${id}`)).text).includes(b.name));
    assert.equal((await cara.list({ room: id })).status, 404);
  });

  test('is one, even when both open it at the same moment, many times', async () => {
    for (let round = 0; round < 4; round += 1) {
      const [a, b] = await people(site, 2);
      await Promise.all([a.csrf(), b.csrf()]);
      const ids = await Promise.all(Array.from({ length: 10 }, (_, at) => (at % 2 ? a.direct(b.name) : b.direct(a.name))));
      assert.equal(new Set(ids).size, 1, ids.join(' '));
      assert.equal((await mine(a)).length, 1);
      assert.equal((await mine(b)).length, 1);
      assert.equal(Object.keys(await roles(ids[0])).length, 2);
    }
  });

  test('has no settings: nobody is added, and its two do not lose it', async () => {
    const [a, b] = await people(site, 2);
    const id = await a.direct(b.name);
    for (const [action, fields] of [['add', { members: cara.name }], ['leave', {}], ['remove', { member: b.name }], ['delete', { confirm: '' }], ['update', { name: unique('x'), visibility: 'public', topic: '', history: '' }],
      ['role', { member: a.name, role: 'owner' }], ['join', {}]]) {
      const { status } = await a.settings(id, action, fields);
      assert.ok([403, 404, 422].includes(status), `${action}: ${status}`);
    }
    assert.equal((await cara.settings(id, 'join')).status, 404);
    assert.deepEqual(Object.keys(await roles(id)).sort(), [a.name, b.name].sort());
    await b.say(id, 'still here');
  });

  test('with oneself harms nothing', async () => {
    const a = await person(site);
    const answer = await a.submit(`/people/${a.name}`, {});
    assert.ok([303, 403, 404, 409, 422].includes(answer.status), String(answer.status));
    if (answer.status === 303) assert.equal((await a.get(answer.location)).status, 200);
  });
});

describe('the settings', () => {
  test('rename a group, change topic, visibility and history, and all its members see it', async () => {
    const id = await anna.group({ members: ben.name });
    const first = await ben.read({ room: id });
    const waiting = (async () => {
      let { cursor } = first;
      for (const end = Date.now() + 10000; Date.now() < end;) {
        const page = await ben.read({ room: id, after: cursor, wait: 5 });
        if (page.room_info) return page;
        cursor = page.cursor;
      }
      return {};
    })();
    const fields = { name: unique('renamed'), topic: 'New topic', visibility: 'private', history: '50' };
    const answer = await anna.settings(id, 'update', fields);
    assert.equal(answer.status, 303);
    assert.match(answer.location, new RegExp(`^/rooms/${id}(/settings)?(\\?|$)`));
    const news = await waiting;
    assert.equal(news.room_info?.name, fields.name);
    assert.equal(news.room_info?.topic, fields.topic);
    assert.equal(news.room_info?.visibility, 'private');
    await eventually('the new name in the list', async () => (await room(ben, id)).name === fields.name);
    const page = (await anna.get(`/rooms/${id}/settings`)).text;
    for (const [field, value] of Object.entries(fields)) assert.equal(fieldValue(page, field), value, field);
    assert.equal((await cara.get(`/rooms/${id}`)).status, 404, 'private now');
  });

  test('say when the new name is taken, and keep what was typed', async () => {
    const name = unique('Taken');
    await ben.group({ name, visibility: 'private' });
    const id = await anna.group();
    const answer = await anna.settings(id, 'update', { name: name.toLowerCase(), topic: 'kept', visibility: 'private', history: '9' });
    assert.equal(answer.status, 409);
    assert.notEqual(fieldError(answer.text, 'name'), '');
    assert.equal(fieldValue(answer.text, 'name'), name.toLowerCase());
    assert.equal(fieldValue(answer.text, 'topic'), 'kept');
    assert.equal(fieldValue(answer.text, 'history'), '9');
    assert.notEqual((await room(anna, id)).name.toLowerCase(), name.toLowerCase());
  });

  test('refuse what is wrong beside its field', async () => {
    const id = await anna.group();
    const good = { name: unique('group'), topic: '', visibility: 'public', history: '' };
    for (const [fields, field] of [[{ name: '' }, 'name'], [{ name: 'x'.repeat(65) }, 'name'], [{ topic: 'x'.repeat(251) }, 'topic'], [{ history: 'x' }, 'history']]) {
      const answer = await anna.settings(id, 'update', { ...good, ...fields });
      assert.equal(answer.status, 422, JSON.stringify(fields));
      assert.notEqual(fieldError(answer.text, field), '', field);
    }
    const ghost = unique('ghost');
    const answer = await anna.settings(id, 'add', { members: `${ben.name} ${ghost}` });
    assert.equal(answer.status, 422);
    assert.ok(fieldError(answer.text, 'members').includes(ghost));
    assert.equal(fieldValue(answer.text, 'members'), `${ben.name} ${ghost}`);
    assert.deepEqual(await roles(id), { [anna.name]: 'owner' }, 'nobody was added');
    for (const [action, fields] of [['nothing', {}], ['role', { member: anna.name, role: 'king' }], ['role', { member: ghost, role: 'admin' }], ['remove', { member: ghost }], ['update', { ...good, name: invalid }], ['add', { members: Buffer.from('a\0') }]]) {
      const { status } = await anna.settings(id, action, fields);
      assert.ok([400, 404, 422].includes(status), `${action}: ${status}`);
    }
  });

  test('take the form with the same values as no change', async () => {
    const name = unique('same');
    const id = await anna.group({ name, topic: 't', visibility: 'public' });
    assert.equal((await anna.settings(id, 'update', { name, topic: 't', visibility: 'public', history: '' })).status, 303);
    assert.equal((await room(anna, id)).name, name);
    assert.equal((await anna.everything(id)).length, 0, 'no event for nothing');
  });

  test('add and remove members, each told as an event in the room', async () => {
    const id = await anna.group({ visibility: 'private' });
    assert.equal((await anna.settings(id, 'add', { members: `${ben.name}, ${cara.name}` })).status, 303);
    assert.deepEqual(await roles(id), { [anna.name]: 'owner', [ben.name]: 'member', [cara.name]: 'member' });
    assert.equal((await room(ben, id))?.unread ?? 0, (await room(ben, id)).last_seq - (await room(ben, id)).read_seq);
    assert.equal((await anna.settings(id, 'remove', { member: ben.name })).status, 303);
    assert.deepEqual(await roles(id), { [anna.name]: 'owner', [cara.name]: 'member' });
    assert.equal((await ben.list({ room: id })).status, 404);
    const all = await cara.everything(id);
    assert.deepEqual(all.map((message) => message.seq), all.map((_, at) => at + 1));
    const events = all.filter((message) => message.kind === 'event').map((message) => textOf(message.html));
    assert.ok(events.some((words) => words.includes(anna.name) && words.includes(cara.name)), events.join(' | '));
    assert.ok(Object.values(messagesOf((await cara.get(`/rooms/${id}`)).text)).some((html) => html.includes(cara.name)));
  });

  test('adding who is in already changes nothing', async () => {
    const id = await anna.group({ members: ben.name });
    const count = (await anna.everything(id)).length;
    const { status } = await anna.settings(id, 'add', { members: ben.name });
    assert.ok([303, 409, 422].includes(status), String(status));
    assert.deepEqual(await roles(id), { [anna.name]: 'owner', [ben.name]: 'member' });
    assert.equal((await anna.everything(id)).length, count);
  });

  test('delete a group for good: it is gone for all, and its name is free', async () => {
    const name = unique('brief');
    const id = await anna.group({ name, members: ben.name });
    await ben.say(id, 'soon gone');
    const wrong = await anna.settings(id, 'delete', { confirm: 'another name' });
    assert.equal(wrong.status, 422);
    assert.notEqual(fieldError(wrong.text, 'confirm'), '');
    assert.equal(fieldValue(wrong.text, 'confirm'), 'another name', 'what was typed stands');
    const gone = await anna.settings(id, 'delete', { confirm: name });
    assert.equal(gone.status, 303);
    assert.equal((await anna.get(gone.location)).status < 400, true);
    for (const client of [anna, ben]) {
      assert.equal((await client.get(`/rooms/${id}`)).status, 404);
      assert.equal((await client.list({ room: id })).status, 404);
      assert.equal((await client.message({ room: id, text: 'x', nonce: nonce() })).status, 404);
      assert.equal(await room(client, id), undefined);
      const start = await client.get('/');
      assert.notEqual(start.location, `/rooms/${id}`);
    }
    const again = await ben.group({ name });
    assert.notEqual(again, id);
    assert.equal((await ben.everything(again)).length, 0);
  });

  test('keep only the newest messages of a group with a history limit', async () => {
    const id = await anna.group({ history: '3' });
    for (let at = 1; at <= 5; at += 1) await anna.say(id, `number ${at}`);
    const page = await anna.read({ room: id });
    assert.equal(page.oldest, 3);
    assert.equal(page.more, false);
    assert.deepEqual(page.messages.map((message) => message.text), ['number 3', 'number 4', 'number 5']);
    assert.deepEqual((await anna.read({ room: id, before: 4 })).messages.map((message) => message.seq), [3]);
    assert.doesNotMatch((await anna.get(`/rooms/${id}`)).text, /number [12]/);
    const stored = (await site.sql(`SELECT text FROM messages WHERE room_id = ${id}`)).flat().join(' ');
    assert.doesNotMatch(stored, /number [12]/, 'emptied at once');
    // Lowering the limit empties too, and a reader learns of it.
    const waiting = anna.read({ room: id, after: page.cursor, wait: 10 });
    const { name } = await room(anna, id);
    assert.equal((await anna.settings(id, 'update', { name, topic: '', visibility: 'public', history: '1' })).status, 303);
    assert.ok((await waiting).oldest >= 5);
    assert.ok((await anna.everything(id)).length <= 1);
  });
});

describe('rights', () => {
  // Everybody who can be at the door of a group, and what each may do there.
  const update = () => ['update', { name: unique('changed'), topic: 'changed', visibility: 'public', history: '' }];
  let cast;
  before(async () => {
    const [owner, admin, member, outsider] = await people(site, 4, 'cast');
    cast = { owner, admin, member, outsider };
  });
  const group = async () => {
    const id = await cast.owner.group({ members: `${cast.admin.name} ${cast.member.name}` });
    assert.equal((await cast.owner.settings(id, 'role', { member: cast.admin.name, role: 'admin' })).status, 303);
    return id;
  };

  for (const who of ['member', 'outsider']) {
    test(`a ${who} changes nothing in a group`, async () => {
      const id = await group();
      const { name } = await room(cast.owner, id);
      const [someone] = await addUsers(site, 1);
      const was = await roles(id);
      for (const [action, fields] of [update(), ['add', { members: someone }], ['remove', { member: cast.admin.name }], ['remove', { member: cast.owner.name }],
        ['role', { member: cast[who].name, role: 'owner' }], ['role', { member: cast.admin.name, role: 'member' }], ['delete', { confirm: name }]]) {
        const answer = await cast[who].settings(id, action, fields);
        assert.equal(answer.status, 403, `${action} ${JSON.stringify(fields)}`);
        assert.equal((await cast[who].settings(id, action, fields, { accept: 'application/json' })).status, 403, action);
      }
      assert.deepEqual(await roles(id), was);
      assert.equal((await room(cast.owner, id)).name, name);
    });
  }

  test('an outsider neither reads nor writes in a public group', async () => {
    const id = await group();
    const sent = await cast.owner.say(id, 'for members');
    const read = await cast.outsider.list({ room: id });
    assert.equal(read.status, 403);
    assert.equal(read.code, 'not_a_member');
    for (const fields of [{ text: 'x', nonce: nonce() }, { action: 'edit', seq: sent.seq, text: 'x' }, { action: 'delete', seq: sent.seq }, { action: 'read', seq: sent.seq }, { action: 'unread', seq: sent.seq }]) {
      const answer = await cast.outsider.message({ room: id, ...fields });
      assert.equal(answer.status, 403, JSON.stringify(fields));
      assert.equal(answer.code, 'not_a_member');
    }
    assert.ok(!(await cast.outsider.get(`/rooms/${id}`)).text.includes('for members'));
  });

  test('a member sees the settings without the controls that are not for them', async () => {
    const id = await group();
    const page = await cast.member.get(`/rooms/${id}/settings`);
    assert.equal(page.status, 200);
    assert.match(page.text, /value="leave"/);
    assert.doesNotMatch(page.text, /value="(update|add|remove|role|delete)"/);
  });

  test('an admin renames, adds, removes and deletes', async () => {
    const id = await group();
    const [someone] = await addUsers(site, 1);
    const [action, fields] = update();
    assert.equal((await cast.admin.settings(id, action, fields)).status, 303);
    assert.equal((await cast.admin.settings(id, 'add', { members: someone })).status, 303);
    assert.equal((await cast.admin.settings(id, 'remove', { member: cast.member.name })).status, 303);
    assert.deepEqual(await roles(id), { [cast.owner.name]: 'owner', [cast.admin.name]: 'admin', [someone]: 'member' });
    assert.equal((await cast.admin.settings(id, 'delete', { confirm: fields.name })).status, 303);
  });

  test('an admin can neither remove nor lower an owner, nor make one', async () => {
    const id = await group();
    const was = await roles(id);
    for (const [action, fields] of [['remove', { member: cast.owner.name }], ['role', { member: cast.owner.name, role: 'member' }], ['role', { member: cast.admin.name, role: 'owner' }], ['role', { member: cast.member.name, role: 'owner' }]]) {
      assert.equal((await cast.admin.settings(id, action, fields)).status, 403, `${action} ${JSON.stringify(fields)}`);
    }
    assert.deepEqual(await roles(id), was);
  });

  test('an owner makes admins and owners, and takes it back', async () => {
    const id = await group();
    for (const role of ['admin', 'owner', 'member']) {
      assert.equal((await cast.owner.settings(id, 'role', { member: cast.member.name, role })).status, 303, role);
      assert.equal((await roles(id))[cast.member.name], role);
    }
  });

  test('the last owner cannot leave without handing the group over, nor step down', async () => {
    const id = await group();
    const left = await cast.owner.settings(id, 'leave');
    assert.ok([409, 422].includes(left.status), String(left.status));
    assert.match(textOf(left.text), /owner/i);
    const down = await cast.owner.settings(id, 'role', { member: cast.owner.name, role: 'member' });
    assert.ok([403, 409, 422].includes(down.status), String(down.status));
    assert.equal((await roles(id))[cast.owner.name], 'owner');
    assert.match(down.text.split(`data-user-name="${cast.owner.name}"`)[1].split('</li>')[0], /id="role-error">[^<]*owner/, 'said beside the name');
    assert.equal((await cast.owner.settings(id, 'role', { member: cast.admin.name, role: 'owner' })).status, 303);
    assert.equal((await cast.owner.settings(id, 'leave')).status, 303);
    assert.equal((await roles(id))[cast.admin.name], 'owner');
  });

  test('two last owners who leave at the same moment do not leave the group without one', async () => {
    for (let round = 0; round < 3; round += 1) {
      const id = await group();
      await cast.owner.settings(id, 'role', { member: cast.admin.name, role: 'owner' });
      const answers = await Promise.all([cast.owner.settings(id, 'leave'), cast.admin.settings(id, 'leave')]);
      assert.equal(answers.filter((answer) => answer.status === 303).length, 1, answers.map((answer) => answer.status).join(' '));
      assert.ok(Object.values(await roles(id)).includes('owner'));
    }
  });

  test('an event cannot be edited or taken away', async () => {
    const id = await cast.owner.group({ visibility: 'private' });
    await cast.owner.settings(id, 'add', { members: cast.member.name });
    const event = (await cast.owner.everything(id)).find((message) => message.kind === 'event');
    for (const fields of [{ action: 'edit', text: 'x' }, { action: 'delete' }]) {
      const { status } = await cast.owner.message({ room: id, seq: event.seq, ...fields });
      assert.ok([403, 404, 409, 422].includes(status), String(status));
    }
    assert.deepEqual((await cast.owner.everything(id)).find((message) => message.seq === event.seq), event);
  });
});

describe('the start page', () => {
  test('leads to the room that was used last', async () => {
    const client = await person(site);
    const [first, second] = [await client.group(), await client.group()];
    for (const id of [first, second, first]) {
      await client.get(`/rooms/${id}`);
      const start = await client.get('/');
      assert.equal(start.status, 303);
      assert.equal(start.location, `/rooms/${id}`);
    }
  });

  test('leads somewhere that works when that room is gone', async () => {
    const client = await person(site);
    const id = await client.group();
    await client.get(`/rooms/${id}`);
    await client.settings(id, 'delete', { confirm: (await room(client, id)).name });
    const start = await client.get('/');
    assert.equal(start.status, 303);
    assert.equal((await client.get(start.location)).status, 200);
  });
});

describe('the list at the left of every page', () => {
  test('counts what is unread, and an opened room is read', async () => {
    const [a, b] = await people(site, 2);
    const id = await a.group({ members: b.name });
    await b.get(`/rooms/${id}`);
    for (const text of ['one', 'two', 'three']) await a.say(id, text);
    const entry = async () => {
      const page = (await b.get('/account')).text;
      const at = page.indexOf(`href="/rooms/${id}"`);
      return textOf(page.slice(at, page.indexOf('</a>', at)));
    };
    assert.match(await entry(), /\b3\b/);
    // What a browser without scripts loads: the page, and the timeline in its frame.
    await b.get(`/rooms/${id}`);
    await b.get(`/messages?room=${id}`, { accept: 'text/html' });
    await eventually('the count is gone', async () => !/\b3\b/.test(await entry()));
  });
});
