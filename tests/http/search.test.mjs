// Searching: what is found, by whom, and what is said when nothing is. And what somebody keeps.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { site, until } from '../lib/site.mjs';
import { PASSWORD, people, query, unique } from './client.mjs';

let snug;
let ana;
let ben;
let cleo; // in none of their rooms
let room;

const plain = (html) => html.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

// The snippets of a page of results, newest first.
const snippets = (page) => [...page.text.matchAll(/class="snippet"[^>]*>(.*?)<\/a>/gs)].map(([, html]) => plain(html));
const texts = (page) => snippets(page).map((snippet) => snippet.replace(/<\/?mark>/g, ''));
const next = (page) => /name="before" value="([^"]+)"/.exec(page.text)?.[1];

async function search(who, q, more = {}) {
  const page = await who.get(query('/search', { q, ...more }));
  assert.equal(page.status, 200, `${q}: ${page.text.slice(0, 2000)}`);
  return page;
}
const found = async (who, q) => texts(await search(who, q));

before(async () => {
  snug = await site();
  [ana, ben, cleo] = await people(snug, 3);
  room = await ana.group({ members: ben.name, visibility: 'public' });
});

test('words are found whatever their case, accents and script, and a phrase only in a row', async () => {
  const word = unique('w').replace(/\W/g, '');
  const said = ['Die Straße nach Köln', '私は東京タワーを見ました', '我们明天去图书馆', '한국어를 배우고 있어요', 'ฉันรักภาษาไทย', 'Ёлка и снег', 'שָׁלוֹם', 'مَرْحَبًا', 'नमस्ते दुनिया', 'ΑΘΉΝΑ', 'Xin chào Việt Nam', 'cake 🎂 today'];
  for (const text of said) await ana.say(room, `${text} ${word}`);
  for (const [typed, index] of [['STRASSE koln', 0], ['"nach köln"', 0], ['東京', 1], ['タワー', 1], ['見', 1], ['图书馆', 2], ['한국어', 3], ['รัก', 4], ['ภาษาไทย', 4], ['ёлка', 5], ['ЕЛКА', 5], ['שלום', 6], ['مرحبا', 7], ['दुनिया', 8], ['αθηνα', 9], ['viet nam', 10], ['🎂', 11]])
    assert.deepEqual(await found(ben, `${typed} ${word}`), [`${said[index]} ${word}`], typed);
  for (const typed of ['"köln nach"', '京東', '语', 'stras'])
    assert.deepEqual(await found(ben, `${typed} ${word}`), [], typed);
  assert.deepEqual(snippets(await search(ben, `東京 ${word}`)), [`私は<mark>東京</mark>タワーを見ました <mark>${word}</mark>`]);
  assert.equal((await found(ben, word)).length, said.length);
});

test('what was just acknowledged is found, what was edited as it is now, and what was deleted no more', async () => {
  const [one, two] = [unique('w'), unique('w')].map((name) => name.replace(/\W/g, ''));
  const { seq } = await ana.say(room, `it is ${one}`);
  assert.deepEqual(await found(ben, one), [`it is ${one}`]);
  assert.equal((await ana.message({ action: 'edit', room, seq, text: `now ${two}` })).status, 200);
  assert.deepEqual([await found(ben, one), await found(ben, two)], [[], [`now ${two}`]]);
  assert.equal((await ana.message({ action: 'delete', room, seq })).status, 200);
  assert.deepEqual(await found(ben, two), []);
  // Nothing of it stays in the index either.
  const block = Math.floor(seq / 64);
  const [[rows]] = await snug.sql(`SELECT COUNT(*) FROM search_words WHERE room_id = ${room} AND block = ${block} AND bits & (1 << ${seq % 64}) <> 0`);
  assert.equal(rows, '0');
});

test('nobody finds what is said in a room that he is not in, by whatever filter', async () => {
  const secret = unique('w').replace(/\W/g, '');
  const direct = await ana.direct(ben.name);
  await ana.say(room, `${secret} here`);
  await ana.say(direct, `${secret} for you`);
  assert.deepEqual((await found(ben, secret)).sort(), [`${secret} for you`, `${secret} here`]);
  assert.deepEqual(await found(ben, `${secret} in:@${ana.name}`), [`${secret} for you`]);
  const name = (await snug.sql(`SELECT name FROM rooms WHERE id = ${room}`))[0][0];
  for (const q of [secret, `${secret} from:${ana.name}`, `from:${ana.name}`, `in:${name}`, `${secret} in:${name}`, `in:@${ben.name} ${secret}`, 'after:2000-01-01'])
    assert.deepEqual(await found(cleo, q), [], q);
  assert.match((await search(cleo, `in:${name}`)).text, new RegExp(`You are in no group called <bdi>${name}`));
  // Coming and going counts at once.
  await cleo.settings(room, 'join');
  assert.deepEqual(await found(cleo, secret), [`${secret} here`]);
  await cleo.settings(room, 'leave');
  assert.deepEqual(await found(cleo, secret), []);
  assert.equal((await new ben.constructor(snug.url).get('/search?q=x')).location, '/login?next=/search%3Fq%3Dx');
});

test('filters narrow it down: who, where, when, and with a file', async () => {
  const word = unique('w').replace(/\W/g, '');
  const other = await ana.group({ name: `two ${unique('words')}`, members: ben.name });
  const name = (await snug.sql(`SELECT name FROM rooms WHERE id = ${other}`))[0][0];
  const day = (ago) => new Date(Date.now() - ago * 86400000).toISOString().slice(0, 10);
  const { seq } = await ana.say(room, `${word} old`);
  await snug.sql(`UPDATE messages SET created_at = '${day(3)} 12:00:00', version = version + 100 WHERE room_id = ${room} AND seq = ${seq}; UPDATE rooms SET version = version + 100 WHERE id = ${room}`);
  await ana.say(other, `${word} ana`);
  await ben.say(other, `${word} ben`);
  const expected = [[`from:${ben.name}`, ['ben']], ['from:me', ['ana', 'old']], [`from:@${ana.name.toUpperCase()}`, ['ana', 'old']], [`in:"${name}"`, ['ben', 'ana']], [`in:"#${name.toUpperCase()}" from:me`, ['ana']],
    [`before:${day(0)}`, ['old']], [`after:${day(3)}`, ['ben', 'ana', 'old']], [`after:${day(2)}`, ['ben', 'ana']], [`before:${day(3)}`, []], [`after:${day(-1)}`, []], ['has:file', []]];
  for (const [filter, rest] of expected) assert.deepEqual(await found(ana, `${filter} ${word}`), rest.map((one) => `${word} ${one}`), filter);
  assert.deepEqual((await found(ana, `in:"${name}"`)).slice(0, 2), [`${word} ben`, `${word} ana`], 'a filter alone');
  await snug.sql(`UPDATE messages SET parts = parts | 8, version = version + 100 WHERE room_id = ${other} AND text = '${word} ben'; UPDATE rooms SET version = version + 100 WHERE id = ${other}`);
  assert.deepEqual(await found(ana, `${word} has:file`), [`${word} ben`]);
});

test('the search that a room leads to is in that room, whatever its name is made of', async () => {
  const word = unique('w').replace(/\W/g, '');
  for (const name of [`${word} "quoted" one`, `${word} “quoted” two`, `#${word}`, `#${word} three`, `${word}:four`, `${word}-five`, `${word} five`, `“!” six ${word}`, `東京 ${word}`]) {
    const id = await ana.group({ name });
    await ana.say(id, `here ${id}`);
    const page = await ana.get(`/search?room=${id}`);
    assert.deepEqual(await found(ana, plain(/id="q"[^>]* value="([^"]*)"/.exec(page.text)[1]).concat('here')), [`here ${id}`], name);
  }
});

test('a wrong filter is 422 with words beside the field, an unknown name an empty page that says so', async () => {
  for (const [q, words] of [['before:yesterday', 'before: takes a date'], ['after:2026-02-30', 'after: takes a date'], ['has:link', 'has: takes the word file'], ['from:', 'from: takes the name'], ['?!', 'no word'], ['from:a from:b', 'once'], ['x'.repeat(501), '500 characters'], ['a\u0000b', 'characters that cannot']]) {
    const page = await ana.get(query('/search', { q }));
    assert.equal(page.status, 422, q);
    assert.match(page.text, new RegExp(`aria-describedby="q-error"[^]*id="q-error">[^<]*${words}`), q);
  }
  assert.match((await search(ana, 'from:nobody-at-all x')).text, /There is nobody called <bdi>nobody-at-all/);
  const long = await ana.get(query('/search', { q: '字'.repeat(10000) }));
  assert.equal(long.status, 414);
  assert.match(long.text, /larger than this site takes/);
  for (const path of ['/search', '/search?q=', '/search?q=%20', '/saved', `/search?room=${room}`, '/search?room=x']) assert.equal((await ana.get(path)).status, 200, path);
  for (const before of ['x', '2026-11-20T11:24:00.123Z', '2026-11-20T11:24:00.123Z.1', '2026-11-20T11:24:00.123Z.1.2x', '2026-99-20T11:24:00.123Z.1.2'])
    assert.equal((await ana.get(query('/search', { q: 'a', before }))).status, 400, before);
  assert.match((await ana.get(`/search?room=${room}`)).text, /value="in:[^"]+ "/);
});

test('results are pages of 25, each once, the newest first, through all rooms', async () => {
  const word = unique('w').replace(/\W/g, '');
  const rooms = [room, await ana.group(), await ana.direct(ben.name)];
  const all = [];
  for (let i = 0; i < 63; i += 1) {
    await ana.say(rooms[i % 3], `${word} ${i} ${'filling '.repeat(i % 5)}`.trim());
    all.unshift(`${word} ${i}`);
  }
  // Some at the very same time.
  await snug.sql(`UPDATE messages SET created_at = (SELECT at FROM (SELECT MIN(created_at) AS at FROM messages WHERE text LIKE '${word} 2%') x) WHERE text LIKE '${word} 2%'`);
  const seen = [];
  const sizes = [];
  for (let before, i = 0; i < 4; i += 1) {
    const page = await search(ana, word, before ? { before } : {});
    const part = texts(page).map((text) => text.split(' ').slice(0, 2).join(' '));
    seen.push(...part);
    sizes.push(part.length);
    before = next(page);
    if (!before) break;
  }
  assert.deepEqual(sizes, [25, 25, 13]);
  assert.deepEqual([...seen].sort(), [...all].sort());
  assert.deepEqual(seen.slice(0, 33), all.slice(0, 33));
});

test('a long message shows where it was found, and what was typed is never markup', async () => {
  const word = unique('w').replace(/\W/g, '');
  await ana.say(room, `<b>${'lorem ipsum '.repeat(300)}${word} & <i>after</i> ${'dolor sit '.repeat(300)}`);
  const [snippet] = snippets(await search(ana, `${word} after`));
  assert.match(snippet, new RegExp(`^… .*<mark>${word}</mark> & <i><mark>after</mark></i> .* …$`, 's'));
  assert.ok(snippet.length < 500);
  const page = await search(ana, '"><script>alert(1)</script>');
  assert.doesNotMatch(page.text, /<script>alert/);
});

test('a history limit takes what it passes out of the search and out of the index', async () => {
  const word = unique('w').replace(/\W/g, '');
  const limited = await ana.group({ history: '10' });
  for (let i = 0; i < 80; i += 1) await ana.say(limited, `${word} ${i} only${i}`);
  assert.deepEqual(await found(ana, word), Array.from({ length: 10 }, (_, i) => `${word} ${79 - i} only${79 - i}`));
  const [[blocks]] = await snug.sql(`SELECT COUNT(*) FROM search_blocks WHERE room_id = ${limited}`);
  assert.equal(blocks, '1');
  const [[bits]] = await snug.sql(`SELECT SUM(BIT_COUNT(bits)) FROM search_words WHERE room_id = ${limited} AND token = 1`);
  assert.equal(bits, '10');
  await ana.settings(limited, 'delete', { confirm: (await snug.sql(`SELECT name FROM rooms WHERE id = ${limited}`))[0][0] });
  assert.deepEqual(await found(ana, word), []);
  await until(async () => (await snug.sql(`SELECT COUNT(*) FROM search_words WHERE room_id = ${limited}`))[0][0] === '0', 90);
});

test('a limit that is set to much less takes all that it passes out of the index', async () => {
  const id = await ana.group();
  const name = (await snug.sql(`SELECT name FROM rooms WHERE id = ${id}`))[0][0];
  const count = 900;
  const blocks = async () => Number((await snug.sql(`SELECT COUNT(*) FROM search_blocks WHERE room_id = ${id}`))[0][0]);
  await snug.sql(`INSERT INTO messages (room_id, seq, version, sender_id, nonce, text, created_at) SELECT r.id, r.last_seq + n.n, r.version + n.n, r.created_by, CONCAT('limit-${id}-', n.n), 'words', UTC_TIMESTAMP(3)
    FROM rooms r JOIN (WITH RECURSIVE n AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM n WHERE n < ${count}) SELECT n FROM n) n WHERE r.id = ${id}; UPDATE rooms SET last_seq = last_seq + ${count}, version = version + ${count} WHERE id = ${id}`);
  assert.equal((await found(ana, `in:${name} words`)).length, 25);
  await until(async () => await blocks() > count / 64 - 1, 90);
  await ana.settings(id, 'update', { name, topic: '', visibility: 'public', history: '10' });
  assert.ok((await found(ana, `in:${name} words`)).length <= 10);
  await until(async () => await blocks() <= 2, 90);
});

test('what came while nobody searched is indexed without being asked, and two who search at once find the same', async () => {
  const word = unique('w').replace(/\W/g, '');
  const quiet = await ana.group({ members: ben.name });
  for (let i = 0; i < 5; i += 1) await ana.say(quiet, `${word} ${i}`);
  const versions = async () => snug.sql(`SELECT r.version, s.version FROM rooms r LEFT JOIN search_rooms s ON s.room_id = r.id WHERE r.id = ${quiet}`);
  await until(async () => { const [[now, then]] = await versions(); return now === then; }, 90);
  await Promise.all(Array.from({ length: 40 }, (_, i) => ana.say(quiet, `${word} more ${i}`)));
  const pages = await Promise.all([ana, ben, ana, ben].map((who) => search(who, word)));
  for (const page of pages) assert.deepEqual(texts(page), texts(pages[0]));
  assert.equal(texts(pages[0]).length, 25);
});

// ---------------------------------------------------------------------------------------------- pins and what is saved

const act = (who, action, id, seq) => who.message({ action, room: id, seq });
const list = async (who, path) => texts(await who.get(path));

test('an admin pins a message, which is a change that everybody gets, and asking twice changes nothing', async () => {
  const id = await ana.group({ members: ben.name });
  const { seq } = await ana.say(id, 'the gate code');
  const { cursor } = await ben.read({ room: id });
  const refused = await act(ben, 'pin', id, seq);
  assert.deepEqual([refused.status, refused.json().error.code], [403, 'not_allowed']);
  const pinned = (await act(ana, 'pin', id, seq)).json();
  assert.deepEqual((await act(ana, 'pin', id, seq)).json(), pinned);
  const { messages: [told] } = await ben.read({ room: id, after: cursor });
  assert.deepEqual([told.seq, told.change, told.pinned], [seq, pinned.change, true]);
  assert.match(told.html, /\(pinned\)/);
  assert.deepEqual(await list(ben, `/rooms/${id}/pins`), ['the gate code']);
  assert.match((await ben.get(`/rooms/${id}`)).text, new RegExp(`href="/rooms/${id}/pins">Pinned`));
  assert.equal((await cleo.get(`/rooms/${id}/pins`)).location, `/rooms/${id}`, 'which offers to join');
  assert.equal((await act(cleo, 'pin', id, seq)).status, 403);
  const off = (await act(ana, 'unpin', id, seq)).json();
  assert.equal(off.change, pinned.change + 1);
  assert.deepEqual((await act(ana, 'unpin', id, seq)).json(), off);
  assert.equal((await ben.read({ room: id })).messages.at(-1).pinned, undefined);
  assert.deepEqual(await list(ben, `/rooms/${id}/pins`), []);
  // What is deleted is pinned no more, and cannot be again.
  await act(ana, 'pin', id, seq);
  await act(ana, 'delete', id, seq);
  assert.deepEqual(await list(ana, `/rooms/${id}/pins`), []);
  assert.equal((await act(ana, 'pin', id, seq)).status, 409);
  for (const [room_, seq_, status] of [[id, 999, 404], [id, 0, 404], [999999, 1, 404], [id, 'x', 400]]) assert.equal((await act(ana, 'pin', room_, seq_)).status, status);
});

test('in direct messages both pin; 50 are the most', async () => {
  const id = await ana.direct(ben.name);
  const said = [];
  for (let i = 0; i < 51; i += 1) said.push((await ana.say(id, `pin ${i}`)).seq);
  const answers = await Promise.all(said.slice(0, 50).map((seq, i) => act(i % 2 ? ana : ben, 'pin', id, seq)));
  assert.deepEqual(answers.map(({ status }) => status), Array(50).fill(200));
  const full = await act(ben, 'pin', id, said[50]);
  assert.deepEqual([full.status, full.json().error.code], [409, 'full']);
  assert.equal((await act(ben, 'pin', id, said[0])).status, 200, 'one that is');
  assert.equal((await list(ben, `/rooms/${id}/pins`)).length, 25);
  await act(ben, 'unpin', id, said[0]);
  assert.equal((await act(ben, 'pin', id, said[50])).status, 200);
});

test('what I save is on my page alone, without a change of the room, and drops out with the message or the room', async () => {
  const id = await ana.group({ members: ben.name, visibility: 'private' });
  const said = [];
  for (const text of ['one', 'two', 'three']) said.push((await ana.say(id, `${text} to keep`)).seq);
  const before = await ana.read({ room: id });
  for (const seq of said) assert.equal((await act(ben, 'save', id, seq)).status, 200);
  assert.equal((await act(ben, 'save', id, said[0])).status, 200, 'again');
  assert.deepEqual(await list(ben, '/saved'), ['three to keep', 'two to keep', 'one to keep']);
  assert.deepEqual(await list(ana, '/saved'), []);
  assert.deepEqual((await ana.read({ room: id, after: before.cursor })).messages, []);
  assert.equal((await ben.get(`/rooms/${id}`)).text.match(/\(saved\)/g).length, 3);
  assert.doesNotMatch((await ana.get(`/rooms/${id}`)).text, /\(saved\)/);
  const form = await ben.submit('/messages', { action: 'unsave', room: id, seq: said[1] }, { accept: 'text/html' });
  assert.deepEqual([form.status, form.location], [303, '/saved']);
  await act(ana, 'delete', id, said[2]);
  assert.deepEqual(await list(ben, '/saved'), ['one to keep']);
  assert.deepEqual(await snug.sql(`SELECT seq FROM bookmarks WHERE room_id = ${id}`), [[String(said[0])]]);
  for (const [who, seq, status] of [[ben, said[2], 404], [cleo, said[0], 404], [ben, 999, 404]]) assert.equal((await act(who, 'save', id, seq)).status, status);
  await ana.settings(id, 'remove', { member: ben.name });
  assert.deepEqual(await list(ben, '/saved'), []);
  // It ends with the account.
  await ben.submit('/account', { action: 'delete', messages: 'keep', delete_password: PASSWORD });
  await until(async () => (await snug.sql(`SELECT COUNT(*) FROM bookmarks WHERE room_id = ${id}`))[0][0] === '0', 30);
});
