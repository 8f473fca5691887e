// The site's admins: who may see these pages, what can be done there, and that two of them at once leave the site whole.
import assert from 'node:assert/strict';
import { afterEach, before, describe, test } from 'node:test';
import { startSite } from '../lib/site.mjs';
import { Client, addUsers, eventually, fieldError, fieldValue, PASSWORD, formsOf, people, person, query, signIn, sleep, textOf, unique } from './client.mjs';

let site; // one of its own: settings are for everybody
let anna; // the admin
let ben;
let cara;
before(async () => {
  site = await startSite({ vars: { MESSAGES: 2 }, hdf: { 'Messages.Clean': 1 } });
  [anna, ben, cara] = await people(site, 3, 'adm');
  await makeAdmin(anna.name);
  await site.sql('UPDATE site SET registrations = 3'); // as if they had registered: the first may always
});

const makeAdmin = (...names) => site.sql(`UPDATE users SET admin = 1 WHERE name IN (${names.map((name) => `'${name}'`).join(', ')})`);
const idOf = async (name) => Number((await site.sql(`SELECT id FROM users WHERE name = '${name}'`))[0][0]);
const user = (client, name, action, fields = {}, options) => client.submit(`/admin/users/${name}`, { action, ...fields }, options);
const group = (client, id, action, fields = {}) => client.submit(`/admin/groups/${id}`, { action, ...fields });
const links = (client, action, fields = {}) => client.submit('/admin/invitations', { action, ...fields });
const settings = (client, fields) => client.submit('/admin', { name: '', registration: '', history: '', single: '', days: '', ...fields });
const audit = async (target) => (await site.sql(`SELECT u.name, a.action, a.detail FROM audit a JOIN users u ON u.id = a.actor_id WHERE a.target = '${target}' ORDER BY a.id`));
const admins = async () => (await site.sql('SELECT name FROM users WHERE admin = 1 AND suspended_at IS NULL AND deleted_at IS NULL')).flat();
const linkOf = (page) => fieldValueById(page.text, 'link');
const fieldValueById = (html, id) => /value="([^"]*)"/.exec(new RegExp(`<input id="${id}"[^>]*>`).exec(html)?.[0] ?? '')?.[1];
const PAGES = ['/admin', '/admin/users', '/admin/groups', '/admin/invitations', '/admin/log'];

describe('who is no admin of the site', () => {
  test('finds nothing there, on any page and with any form, and is told nothing', async () => {
    const room = await ben.group(); // an owner of a group is no admin of the site
    const all = [...PAGES, `/admin/users/${anna.name}`, `/admin/groups/${room}`, '/admin/users/nobody', '/admin/nothing'];
    for (const path of all) {
      const page = await ben.get(path);
      assert.equal(page.status, 404, path);
      assert.doesNotMatch(page.text, /href="\/admin|@example\.org/, path);
    }
    for (const [path, fields] of [['/admin', { name: 'Mine' }], [`/admin/users/${ben.name}`, { action: 'admin' }], [`/admin/users/${anna.name}`, { action: 'suspend' }],
      [`/admin/users/${anna.name}`, { action: 'reset' }], [`/admin/users/${anna.name}`, { action: 'delete', confirm: anna.name }],
      [`/admin/groups/${room}`, { action: 'delete', confirm: 'x' }], ['/admin/invitations', { action: 'invite', days: 7, uses: 1 }]]) {
      assert.equal((await ben.submit(path, fields)).status, 404, path);
    }
    assert.deepEqual(await admins(), [anna.name]);
    assert.equal((await site.sql('SELECT * FROM links')).length, 0);
    assert.equal((await site.sql('SELECT * FROM audit')).length, 0);
    assert.doesNotMatch((await ben.get('/rooms')).text, /href="\/admin"/);
  });

  test('is led to the sign-in page when signed out, and posts nothing', async () => {
    const stranger = new Client(site.url);
    for (const path of PAGES) {
      const page = await stranger.get(path);
      assert.equal(page.status, 303, path);
      assert.match(page.location, /^\/login\?next=/);
    }
    assert.equal((await user(stranger, anna.name, 'suspend')).status, 401);
    assert.equal((await settings(stranger, { name: 'Mine' })).status, 401);
  });
});

describe('an admin', () => {
  test('sees every page, and the way there stands at the left', async () => {
    const room = await ben.group();
    assert.match((await anna.get('/rooms')).text, /href="\/admin"/);
    for (const path of [...PAGES, `/admin/users/${ben.name}`, `/admin/groups/${room}`]) assert.equal((await anna.get(path)).status, 200, path);
    for (const path of ['/admin/nothing', '/admin/users/nobody-here', '/admin/users/-1', '/admin/groups/99999999', '/admin/groups/x']) {
      assert.equal((await anna.get(path)).status, 404, path);
    }
  });

  test('changes nothing by a form without its token, or with an action that is none', async () => {
    assert.equal((await anna.post(`/admin/users/${ben.name}`, { action: 'suspend' })).status, 403);
    assert.equal((await anna.post('/admin', { name: 'x', csrf: 'old' })).status, 403);
    assert.equal((await user(anna, ben.name, 'promote')).status, 400);
    assert.equal((await user(anna, 'nobody-here', 'suspend')).status, 404);
    assert.equal((await ben.get('/account')).status, 200);
  });

  test('makes somebody admin and takes it back, at once and on record', async () => {
    const dora = await person(site, 'adm');
    const made = await user(anna, dora.name, 'admin');
    assert.equal(made.status, 303);
    assert.match(textOf((await anna.get(made.location)).text), /An admin of this site now\./);
    assert.equal((await dora.get('/admin')).status, 200);
    assert.equal((await user(anna, dora.name, 'unadmin')).status, 303);
    assert.equal((await dora.get('/admin')).status, 404);
    assert.deepEqual(await audit(dora.name), [[anna.name, 'made admin', ''], [anna.name, 'took admin rights of', '']]);
    const log = textOf((await anna.get('/admin/log')).text);
    assert.match(log, new RegExp(`${anna.name} took admin rights of ${dora.name}.*${anna.name} made admin ${dora.name}`));
  });

  test('who asks for the same twice, even at once, has it done and on record once', async () => {
    const [name] = await addUsers(site, 1);
    const answers = await Promise.all(Array.from({ length: 6 }, () => user(anna, name, 'suspend')));
    assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [303]);
    assert.deepEqual(await audit(name), [[anna.name, 'suspended', '']]);
  });
});

describe('users', () => {
  test('are found by name, display name and e-mail address, whatever is typed', async () => {
    const mark = unique('z').replace('-', '');
    const [one, two] = await addUsers(site, 2, `${mark}a`);
    await site.sql(`UPDATE users SET display = 'Ünïque ${mark} 菜', email = 'somewhere.${mark}@else.example' WHERE name = '${two}'`);
    const found = async (q) => [...(await anna.get(query('/admin/users', { q }))).text.matchAll(/href="\/admin\/users\/([^"]+)"/g)].map((match) => match[1]);
    assert.deepEqual((await found(`${mark}A`)).sort(), [one, two].sort());
    assert.deepEqual(await found(`ïque ${mark} 菜`), [two]);
    assert.deepEqual(await found(`SOMEWHERE.${mark}`), [two]);
    for (const q of ['%', '_', `' OR 1=1 --`, '<script>alert(1)</script>', '\u{1F331}']) {
      const page = await anna.get(query('/admin/users', { q }));
      assert.equal(page.status, 200, q);
      assert.equal(fieldValue(page.text, 'q'), q);
      assert.doesNotMatch(page.text, /<script>alert/);
    }
    for (const bad of ['%ff', '%c3%af', '-', '%00']) {
      for (const path of ['users', 'groups']) assert.equal((await anna.get(`/admin/${path}?q=${bad}&after=${bad}`)).status, 200, bad);
    }
  });

  test('come in pages of fifty, each of them once', async () => {
    const mark = unique('page').replace('-', '');
    const names = await addUsers(site, 120, mark);
    let fields = { q: mark };
    const seen = [];
    for (let pages = 1; ; pages += 1) {
      const page = await anna.get(query('/admin/users', fields));
      const here = [...page.text.matchAll(/<h2><a href="\/admin\/users\/([^"]+)"/g)].map((match) => match[1]);
      assert.ok(here.length <= 50);
      seen.push(...here);
      const next = formsOf(page.text).find((form) => form.controls.some((control) => control.name === 'after'));
      if (!next) { assert.equal(pages, 3); break; }
      fields = Object.fromEntries(next.controls.filter((control) => control.name).map((control) => [control.name, control.value]));
    }
    assert.deepEqual(seen, [...names].sort());
  });

  test('who are suspended are out everywhere within a second, and back when let in', async () => {
    const dora = await person(site, 'adm');
    const again = await signIn(site, dora.name);
    const room = await dora.group();
    const { cursor } = await dora.read({ room });
    await again.csrf();
    const polls = [dora, again, dora, again].map((client) => client.list({ room, after: cursor, wait: 20 }));
    const stream = await dora.stream({ room });
    await sleep(600);
    const at = Date.now();
    assert.equal((await user(anna, dora.name, 'suspend')).status, 303);
    for (const answer of await Promise.all(polls)) assert.equal(answer.status, 401);
    await eventually('the stream says so', () => stream.events.some((event) => event.event === 'end'));
    assert.ok(Date.now() - at < 9000, `${Date.now() - at} ms`);
    stream.close();
    assert.equal((await dora.get('/account')).status, 303);
    assert.equal((await again.message({ room, text: 'still here', nonce: 'x1' })).status, 401);
    assert.equal((await site.sql(`SELECT s.user_id FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.name = '${dora.name}'`)).length, 0);
    assert.match(textOf((await anna.get(`/admin/users/${dora.name}`)).text), /Name \S+ Suspended/);
    assert.equal((await user(anna, dora.name, 'unsuspend')).status, 303);
    assert.equal((await (await signIn(site, dora.name)).get(`/rooms/${room}`)).status, 200);
    assert.deepEqual((await audit(dora.name)).map((line) => line[1]), ['suspended', 'let back in']);
  });

  test('who are admins and suspended see nothing there any more', async () => {
    const dora = await person(site, 'adm');
    await makeAdmin(dora.name);
    assert.equal((await dora.get('/admin')).status, 200);
    await user(anna, dora.name, 'suspend');
    assert.equal((await dora.get('/admin')).status, 303);
    assert.ok([401, 404].includes((await dora.post(`/admin/users/${dora.name}`, { action: 'unsuspend', csrf: dora.token ?? 'x' })).status));
    assert.deepEqual((await audit(dora.name)).map((line) => line[1]), ['suspended']);
  });

  test('get a link for a new password, shown once, that replaces the one before', async () => {
    const page = await user(anna, ben.name, 'reset');
    assert.equal(page.status, 200);
    const link = linkOf(page);
    assert.match(link, new RegExp(`^${site.url.replaceAll('.', '\\.')}/reset\\?token=[A-Za-z0-9_-]{43}$`));
    assert.ok(!(await anna.get(`/admin/users/${ben.name}`)).text.includes(link));
    const id = await idOf(ben.name);
    const [[kind, by, uses, minutes]] = await site.sql(`SELECT kind, created_by, uses_left, TIMESTAMPDIFF(MINUTE, created_at, expires_at) FROM links WHERE user_id = ${id}`);
    assert.deepEqual([kind, by, uses, minutes], ['reset', String(await idOf(anna.name)), '1', '60']);
    await user(anna, ben.name, 'reset');
    assert.equal((await site.sql(`SELECT * FROM links WHERE user_id = ${id}`)).length, 1);
    assert.deepEqual((await audit(ben.name)).map((line) => line[1]), ['made password link', 'made password link']);
  });

  test('are deleted when their name is typed, and not before', async () => {
    const dora = await person(site, 'adm');
    const wrong = await user(anna, dora.name, 'delete', { confirm: 'dora' });
    assert.equal(wrong.status, 422);
    assert.notEqual(fieldError(wrong.text, 'confirm'), '');
    assert.equal(fieldValue(wrong.text, 'confirm'), 'dora');
    assert.equal((await dora.get('/account')).status, 200);
    const gone = await user(anna, dora.name, 'delete', { confirm: dora.name, messages: '1' });
    assert.equal(gone.location, '/admin/users?done=delete');
    assert.match(textOf((await anna.get(gone.location)).text), /The account is deleted\./);
    assert.equal((await dora.get('/account')).status, 303);
    assert.equal((await anna.get(`/admin/users/${dora.name}`)).status, 404);
    assert.deepEqual(await audit(dora.name), [[anna.name, 'deleted user', 'with all messages']]);
  });

  test('stay as they are when the name is mistyped, and the wish for their messages is kept', async () => {
    const [name] = await addUsers(site, 1);
    const answer = await user(anna, name, 'delete', { confirm: 'another', messages: '1' });
    assert.equal(answer.status, 422);
    assert.match(answer.text, /id="messages"[^>]* checked/);
    assert.equal(fieldValue(answer.text, 'confirm'), 'another');
  });

  test('can be deleted while they are suspended', async () => {
    const [name] = await addUsers(site, 1);
    await user(anna, name, 'suspend');
    assert.equal((await user(anna, name, 'delete', { confirm: name })).status, 303);
    assert.equal((await site.sql(`SELECT id FROM users WHERE name = '${name}'`)).length, 0);
  });
});

describe('the last admin', () => {
  test('cannot be taken away, suspended or deleted, and is told what to do', async () => {
    assert.deepEqual(await admins(), [anna.name]);
    for (const [action, fields] of [['unadmin', {}], ['suspend', {}], ['delete', { confirm: anna.name }]]) {
      const answer = await user(anna, anna.name, action, fields);
      assert.equal(answer.status, 409, action);
      assert.match(textOf(answer.text), /make somebody else admin first/);
    }
    const own = await anna.submit('/account', { action: 'delete', messages: 'keep', delete_password: PASSWORD });
    assert.equal(own.status, 409, 'nor by themselves');
    assert.match(fieldError(own.text, 'delete_password'), /make somebody else admin first/);
    assert.equal((await anna.get('/admin')).status, 200);
    assert.equal((await anna.get('/admin')).status, 200);
    assert.equal((await audit(anna.name)).length, 0);
  });

  test('may go once there is another', async () => {
    const dora = await person(site, 'adm');
    await makeAdmin(dora.name);
    assert.equal((await user(dora, dora.name, 'unadmin')).location, '/');
    assert.deepEqual(await admins(), [anna.name]);
  });

  test('of two who end each other at the same moment stays', async () => {
    const actions = ['unadmin', 'suspend', 'delete'];
    for (let round = 0; round < 9; round += 1) {
      const pair = await people(site, 2, 'duel');
      await Promise.all(pair.map((client) => client.csrf()));
      await makeAdmin(...pair.map((client) => client.name));
      await site.sql(`UPDATE users SET admin = 0 WHERE name = '${anna.name}'`);
      const answers = await Promise.all(pair.map((client, i) => {
        const other = pair[1 - i].name;
        return user(client, other, actions[(round + i * Math.floor(round / 3)) % 3], { confirm: other });
      }));
      const left = await admins();
      await makeAdmin(anna.name);
      await site.sql(`UPDATE users SET admin = 0 WHERE name LIKE 'duel-%'`);
      assert.equal(left.length, 1, `${answers.map((answer) => answer.status)}: ${left}`);
      const refused = answers.filter((answer) => answer.status !== 303);
      assert.ok(refused.length === 1 && [401, 403, 404, 409].includes(refused[0].status), String(refused[0]?.status));
    }
  });

  test('of many who leave at the same moment one stays', async () => {
    const many = await people(site, 6, 'many');
    await Promise.all(many.map((client) => client.csrf()));
    await makeAdmin(...many.map((client) => client.name));
    await site.sql(`UPDATE users SET admin = 0 WHERE name = '${anna.name}'`);
    const answers = await Promise.all(many.map((client) => user(client, client.name, 'unadmin')));
    const left = await admins();
    await makeAdmin(anna.name);
    await site.sql(`UPDATE users SET admin = 0 WHERE name LIKE 'many-%'`);
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [303, 303, 303, 303, 303, 409]);
    assert.equal(left.length, 1);
  });
});

describe('groups', () => {
  test('are all listed with their numbers; of a private one nothing is shown that is said there', async () => {
    const mark = unique('list');
    const open = await ben.group({ name: `${mark} open`, members: cara.name });
    const closed = await ben.group({ name: `${mark} closed`, topic: 'a secret topic', visibility: 'private' });
    await ben.say(open, 'one');
    await ben.say(closed, 'a secret message');
    const page = await anna.get(query('/admin/groups', { q: mark }));
    const text = textOf(page.text);
    assert.match(text, new RegExp(`${mark} open 2 members · 1 message, the last`));
    assert.match(text, new RegExp(`Private group ${mark} closed 1 member · 1 message`));
    for (const each of [page, await anna.get(`/admin/groups/${closed}`)]) assert.doesNotMatch(each.text, /secret|href="\/rooms\/\d+"[^>]*>Open/);
    assert.match((await anna.get(`/admin/groups/${open}`)).text, new RegExp(`href="/rooms/${open}"`));
    assert.equal((await anna.get(`/rooms/${closed}`)).status, 404, 'an admin of the site is no member');
    assert.equal((await anna.list({ room: closed })).status, 404);
  });

  test('direct rooms are none of them', async () => {
    const direct = await ben.direct(cara.name);
    assert.equal((await anna.get(`/admin/groups/${direct}`)).status, 404);
    assert.equal((await group(anna, direct, 'delete', { confirm: '' })).status, 404);
  });

  test('are deleted when their name is typed, and whoever reads there learns it within a second', async () => {
    const name = unique('Doomed <b>');
    const id = await ben.group({ name, visibility: 'private' });
    const { cursor } = await ben.read({ room: id });
    assert.equal((await group(anna, id, 'delete', { confirm: name.toLowerCase() })).status, 422);
    const held = ben.list({ room: id, after: cursor, wait: 20 });
    await sleep(300);
    const at = Date.now();
    assert.equal((await group(anna, id, 'delete', { confirm: name })).location, '/admin/groups?done=delete');
    assert.equal((await held).status, 404);
    assert.ok(Date.now() - at < 9000);
    assert.equal((await ben.get(`/rooms/${id}`)).status, 404);
    assert.equal((await group(anna, id, 'delete', { confirm: name })).status, 404);
    assert.deepEqual(await audit(name), [[anna.name, 'deleted group', `group ${id}`]]);
    await ben.group({ name }); // the name is free again
  });

  test('by two at once are deleted once', async () => {
    const name = unique('twice');
    const id = await ben.group({ name });
    const answers = await Promise.all(Array.from({ length: 4 }, () => group(anna, id, 'delete', { confirm: name })));
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [303, 404, 404, 404]);
    assert.equal((await audit(name)).length, 1);
  });
});

describe('invitations', () => {
  const keys = (page) => formsOf(page.text).flatMap((form) => form.controls).filter((control) => control.name === 'key').map((control) => control.value);

  test('are made with an end and a number of uses, shown once and listed without what opens them', async () => {
    const page = await links(anna, 'invite', { days: '3', uses: '5' });
    assert.equal(page.status, 200);
    const link = linkOf(page);
    assert.match(link, new RegExp(`^${site.url.replaceAll('.', '\\.')}/register\\?invite=[A-Za-z0-9_-]{43}$`));
    const list = await anna.get('/admin/invitations');
    assert.ok(!list.text.includes(link.slice(-43)));
    assert.match(textOf(list.text), new RegExp(`For 5 more people.*Made by ${anna.name}`));
    const [[days, uses, by]] = await site.sql(`SELECT TIMESTAMPDIFF(HOUR, created_at, expires_at), uses_left, created_by FROM links WHERE kind = 'invite'`);
    assert.deepEqual([days, uses, by], ['72', '5', String(await idOf(anna.name))]);
  });

  for (const [days, uses, field] of [['0', '1', 'days'], ['366', '1', 'days'], ['', '1', 'days'], ['x', '1', 'days'], ['1', '0', 'uses'], ['1', '1001', 'uses'], ['1', '-1', 'uses'], ['1', '', 'uses']]) {
    test(`with days "${days}" and uses "${uses}" are refused beside the field`, async () => {
      const answer = await links(anna, 'invite', { days, uses });
      assert.equal(answer.status, 422);
      assert.notEqual(fieldError(answer.text, field), '');
      assert.deepEqual([fieldValue(answer.text, 'days'), fieldValue(answer.text, 'uses')], [days, uses]);
    });
  }

  test('are revoked, once on record, and one that is gone already is no error', async () => {
    await links(anna, 'invite', { days: '1', uses: '1' });
    const [key] = keys(await anna.get('/admin/invitations'));
    const before = (await site.sql(`SELECT id FROM audit WHERE action = 'revoked invitation'`)).length;
    const answers = await Promise.all(Array.from({ length: 3 }, () => links(anna, 'revoke', { key })));
    assert.deepEqual(answers.map((answer) => answer.status), [303, 303, 303]);
    assert.ok(!keys(await anna.get('/admin/invitations')).includes(key));
    assert.equal((await site.sql(`SELECT id FROM audit WHERE action = 'revoked invitation'`)).length, before + 1);
    for (const bad of ['', 'zz', `' OR 1=1 --`, key.slice(2)]) assert.equal((await links(anna, 'revoke', { key: bad })).status, 303, bad);
  });

  test('never revokes a link that is for a password', async () => {
    await user(anna, cara.name, 'reset');
    const id = await idOf(cara.name);
    const [[key]] = await site.sql(`SELECT HEX(token_hash) FROM links WHERE user_id = ${id}`);
    await links(anna, 'revoke', { key });
    assert.equal((await site.sql(`SELECT * FROM links WHERE user_id = ${id}`)).length, 1);
  });

  test('that ended or are used up are not listed', async () => {
    await links(anna, 'invite', { days: '1', uses: '1' });
    await links(anna, 'invite', { days: '1', uses: '1' });
    const all = keys(await anna.get('/admin/invitations'));
    await site.sql(`UPDATE links SET expires_at = UTC_TIMESTAMP(3) WHERE token_hash = UNHEX('${all[0]}')`);
    await site.sql(`UPDATE links SET uses_left = 0 WHERE token_hash = UNHEX('${all[1]}')`);
    const now = keys(await anna.get('/admin/invitations'));
    assert.ok(!now.includes(all[0]) && !now.includes(all[1]));
  });
});

describe('settings', () => {
  afterEach(() => settings(anna, {}));
  const within = (what, check) => eventually(what, check, 2.5);

  test('show what the file says as the default, and take effect on every program within about a second', async () => {
    const room = await anna.group();
    const page = await anna.get('/admin');
    assert.match(page.text, /<input id="name"[^>]*placeholder="Snug"/);
    assert.equal(fieldValue(page.text, 'name'), '');
    const name = unique('Ünser <Haus> ');
    const saved = await settings(anna, { name, registration: 'closed', history: '77' });
    assert.equal(saved.location, '/admin?done=settings');
    const after = await anna.get(saved.location);
    assert.match(textOf(after.text), /Saved\./);
    assert.deepEqual([fieldValue(after.text, 'name'), fieldValue(after.text, 'registration'), fieldValue(after.text, 'history')], [name, 'closed', '77']);
    const stranger = new Client(site.url);
    for (const [client, path] of [[anna, '/admin'], [anna, '/rooms'], [anna, '/account'], [anna, '/people'], [anna, `/rooms/${room}`], [stranger, '/login']]) {
      await within(`${path} has the new name`, async () => textOf((await client.get(path)).text).includes(name));
    }
    await within('messages has it', async () => textOf((await anna.get('/messages?room=99999999', { accept: 'text/html' })).text).includes(name));
    await within('nobody registers', async () => (await stranger.get('/register')).status === 403);
    assert.equal(fieldValue((await anna.get('/rooms')).text, 'history'), '77');
    assert.equal((await settings(anna, {})).status, 303);
    await within('it is as in the file again', async () => (await stranger.get('/register')).status === 200);
    await within('so is the name', async () => !(await anna.get('/rooms')).text.includes(name));
    assert.equal(fieldValue((await anna.get('/rooms')).text, 'history'), '');
    assert.deepEqual((await audit('registration')).map((line) => line.slice(1)), [['changed setting', 'as in the file → closed'], ['changed setting', 'closed → as in the file']]);
  });

  for (const [field, value] of [['name', 'x'.repeat(65)], ['name', 'a\nb'], ['registration', 'maybe'], ['history', 'ten'], ['history', '-1'], ['history', '10000001'],
    ['single', '2'], ['days', '1.5'], ['days', '36501']]) {
    test(`refuse ${field} "${value.slice(0, 12).replace('\n', ' ')}" beside its field and keep the rest`, async () => {
      const sent = { name: 'kept', registration: 'open', history: '5', single: '1', days: '9', [field]: value };
      const answer = await settings(anna, sent);
      assert.equal(answer.status, 422);
      assert.notEqual(fieldError(answer.text, field), '');
      for (const other of Object.keys(sent).filter((each) => each !== field)) assert.equal(fieldValue(answer.text, other), sent[other], other);
      assert.deepEqual(await site.sql('SELECT name, registration, history_limit, single_session, keep_days FROM site'), [[null, null, null, null, null]]);
    });
  }

  test('saved from a page that is older leave what another admin changed meanwhile', async () => {
    const shown = formsOf((await anna.get('/admin')).text).find((form) => form.controls.some((control) => control.name === 'registration'));
    const old = Object.fromEntries(shown.controls.filter((control) => control.name).map((control) => [control.name, control.value ?? '']));
    await settings(anna, { registration: 'closed', days: '3' });
    assert.equal((await anna.submit('/admin', { ...old, name: 'a name' })).status, 303);
    assert.deepEqual(await site.sql('SELECT name, registration, history_limit, single_session, keep_days FROM site'), [['a name', 'closed', null, null, '3']]);
  });

  test('of two admins at once are those of one of them', async () => {
    const dora = await person(site, 'adm');
    await makeAdmin(dora.name);
    await Promise.all([anna, dora].map((client) => client.csrf()));
    const answers = await Promise.all([settings(anna, { history: '11', days: '0' }), settings(dora, { history: '22', single: '0' })]);
    assert.deepEqual(answers.map((answer) => answer.status), [303, 303]);
    const [[history, single, days]] = await site.sql('SELECT history_limit, single_session, keep_days FROM site');
    assert.ok([['11', null, '0'], ['22', '0', null]].some((one) => JSON.stringify(one) === JSON.stringify([history, single, days])), `${[history, single, days]}`);
    await settings(anna, {});
    await site.sql(`UPDATE users SET admin = 0 WHERE name = '${dora.name}'`);
  });

  test('that keep messages for some days empty the older ones, in every room, for those who read too', async () => {
    const room = await ben.group();
    const direct = await ben.direct(cara.name);
    for (let i = 1; i <= 4; i += 1) await ben.say(room, `line ${i}`);
    await ben.say(direct, 'long ago');
    await site.sql(`UPDATE messages SET created_at = created_at - INTERVAL 8 DAY WHERE (room_id = ${room} AND seq <= 2) OR room_id = ${direct}`);
    const { cursor } = await ben.read({ room });
    const held = ben.list({ room, after: cursor, wait: 20 });
    await settings(anna, { days: '7' });
    assert.equal((await held).json().oldest, 3);
    const left = await ben.read({ room });
    assert.deepEqual(left.messages.map((message) => message.text), ['line 3', 'line 4']);
    await eventually('the direct room is empty', async () => (await ben.read({ room: direct })).messages.length === 0);
    assert.equal((await site.sql(`SELECT text FROM messages WHERE room_id IN (${room}, ${direct}) AND text LIKE '%l%' AND created_at < UTC_TIMESTAMP(3) - INTERVAL 7 DAY`)).length, 0);
    await cara.say(direct, 'and on it goes');
    assert.deepEqual((await ben.read({ room: direct })).messages.map((message) => message.text), ['and on it goes']);
    await settings(anna, {});
  });
});

describe('how the site is', () => {
  test('counts people, messages and the readers that all processes hold', async () => {
    const value = async (term) => new RegExp(`<dt>${term}</dt><dd>([^<]*)`).exec((await anna.get('/admin')).text)?.[1];
    assert.match(await value('Readers waiting'), /^0, held by 2 processes/);
    const room = await ben.group();
    const today = Number(await value('Messages today'));
    const { cursor } = await ben.read({ room });
    const held = Array.from({ length: 7 }, () => ben.list({ room, after: cursor, wait: 20 }));
    await eventually('all seven wait', async () => /^7,/.test(await value('Readers waiting')));
    await ben.say(room, 'enough');
    await Promise.all(held);
    await eventually('none does', async () => /^0,/.test(await value('Readers waiting')));
    assert.equal(Number(await value('Messages today')), today + 1);
    const [[users]] = await site.sql('SELECT COUNT(*) FROM users WHERE deleted_at IS NULL');
    assert.match(await value('Users'), new RegExp(`^${users}\\b`));
    assert.match(await value('Database'), /^Answers, holds \d/);
    assert.match(await value('Free disk'), /^\d+(\.\d)? [kMGT]B$/);
    assert.match(await value('Versions'), /^Snug \S+, schema \d+, database server \d/);
  });

  test('is said also while one of the messages processes does not answer', async () => {
    const [pid] = site.pids('messages');
    process.kill(pid, 'SIGSTOP');
    try {
      const page = await anna.get('/admin', { seconds: 5 });
      assert.match(page.text, /held by 1 process of/);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });
});

describe('the log', () => {
  test('is whole in the language of who reads it', async () => {
    await settings(anna, { history: '5', registration: 'open' });
    await settings(anna, {});
    await anna.submit('/admin/invitations', { action: 'invite', days: 3, uses: 2 });
    const name = unique('group');
    const id = await anna.group({ name });
    await anna.submit(`/admin/groups/${id}`, { action: 'delete', confirm: name });
    const german = textOf((await anna.get('/admin/log', { headers: { 'Accept-Language': 'de' } })).text);
    assert.doesNotMatch(german, /as in the file|days, uses|\(group/);
    for (const part of ['(wie in der Datei → 5)', '(open → wie in der Datei)', '(3 Tage, für 2)', `(Gruppe ${id})`]) assert.ok(german.includes(part), part);
    const english = textOf((await anna.get('/admin/log')).text);
    for (const part of ['(as in the file → 5)', '(3 days, uses: 2)', `(group ${id})`]) assert.ok(english.includes(part), part);
  });

  test('comes in pages of a hundred, the newest first, and shows what it tells as text', async () => {
    const id = await idOf(anna.name);
    await site.sql(`INSERT INTO audit (created_at, actor_id, action, target) SELECT UTC_TIMESTAMP(3), ${id}, 'suspended', CONCAT('<i>x', seq) FROM seq_1_to_230`);
    let path = '/admin/log';
    let seen = [];
    for (;;) {
      const page = await anna.get(path);
      assert.doesNotMatch(page.text, /<i>/);
      const here = [...page.text.matchAll(/&lt;i&gt;x(\d+)/g)].map((match) => Number(match[1]));
      seen = [...seen, ...here];
      assert.ok((page.text.match(/<li><div class="about">/g) ?? []).length <= 100);
      path = /href="(\/admin\/log\?before=\d+)"/.exec(page.text)?.[1];
      if (!path) break;
    }
    assert.deepEqual(seen, Array.from({ length: 230 }, (_, i) => 230 - i));
    assert.equal((await anna.get('/admin/log?before=x')).status, 200);
  });
});
