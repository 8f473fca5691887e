// Who may do what: every action of every route, as every kind of user. One table says what is answered; what is refused
// changes nothing in the database. A route or an action that the table lacks is a failure.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { before, describe, test } from 'node:test';
import { root, startSite } from '../lib/site.mjs';
import { Client, PASSWORD, addUsers, nonce, people, unique } from './client.mjs';

// The columns. Nobody, who left (signed out, the cookie kept) and who is suspended are answered 401 wherever one has to be
// signed in; hushed is an admin of the group who is muted; banned is out of the group; site is an admin of the site, and
// no member. Another, elsewhere, owns a group and is an admin of one: to the others he is what a stranger is.
const WHO = ['stranger', 'banned', 'site', 'muted', 'hushed', 'member', 'admin', 'owner'];
const OUT = ['nobody', 'left', 'suspended'];
// What stands there: y done, n 403, x 404, c 409, e 422, - not there in a private group (404) and 403 in a public one,
// d the same, but a public one shows its door (the page that offers to join, or the way to it), j the same as -, but it is
// done in a public one, space: not asked.
// h: 403 or 404.
const MEANS = { h: [403, 404], y: [200, 201, 303], n: [403], x: [404], c: [409], e: [422] };
const meaning = (mark, kind) => MEANS[mark] ?? (kind === 'private' ? [404] : { '-': [403], d: [200, 303], j: [303] }[mark]);

let site; // one of its own: the whole database is looked at
let who;
let room;
let kind;
let seq; // of messages: of each, an edited one of the owner's, one of the owner's
let direct;
const secret = unique('words-of-the-group');

const settings = (client, action, fields, id = room) => client.settings(id, action, fields, { accept: 'application/json' });
const must = async (answer) => { const got = await answer; assert.ok(got.status < 400, `${got.status} ${got.text.slice(0, 300)}`); return got; };

let file; // of the owner's, in a message
const PARTS = 'multipart/form-data; boundary=LINE';
const parts = (to) => Buffer.from(`--LINE\r\nContent-Disposition: form-data; name="room"\r\n\r\n${to}\r\n--LINE\r\nContent-Disposition: form-data; name="file"; filename="x.txt"\r\n\r\n${secret}\r\n--LINE--\r\n`);

async function group() {
  room = await who.owner.group({ visibility: kind, topic: '', members: ['muted', 'hushed', 'member', 'admin'].map((name) => who[name].name).join(' ') });
  for (const name of ['hushed', 'admin']) await must(settings(who.owner, 'role', { member: who[name].name, role: 'admin' }));
  seq = {};
  for (const name of ['muted', 'hushed', 'member', 'admin', 'owner']) seq[name] = (await who[name].say(room, `${secret} ${name}`)).seq;
  seq.edited = (await who.owner.say(room, secret)).seq;
  await must(who.owner.message({ room, action: 'edit', seq: seq.edited, text: `${secret} again` }));
  [{ id: file }] = (await must(who.owner.post('/files', parts(room), { accept: 'application/json', headers: { 'X-CSRF-Token': await who.owner.csrf(), 'Content-Type': PARTS } }))).json().files;
  await must(who.owner.message({ room, text: '', nonce: nonce(), file }));
  for (const name of ['muted', 'hushed']) await must(settings(who.owner, 'mute', { member: who[name].name }));
  await must(settings(who.owner, 'ban', { member: who.banned.name }));
}

before(async () => {
  site = await startSite();
  const names = [...WHO, 'elsewhere', 'left', 'suspended', 'other'];
  const clients = await people(site, names.length, 'right');
  who = Object.fromEntries(names.map((name, at) => [name, clients[at]]));
  who.nobody = new Client(site.url);
  await site.sql(`UPDATE users SET admin = 1 WHERE name IN ('${who.site.name}', '${(await addUsers(site, 1))[0]}')`);
  await Promise.all(Object.values(who).map((client) => client.csrf()));
  await who.elsewhere.group({ members: who.other.name });
  await must(settings(who.owner, 'role', { member: who.elsewhere.name, role: 'admin' }, await who.owner.group({ members: who.elsewhere.name })));
  direct = await who.member.direct(who.admin.name);
  await who.member.say(direct, secret);
  await must(who.site.submit(`/admin/users/${who.suspended.name}`, { action: 'suspend' }));
  const kept = new Map(who.left.cookies);
  await must(who.left.submit('/logout', {}));
  who.left.cookies = kept;
});

// All that is stored, as lines, but for what merely being there changes.
let columns;
async function stored() {
  columns ??= await site.sql(`SELECT table_name, GROUP_CONCAT(CONCAT('IFNULL(HEX(\`', column_name, '\`), "")') ORDER BY ordinal_position)
    FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name NOT IN ('presence', 'attempts') AND table_name NOT LIKE 'search%'
    AND CONCAT(table_name, '.', column_name) NOT IN ('users.version', 'users.changed_at', 'users.last_room_id', 'sessions.seen_at', 'sessions.expires_at')
    GROUP BY table_name`);
  return (await site.sql(columns.map(([table, list]) => `SELECT CONCAT_WS('.', '${table}', ${list}) FROM ${table};`).join('\n'))).flat().sort();
}

const newcomer = async () => (await addUsers(site, 1, 'new'))[0];
const joined = async (role) => {
  const member = await newcomer();
  await must(settings(who.owner, 'add', { members: member }));
  if (role) await must(settings(who.owner, 'role', { member, role }));
  return { member };
};
const owners = async () => ({ seq: (await who.owner.say(room, secret)).seq });

// [what, method and path, marks for WHO, fields, options]: fields(name) are what is sent; `fresh` takes a new group for
// each who may; `open`: not only for who is signed in. Of an action that the page of another one offers, `what` begins
// with the action's name.
const R = () => `/rooms/${room}`;
const S = () => `${R()}/settings`;
const M = () => '/messages';
const U = (name) => () => `/admin/users/${name ?? who.other.name}`;
const ROOM = [
  ['look', 'GET', R, 'dddyyyyy'],
  ['history', 'GET', () => `${R()}?before=${seq.owner + 1}`, 'dddyyyyy'],
  ['versions', 'GET', () => `${R()}?versions=${seq.edited}`, 'dddnnnyy'],
  ['panel', 'GET', S, 'dddyyyyy'],
  ['pins', 'GET', () => `${R()}/pins`, 'dddyyyyy'],
  ['read on', 'GET', () => `/messages?room=${room}`, '---yyyyy'],
  ['read back', 'GET', () => `/messages?room=${room}&before=${seq.owner + 1}`, '---yyyyy'],
  ['timeline', 'GET', () => `/messages?room=${room}`, '---yyyyy', null, { accept: 'text/html' }],
  ['stream', 'GET', () => `/messages?room=${room}`, '---     ', null, { accept: 'text/event-stream' }],
  ['send', 'POST', M, '---nnyyy', () => ({ room, text: 'x', nonce: nonce() })],
  ['react', 'POST', M, '---nnyyy', () => ({ room, action: 'react', seq: seq.owner, emoji: '👍' })],
  ['typing', 'POST', M, 'yyyyyyyy', () => ({ room, action: 'typing' }), { open: true }], // a hint: it stores nothing
  ['send a file', 'POST', () => '/files', '---nnyyy', () => parts(room)],
  ['a file', 'GET', () => `/files/${file}`, 'hhhyyyyy'],
  ['a file by its name', 'GET', () => `/files/${file}/x.txt`, 'hhhyyyyy'],
  ['its preview', 'GET', () => `/files/${file}/preview`, 'hhh     '],
  ['edit one\'s own', 'POST', M, '   nnyyy', (name) => ({ room, action: 'edit', seq: seq[name] ?? 1, text: unique('text') })],
  ['edit another\'s', 'POST', M, '---nnnn ', () => ({ room, action: 'edit', seq: seq.owner, text: 'x' })],
  ['delete another\'s', 'POST', M, '---nnnyy', async () => ({ room, action: 'delete', ...await owners() })],
  ['delete one\'s own', 'POST', M, '   yyyyy', (name) => ({ room, action: 'delete', seq: seq[name] ?? 1 })],
  ['preview', 'POST', M, '---yyyyy', () => ({ room, action: 'preview', text: '*x*' })],
  ['read', 'POST', M, '---yyyyy', () => ({ room, action: 'read', seq: 1 })],
  ['unread', 'POST', M, '---yyyyy', () => ({ room, action: 'unread', seq: 1 })],
  ...['pin', 'unpin'].map((action) => [action, 'POST', M, '---nnnyy', () => ({ room, action, seq: seq.edited })]),
  ...['save', 'unsave'].map((action) => [action, 'POST', M, '---yyyyy', () => ({ room, action, seq: seq.edited })]),
  ['update', 'POST', S, '---nnnyy', () => ({ action: 'update', name: unique('group'), topic: '', visibility: kind, history: '' })],
  ['add', 'POST', S, '---nnnyy', async () => ({ action: 'add', members: await newcomer() })],
  ...['remove', 'mute', 'unmute', 'ban'].flatMap((action) => [
    [`${action} a member`, 'POST', S, '---nnnyy', async () => ({ action, ...await joined() })],
    [`${action} an admin`, 'POST', S, '---nnnny', async () => ({ action, ...await joined('admin') })],
    [`${action} an owner`, 'POST', S, action.endsWith('mute') ? '---nnnnn' : '---nnnny', async () => ({ action, ...await joined('owner') })],
    [`${action} oneself`, 'POST', S, '---nnnnn', (name) => ({ action, member: who[name].name })],
  ]),
  ['unban', 'POST', S, '---nnnyy', async () => { const member = await newcomer(); await must(settings(who.owner, 'ban', { member })); return { action: 'unban', member }; }],
  ['unban oneself', 'POST', S, ' -      ', () => ({ action: 'unban', member: who.banned.name })],
  ...['admin', 'owner', 'member'].map((role) => [`role ${role}`, 'POST', S, '---nnnny', async () => ({ action: 'role', role, ...await joined() })]),
  ['role of oneself', 'POST', S, '---nnnn ', (name) => ({ action: 'role', role: 'owner', member: who[name].name })],
  ['handover', 'POST', S, '---nnnny', async () => ({ action: 'handover', ...await joined() }), { fresh: true }],
  ['leave naming an owner', 'POST', S, '---nnnny', async () => ({ action: 'leave', owner: (await joined()).member }), { fresh: true }],
  ['leave', 'POST', S, '---yyyyc', () => ({ action: 'leave' }), { fresh: true }],
  ['delete the group', 'POST', S, '---nnnyy', () => ({ action: 'delete' }), { fresh: true }],
  ['join', 'POST', S, 'j-jyyyyy', () => ({ action: 'join' }), { fresh: true }],
];

const own = (action, fields) => [action, 'POST', () => '/account', 'yyyyyyyy', (name) => ({ action, ...fields(name) })];
const admins = (action, path, fields) => [action, 'POST', path, 'xxyxxxxx', async (name) => ({ action, ...await fields?.(name) })];
const REST = [
  ['another\'s direct room', 'GET', () => `/rooms/${direct}`, 'xxxxxyyx'],
  ['its messages', 'GET', () => `/messages?room=${direct}`, 'xxxxxyyx'],
  ['writing there', 'POST', M, 'xxxxxyyx', () => ({ room: direct, text: 'x', nonce: nonce() })],
  ['marking there', 'POST', M, 'xxxxxyyx', () => ({ room: direct, action: 'read', seq: 1 })],
  ['deleting there', 'POST', M, 'xxxxx nx', () => ({ room: direct, action: 'delete', seq: 1 })],
  ['its pins', 'GET', () => `/rooms/${direct}/pins`, 'xxxxxyyx'],
  ['pinning there', 'POST', M, 'xxxxxyyx', () => ({ room: direct, action: 'pin', seq: 1 })],
  ['search', 'GET', () => '/search?q=a', 'yyyyyyyy'],
  ['saved', 'GET', () => '/saved', 'yyyyyyyy'],
  ['its panel', 'GET', () => `/rooms/${direct}/settings`, 'xxxxxxxx'],
  ...['join', 'leave', 'delete', 'update', 'add', 'mute'].map((action) => [`${action} there`, 'POST', () => `/rooms/${direct}/settings`, 'xxxxxxxx',
    () => ({ action, member: who.admin.name, members: who.other.name, name: unique(), visibility: 'public' })]),
  ['front page', 'GET', () => '/', 'yyyyyyyy', null, { open: true }],
  ['for you', 'GET', () => '/for-you', 'yyyyyyyy'],
  ['formatting', 'GET', () => '/formatting', 'yyyyyyyy', null, { open: true }],
  ['manifest', 'GET', () => '/manifest.webmanifest', 'yyyyyyyy', null, { open: true }],
  ['health', 'GET', () => '/health', 'yyyyyyyy', null, { open: true }],
  ['sign-in page', 'GET', () => '/login', 'yyyyyyyy', null, { open: true }],
  ['registration', 'GET', () => '/register', 'yyyyyyyy', null, { open: true }],
  ['forgotten password', 'GET', () => '/forgot', 'yyyyyyyy', null, { open: true }],
  ['a link that is none', 'GET', () => '/reset?token=x', '        ', null, { open: true }],
  ['sign in as who is suspended', 'POST', () => '/login', 'nnnnnnnn', () => ({ name: who.suspended.name, password: PASSWORD }), { open: true }],
  ['register without a password', 'POST', () => '/register', 'eeeeeeee', () => ({ name: unique(), email: `${unique()}@example.org` }), { open: true }],
  ['mail where none is sent', 'POST', () => '/forgot', 'nnnnnnnn', () => ({ action: 'mail', who: who.owner.name }), { open: true }],
  ['code that is none', 'POST', () => '/forgot', '        ', null, { open: true }],
  ['use a link that is none', 'POST', () => '/reset', '        ', null, { open: true }],
  ['groups', 'GET', () => '/rooms', 'yyyyyyyy'],
  ['create', 'POST', () => '/rooms', 'yyyyyyyy', () => ({ name: unique('group'), topic: '', visibility: 'private', members: '', history: '' })],
  ['people', 'GET', () => '/people', 'yyyyyyyy'],
  ['person', 'GET', () => `/people/${who.owner.name}`, 'yyyyyyyy'],
  ['open a direct room', 'POST', () => `/people/${who.other.name}`, 'yyyyyyyy', () => ({})],
  ['write to who is suspended', 'POST', () => `/people/${who.suspended.name}`, 'xxxxxxxx', () => ({})],
  ['list of one\'s rooms', 'GET', M, 'yyyyyyyy'],
  ['account', 'GET', () => '/account', 'yyyyyyyy'],
  own('profile', (name) => ({ display: unique('display'), email: `${who[name].name}@example.org` })),
  ['profile with another address', 'POST', () => '/account', 'eeeeeeee', () => ({ action: 'profile', display: 'x', email: `${unique()}@example.org`, profile_password: 'wrong' })],
  own('preferences', () => ({ theme: 'dark', language: 'de' })),
  ...['password', 'codes', 'delete'].map((action) => [`${action} without the present one`, 'POST', () => '/account', 'eeeeeeee',
    () => ({ action, password: 'a new password', current: 'wrong', codes_password: 'wrong', delete_password: 'wrong', messages: 'keep' })]),
  own('signout', () => ({ session: 'none' })),
  own('signout_others', () => ({})),
  ...['', '/users', '/groups', '/invitations', '/log'].map((page) => [`admin${page}`, 'GET', () => `/admin${page}`, 'xxyxxxxx']),
  ['admin/user', 'GET', U(), 'xxyxxxxx'],
  ['admin/group', 'GET', () => `/admin/groups/${room}`, 'xxyxxxxx'],
  ['site settings', 'POST', () => '/admin', 'xxyxxxxx', () => ({ name: unique('Site'), registration: '', history: '', single: '', days: '' })],
  ...['admin', 'unadmin', 'suspend', 'unsuspend', 'reset'].map((action) => admins(action, U())),
  admins('delete', U(), () => ({ confirm: who.other.name })),
  ['delete a group', 'POST', () => `/admin/groups/${room}`, 'xxyxxxxx', async () => ({ action: 'delete', confirm: (await site.sql(`SELECT name FROM rooms WHERE id = ${room}`))[0][0] })],
  admins('invite', () => '/admin/invitations', () => ({ days: 7, uses: 1 })),
  admins('revoke', () => '/admin/invitations', () => ({ key: 'none' })),
  ['logout', 'POST', () => '/logout', '        ', null, { open: true }],
];

async function ask(client, [, method, path, , , { accept = 'application/json' } = {}], given, headers = {}) {
  if (method === 'GET') return client.get(path(), { accept, headers, seconds: 20 });
  const type = Buffer.isBuffer(given) ? { 'Content-Type': PARTS } : {};
  return client.post(path(), given ?? {}, { accept, headers: { 'X-CSRF-Token': await client.csrf(), ...type, ...headers } });
}

async function tried(row) {
  const [what, method, , marks, fields, options = {}] = row;
  const columns = [...WHO.map((name, at) => [name, marks[at]]), ['elsewhere', marks[0]]].filter(([, mark]) => mark !== ' ');
  const may = columns.filter(([, mark]) => Math.min(...meaning(mark, kind)) < 400);
  const told = (name, answer) => `${what}, by ${name}${kind ? `, in a ${kind} group` : ''}: ${answer.status} ${answer.location ?? ''} ${answer.text.slice(0, 200)}`;

  // Everybody who may not, those who are not signed in, and those who may but by a form that is not theirs.
  const refused = columns.filter(([, mark]) => Math.min(...meaning(mark, kind)) >= 400).map(([name, mark]) => [name, meaning(mark, kind), {}]);
  if (!options.open) for (const name of OUT) refused.push([name, [401], {}]);
  for (const [name] of method === 'POST' ? may.slice(-1) : []) {
    for (const headers of [{ 'X-CSRF-Token': await who.stranger.csrf() === await who[name].csrf() ? 'x' : await who.stranger.csrf() },
      { 'X-CSRF-Token': 'x' }, { Origin: 'http://elsewhere.example' }, { 'Sec-Fetch-Site': 'cross-site' }]) refused.push([name, [403], headers]);
  }
  const given = [];
  for (const [name] of refused) given.push(await fields?.(name));
  const before_ = await stored();
  const answers = await Promise.all(refused.map(([name, , headers], at) => ask(who[name], row, given[at], headers)));
  for (const [at, [name, want]] of refused.entries()) {
    assert.ok(want.includes(answers[at].status), told(name, answers[at]));
    if (!options.accept) assert.ok(answers[at].code, told(name, answers[at]));
    if (!options.open) assert.doesNotMatch(answers[at].text, new RegExp(secret), told(name, answers[at]));
  }
  assert.deepEqual(await stored(), before_, `${what}: what was refused changed something`);

  for (const [name, mark] of may) {
    if (options.fresh) await group();
    const sent = await fields?.(name);
    const answer = await ask(who[name], row, sent);
    assert.ok(meaning(mark, kind).includes(answer.status), told(name, answer));
    if (mark === 'd') assert.doesNotMatch(answer.text, new RegExp(secret), told(name, answer));
  }
  if (options.fresh) await group();
}

describe('every action, as every kind of user', () => {
  for (const visibility of ['public', 'private']) {
    test(`in a ${visibility} group`, async () => {
      kind = visibility;
      await group();
      for (const row of ROOM) await tried(row);
    });
  }

  test('elsewhere on the site', async () => {
    for (const row of REST) await tried(row);
  });

  test('nobody signs another\'s browser out, by the page or by its key', async () => {
    const key = (await site.sql(`SELECT LOWER(HEX(token_hash)) FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.name = '${who.owner.name}'`))[0][0];
    const before_ = await stored();
    for (const name of WHO.filter((each) => each !== 'owner')) {
      assert.equal((await who[name].submit('/account', { action: 'signout', session: key })).status, 303);
    }
    assert.deepEqual(await stored(), before_);
    assert.equal((await who.owner.submit('/account', { action: 'preferences', theme: 'light' })).status, 303);
    assert.notDeepEqual(await stored(), before_, 'what is done shows');
  });
});

test('no route and no action is missing here', () => {
  const rows = [...ROOM, ...REST];
  room = direct = file = 1;
  seq = {};
  const paths = new Set(rows.map(([, method, path]) => `${method} ${path().replace(/\?.*/, '')}`));
  const actions = new Set(rows.map(([what]) => what.split(' ')[0]));
  for (const file of fs.readdirSync(`${root}/cgi-bin`, { recursive: true }).filter((name) => String(name).endsWith('.c'))) {
    const source = fs.readFileSync(`${root}/cgi-bin/${file}`, 'utf8');
    for (const [, path, method] of source.matchAll(/\{"(\/[^"]*)", METHOD_(GET|POST),/g)) {
      const pattern = new RegExp(`^${method} ${path.replace('#', '\\d+').replace('*', '[^/]+')}$`);
      assert.ok([...paths].some((each) => pattern.test(each)), `${method} ${path} (cgi-bin/${file}): tests/http/rights.test.mjs does not say who may`);
    }
    for (const [, list] of source.matchAll(/\bactions\[\] = \{([\s\S]*?)\n\};/g)) {
      for (const [, action] of list.matchAll(/\{"([a-z_]+)",/g)) {
        assert.ok(actions.has(action), `action ${action} (cgi-bin/${file}): tests/http/rights.test.mjs does not say who may`);
      }
    }
  }
});
