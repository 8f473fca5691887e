// Whoever sends what no form of ours would: every route, every method, every parameter, with all that a parameter can be.
// The answer is never a fault of ours, never tells what is another's or how we are made, and is of the right class; and
// afterwards nothing of another's has changed and every program is the one it was.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startSite } from '../lib/site.mjs';
import { Client, FORM, JSON_TYPE, MULTIPART, PASSWORD, addUsers, encodeForm, multipart, nonce, people, query, raw, unique } from './client.mjs';

const AT_ONCE = 12;
let site; // one of its own: its settings are tried, too
let ben; // the victim: all that is only ben's to see holds a mark
let mine; // what of ben's a stranger might try: ids, names, keys
let marks; // what nobody else may ever be told
let programs;
let asked = 0;

// ------------------------------------------------------------------------------------------- values

const BYTES = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
const CANARY = '"><i0 onload=x>\'';
// Each is tried for each parameter: undefined leaves it out, an array sends it more than once, a Buffer byte by byte.
const VALUES = () => [
  undefined, '', ' ', '0', '-1', '+1', '1.5', '0x10', '007', '9223372036854775808', '18446744073709551616', '9'.repeat(400), 'NaN', 'null', '{"$gt":""}',
  '\'', '\' OR \'1\'=\'1', '%', '\\', CANARY, '<?cs var:Page.Csrf ?>', '{{Edit}}', '%s%n', '../../../../etc/passwd', '//elsewhere.example/',
  'https://elsewhere.example/', '/\\elsewhere.example', 'javascript:alert(1)', 'x\r\nSet-Cookie: planted=1', '\u202ex', '\u200b', '\u{1f34e}', 'ß'.repeat(65),
  'A'.repeat(6000), BYTES, '1\0', Buffer.from([0xc3, 0x28]), Buffer.from([0xed, 0xa0, 0x80]), ...mine,
];
const HUGE = 'A'.repeat(70000); // in bodies alone: an address of this length is refused before us

// What a parameter takes; anything else must be refused as the client's fault. `any`: all is taken, if only to be ignored.
const any = () => true;
const of = (pattern) => (value) => value !== undefined && pattern.test(value);
const exactly = (...values) => (value) => values.map(String).includes(value);
const maybe = (takes) => (value) => value === undefined || takes(value);
// What shows nothing counts as empty.
const empty = (takes) => (value) => value === undefined || /^[\s\u200b]*$/.test(utf8(value)) || takes(value.trim());
const NUMBER = /^\d{1,18}$|^9223372036854775807$|^0*\d{1,18}$/;
// What only form_get sees is not there at all when it holds a NUL.
const orNul = (takes) => (value) => value === undefined || value.includes('\0') || takes(value);
const utf8 = (value) => { const bytes = Buffer.from(value, 'latin1'); return Buffer.from(bytes.toString('utf8')).equals(bytes) ? bytes.toString('utf8') : null; };
const line = (max, needed = true) => (value) => {
  const text = value === undefined ? '' : utf8(value)?.replace(/\r\n?/g, '\n').trim();
  if (text === undefined || text === null || /[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.test(text)) return false;
  return [...text].length <= max && (!needed || text !== '');
};
const words = (value) => {
  const text = value === undefined ? '' : utf8(value);
  return text !== null && !/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/.test(text) && text.trim() !== '' && [...text].length <= 10000;
};
const typed = (value) => value === undefined || (utf8(value) !== null && !/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/.test(utf8(value)) && [...utf8(value)].length <= 500);
const password = (value) => value !== undefined && value.length <= 1024 && !value.includes('\0') && utf8(value) !== null && [...utf8(value)].length >= 8;
const member = (...clients) => exactly(...clients.map((client) => client.name));
const bytesOf = (value) => (value === undefined ? undefined : (Buffer.isBuffer(value) ? value : Buffer.from(String(value))).toString('latin1'));

// ------------------------------------------------------------------------------------------- asking

// No cookie that an answer sets is kept: what is tried next is asked by the same one.
function still(client) {
  client.keep = () => {};
  return client;
}

async function someone() {
  const [client] = await people(site, 1, 'eve');
  await client.csrf();
  return still(client);
}

const nobody = async () => { const client = new Client(site.url); await client.csrf(); return still(client); };

const FAULTS = /SQL syntax|mysql|mariadb|SQLSTATE|illegal mix|errno|\/tmp\/|\/opt\/snug|\.[ch]:\d+|sanitizer|segmentation|traceback|clearsilver|core dumped/i;

// What holds for every answer. `admin`: who may see names and addresses.
function look(answer, what, { admin = false, bare = false } = {}) {
  asked += 1;
  const told = `${what}: ${answer.status} ${answer.location ?? ''} ${answer.text.slice(0, 300)}`;
  assert.ok(answer.status >= 200 && answer.status < 500, told);
  if (bare && [301, 400, 405, 414].includes(answer.status)) return told; // nginx's own page
  assert.ok(Buffer.from(answer.text).equals(answer.body), `no UTF-8: ${told}`);
  if (!admin) assert.doesNotMatch(answer.text, FAULTS, told);
  for (const mark of admin ? marks.slice(0, 2) : marks) assert.ok(!answer.text.includes(mark) && !String(answer.location).includes(mark), `told ${mark}: ${told}`);
  assert.ok(!answer.text.includes(CANARY) || answer.headers['content-type'] === JSON_TYPE, told);
  assert.match(answer.headers['content-security-policy'] ?? '', /default-src 'none'/, told);
  assert.equal(answer.headers['x-content-type-options'], 'nosniff', told);
  assert.ok(!(answer.headers['set-cookie'] ?? []).some((cookie) => /planted/.test(cookie)), told);
  if (answer.location !== undefined) assert.match(answer.location, /^\/(?![/\\])[\x21-\x7e]*$/, told);
  if (answer.headers['content-type'] === JSON_TYPE && answer.body.length) answer.json();
  return told;
}

async function all(list, work) {
  const left = [...list];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => { while (left.length) await work(left.shift()); }));
}

const sent = (fields) => Object.entries(fields).flatMap(([name, value]) => (Array.isArray(value) ? value : [value])
  .map((one) => encodeForm({ [name]: one }))).filter(Boolean).join('&');

// A row: [method, path, { parameter: [a good value, what it takes] }, options]. Every parameter is tried with every value
// while the others are good.
async function tried(client, [method, path, parameters, { accept = 'text/html', admin = false, good } = {}], values = VALUES()) {
  const base = async () => Object.fromEntries(Object.entries(parameters).map(([name, [value]]) => [name, typeof value === 'function' ? value() : value]));
  const csrf = await client.csrf();
  const ask = async (fields) => {
    if (method === 'GET') return client.get(query(path, {}) + (sent(fields) && `?${sent(fields)}`), { accept, seconds: 30 });
    return client.post(path, sent({ csrf, ...fields }), { accept, seconds: 30 });
  };
  const cases = [];
  for (const [name, [value, takes]] of [...Object.entries(parameters), ...(method === 'POST' ? [['csrf', [csrf, exactly(csrf)]]] : [])]) {
    for (const one of [...values, ...(method === 'POST' ? [HUGE] : [])]) cases.push([{ [name]: one }, name, takes(bytesOf(one)) && one !== HUGE]);
    if (typeof value !== 'function' && value !== undefined) cases.push([{ [name]: ['x\0', value] }, name, takes('x\0')], [{ [name]: undefined, [`${name}[]`]: value }, name, takes(undefined)]);
  }
  await all(cases, async ([fields, name, fine]) => {
    const answer = await ask({ ...await base(), ...fields });
    const told = look(answer, `${method} ${path} ${name}=${String(bytesOf(fields[name])).slice(0, 60)}`, { admin });
    if (!fine) assert.ok(answer.status >= 400, `taken: ${told}`);
  });
  if (good) {
    const answer = await ask(await base());
    assert.ok(answer.status < 400, `the good one is not: ${look(answer, `${method} ${path}`, { admin })}`);
  }
}

const upload = async (client, fields, body = multipart(fields)) => client.request('/files', { method: 'POST', body, accept: JSON_TYPE, seconds: 30, headers: { 'Content-Type': MULTIPART, 'X-CSRF-Token': await client.csrf() } });

before(async () => {
  site = await startSite({ hdf: { 'Mail.Command': '/bin/true' } });
  await site.sql('ALTER TABLE rooms AUTO_INCREMENT = 1000'); // no number that is tried is a room by chance
  [ben] = await people(site, 1, 'ben');
  const [carl] = await people(site, 1, 'carl');
  const [secret, told] = [unique('secret'), unique('words')];
  await ben.submit('/account', { action: 'profile', display: 'Ben', email: `${secret}@example.org`, profile_password: PASSWORD });
  const room = await ben.group({ name: `${secret} group`, topic: `${told} topic`, visibility: 'private', members: carl.name });
  await ben.say(room, `${told} first`);
  const said = await ben.say(room, `${told} words`);
  await ben.message({ room, action: 'edit', seq: said.seq, text: `${told} edited` });
  const file = (await upload(ben, [['room', room], ['file', `${told} inside`, `${told}.txt`]])).json().files[0].id;
  assert.equal((await ben.message({ room, text: '', file, nonce: nonce() })).status, 201);
  const direct = await ben.direct(carl.name);
  await ben.say(direct, `${told} alone`);
  const [key] = (await site.sql(`SELECT LOWER(HEX(token_hash)) FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.name = '${ben.name}'`))[0];
  const { cursor } = await ben.read({ room });
  mine = [String(room), String(direct), String(file), ben.name, String(said.seq), key, cursor, `${secret}@example.org`];
  marks = [told, ben.cookies.get('snug_session'), secret];
  // An address is asked for by some values, and given back in the form: a mark is what was not asked for.
  mine = mine.map((value) => (value.includes(secret) ? `${secret.slice(0, 6)}@example.org` : value));
  programs = pids();
});

const PROGRAMS = ['home', 'register', 'login', 'logout', 'reset', 'account', 'people', 'rooms', 'room', 'settings', 'files', 'search', 'admin', 'messages', 'health'];
const pids = () => Object.fromEntries(PROGRAMS.map((name) => [name, site.pids(name)]));

const benStored = () => site.sql(`SELECT name, display, email, password, admin, suspended_at FROM users WHERE name = '${ben.name}';
  SELECT r.id, r.name, r.topic, r.last_seq, r.version FROM rooms r JOIN members m ON m.room_id = r.id JOIN users u ON u.id = m.user_id AND u.name = '${ben.name}' WHERE r.created_by = u.id;
  SELECT x.* FROM messages x JOIN rooms r ON r.id = x.room_id JOIN users u ON u.id = r.created_by AND u.name = '${ben.name}';
  SELECT HEX(token_hash) FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.name = '${ben.name}'`);

// ------------------------------------------------------------------------------------------- the table

const next = () => unique('made');
const PAGES = (room) => [
  ['GET', '/', {}, { good: true }],
  ['GET', '/login', { next: ['/rooms', any], done: ['deleted', any] }, { good: true }],
  ['GET', '/register', { invite: ['x', any] }, { good: true }],
  ['GET', '/formatting', { x: ['x', any] }, { good: true }],
  ['GET', '/for-you', { before: ['1', any], x: ['x', any] }, { good: true }],
  ['GET', '/forgot', { done: ['mail', any] }, { good: true }],
  ['GET', '/reset', { token: ['x', () => false] }],
  ['GET', '/rooms', { x: ['x', any] }, { good: true }],
  ['GET', '/people', { q: ['a', any], page: ['1', any] }, { good: true }],
  ['GET', '/account', { done: ['profile', any] }, { good: true }],
  ['GET', `/rooms/${room}`, { before: [undefined, orNul(of(NUMBER))], edit: ['1', any], delete: ['1', any], more: ['1', any], versions: ['1', any] }, { good: true }],
  ['GET', `/rooms/${room}/settings`, { done: ['update', any] }, { good: true }],
  ['GET', '/search', { q: ['a', typed], room: ['1', any], before: [undefined, orNul(maybe(() => false))] }, { good: true }],
  ...['/saved', `/rooms/${room}/pins`].map((path) => ['GET', path, { before: [undefined, orNul(maybe(() => false))] }, { good: true }]),
  ...[JSON_TYPE, 'text/html'].flatMap((accept) => [
    ['GET', '/messages', { room: [room, (accept === JSON_TYPE ? maybe : (takes) => takes)(exactly(room, `00${room}`))], limit: ['5', maybe(of(/^0*([1-9]\d?|1\d\d|200)$/))],
      wait: ['0', maybe(of(/^0*([0-9]|[1-4]\d|5[0-5])$/))], before: ['2', accept === JSON_TYPE ? maybe(of(/^0*[1-9]\d{0,17}$|^9223372036854775807$/)) : any] }, { accept, good: true }],
    ['GET', '/messages', { room: [room, any], after: [undefined, maybe(of(/^[0-9a-f]{16}-\d+-\d+(-[0-9a-f]{16})?$/))] }, { accept, good: true }],
  ]),
];

const OPEN = (client) => [
  ['POST', '/login', { name: [client.name, member(client, ben)], password: [PASSWORD, exactly(PASSWORD)], remember: ['1', any], next: ['/rooms', any] }, { good: true }],
  ['POST', '/register', { name: [next, line(32)], email: [() => `${unique()}@example.org`, line(254)], password: [PASSWORD, password], invite: [undefined, any] }, { good: true }],
  ['POST', '/forgot', { action: ['mail', exactly('mail')], who: [client.name, line(254)] }, { good: true }],
  ['POST', '/forgot', { action: ['code', () => false], name: [client.name, () => false], code: ['aaaa', () => false], password: [PASSWORD, () => false] }],
  ['POST', '/reset', { token: ['x', () => false], password: [PASSWORD, () => false] }],
];

const number = (most) => empty((value) => /^\d+$/.test(value) && Number(value) <= most);
const GROUP = { name: [next, line(64)], topic: ['', line(250, false)], visibility: ['public', exactly('public', 'private')], history: ['', number(10000000)] };
const inGroup = (action, room, parameters, options) => ['POST', `/rooms/${room}/settings`, { action: [action, any], ...parameters }, options];
const account = (action, parameters, options) => ['POST', '/account', { action: [action, any], ...parameters }, options];
const FORMS = (client, friend, room) => [
  ['POST', '/rooms', { ...GROUP, members: ['', any] }, { good: true }],
  inGroup('nothing', room, { action: ['nothing', () => false] }),
  inGroup('update', room, { ...GROUP }, { good: true }),
  inGroup('add', room, { members: ['', any] }),
  ...['remove', 'mute', 'unmute', 'ban', 'unban', 'handover'].map((action) => inGroup(action, room, { member: [client.name, action === 'unban' || action === 'ban' || action === 'remove' ? any : () => false] })),
  inGroup('role', room, { member: [friend.name, member(friend, client)], role: ['member', exactly('owner', 'admin', 'member')] }, { good: true }),
  inGroup('leave', room, { owner: [client.name, (value) => value === undefined || value === '' || value.includes('\0') ? true : false] }),
  inGroup('delete', room, { confirm: ['no', maybe(() => false)] }),
  inGroup('join', room, {}),
  ['POST', '/messages', { room: [room, exactly(room, `00${room}`)], text: ['hello', words], nonce: [nonce, of(/^[\x21-\x7e]{1,36}$/)] }, { accept: JSON_TYPE, good: true }],
  ['POST', '/messages', { room: [room, exactly(room)], text: ['hello', words], nonce: [nonce, of(/^[\x21-\x7e]{1,36}$/)] }, { good: true }],
  ['POST', '/messages', { action: ['edit', any], room: [room, exactly(room)], seq: ['1', exactly(1, 2)], text: [next, words], base: [undefined, maybe(of(NUMBER))] }, { accept: JSON_TYPE, good: true }],
  ['POST', '/messages', { action: ['preview', any], room: [room, exactly(room)], text: [next, words] }, { accept: JSON_TYPE, good: true }],
  ['POST', '/messages', { room: [room, exactly(room)], text: ['hello', words], nonce: [nonce, of(/^[\x21-\x7e]{1,36}$/)], reply: ['1', (value) => !value || NUMBER.test(value)] }, { accept: JSON_TYPE, good: true }],
  ['POST', '/messages', { action: ['react', any], room: [room, exactly(room)], seq: ['1', exactly(1, 2)], emoji: ['👍', (value) => value !== undefined && utf8(value) === '🍎'], on: ['1', maybe(of(/^0*[01]$/))] }, { accept: JSON_TYPE, good: true }],
  ['POST', '/messages', { action: ['typing', any], room: [room, of(NUMBER)] }, { accept: JSON_TYPE, good: true }],
  ...['read', 'unread', 'pin', 'unpin', 'save', 'unsave', 'delete'].map((action) => ['POST', '/messages', { action: [action, any], room: [room, exactly(room)], seq: ['2', of(NUMBER)] }, { accept: JSON_TYPE, good: true }]),
  account('nothing', { action: ['nothing', () => false] }),
  account('profile', { display: ['Eve', line(64)], email: [`${client.name}@example.org`, line(254)], profile_password: ['wrong', any] }, { good: true }),
  account('profile', { email: [() => `${unique()}@example.org`, () => false], display: ['Eve', () => false], profile_password: ['wrong', () => false] }),
  account('preferences', { theme: ['dark', any], language: ['de', any], enter_sends: ['1', any], hidden: ['1', any] }, { good: true }),
  account('password', { current: ['wrong', () => false], password: [PASSWORD, () => false] }),
  account('codes', { codes_password: ['wrong', () => false] }),
  account('delete', { messages: ['keep', () => false], delete_password: ['wrong', () => false] }),
  account('signout', { session: ['x', any] }, { good: true }),
  ['POST', `/people/${friend.name}`, { x: ['x', any] }, { good: true }],
];

const admins = (path, action, parameters, options) => ['POST', path, { action: [action, any], ...parameters }, { admin: true, ...options }];
const ADMIN = (client, other, group) => [
  ...['', '/users', '/groups', '/invitations', '/log'].map((page) => ['GET', `/admin${page}`, { q: ['a', any], after: ['a', any], before: ['1', any], done: ['delete', any] }, { admin: true, good: true }]),
  ['GET', `/admin/users/${other}`, { done: ['admin', any] }, { admin: true, good: true }],
  ['GET', `/admin/groups/${group}`, { done: ['x', any] }, { admin: true, good: true }],
  ['POST', '/admin', { name: ['', line(64, false)], registration: ['', empty(exactly('open', 'invite', 'closed'))], history: ['', number(10000000)],
    single: ['', number(1)], days: ['', number(36500)] }, { admin: true, good: true }],
  admins(`/admin/users/${other}`, 'nothing', { action: ['nothing', () => false] }),
  admins(`/admin/users/${other}`, 'delete', { confirm: ['no', () => false], messages: ['1', () => false] }),
  admins(`/admin/groups/${group}`, 'delete', { confirm: ['no', () => false] }),
  admins('/admin/invitations', 'invite', { days: ['7', (value) => value !== undefined && /^0*([1-9]\d?|[12]\d\d|3[0-5]\d|36[0-5])$/.test(value.trim())], uses: ['1', (value) => value !== undefined && /^0*([1-9]\d{0,2}|1000)$/.test(value.trim())] }, { good: true }),
  admins('/admin/invitations', 'revoke', { key: ['x', any] }, { good: true }),
];

// ------------------------------------------------------------------------------------------- tests

describe('whatever is sent', () => {
  test('as a parameter of a page, by who is signed in', async () => {
    const eve = await someone();
    const room = await eve.group();
    for (let at = 0; at < 3; at += 1) await eve.say(room, 'x');
    for (const row of PAGES(room)) await tried(eve, row);
  });

  test('as a parameter of a form, by who is signed in', async () => {
    const eve = await someone();
    const friend = await someone();
    for (let at = 0; at < FORMS(eve, friend, 0).length; at += 1) {
      // Each in a group of its own: some of what is tried is right, and ends it.
      const room = await eve.group({ members: friend.name });
      for (let count = 0; count < 2; count += 1) await eve.say(room, 'x');
      await tried(eve, FORMS(eve, friend, room)[at]);
    }
  });

  test('by nobody', async () => {
    const one = await nobody();
    const eve = await someone();
    for (const row of OPEN(eve)) await tried(one, row);
    const few = [undefined, BYTES, CANARY, mine[0]];
    for (const [method, path, parameters, options] of [...PAGES(mine[0]), ...FORMS(one, ben, mine[0]), ...ADMIN(one, ben.name, mine[0])]) {
      const takes = method === 'POST' || path === '/messages' ? () => false : any; // a page leads to the sign-in page
      const closed = Object.fromEntries(Object.entries(parameters).map(([name, [value]]) => [name, [value, takes]]));
      await tried(one, [method, path, closed, { accept: options?.accept }], few);
    }
  });

  test('in an address', async () => {
    const eve = await someone();
    const room = await eve.group();
    const paths = VALUES().filter((value) => value !== undefined && value !== '').flatMap((value) => {
      const part = encodeForm({ x: value }).slice(2);
      return [['/rooms/', ''], ['/rooms/', '/settings'], ['/people/', ''], ['/admin/users/', ''], ['/admin/groups/', ''], ['/files/', ''], ['/files/', '/x.txt'], ['/files/', '/preview'], ['/', ''], ['/static/', ''], [`/rooms/${room}/`, ''], ['/messages', '']]
        .map(([head, tail]) => head + part + tail);
    });
    const more = ['//', '/./', '/../', '/%2e%2e/%2e%2e/etc/passwd', '/static/0/../../../../etc/passwd', '/static/0/..%2f..%2fbin/messages', '/static/0/css/', '/static/', '/error/503.json', '/rooms//1',
      '/rooms/1/', '/rooms/1/settings/', '/people/', '/admin/', '/admin/users/', '/health/', '/.git/config', '/snug.hdf', '/%00', '/rooms/1%00', `/${'a/'.repeat(900)}`, `/?${'a&'.repeat(2000)}`, '/rooms?' + 'x=1&'.repeat(100)];
    const names = (await site.sql('SELECT name FROM users')).flat().map((name) => `/people/${name}`);
    await all([...paths, ...more], async (path) => {
      const answer = await eve.get(path, { accept: 'text/html', seconds: 30 });
      const told = look(answer, path, { bare: /^\/static\/0$|%00|\.\.|a\/a\//.test(path) });
      const known = ['/static/0', `/rooms/${room}`, ...names].includes(decodeURI(path.replace(/%(?![2-7][0-9a-f])/gi, '%25')));
      if (/^\/(rooms|people|admin|static|error|files)\/./.test(path)) assert.ok(known || answer.status >= 400, `there: ${told}`);
    });
  });

  test('in a body with files', async () => {
    const eve = await someone();
    const room = await eve.group();
    const text = (value) => bytesOf(value) ?? '';
    const whole = multipart([['room', room], ['text', 'x'], ['nonce', nonce()], ['file', BYTES, 'x.bin']]);
    const cases = [...VALUES().flatMap((value) => [[['room', text(value)], ['file', 'x', 'x']], [['room', room], ['file', 'x', text(value)]], [['room', room], [text(value), 'x', 'x']], [['room', room], ['file', text(value), 'x.png']]]),
      [['file', 'x', 'x']], [['room', room]], [], [['room', room], ...Array(40).fill(['file', 'x', 'x'])]].map((fields) => [fields]);
    for (let at = 0; at < whole.length; at += 7) cases.push([null, whole.subarray(0, at)]);
    await all(cases, async ([fields, body]) => {
      const answer = await upload(eve, fields, body);
      const told = look(answer, `POST /files ${JSON.stringify(fields)?.slice(0, 90) ?? body.length}`);
      // What is after the last line does not matter, what is before it does.
      const complete = fields ? fields.some(([name, value]) => name === 'room' && String(value) === String(room)) : body.length >= whole.length - 2;
      if (answer.status < 400) assert.deepEqual([answer.status, complete], [fields ? 201 : 303, true], told);
    });
    assert.equal((await upload(eve, null, whole)).status, 303);
  });

  test('with another method, another type, or a body that is none', async () => {
    const eve = await someone();
    const room = await eve.group();
    const routes = ['/', '/login', '/logout', '/register', '/forgot', '/reset', '/account', '/people', `/people/${ben.name}`, '/rooms', `/rooms/${room}`, `/rooms/${room}/settings`, '/messages', '/health', '/manifest.webmanifest', '/admin', '/nothing'];
    await all(routes, async (path) => {
      for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'TRACE']) {
        const answer = await eve.request(path, { method, body: method === 'TRACE' ? undefined : 'a=b', accept: JSON_TYPE, seconds: 30 });
        const told = look(answer, `${method} ${path}`, { bare: method === 'TRACE' });
        assert.ok([404, 405].includes(answer.status), told);
        if (answer.status === 405 && method !== 'TRACE') assert.ok(answer.headers.allow, told);
      }
      const head = await eve.request(path, { method: 'HEAD', seconds: 30 });
      assert.equal(head.body.length, 0, path);
      assert.ok(head.status < 500, `HEAD ${path}: ${head.status}`);
      for (const type of ['', 'text/plain', 'application/json', 'multipart/form-data; boundary=x', 'multipart/form-data', `${FORM}x`, 'A'.repeat(3000)]) {
        const answer = await eve.post(path, '--x\r\nContent-Disposition: form-data; name="action"\r\n\r\nsignout_others\r\n--x--', { headers: { 'Content-Type': type }, seconds: 30 });
        assert.ok([401, 404, 405, 415].includes(answer.status), look(answer, `POST ${path} as ${type.slice(0, 40)}`));
      }
      for (const body of ['', '&', '='.repeat(3000), 'a=1&'.repeat(65), BYTES, 'A'.repeat(300000), 'action=', '%', '\0']) {
        const answer = await eve.post(path, body, { seconds: 30 });
        assert.ok([400, 403, 404, 405, 413, 422].includes(answer.status), look(answer, `POST ${path} ${String(body).slice(0, 20)}`));
      }
    });
    const big = await eve.post('/rooms', 'A'.repeat(1100000), { accept: JSON_TYPE, seconds: 30 });
    assert.equal(big.status, 413);
    assert.equal(big.code, 'too_long');
  });

  test('in a header', async () => {
    const eve = await someone();
    const room = await eve.group();
    const cookie = eve.cookieHeader();
    const { hostname, port } = new URL(site.url);
    const values = ['', ';=;', 'snug_session=', `snug_session=${'A'.repeat(1500)}`, 'snug_form=x; snug_session=\xff\xfe', 'a=1; '.repeat(300), CANARY, '\x01\x02\x7f', 'q=nan, de;q=1e999',
      'text/html, application/json, text/event-stream', '-1', 'elsewhere.example', 'null', mine[6]];
    const cases = ['/login', `/rooms/${room}`, '/account', '/nothing', `/messages?room=${room}`].flatMap((path) => ['Cookie', 'Accept', 'Accept-Language', 'User-Agent', 'Last-Event-ID', 'X-CSRF-Token', 'Origin', 'Sec-Fetch-Site',
      'Host', 'X-Forwarded-For', 'Content-Type', 'If-None-Match', 'Range'].flatMap((name) => values.map((value) => [path, name, value])));
    await all(cases, async ([path, name, value]) => {
      const own = { Host: `${hostname}:${port}`, Cookie: cookie, Accept: JSON_TYPE, Connection: 'close', [name]: value };
      if (name === 'Accept' && value.includes('event-stream')) return; // it would not end
      const bytes = Buffer.from(`GET ${path} HTTP/1.1\r\n${Object.entries(own).map(([each, text]) => `${each}: ${text}\r\n`).join('')}\r\n`, 'latin1');
      const answer = await raw(site.url, bytes, { seconds: 30 });
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
      asked += 1;
      assert.ok(status >= 200 && status < 500, `${path} with ${name}: ${value.slice(0, 40)}: ${answer.slice(0, 300)}`);
      if (name !== 'Cookie') assert.ok(!marks.some((mark) => answer.includes(mark)), answer.slice(0, 300));
      assert.doesNotMatch(answer, FAULTS);
    });
  });

  test('by an admin of the site', async () => {
    const eve = await someone();
    const [other] = await addUsers(site, 1);
    await site.sql(`UPDATE users SET admin = 1 WHERE name = '${eve.name}'`);
    const group = await eve.group();
    for (const row of ADMIN(eve, other, group)) await tried(eve, row);
  });
});

test('nothing of another\'s has changed, and every program is the one it was', async (t) => {
  const stored = JSON.stringify(await benStored());
  for (const one of ['edited', 'alone', 'topic']) assert.ok(stored.includes(`${marks[0]} ${one}`), one);
  assert.ok(stored.includes(`${marks[2]}@example.org`) && stored.includes(mine[5].toUpperCase()));
  assert.deepEqual(pids(), programs);
  assert.equal((await new Client(site.url).get('/health')).json().status, 'ok');
  for (const name of PROGRAMS) assert.doesNotMatch(site.log(name), /sanitizer|database: |cannot|out of memory/i, name);
  t.diagnostic(`${asked} requests`);
});
