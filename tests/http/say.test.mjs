// What messages say: formatting, previews, mentions, and the page "For you".
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { build, site as runningSite } from '../lib/site.mjs';
import { csrfOf, eventually, fieldValue, messagesOf, nonce, PASSWORD, people, person, textOf } from './client.mjs';

let site;
let anna;
let ben;
let cara;
let room;
before(async () => {
  site = await runningSite();
  [anna, ben, cara] = await people(site, 3, 'say');
  room = await anna.group({ members: ben.name });
});

const last = async (client, id = room) => (await client.read({ room: id, limit: 1 })).messages[0];
const words = (html) => /<div class="words rich">([\s\S]*?)<\/div>(?= <small|<\/div>)/.exec(html)?.[1];
const listed = async (client, id = room) => (await client.read({})).rooms.find((each) => each.id === id);

describe('formatting', () => {
  test('a message comes formatted to every kind of reader, with its source beside it', async () => {
    const text = 'so **bold** and <b>not</b> this\n\n- one\n- [link](https://example.org/?a=1&b=2)';
    const want = '<p dir="auto">so <strong>bold</strong> and &lt;b&gt;not&lt;/b&gt; this</p><ul dir="auto"><li>one</li><li><a href="https://example.org/?a=1&amp;b=2" rel="nofollow noopener ugc" target="_blank">link</a></li></ul>';
    const { seq } = await anna.say(room, text);
    const message = await last(ben);
    assert.deepEqual([message.text, message.formatted, words(message.html)], [text, true, want]);
    const page = await ben.request(`/rooms/${room}`);
    assert.equal(words(messagesOf(page.text)[seq]), want);
    const frame = await ben.request(`/messages?room=${room}`, { accept: 'text/html' });
    assert.equal(words(messagesOf(frame.text)[seq]), want);
  });

  test('what needs no formatting is shown as it was typed, and is not called formatted', async () => {
    for (const text of ['two  spaces & <tags>', 'a\n  b\n\nc', '5 * 3 = 15']) {
      await anna.say(room, text);
      const message = await last(ben);
      assert.equal('formatted' in message, false);
      assert.match(message.html, /<p class="text" dir="auto"><span class="words">/);
      assert.equal(textOf(message.html).includes(text.replace(/\s+/g, ' ')), true);
    }
  });

  test('an edit is formatted anew, and its form and former versions show what was typed', async () => {
    const { seq } = await anna.say(room, 'first *one*');
    await anna.submit('/messages', { action: 'edit', room, seq, text: 'now `two`' });
    assert.equal(words((await last(ben)).html), '<p dir="auto">now <code>two</code></p>');
    const form = await anna.request(`/rooms/${room}?edit=${seq}`);
    assert.equal(fieldValue(form.text, 'text').trim(), 'now `two`');
    const versions = await anna.request(`/rooms/${room}?versions=${seq}`);
    assert.ok(versions.text.includes('first *one*'));
    await anna.submit('/messages', { action: 'edit', room, seq, text: 'now plain' });
    assert.equal('formatted' in await last(ben), false);
    await anna.submit('/messages', { action: 'delete', room, seq });
    assert.equal((await last(ben)).html.includes('plain'), false);
  });

  test('10,000 hostile characters are taken like any others, and what they become is bounded', async () => {
    for (const part of ['[', '*a _', '> ', '- ', '|a', '`', 'a@b', '<http://a', '![', '\\', '&#1;', '"']) {
      const text = part.repeat(Math.floor(10000 / part.length)) + '.';
      if ([...text].length > 10000) continue;
      await anna.say(room, text);
      const message = await last(ben);
      assert.equal(message.text, text);
      assert.ok(message.html.length < 300000, part);
    }
  });

  test('rows that an older renderer left are done anew, and only what differs is told', async () => {
    const old = await anna.group({ members: ben.name });
    const formatted = await anna.say(old, '**old**');
    const plain = await anna.say(old, 'just words');
    const same = await anna.say(old, '*same*');
    await site.sql(`UPDATE messages SET renderer = 0 WHERE room_id = ${old}; UPDATE messages SET html = NULL WHERE room_id = ${old} AND seq = ${formatted.seq}`);
    const before = await ben.read({ room: old });
    await promisify(execFile)(`${build}/bin/messages`, ['rerender'], { env: { ...process.env, SNUG_CONFIG: `${site.var}/run/snug.hdf` } });
    const after = await ben.read({ room: old, after: before.cursor });
    assert.deepEqual(after.messages.map(({ seq, formatted: is }) => [seq, is]), [[formatted.seq, true]]);
    const all = await ben.read({ room: old });
    assert.equal(all.messages.find(({ seq }) => seq === plain.seq).change, plain.change);
    assert.equal(all.messages.find(({ seq }) => seq === same.seq).change, same.change);
    assert.deepEqual(await site.sql(`SELECT COUNT(*) FROM messages WHERE room_id = ${old} AND kind = 'text' AND renderer = 0`), [['0']]);
  });

  test('whom an old message mentioned it still mentions when it is done anew, and nobody else', async () => {
    const dan = await person(site, 'say');
    const old = await anna.group({ members: `${ben.name} ${cara.name}` });
    await anna.say(old, `**@${ben.name}** is here, @${anna.name} too, @${dan.name} not yet`);
    await anna.say(old, '@everyone, **look**');
    await anna.settings(old, 'add', { members: dan.name });
    await anna.settings(old, 'remove', { member: ben.name });
    const before = await dan.read({ room: old });
    await site.sql(`UPDATE messages SET renderer = 0, html = REPLACE(html, 'strong', 'b') WHERE room_id = ${old}`);
    await promisify(execFile)(`${build}/bin/messages`, ['rerender'], { env: { ...process.env, SNUG_CONFIG: `${site.var}/run/snug.hdf` } });
    const after = await dan.read({ room: old });
    // Nothing is known of how the first looked, but whom it was for.
    await site.sql(`UPDATE messages SET renderer = 0, html = NULL WHERE room_id = ${old} AND text LIKE '**@%'`);
    await promisify(execFile)(`${build}/bin/messages`, ['rerender'], { env: { ...process.env, SNUG_CONFIG: `${site.var}/run/snug.hdf` } });
    const again = await dan.read({ room: old });
    assert.match(again.messages.find(({ text }) => text.startsWith('**@')).html, new RegExp(`data-user="\\d+"[^>]*>@${ben.name}<`));
    assert.deepEqual(after.messages.map(({ html }) => words(html)), before.messages.map(({ html }) => words(html)));
    assert.equal((await dan.request('/for-you')).text.includes(`/rooms/${old}#`), false);
  });
});

describe('the preview', () => {
  test('shows what a message would become, and stores nothing', async () => {
    const before = await listed(anna);
    const shown = await anna.message({ action: 'preview', room, text: '*hi* :tada:' });
    assert.deepEqual([shown.status, shown.json()], [200, { html: '<p dir="auto"><em>hi</em> 🎉</p>' }]);
    assert.deepEqual((await anna.message({ action: 'preview', room, text: 'hi' })).json(), { html: null });
    assert.equal((await listed(anna)).last_seq, before.last_seq);
  });

  test('without scripts comes back as a page with the text, and the send that follows is one', async () => {
    const csrf = await anna.csrf();
    const name = nonce();
    const shown = await anna.post('/messages?action=preview', { csrf, room, text: '*hi* there', nonce: name });
    assert.equal(shown.status, 200);
    assert.ok(shown.text.includes('<div class="words rich"><p dir="auto"><em>hi</em> there</p></div>'));
    assert.equal(fieldValue(shown.text, 'text').trim(), '*hi* there');
    assert.equal(fieldValue(shown.text, 'nonce'), name);
    assert.equal(csrfOf(shown.text), csrf);
  });

  test('is for those who may read the room, and says what is wrong with the text', async () => {
    for (const [who, fields, status] of [[cara, { text: 'x' }, 403], [anna, { text: ' ' }, 422], [anna, { text: 'x', room: 999999 }, 404], [anna, { text: 'x'.repeat(10001) }, 413]])
      assert.equal((await who.message({ action: 'preview', room, ...fields })).status, status);
  });
});

describe('mentions', () => {
  const forYou = async (client, page = 1) => client.request(`/for-you?page=${page}`);
  const unread = async (client, id) => (await listed(client, id)).mentions || 0;

  test('a member who is named gets a link, a count of his own in the list, and an entry on the page For you', async () => {
    const { seq } = await anna.say(room, `Could you look, @${ben.name.toUpperCase()}? Not \`@${ben.name}\` nor @${cara.name}.`);
    const message = await last(ben);
    assert.equal(message.html.split('class="mention"').length, 2);
    assert.match(message.html, new RegExp(`<a class="mention" data-user="\\d+" href="/people/${ben.name}" target="_top">@${ben.name}</a>`));
    assert.equal(await unread(ben), 1);
    assert.equal(await unread(anna), 0);
    const page = await ben.request('/rooms');
    assert.match(page.text, new RegExp(`data-to="${room}"[\\s\\S]*?<span class="count for-me">@1`));
    const mine = await forYou(ben);
    assert.equal(mine.status, 200);
    assert.ok(mine.text.includes(`/rooms/${room}#m${seq}`));
    assert.equal((await forYou(cara)).text.includes(`#m${seq}`), false);
    await ben.submit('/messages', { action: 'read', room, seq });
    assert.equal(await unread(ben), 0);
    assert.ok((await forYou(ben)).text.includes(`#m${seq}`), 'what was read stays there');
  });

  test('it is live: the list of rooms of whoever waits has the count, whichever way he waits', async () => {
    const { cursor } = await ben.read({});
    const waiting = ben.read({ after: cursor, wait: 30 });
    const { seq } = await anna.say(room, `@${ben.name} again`);
    let page = await waiting;
    await eventually('the count', async () => {
      if (page.rooms?.find((each) => each.id === room).mentions === 1) return true;
      page = await ben.read({ after: page.cursor, wait: 10 });
      return false;
    }, 60);
    await anna.submit('/messages', { action: 'delete', room, seq });
    await eventually('the count to go', async () => {
      page = await ben.read({ after: page.cursor, wait: 10 });
      return page.rooms && !page.rooms.find((each) => each.id === room).mentions;
    }, 60);
  });

  test('it goes at once, too, with what a history limit passes or an ended account takes along', async (t) => {
    const dan = await person(site, 'say');
    const [short, long, elsewhere] = [await anna.group({ members: ben.name, history: '3' }), await anna.group({ members: `${ben.name} ${dan.name}` }), await anna.group({ members: ben.name })];
    await anna.say(short, `@${ben.name} soon gone`);
    await dan.say(long, `@${ben.name} soon gone`);
    const stream = await ben.stream({ room: elsewhere });
    t.after(() => stream.close());
    const told = (id) => stream.events.filter(({ data }) => data.rooms).at(-1)?.data.rooms.find((each) => each.id === id).mentions || 0;
    await eventually('both counts', () => told(short) === 1 && told(long) === 1);
    for (const text of ['one', 'two', 'three']) await anna.say(short, text);
    await dan.submit('/account', { action: 'delete', messages: 'delete', delete_password: PASSWORD });
    await eventually('both to go', () => told(short) === 0 && told(long) === 0, 20);
  });

  test('an edit takes mentions back, and makes new ones', async () => {
    const group = await anna.group({ members: `${ben.name} ${cara.name}` });
    const { seq } = await anna.say(group, `@${ben.name}`);
    assert.deepEqual([await unread(ben, group), await unread(cara, group)], [1, 0]);
    await anna.submit('/messages', { action: 'edit', room: group, seq, text: `@${cara.name}` });
    assert.deepEqual([await unread(ben, group), await unread(cara, group)], [0, 1]);
    await anna.submit('/messages', { action: 'edit', room: group, seq, text: 'nobody' });
    assert.deepEqual([await unread(ben, group), await unread(cara, group)], [0, 0]);
  });

  test('@everyone is for those who manage the group, and reaches every other member', async () => {
    const group = await anna.group({ members: `${ben.name} ${cara.name}` });
    await ben.say(group, '@everyone look');
    assert.deepEqual([await unread(anna, group), await unread(cara, group)], [0, 0]);
    assert.equal('formatted' in await last(anna, group), false);
    await anna.say(group, '@everyone look');
    assert.deepEqual([await unread(anna, group), await unread(ben, group), await unread(cara, group)], [0, 1, 1]);
    assert.match((await last(ben, group)).html, /<b class="mention" data-user="all">@everyone<\/b>/);
  });

  test('For you shows only rooms that one may still read, pages, and leads to old messages without scripts', async () => {
    const dan = await person(site, 'say');
    const group = await anna.group({ members: dan.name });
    const { seq: first } = await anna.say(group, `@${dan.name} the first`);
    for (let i = 0; i < 60; i += 1) await anna.say(group, `@${dan.name} ${i}`);
    const one = await forYou(dan);
    const two = await forYou(dan, 2);
    assert.equal([one, two].reduce((sum, { text }) => sum + text.split('class="begins"').length - 1, 0), 61);
    const link = `/rooms/${group}?before=${first + 25}#m${first}`;
    assert.ok(two.text.includes(link));
    assert.ok(messagesOf((await dan.request(link.replace(/#.*/, ''))).text)[first]);
    assert.match(one.text, /class="count for-me">@61/);
    await anna.submit(`/rooms/${group}/settings`, { action: 'remove', member: dan.name });
    assert.equal((await forYou(dan)).text.includes(`/rooms/${group}`), false);
  });
});
