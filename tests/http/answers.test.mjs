// Replies and reactions: what they show, what is refused, and what becomes of them when messages are edited, deleted and
// passed by a limit.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { site as runningSite } from '../lib/site.mjs';
import { PASSWORD, eventually, fieldValue, formsOf, nonce, people, textOf } from './client.mjs';

let site;
let anna;
let ben;
let cleo;
before(async () => {
  site = await runningSite();
  [anna, ben, cleo] = await people(site, 3, 'ans');
});

const room = (fields = {}) => anna.group({ members: ben.name, ...fields });
const send = (client, id, text, more = {}) => client.message({ room: id, text, nonce: nonce(), ...more });
const reply = async (client, id, seq, text) => {
  const answer = await send(client, id, text, { reply: seq });
  assert.equal(answer.status, 201, answer.text);
  return answer.json();
};
const react = (client, id, seq, emoji, on) => client.message({ action: 'react', room: id, seq, emoji, on });
const at = async (client, id, seq) => (await client.read({ room: id, before: seq + 1, limit: 1 })).messages[0];
const refused = async (answer, status, code) => {
  const got = await answer;
  assert.equal(got.status, status, got.text.slice(0, 300));
  if (code) assert.equal(got.code, code);
};
// All changes since a cursor, as a client that keeps asking sees them.
async function since(client, id, cursor) {
  const seen = [];
  for (let more = true; more;) {
    const page = await client.read({ room: id, after: cursor, limit: 200 });
    seen.push(...page.messages);
    ({ cursor, more } = page);
  }
  assert.deepEqual(seen.map((each) => each.change), seen.map((each) => each.change).sort((a, b) => a - b));
  return { seen, cursor };
}

describe('replies', () => {
  test('an answer quotes whom and what it answers, and a retry is recognised', async () => {
    const id = await room();
    const { seq } = await anna.say(id, `Where <b>shall</b> we meet? ${'x'.repeat(200)}`);
    const fields = { room: id, text: 'At noon', nonce: nonce(), reply: seq };
    const sent = await ben.message(fields);
    assert.equal(sent.status, 201);
    const again = await ben.message(fields);
    assert.deepEqual([again.status, again.json()], [200, sent.json()]);
    await refused(ben.message({ ...fields, reply: undefined }), 409, 'nonce_taken');
    await refused(ben.message({ ...fields, reply: sent.json().seq }), 409, 'nonce_taken');
    const message = await at(anna, id, sent.json().seq);
    assert.deepEqual([message.reply.seq, message.reply.sender.name, message.reply.deleted], [seq, anna.name, false]);
    assert.match(message.reply.text, /^Where <b>shall<\/b> we meet\? x+…$/u);
    assert.equal([...message.reply.text].length, 100);
    assert.match(message.html, /Where &lt;b&gt;shall/);
    assert.match(message.html, new RegExp(`href="/rooms/${id}\\?before=${seq + 25}#m${seq}"`));
    assert.ok((await anna.get(`/rooms/${id}?before=${seq + 25}`)).text.includes(`id="m${seq}"`), 'the link opens around the original');
    assert.equal((await at(anna, id, seq)).reply, undefined);
  });

  test('what is answered must be a message that is kept in this room', async () => {
    const [id, other] = [await room({ history: '3' }), await room()];
    const { seq } = await anna.say(id, 'one');
    await refused(send(ben, other, 'x', { reply: seq + 50 }), 422, 'no_original');
    await refused(send(ben, id, 'x', { reply: '9223372036854775807' }), 422, 'no_original');
    for (const bad of ['0', '-1', 'x', '1.5', '99999999999999999999']) await refused(send(ben, id, 'x', { reply: bad }), 400, 'bad_parameter');
    await anna.settings(other, 'update', { name: (await anna.read({})).rooms.find((each) => each.id === other).name, topic: 'news', visibility: 'public', history: '' });
    const event = (await anna.everything(other)).find((each) => each.kind === 'event');
    await refused(send(ben, other, 'x', { reply: event.seq }), 422, 'no_original');
    for (let i = 0; i < 3; i += 1) await anna.say(id, `more ${i}`);
    await refused(send(ben, id, 'x', { reply: seq }), 422, 'no_original');
    await refused(send(cleo, await room({ visibility: 'private' }), 'x', { reply: 1 }), 404);
    const form = await ben.submit('/messages', { room: id, text: 'typed with care', nonce: nonce(), reply: seq });
    assert.equal(form.status, 422);
    assert.ok(form.text.includes('typed with care') && !form.text.includes('name="reply"'), 'sent again it goes without');
    // Deleted while the answer was typed: that is not lost.
    const gone = await anna.say(id, 'gone soon');
    await anna.message({ action: 'delete', room: id, seq: gone.seq });
    assert.deepEqual((await at(ben, id, (await reply(ben, id, gone.seq, 'late')).seq)).reply, { seq: gone.seq, sender: null, text: '', deleted: true });
  });

  test('an original that is edited or deleted changes its answers too, wherever they are read', async () => {
    const id = await room();
    const { seq } = await anna.say(id, 'first');
    const answers = [await reply(ben, id, seq, 'a'), await reply(anna, id, seq, 'b')];
    await reply(ben, id, answers[0].seq, 'an answer to an answer');
    const stream = await ben.stream({ room: id, after: (await ben.read({ room: id })).cursor });
    let { cursor } = await ben.read({ room: id });
    const change = async (fields, expected) => {
      assert.equal((await anna.message({ room: id, seq, ...fields })).status, 200);
      const found = await since(ben, id, cursor);
      cursor = found.cursor;
      assert.deepEqual(found.seen.map((each) => [each.seq, each.reply?.text]), expected);
      await eventually('the stream tells it', () => expected.every(([one, text]) => stream.events.some(({ data }) =>
        data.messages?.some((each) => each.seq === one && each.reply?.text === text))), 60);
    };
    await change({ action: 'edit', text: 'second' }, [[seq, undefined], [answers[0].seq, 'second'], [answers[1].seq, 'second']]);
    await change({ action: 'edit', text: 'second' }, []);
    await change({ action: 'delete' }, [[seq, undefined], [answers[0].seq, ''], [answers[1].seq, '']]);
    await change({ action: 'delete' }, []);
    stream.close();
    assert.match((await at(anna, id, answers[0].seq)).html, /The original message was deleted/);
    // An answer that is deleted quotes nothing any more.
    await ben.message({ action: 'delete', room: id, seq: answers[0].seq });
    assert.equal((await at(anna, id, answers[0].seq)).reply, undefined);
    assert.deepEqual(await site.sql(`SELECT original FROM replies WHERE room_id = ${id}`), []);
  });

  test('a limit that passes the original changes the answers that are kept', async () => {
    const id = await room({ history: '4' });
    const { seq } = await anna.say(id, 'soon passed');
    const answer = await reply(ben, id, seq, 'kept');
    const { cursor } = await ben.read({ room: id });
    for (let i = 0; i < 3; i += 1) await anna.say(id, `on ${i}`);
    const { seen } = await since(ben, id, cursor);
    assert.deepEqual(seen.find((each) => each.seq === answer.seq)?.reply, { seq, sender: null, text: '', deleted: true });
    const versions = (await site.sql(`SELECT version FROM messages WHERE room_id = ${id} AND seq > ${seq}`)).flat().map(Number);
    assert.ok(Math.max(...versions) <= Number((await site.sql(`SELECT version FROM rooms WHERE id = ${id}`))[0][0]));
    // Also where an admin sets the limit.
    const other = await room();
    const first = await anna.say(other, 'passed by hand');
    const kept = await reply(ben, other, first.seq, 'kept');
    const { name } = (await anna.read({})).rooms.find((each) => each.id === other);
    const mark = (await ben.read({ room: other })).cursor;
    await anna.settings(other, 'update', { name, topic: '', visibility: 'public', history: '2' });
    assert.equal((await since(ben, other, mark)).seen.find((each) => each.seq === kept.seq)?.reply.deleted, true);
    await anna.say(other, 'and it goes on');
  });

  test('an edit of what hundreds answered stays a small change', async () => {
    const id = await room();
    const { seq } = await anna.say(id, 'popular');
    await Promise.all(Array.from({ length: 230 }, (_, i) => reply(i % 2 ? anna : ben, id, seq, `answer ${i}`)));
    const { cursor } = await ben.read({ room: id });
    await anna.message({ action: 'edit', room: id, seq, text: 'loved' });
    const { seen } = await since(ben, id, cursor);
    assert.deepEqual([seen.length, seen.at(-1).seq, seen.every((each) => each.seq === seq || each.reply.text === 'loved')], [201, 231, true]);
    assert.equal((await at(ben, id, seq + 1)).reply.text, 'loved'); // read again, the oldest shows it too
  });

  test('who is answered is told, unless he answers himself or has left', async () => {
    const id = await room();
    const { seq } = await ben.say(id, 'a question');
    const version = async () => Number((await site.sql(`SELECT version FROM users WHERE name = '${ben.name}'`))[0][0]);
    const told = () => site.sql(`SELECT m.seq, m.why FROM mentions m JOIN users u ON u.id = m.user_id WHERE m.room_id = ${id} AND u.name = '${ben.name}'`);
    const before = await version();
    const answer = await reply(anna, id, seq, 'an answer');
    assert.deepEqual(await told(), [[String(answer.seq), 'reply']]);
    assert.ok(await version() > before);
    await reply(ben, id, seq, 'to myself');
    assert.equal((await told()).length, 1);
    await anna.message({ action: 'delete', room: id, seq: answer.seq });
    assert.deepEqual(await told(), []);
    await ben.settings(id, 'leave');
    await reply(anna, id, seq, 'too late');
    assert.deepEqual(await told(), []);
  });

  test('without scripts the form answers, and keeps what it answers when it is refused', async () => {
    const id = await room();
    const { seq } = await anna.say(id, 'plain question');
    const page = await ben.get(`/rooms/${id}?reply=${seq}`);
    const form = formsOf(page.text).find((each) => each.html.includes('name="reply"'))?.html ?? '';
    assert.equal(fieldValue(form, 'reply'), String(seq));
    assert.match(textOf(form), new RegExp(`In reply to ${anna.name} plain question`));
    const empty = await ben.submit('/messages', { room: id, text: ' ', nonce: nonce(), reply: seq });
    assert.deepEqual([empty.status, fieldValue(empty.text, 'reply')], [422, String(seq)]);
    const sent = await ben.submit('/messages', { room: id, text: 'plain answer', nonce: fieldValue(form, 'nonce'), reply: seq });
    assert.deepEqual([sent.status, sent.location], [303, `/rooms/${id}#m${seq + 1}`]);
    assert.equal((await at(anna, id, seq + 1)).reply.text, 'plain question');
    assert.doesNotMatch((await ben.get(`/rooms/${id}?reply=999`)).text, /name="reply"/);
  });

  test('with a deleted account\'s messages go their quotes', async () => {
    const [dora] = await people(site, 1, 'ans');
    const id = await room({ members: `${ben.name} ${dora.name}` });
    const { seq } = await dora.say(id, 'my secret');
    const answer = await reply(ben, id, seq, 'I keep it');
    const { cursor } = await ben.read({ room: id });
    assert.equal((await dora.submit('/account', { action: 'delete', messages: 'delete', delete_password: PASSWORD })).status, 303);
    await eventually('the quote is gone', async () => (await at(ben, id, answer.seq)).reply.deleted, 60);
    await eventually('and told', async () => (await since(ben, id, cursor)).seen.some((each) => each.seq === answer.seq), 60);
    await anna.say(id, 'life goes on');
  });
});

describe('reactions', () => {
  const shown = (message) => (message.reactions ?? []).map((each) => [each.emoji, each.count, each.users.map((user) => user.name)]);

  test('a reaction comes and goes, once however often it is asked for, as a change of the message', async () => {
    const id = await room();
    const { seq } = await anna.say(id, 'good news');
    const { cursor } = await ben.read({ room: id });
    const first = await react(ben, id, seq, '👍', 1);
    assert.equal(first.status, 200);
    assert.deepEqual((await react(ben, id, seq, '👍', 1)).json(), first.json());
    await react(anna, id, seq, '👍');
    await react(anna, id, seq, '🏳️‍🌈', 1);
    const message = await at(ben, id, seq);
    assert.deepEqual(shown(message), [['👍', 2, [ben.name, anna.name]], ['🏳️‍🌈', 1, [anna.name]]]);
    assert.match(message.html, new RegExp(`title="${ben.name}, ${anna.name}"[^>]*data-emoji="👍"`));
    const { seen } = await since(ben, id, cursor);
    assert.deepEqual(seen.map((each) => [each.seq, each.change, each.edited_at]), [[seq, message.change, null]]);
    assert.equal(message.change, first.json().change + 2);
    const off = await react(ben, id, seq, '👍', 0);
    assert.deepEqual([(await react(ben, id, seq, '👍', 0)).json(), (await react(ben, id, seq, '😂', 0)).json()], [off.json(), off.json()]);
    assert.deepEqual(shown(await at(ben, id, seq)), [['👍', 1, [anna.name]], ['🏳️‍🌈', 1, [anna.name]]]);
    // An edit keeps them, and the page knows mine.
    await anna.message({ action: 'edit', room: id, seq, text: 'better news' });
    assert.equal(shown(await at(ben, id, seq)).length, 2);
    assert.match((await anna.get(`/rooms/${id}`)).text, /class="chip mine"[^>]*data-emoji="👍"/);
    assert.match((await ben.get(`/rooms/${id}`)).text, /class="chip"[^>]*data-emoji="👍"/);
  });

  test('what is no single emoji, or not one\'s to react to, is refused in words', async () => {
    const id = await room();
    const { seq } = await anna.say(id, 'here');
    for (const bad of ['', 'a', '1', ':)', '👍👍', '👍 👎', '<b>', '‍', '☆', '🇩', '👍\u200d', Buffer.from([0xf0, 0x9f]), '👍'.repeat(100)]) {
      await refused(react(ben, id, seq, bad, 1), 422, 'bad_emoji');
    }
    await refused(ben.message({ action: 'react', room: id, seq }), 422, 'bad_emoji');
    await refused(react(ben, id, seq, '👍', 2), 400, 'bad_parameter');
    await refused(react(ben, id, seq + 9, '👍', 1), 404, 'no_message');
    await refused(react(cleo, id, seq, '👍', 1), 403, 'not_a_member');
    await anna.settings(id, 'mute', { member: ben.name });
    await refused(react(ben, id, seq, '👍', 1), 403, 'muted');
    const event = (await anna.everything(id)).find((each) => each.kind === 'event');
    await refused(react(anna, id, event.seq, '👍', 1), 404, 'no_message');
    await react(anna, id, seq, '👍', 1);
    await anna.message({ action: 'delete', room: id, seq });
    await refused(react(anna, id, seq, '👍', 1), 409, 'deleted');
    assert.equal((await at(anna, id, seq)).reactions, undefined);
    assert.deepEqual(await site.sql(`SELECT * FROM reactions WHERE room_id = ${id}`), []);
  });

  test('twenty different ones fit on a message; joining one of them always does', async () => {
    const id = await room();
    const { seq } = await anna.say(id, 'many');
    const emoji = Array.from({ length: 21 }, (_, i) => String.fromCodePoint(0x1f600 + i));
    const answers = await Promise.all(emoji.map((each) => react(anna, id, seq, each, 1)));
    assert.deepEqual(answers.map((each) => each.status).sort(), [...Array(20).fill(200), 409]);
    const present = (await at(ben, id, seq)).reactions.map((each) => each.emoji);
    await refused(react(ben, id, seq, emoji.find((each) => !present.includes(each)), 1), 409, 'too_many');
    assert.equal((await react(ben, id, seq, present[7], 1)).status, 200);
  });

  test('when many react at once nothing is lost, and it streams as few changes', async () => {
    const id = await room();
    const crowd = await people(site, 25, 'crowd');
    await Promise.all(crowd.map((each) => each.settings(id, 'join')));
    const { seq } = await anna.say(id, 'clap');
    const stream = await ben.stream({ room: id, after: (await ben.read({ room: id })).cursor });
    await Promise.all(crowd.map((each) => each.csrf()));
    await Promise.all(crowd.map((each) => react(each, id, seq, '👏', 1)));
    await eventually('the stream shows all', () => stream.events.some(({ data }) => data.messages?.some((each) => each.reactions?.[0].count === 25)), 60);
    stream.close();
    assert.ok(stream.events.length <= 26);
    assert.match((await at(ben, id, seq)).html, /title="[^"]+ and 5 others"/);
  });

  test('without scripts a page offers them, and takes them back', async () => {
    const id = await room();
    const { seq } = await anna.say(id, 'plain');
    const page = await ben.get(`/rooms/${id}?react=${seq}`);
    assert.match(textOf(page.text), /React to this message plain/);
    const post = (fields) => ben.submit('/messages', { action: 'react', room: id, seq, ...fields });
    const answer = await post({ emoji: ' 🎉 ', on: 1 });
    assert.deepEqual([answer.status, answer.location], [303, `/rooms/${id}#m${seq}`]);
    assert.match((await ben.get(`/rooms/${id}?react=${seq}`)).text, /Take back:<\/p> <button[^>]*value="🎉"/);
    assert.equal((await post({ emoji: '🎉', on: 0 })).status, 303);
    assert.equal((await at(ben, id, seq)).reactions, undefined);
    const bad = await post({ emoji: 'nice' });
    assert.equal(bad.status, 422);
    assert.match(textOf(bad.text), /one emoji/);
  });
});
