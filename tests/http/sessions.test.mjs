// Staying signed in, the list of sessions, preferences, the end of an account, one session at a time, and who may register.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { site as runningSite, startSite } from '../lib/site.mjs';
import { addUsers, Client, csrfOf, eventually, fieldError, fieldValue, messagesOf, PASSWORD, people, person, query, signIn, sleep, textOf, unique } from './client.mjs';

let site;
before(async () => { site = await runningSite(); });

const idOf = async (where, name) => Number((await where.sql(`SELECT id FROM users WHERE name = '${name}'`))[0]?.[0]);
const account = (client, action, fields = {}) => client.submit('/account', { action, ...fields });
const end = (client, messages, password = PASSWORD) => account(client, 'delete', { messages, delete_password: password });
const roles = async (room) => Object.fromEntries(await site.sql(
  `SELECT u.name, m.role FROM members m JOIN users u ON u.id = m.user_id WHERE m.room_id = ${room}`));

describe('staying signed in', () => {
  test('the next visit of the same browser is signed in and lands in the room used last', async () => {
    const ana = await person(site, 'stay');
    const [first, second] = [await ana.group(), await ana.group()];
    await ana.get(`/rooms/${second}`);
    await ana.get(`/rooms/${first}`);
    const browser = new Client(site.url);
    const answer = await browser.login(ana.name, PASSWORD, { remember: '1' });
    const cookie = answer.cookie('snug_session');
    assert.ok(Number(cookie['max-age']) > 20 * 86400, 'the cookie outlives the browser');
    const later = new Client(site.url);
    later.cookies.set('snug_session', cookie.value);
    const visit = await later.get('/');
    assert.equal(visit.status, 303);
    assert.equal(visit.location, `/rooms/${first}`);
  });
});

describe('the list of sessions', () => {
  const agents = {
    'Firefox on Linux': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
    'Chrome on Android': 'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
    'Edge on Windows': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0',
    'Safari on iPhone': 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
    'Safari on Mac': 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
    'curl/8.5 & <b>friends</b>': 'curl/8.5 & <b>friends</b>',
  };

  test('names each device in friendly words, with where and when it was used, and signs out one alone', async () => {
    const ana = await person(site, 'list');
    const clients = {};
    for (const [device, agent] of Object.entries(agents)) {
      clients[device] = new Client(site.url);
      clients[device].token = undefined;
      const token = await clients[device].csrf();
      const answer = await clients[device].post('/login', { name: ana.name, password: PASSWORD, csrf: token }, { headers: { 'User-Agent': agent } });
      assert.equal(answer.status, 303);
      clients[device].token = undefined;
    }
    const items = (await ana.get('/account')).text.split('<li>').slice(1).map((item) => item.split('</li>')[0]);
    for (const device of Object.keys(agents)) {
      const item = items.find((each) => textOf(each).includes(device));
      assert.ok(item, device);
      assert.match(textOf(item), /127\.0\.0\.1/);
      assert.match(item, /<time datetime="\d{4}-\d\d-\d\dT/);
    }
    const chosen = items.find((each) => textOf(each).includes('Edge on Windows'));
    assert.equal((await account(ana, 'signout', { session: fieldValue(chosen, 'session') })).status, 303);
    assert.equal((await clients['Edge on Windows'].list({})).status, 401);
    assert.equal((await clients['Firefox on Linux'].list({})).status, 200);
    assert.equal((await account(ana, 'signout_others')).status, 303);
    assert.equal((await clients['Firefox on Linux'].list({})).status, 401);
    assert.equal((await ana.list({})).status, 200);
  });
});

describe('preferences', () => {
  test('the colours hold on every page and in the timeline without scripts, and the device decides again when asked to', async () => {
    const ana = await person(site, 'theme');
    const room = await ana.group();
    const pages = async () => Promise.all(['/account', '/rooms', `/rooms/${room}`, `/messages?room=${room}`]
      .map(async (path) => /<html lang="en"(?: data-theme="(\w+)")?>/.exec((await ana.get(path, { accept: 'text/html' })).text)[1]));
    assert.deepEqual(new Set(await pages()), new Set([undefined]));
    for (const theme of ['dark', 'light']) {
      assert.equal((await account(ana, 'preferences', { theme, enter_sends: '1' })).location, '/account?done=preferences');
      assert.deepEqual(new Set(await pages()), new Set([theme]));
      assert.equal(fieldValue((await ana.get('/account')).text, 'hidden'), false);
    }
    await account(ana, 'preferences', { theme: 'puce', enter_sends: '1' });
    assert.deepEqual(new Set(await pages()), new Set([undefined]), 'what is no theme is none');
  });

  test('Enter and being hidden are kept, told to the page, and shown in the form', async () => {
    const ana = await person(site, 'enter');
    const room = await ana.group();
    assert.doesNotMatch((await ana.get(`/rooms/${room}`)).text, /data-enter/);
    assert.equal(fieldValue((await ana.get('/account')).text, 'enter_sends'), true);
    await account(ana, 'preferences', { theme: 'auto', hidden: '1' });
    const page = (await ana.get('/account?done=preferences')).text;
    assert.equal(fieldValue(page, 'enter_sends'), false);
    assert.equal(fieldValue(page, 'hidden'), true);
    assert.match(textOf(page), /Your preferences are saved/);
    const chat = (await ana.get(`/rooms/${room}`)).text;
    assert.match(chat, /<body[^>]* data-enter="break"/);
    assert.match(textOf(chat), /Ctrl\+Enter sends/);
    assert.deepEqual(await site.sql(`SELECT enter_sends, hidden FROM users WHERE name = '${ana.name}'`), [['0', '1']]);
  });
});

describe('deleting the account', () => {
  test('asks for the password and for what becomes of the messages, and changes nothing before', async () => {
    const ana = await person(site, 'del');
    const wrong = await end(ana, 'keep', 'not the password');
    assert.equal(wrong.status, 422);
    assert.ok(fieldError(wrong.text, 'delete_password'));
    const chosen = (html) => /id="messages-(keep|delete)"[^>]* checked/.exec(html)[1];
    assert.equal(chosen(wrong.text), 'keep');
    assert.equal(chosen((await end(ana, 'delete', 'not the password')).text), 'delete', 'what was chosen stands');
    assert.equal((await end(ana, 'burn')).status, 422);
    assert.equal((await account(ana, 'delete', { messages: 'keep' })).status, 422);
    assert.equal((await ana.list({})).status, 200);
    const stranger = new Client(site.url);
    assert.equal((await end(stranger, 'keep')).status, 401);
    const stale = await ana.post('/account', { action: 'delete', messages: 'keep', delete_password: PASSWORD, csrf: 'old' });
    assert.equal(stale.status, 403);
    assert.ok(!stale.text.includes(PASSWORD), 'the page to send it again from holds no password');
  });

  test('ends every session and membership, frees the name, and leaves the messages under "Former member"', async () => {
    const [ana, ben] = await people(site, 2, 'gone');
    const room = await ben.group({ members: ana.name });
    const direct = await ana.direct(ben.name);
    await ana.say(room, 'I was here');
    await ana.say(direct, 'just to you');
    const other = await signIn(site, ana.name);
    const id = await idOf(site, ana.name);
    const cursor = (await ben.read({})).cursor;
    const answer = await end(ana, 'keep');
    assert.equal(answer.location, '/login?done=deleted');
    assert.match(textOf((await ana.get(answer.location)).text), /Your account is deleted/);
    assert.ok(!ana.cookies.has('snug_session'));
    assert.equal((await other.list({})).status, 401);

    assert.deepEqual((await site.sql(`SELECT name, display, email, password, deleted_at IS NOT NULL, (SELECT COUNT(*) FROM members WHERE user_id = ${id}),
      (SELECT COUNT(*) FROM sessions WHERE user_id = ${id}) FROM users WHERE id = ${id}`))[0],
    [`-${id}`, 'Former member', `-${id}`, '', '1', '0', '0']);
    const page = (await ben.get(`/rooms/${room}`)).text;
    assert.match(textOf(page), /Former member left/);
    const mine = Object.values(messagesOf(page)).find((item) => item.includes('I was here'));
    assert.match(textOf(mine), /Former member/);
    assert.ok(!mine.includes('/people/'), 'nobody is linked to');
    const seen = (await ben.read({ after: cursor })).rooms.find((each) => each.id === direct);
    assert.equal(seen.name, 'Former member');
    assert.ok((await ben.get(`/rooms/${direct}`)).text.includes('just to you'), 'the direct room stays readable');
    assert.equal((await ben.get(`/people/${ana.name}`)).status, 404);
    assert.equal((await ben.get(`/people/-${id}`)).status, 404);
    assert.ok(!(await ben.get(query('/people', { q: 'Former' }))).text.includes(`/people/-${id}"`));
    for (const name of [ana.name, `-${id}`]) {
      assert.equal((await ben.settings(room, 'add', { members: name })).status, 422);
      for (const password of [PASSWORD, '']) assert.ok([401, 422].includes((await new Client(site.url).login(name, password)).status));
    }
    assert.equal((await new Client(site.url).register(ana.name)).status, 303, 'the name and the address are free again');
  });

  test('takes the name out of what the groups tell, and the bans with it, for those who read on as well', async () => {
    const [ana, ben, cleo] = await people(site, 3, 'named');
    await account(ana, 'profile', { display: 'Ana Real, Name', email: `${unique('ana')}@example.org`, profile_password: PASSWORD });
    const room = await ben.group({ members: `${cleo.name} ${ana.name}`, topic: 'Ana Real, Name' });
    const other = await ben.group({ visibility: 'public' });
    await ben.settings(room, 'update', { name: unique('group'), topic: 'for Ana Real, Name', visibility: 'private' });
    for (const action of ['mute', 'unmute', 'remove']) await ben.settings(room, action, { member: ana.name });
    await ben.settings(room, 'add', { members: `${ana.name}` });
    await ben.settings(other, 'ban', { member: ana.name });
    const former = await ben.group({ members: ana.name });
    await ana.say(former, 'was here');
    await ben.settings(former, 'remove', { member: ana.name });
    const { cursor } = await ben.read({ room });
    assert.equal((await end(ana, 'keep')).status, 303);
    const later = (await ben.read({ room, after: cursor })).messages;
    const told = (await ben.read({ room, limit: 200 })).messages;
    assert.deepEqual(told.filter(({ text }) => text.includes('Ana Real')).map(({ text }) => text), [`${ben.name} set the topic: for Ana Real, Name`], 'what people wrote themselves stays');
    assert.ok(told.some(({ text }) => text === `${ben.name} muted Former member`));
    for (const message of told.filter(({ text }) => text.includes('Former member')))
      assert.deepEqual(later.find(({ seq }) => seq === message.seq), message, 'told as a change of its own');
    assert.doesNotMatch((await ben.get(`/rooms/${other}/settings`)).text, /Unban|Former member/);
    assert.deepEqual((await ben.everything(other)).map(({ text }) => text), [`${ben.name} banned Former member`], 'nor where one is banned');
    assert.equal((await ben.everything(former)).at(-1).text, `${ben.name} removed Former member`, 'nor where one was before');
    const german = await ben.list({ room }, { headers: { 'Accept-Language': 'de' } });
    assert.doesNotMatch(german.text, /Former member/);
    assert.match(german.text, /Ehemaliges Mitglied/);
  });

  test('leaves whom one added: by a former member, in the language of who reads', async () => {
    const [ana, ben] = await people(site, 2, 'adder');
    const room = await ana.group({ members: ben.name });
    await ana.settings(room, 'role', { member: ben.name, role: 'owner' });
    assert.equal((await end(ana, 'keep')).status, 303);
    const page = async (language) => textOf((await ben.get(`/rooms/${room}/settings`, { headers: { 'Accept-Language': language } })).text);
    assert.match(await page('en'), /added by Former member/);
    assert.match(await page('de'), /hinzugefügt von Ehemaliges Mitglied/);
  });

  test('takes the messages along if that is wished, in every room, and readers learn of each by their cursor', async () => {
    const [ana, ben] = await people(site, 2, 'purge');
    const rooms = [await ben.group({ members: ana.name }), await ana.direct(ben.name)];
    const cursors = [];
    for (const room of rooms) {
      for (let i = 0; i < 5; i += 1) await ana.say(room, `secret ${i}`);
      await ben.say(room, 'stays');
      cursors.push((await ben.read({ room })).cursor);
    }
    const left = await ben.group({ members: ana.name });
    await ana.say(left, 'secret too');
    await ana.settings(left, 'leave');
    const id = await idOf(site, ana.name);
    await site.sql(`INSERT INTO revisions (room_id, seq, version, text, written_at) VALUES (${rooms[0]}, 2, 2, 'secret before', UTC_TIMESTAMP(3))`);
    const stream = await ben.stream({ room: rooms[0], after: cursors[0] });
    await end(ana, 'delete');
    assert.deepEqual(await site.sql(`SELECT text, deleted_at IS NOT NULL FROM messages WHERE sender_id = ${id} AND kind = 'text' GROUP BY 1, 2`), [['', '1']]);
    assert.deepEqual(await site.sql(`SELECT COUNT(*) FROM revisions WHERE room_id = ${rooms[0]}`), [['0']]);
    for (const [i, room] of rooms.entries()) {
      const news = await ben.read({ room, after: cursors[i] });
      const deleted = news.messages.filter((message) => message.deleted);
      assert.equal(deleted.length, 5);
      assert.ok(deleted.every((message) => message.text === '' && message.sender.id === id));
      assert.deepEqual(news.messages.map((message) => message.change), [...news.messages.map((message) => message.change)].sort((a, b) => a - b));
      assert.equal((await ben.everything(room)).filter((message) => message.text === 'stays').length, 1);
    }
    await eventually('a stream tells them', () => stream.events.flatMap((event) => event.data.messages ?? []).filter((message) => message.deleted).length === 5);
    stream.close();
    const texts = (await site.sql(`SELECT version FROM messages WHERE room_id = ${rooms[0]} ORDER BY version`)).flat().map(Number);
    const [[version]] = await site.sql(`SELECT version FROM rooms WHERE id = ${rooms[0]}`);
    assert.ok(Math.max(...texts) <= Number(version));
    assert.equal((await ben.message({ room: rooms[0], text: 'goes on', nonce: unique('n') })).status, 201);
  });

  test('is ended whole also when the program dies in the middle: nothing is left behind, and nobody waits for it', async () => {
    const own = await startSite({ hdf: 'Messages.Clean = 1' });
    try {
      const [ana, ben] = await people(own, 2, 'half');
      const room = await ben.group({ members: ana.name });
      const alone = await ana.group();
      const id = await idOf(own, ana.name);
      await own.sql(`INSERT INTO messages (room_id, seq, version, sender_id, nonce, text, created_at) SELECT ${room}, seq + 10, seq + 10, ${id}, CONCAT('many-', seq), 'mine', UTC_TIMESTAMP(3) FROM seq_1_to_20000`);
      await own.sql(`UPDATE rooms SET last_seq = 20010, version = 20010 WHERE id = ${room}`);
      const ended = end(ana, 'delete').catch(() => {});
      await eventually('the account has ended', async () => (await own.sql(`SELECT 1 FROM users WHERE id = ${id} AND deleted_at IS NOT NULL`)).length === 1, 5);
      for (const pid of own.pids('account')) process.kill(pid, 'SIGKILL');
      await ended;
      await eventually('another one answers', async () => (await ben.get('/account')).status === 200, 5);
      await eventually('the messages are gone', async () => Number((await own.sql(`SELECT COUNT(*) FROM messages WHERE sender_id = ${id} AND kind = 'text' AND deleted_at IS NULL`))[0][0]) === 0, 60);
      await eventually('nothing is left to be done', async () => (await own.sql('SELECT 1 FROM departures')).length === 0, 10);
      assert.deepEqual((await own.sql(`SELECT COUNT(*) FROM members m JOIN rooms r ON r.id = m.room_id WHERE m.user_id = ${id} AND r.deleted_at IS NULL`))[0], ['0']);
      assert.equal((await own.sql(`SELECT 1 FROM rooms WHERE id = ${alone} AND deleted_at IS NULL`)).length, 0, 'the group where nobody else was');
    } finally {
      await own.stop();
    }
  });

  test('gives a group that would lose its only owner to the admin, else the member, who has been there longest', async () => {
    const [ana, ben, cara, dan] = await people(site, 4, 'heir');
    const managed = await ana.group({ members: `${ben.name} ${cara.name} ${dan.name}` });
    const plain = await ana.group({ members: ben.name });
    await ana.settings(plain, 'add', { members: cara.name });
    const shared = await ana.group({ members: `${ben.name} ${cara.name}` });
    const name = unique('alone');
    const alone = await ana.group({ name });
    await site.sql(`UPDATE members SET added_at = added_at + INTERVAL user_id SECOND WHERE room_id = ${managed}`);
    for (const admin of [dan, cara]) await ana.settings(managed, 'role', { member: admin.name, role: 'admin' });
    await ana.settings(shared, 'role', { member: cara.name, role: 'owner' });
    const last = await site.sql(`SELECT last_seq FROM rooms WHERE id = ${shared}`);
    assert.equal((await end(ana, 'keep')).status, 303);
    const admins = { [cara.name]: await idOf(site, cara.name), [dan.name]: await idOf(site, dan.name) };
    const heir = admins[cara.name] < admins[dan.name] ? cara.name : dan.name;
    assert.equal((await roles(managed))[heir], 'owner');
    assert.equal(Object.values(await roles(managed)).filter((role) => role === 'owner').length, 1);
    assert.deepEqual(await roles(plain), { [ben.name]: 'owner', [cara.name]: 'member' });
    assert.deepEqual(await roles(shared), { [ben.name]: 'member', [cara.name]: 'owner' });
    assert.equal(Number((await site.sql(`SELECT last_seq FROM rooms WHERE id = ${shared}`))[0][0]), Number(last[0][0]) + 1, 'only that she left is told');
    assert.match(textOf((await ben.get(`/rooms/${plain}`)).text), new RegExp(`Former member made ${ben.name} an owner`));
    assert.equal((await ben.settings(plain, 'update', { name: unique('mine'), topic: '', visibility: 'public', history: '' })).status, 303);
    assert.equal((await site.sql(`SELECT deleted_at IS NOT NULL FROM rooms WHERE id = ${alone}`))[0][0], '1');
    await ben.group({ name });
  });

  test('twice at the same moment ends it once', async () => {
    const ana = await person(site, 'twice');
    await ana.group();
    const other = await signIn(site, ana.name);
    await Promise.all([ana.csrf(), other.csrf()]);
    const answers = await Promise.all([end(ana, 'delete'), end(other, 'delete')]);
    assert.ok(answers.some((answer) => answer.status === 303));
    assert.ok(answers.every((answer) => answer.status < 500), answers.map((answer) => answer.status).join());
  });
});

describe('signing in', () => {
  test('with a password that is being changed at that moment leaves no session behind', async () => {
    const [name] = await addUsers(site, 1, 'moment');
    const client = new Client(site.url);
    await client.csrf();
    const change = site.sql(`BEGIN; SELECT id FROM users WHERE name = '${name}' FOR UPDATE; DO SLEEP(1);
      UPDATE users SET password = 'changed' WHERE name = '${name}'; DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE name = '${name}'); COMMIT`);
    await sleep(300);
    const answer = await client.submit('/login', { name, password: PASSWORD });
    await change;
    assert.equal(answer.status, 401);
    assert.deepEqual(await site.sql(`SELECT COUNT(*) FROM sessions WHERE user_id = ${await idOf(site, name)}`), [['0']]);
  });
});

describe('somebody suspended', () => {
  test('is told so when the password is right, and is neither listed nor added', async () => {
    const [ana, ben] = await people(site, 2, 'halt');
    const room = await ben.group();
    await site.sql(`UPDATE users SET suspended_at = UTC_TIMESTAMP(3), version = version + 1 WHERE name = '${ana.name}'`);
    assert.equal((await new Client(site.url).login(ana.name, 'not the password')).status, 401);
    const answer = await new Client(site.url).login(ana.name, PASSWORD);
    assert.equal(answer.status, 403);
    assert.match(textOf(answer.text), /This account is suspended/);
    assert.equal(answer.cookie('snug_session'), undefined);
    assert.equal((await ana.get('/account')).status, 303, 'the session she had opens nothing');
    await eventually('nor the endpoint', async () => (await ana.list({})).status === 401);
    assert.ok(!(await ben.get(query('/people', { q: ana.name }))).text.includes(`/people/${ana.name}`));
    assert.equal((await ben.submit(`/people/${ana.name}`, {})).status, 404);
    const refused = await ben.settings(room, 'add', { members: ana.name });
    assert.equal(refused.status, 422);
    assert.ok(fieldError(refused.text, 'members').includes(ana.name));
  });
});

describe('one session at a time', () => {
  let single;
  before(async () => { single = await startSite({ hdf: { 'Session.Single': 1 } }); });

  test('a new sign-in ends the older one, and everything it does says why', async () => {
    const [name] = await addUsers(single, 1, 'one');
    const old = await signIn(single, name);
    const room = await old.group();
    await old.csrf();
    const stream = await old.stream({ room });
    assert.equal((await old.message({ room, text: 'trusted', nonce: unique('n') })).status, 201);
    const fresh = await signIn(single, name);
    await eventually('the stream ends with the reason', () => stream.events.some((event) => event.event === 'end' && event.data.code === 'signed_in_elsewhere'));
    for (const answer of [await old.list({ room }), await old.message({ room, text: 'too late', nonce: unique('n') }), await old.json('/account')]) {
      assert.equal(answer.status, 401);
      assert.equal(answer.code, 'signed_in_elsewhere');
    }
    const page = await old.get(`/rooms/${room}?before=3`);
    assert.equal(page.status, 303);
    assert.equal(page.location, `/login?next=/rooms/${room}%3Fbefore%3D3`);
    const words = /You signed in somewhere else, and this site allows one session at a time\./;
    assert.match(textOf((await old.get(page.location)).text), words);
    assert.equal((await old.get('/')).location, '/login');
    assert.match(textOf((await old.get(`/messages?room=${room}`, { accept: 'text/html' })).text), words, 'the timeline without scripts too');
    assert.match(textOf((await account(old, 'profile', { display: 'x', email: 'x@example.org' })).text), words);
    assert.equal((await fresh.list({ room })).status, 200);
    assert.equal((await fresh.everything(room)).filter((message) => message.text === 'too late').length, 0);
    assert.ok(!textOf((await fresh.get('/account')).text).includes('Sign out everywhere else'), 'it is the only one in the list');
    old.token = csrfOf((await old.get('/login')).text);
    assert.equal((await old.submit('/login', { name, password: PASSWORD })).status, 303);
    await eventually('now it is the other way round', async () => (await fresh.list({})).status === 401);
    assert.equal((await old.list({})).status, 200);
  });

  test('of many sign-ins at the same moment one is left', async () => {
    const [name, other] = await addUsers(single, 2, 'race');
    const bystander = await signIn(single, other);
    const clients = Array.from({ length: 12 }, () => new Client(single.url));
    await Promise.all(clients.map((client) => client.csrf()));
    const answers = await Promise.all(clients.map((client) => client.submit('/login', { name, password: PASSWORD })));
    assert.ok(answers.every((answer) => answer.status === 303));
    const id = await idOf(single, name);
    assert.deepEqual(await single.sql(`SELECT ended, COUNT(*) FROM sessions WHERE user_id = ${id} GROUP BY ended ORDER BY ended`), [['', '1'], ['elsewhere', '11']]);
    await eventually('one of them is in', async () => {
      const states = await Promise.all(clients.map(async (client) => (await client.list({})).status));
      return states.filter((status) => status === 200).length === 1 && states.filter((status) => status === 401).length === 11;
    });
    assert.equal((await bystander.list({})).status, 200);
  });

  test('where several are allowed, nobody is signed out', async () => {
    const ana = await person(site, 'many');
    await signIn(site, ana.name);
    assert.equal((await ana.list({})).status, 200);
  });
});

describe('registration by invitation', () => {
  let closed;
  const invite = async (token, uses, more = '') => closed.sql(`INSERT INTO links (token_hash, kind, created_by, created_at, expires_at, uses_left)
    VALUES (UNHEX(SHA2('${token}', 256)), 'invite', 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 1 DAY ${more}, ${uses})`);
  const uses = async (token) => Number((await closed.sql(`SELECT uses_left FROM links WHERE token_hash = UNHEX(SHA2('${token}', 256))`))[0][0]);
  before(async () => { closed = await startSite({ hdf: { Registration: 'invite' } }); });

  test('lets the very first one in, and then nobody without a link', async () => {
    for (const path of ['/', '/login']) assert.ok((await new Client(closed.url).get(path)).text.includes('href="/register"'), path);
    const clients = Array.from({ length: 5 }, () => new Client(closed.url));
    await Promise.all(clients.map((client) => client.csrf()));
    const answers = await Promise.all(clients.map((client) => client.register(unique('first'))));
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [303, 403, 403, 403, 403]);
    assert.deepEqual(await closed.sql('SELECT COUNT(*), SUM(admin) FROM users'), [['1', '1']]);
    for (const path of ['/', '/login']) assert.ok(!(await new Client(closed.url).get(path)).text.includes('href="/register"'), path);
    const page = await new Client(closed.url).get('/register');
    assert.equal(page.status, 403);
    assert.match(textOf(page.text), /by invitation/);
  });

  test('takes who has a link, keeps it through mistakes, and counts a use only for a new user', async () => {
    const token = unique('token');
    await invite(token, 1);
    const client = new Client(closed.url);
    const page = await client.get(`/register?invite=${token}`);
    assert.equal(page.status, 200);
    assert.equal(fieldValue(page.text, 'invite'), token);
    const wrong = await client.register('no such name!', { invite: token });
    assert.equal(wrong.status, 422);
    assert.equal(fieldValue(wrong.text, 'invite'), token);
    const [[taken]] = await closed.sql('SELECT name FROM users LIMIT 1');
    assert.equal((await client.register(taken, { invite: token })).status, 422);
    assert.equal(await uses(token), 1);
    assert.equal((await client.register(unique('guest'), { invite: token })).status, 303);
    assert.equal(await uses(token), 0);
    const late = await new Client(closed.url).get(`/register?invite=${token}`);
    assert.equal(late.status, 403);
    assert.match(textOf(late.text), /used already, or is out of date/);
  });

  test('of N uses makes N users, also when more come at the same moment', async () => {
    const token = unique('token');
    await invite(token, 3);
    const clients = Array.from({ length: 8 }, () => new Client(closed.url));
    await Promise.all(clients.map((client) => client.csrf()));
    const answers = await Promise.all(clients.map((client) => client.register(unique('guest'), { invite: token })));
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [303, 303, 303, 403, 403, 403, 403, 403]);
    assert.equal(await uses(token), 0);
  });

  test('refuses links that are out of date, made up, or for something else', async () => {
    const [old, reset] = [unique('old'), unique('reset')];
    await invite(old, 5, '- INTERVAL 2 DAY');
    await closed.sql(`INSERT INTO links (token_hash, kind, user_id, created_by, created_at, expires_at) VALUES
      (UNHEX(SHA2('${reset}', 256)), 'reset', 1, 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 1 DAY)`);
    for (const token of [old, reset, 'made-up', '', 'x'.repeat(400)]) {
      const client = new Client(closed.url);
      assert.equal((await client.get(query('/register', { invite: token }))).status, 403, token);
      assert.equal((await client.register(unique('guest'), { invite: token })).status, 403, token);
    }
  });

  test('closed means closed, with a link too', async () => {
    const shut = await startSite({ hdf: { Registration: 'closed' } });
    await shut.sql('UPDATE site SET registrations = 1');
    await shut.sql(`INSERT INTO links (token_hash, kind, created_by, created_at, expires_at, uses_left)
      VALUES (UNHEX(SHA2('tok', 256)), 'invite', 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 1 DAY, 5)`);
    const client = new Client(shut.url);
    const page = await client.get('/register?invite=tok');
    assert.equal(page.status, 403);
    assert.match(textOf(page.text), /Registration is closed here/);
    assert.equal((await client.register(unique('guest'), { invite: 'tok' })).status, 403);
    await shut.stop();
  });
});
