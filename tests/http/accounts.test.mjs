// Accounts: registering, signing in and out, sessions, and what every form refuses.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { site as runningSite, startSite } from '../lib/site.mjs';
import { Client, FORM, PASSWORD, addUsers, csrfOf, encodeForm, fieldError, fieldValue, formsOf, messagesOf, person, raw, signIn, textOf,
  unique } from './client.mjs';

let site;
let anna;
before(async () => {
  site = await runningSite();
  anna = await person(site, 'anna');
});
const visitor = () => new Client(site.url);

// The id and the display name that a user's own pages show.
const display = async (client) => fieldValue((await client.get('/account')).text, 'display');
const invalid = Buffer.from([0x61, 0xc3, 0x28]);
const hostile = `'); DROP TABLE users; -- "<script>alert(1)</script><b>&amp;\\`;

describe('registering', () => {
  test('signs the new user in and leads to the start page', async () => {
    const client = visitor();
    const name = unique('Reg.is_tered');
    const answer = await client.register(name);
    assert.equal(answer.status, 303);
    assert.equal(answer.location, '/');
    const start = await client.get('/');
    assert.ok(start.status === 200 || (start.status === 303 && start.location.startsWith('/rooms')), `${start.status} ${start.location}`);
    assert.equal((await client.get('/rooms')).status, 200);
    assert.match((await client.get('/account')).text, new RegExp(name));
  });

  test('sets a session cookie that scripts cannot read and that ends with the browser', async () => {
    const cookie = (await visitor().register(unique())).cookie('snug_session');
    assert.ok(cookie.value.length >= 40, 'a token of 256 bits');
    assert.equal(cookie.httponly, '');
    assert.equal(cookie.samesite, 'Lax');
    assert.equal(cookie.path, '/');
    assert.equal(cookie.expires, undefined);
    assert.equal(cookie['max-age'], undefined);
    assert.equal(cookie.secure, undefined);
  });

  test('stores neither the password nor the session token', async () => {
    const client = visitor();
    const name = unique();
    await client.register(name);
    const stored = JSON.stringify(await site.sql(`SELECT u.password, HEX(s.token_hash) FROM users u JOIN sessions s ON s.user_id = u.id WHERE u.name = '${name}'`));
    assert.match(stored, /\$scrypt\$ln=\d+,r=\d+,p=\d+\$/);
    assert.doesNotMatch(stored, new RegExp(PASSWORD));
    assert.ok(!stored.toLowerCase().includes(client.cookies.get('snug_session').toLowerCase()));
  });

  for (const name of ['', ' ', '.anna', '-anna', '_anna', 'an na', 'an/na', 'änna', 'an@na', "an'na", '<b>', 'a'.repeat(33), 'a\tb', 'a\nb']) {
    test(`refuses the name ${JSON.stringify(name)} beside its field, with all but the password filled in again`, async () => {
      const client = visitor();
      const answer = await client.register(name, { email: 'kept@example.org', password: 'a secret of mine' });
      assert.equal(answer.status, 422);
      assert.notEqual(fieldError(answer.text, 'name'), '');
      assert.equal(fieldError(answer.text, 'email'), '');
      assert.equal(fieldError(answer.text, 'password'), '');
      if (!/[\t\n]/.test(name)) assert.equal(fieldValue(answer.text, 'name').trim(), name.trim());
      assert.equal(fieldValue(answer.text, 'email'), 'kept@example.org');
      assert.equal(fieldValue(answer.text, 'password'), '');
      assert.doesNotMatch(answer.text, /a secret of mine/);
      assert.ok(!client.cookies.has('snug_session'));
    });
  }

  test('takes names of 1 and of 32 characters', async () => {
    const rare = Math.random().toString(36).slice(2, 8);
    assert.equal((await visitor().register(`${rare}${'x'.repeat(26)}`)).status, 303);
    const free = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
    const taken = (await site.sql('SELECT name FROM users WHERE CHAR_LENGTH(name) = 1')).flat().map(String);
    const one = free.find((letter) => !taken.includes(letter));
    assert.equal((await visitor().register(one, { email: `${unique()}@example.org` })).status, 303);
  });

  for (const [email, why] of [['', 'no'], ['anna', 'no @ in an'], ['a b@example.org', 'a space in an'], ['@example.org', 'no name in an'],
    ['anna@', 'no host in an'], [`${'a'.repeat(250)}@example.org`, 'too long an']]) {
    test(`refuses ${why} e-mail address beside its field`, async () => {
      const name = unique();
      const answer = await visitor().register(name, { email });
      assert.equal(answer.status, 422);
      assert.notEqual(fieldError(answer.text, 'email'), '');
      assert.equal(fieldError(answer.text, 'name'), '');
      assert.equal(fieldValue(answer.text, 'name'), name);
      assert.equal(fieldValue(answer.text, 'email'), email);
    });
  }

  for (const [password, why] of [['', 'no'], ['seven77', 'too short a'], ['x'.repeat(1025), 'too long a']]) {
    test(`refuses ${why} password beside its field, and never shows it again`, async () => {
      const answer = await visitor().register(unique(), { password });
      assert.equal(answer.status, 422);
      assert.notEqual(fieldError(answer.text, 'password'), '');
      assert.equal(fieldValue(answer.text, 'password'), '');
      assert.ok(!password || !answer.text.includes(password));
    });
  }

  test('takes passwords of 8 characters and of 1,024 bytes', async () => {
    for (const password of ['eight888', 'ö'.repeat(512)]) {
      const name = unique();
      assert.equal((await visitor().register(name, { password })).status, 303);
      assert.equal((await visitor().login(name, password)).status, 303);
      assert.equal((await visitor().login(name, password.slice(0, -1))).status, 401);
    }
  });

  test('names every field that is wrong at once', async () => {
    const answer = await visitor().register('', { email: '', password: '' });
    assert.equal(answer.status, 422);
    for (const field of ['name', 'email', 'password']) assert.notEqual(fieldError(answer.text, field), '', field);
  });

  test('refuses a name that is taken in other letters, and an e-mail address that is taken', async () => {
    const name = unique('Taken');
    assert.equal((await visitor().register(name)).status, 303);
    const again = await visitor().register(name.toUpperCase(), { email: `${unique()}@example.org` });
    assert.equal(again.status, 422);
    assert.notEqual(fieldError(again.text, 'name'), '');
    assert.equal(fieldValue(again.text, 'name'), name.toUpperCase());
    const mail = await visitor().register(unique(), { email: `${name.toUpperCase()}@example.org` });
    assert.equal(mail.status, 422);
    assert.notEqual(fieldError(mail.text, 'email'), '');
  });

  test('gives a name that several want at the same moment to exactly one', async () => {
    const name = unique('wanted');
    const answers = await Promise.all(Array.from({ length: 4 }, (_, at) => visitor().register(name, { email: `${name}-${at}@example.org` })));
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [303, 422, 422, 422]);
    assert.equal((await site.sql(`SELECT id FROM users WHERE name = '${name}'`)).length, 1);
  });

  test('shows SQL and HTML in every field as the text that they are', async () => {
    const answer = await visitor().register(hostile, { email: hostile });
    assert.equal(answer.status, 422);
    assert.equal(fieldValue(answer.text, 'name'), hostile);
    assert.equal(fieldValue(answer.text, 'email'), hostile);
    assert.doesNotMatch(answer.text, /<script>alert|<b>/);
  });

  for (const field of ['name', 'email', 'password']) {
    for (const [bytes, what] of [[invalid, 'invalid UTF-8'], [Buffer.from('abcdefgh\0ij'), 'a NUL']]) {
      test(`refuses ${what} in ${field} with 422`, async () => {
        const client = visitor();
        assert.equal((await client.register(unique(), { [field]: bytes })).status, 422);
        assert.ok(!client.cookies.has('snug_session'));
      });
    }
  }

  test('misses no field quietly: a form without fields is 422', async () => {
    const client = visitor();
    assert.equal((await client.post('/register', { csrf: await client.csrf() })).status, 422);
  });
});

describe('signing in', () => {
  test('works with the name in any case, and with the e-mail address', async () => {
    for (const name of [anna.name, anna.name.toUpperCase(), `${anna.name}@example.org`]) {
      const client = visitor();
      const answer = await client.login(name, PASSWORD);
      assert.equal(answer.status, 303, name);
      assert.equal(answer.location, '/');
      assert.equal((await client.get('/rooms')).status, 200);
    }
  });

  test('lasts as long as the browser, unless one asks to be remembered', async () => {
    const brief = (await visitor().login(anna.name, PASSWORD)).cookie('snug_session');
    assert.equal(brief.expires, undefined);
    assert.equal(brief['max-age'], undefined);
    const long = (await visitor().login(anna.name, PASSWORD, { remember: '1' })).cookie('snug_session');
    const seconds = long['max-age'] ? Number(long['max-age']) : (Date.parse(long.expires) - Date.now()) / 1000;
    assert.ok(seconds > 29 * 86400 && seconds < 31 * 86400, `${seconds} s`);
    for (const cookie of [brief, long]) {
      assert.deepEqual([cookie.httponly, cookie.samesite, cookie.path], ['', 'Lax', '/']);
    }
  });

  test('says the same words for a wrong password as for a wrong name', async () => {
    const [ghost] = [unique('ghost')];
    const client = visitor();
    const wrongPassword = await client.login(anna.name, 'not the password');
    const wrongName = await client.login(ghost, 'not the password');
    assert.equal(wrongPassword.status, 401);
    assert.equal(wrongName.status, 401);
    const words = (answer, name) => answer.text.replaceAll(csrfOf(answer.text), 'CSRF').replaceAll(name, 'NAME');
    assert.equal(words(wrongPassword, anna.name), words(wrongName, ghost));
    assert.equal(fieldValue(wrongPassword.text, 'name'), anna.name);
    assert.equal(fieldValue(wrongPassword.text, 'password'), '');
    assert.doesNotMatch(wrongPassword.text, /not the password/);
    assert.ok(!client.cookies.has('snug_session'));
  });

  test('goes on to the page that was asked for', async () => {
    const page = await visitor().get('/account?x=1');
    assert.equal(page.status, 303);
    const to = new URL(page.location, site.url);
    assert.equal(to.pathname, '/login');
    assert.equal(to.searchParams.get('next'), '/account?x=1');
    const form = await visitor().get(page.location);
    assert.equal(fieldValue(form.text, 'next'), '/account?x=1');
    const answer = await visitor().login(anna.name, PASSWORD, { next: '/account?x=1' });
    assert.equal(answer.location, '/account?x=1');
    const refused = await visitor().login(anna.name, 'wrong', { next: '/people' });
    assert.equal(fieldValue(refused.text, 'next'), '/people');
  });

  for (const next of ['//evil.example', '/\\evil.example', '\\\\evil.example', 'http://evil.example/', 'https:evil.example', 'javascript:alert(1)',
    '/\t/evil.example', '/a\r\nX-Evil: 1', '/a\nb', ' //evil.example', 'evil', '/\u0001', '///evil.example', '@evil.example']) {
    test(`never leads to another site: next=${JSON.stringify(next)} is left out`, async () => {
      const answer = await visitor().login(anna.name, PASSWORD, { next });
      assert.equal(answer.status, 303);
      assert.equal(answer.location, '/');
      assert.equal(answer.headers['x-evil'], undefined);
      const form = await visitor().get(`/login?${encodeForm({ next })}`);
      assert.equal(form.status, 200);
      assert.ok(['', '/'].includes(fieldValue(form.text, 'next') ?? ''));
    });
  }

  test('gives a session of its own each time, and never takes one that the browser brought along', async () => {
    const client = visitor();
    client.cookies.set('snug_session', 'A'.repeat(43));
    client.token = csrfOf((await client.get('/login')).text);
    const answer = await client.submit('/login', { name: anna.name, password: PASSWORD });
    assert.equal(answer.status, 303);
    assert.notEqual(client.cookies.get('snug_session'), 'A'.repeat(43));
    assert.notEqual(client.cookies.get('snug_session'), anna.cookies.get('snug_session'));
  });

  test('refuses invalid UTF-8 and NUL with 422, and SQL signs nobody in', async () => {
    for (const bytes of [invalid, Buffer.from('a\0b')]) {
      assert.equal((await visitor().login(bytes, PASSWORD)).status, 422);
    }
    for (const name of ["' OR 1=1 -- ", `${anna.name}' -- `, '%']) {
      const answer = await visitor().login(name, PASSWORD);
      assert.equal(answer.status, 401);
      assert.equal(fieldValue(answer.text, 'name').trim(), name.trim());
    }
    assert.ok(!(await visitor().login(hostile, PASSWORD)).text.includes('<script>alert'));
  });
});

describe('signing out', () => {
  test('ends the session: the old cookie is worth nothing any more', async () => {
    const client = await signIn(site, anna.name);
    const old = client.cookies.get('snug_session');
    const answer = await client.submit('/logout', {});
    assert.equal(answer.status, 303);
    assert.ok(['/', '/login'].includes(answer.location), answer.location);
    assert.ok(!client.cookies.has('snug_session'), 'the cookie is taken back');
    const thief = visitor();
    thief.cookies.set('snug_session', old);
    assert.equal((await thief.list({})).status, 401);
    assert.equal((await thief.get('/account')).status, 303);
    assert.equal((await anna.get('/account')).status, 200, 'the other session goes on');
  });

  test('is no link: GET is 405, and without the token it is 403', async () => {
    const client = await signIn(site, anna.name);
    const get = await client.get('/logout');
    assert.equal(get.status, 405);
    assert.match(get.headers.allow, /POST/);
    assert.equal((await client.post('/logout', {})).status, 403);
    assert.equal((await client.get('/account')).status, 200);
  });
});

describe('who is not signed in', () => {
  test('sees the welcome page', async () => {
    const page = await visitor().get('/');
    assert.equal(page.status, 200);
    assert.match(page.text, /href="\/login"/);
    assert.match(page.text, /href="\/register"/);
  });

  test('is led from every page to signing in, and told 401 in JSON', async () => {
    for (const path of ['/account', '/people', '/for-you', `/people/${anna.name}`, '/rooms', '/rooms/1', '/rooms/1/settings', '/messages?room=1']) {
      const page = await visitor().get(path, { accept: 'text/html,application/xhtml+xml' });
      if (path.startsWith('/messages')) {
        assert.equal(page.status, 401, 'a frame of a page leads nowhere');
        assert.match(page.headers['content-type'], /^text\/html/);
      } else {
        assert.equal(page.status, 303, path);
        assert.match(page.location, /^\/login(\?|$)/, path);
      }
      const answer = await visitor().json(path);
      assert.equal(answer.status, 401, path);
      assert.ok(answer.code);
    }
  });

  test('gets nothing done with a form', async () => {
    const client = visitor();
    const csrf = await client.csrf();
    const name = unique('group');
    for (const [path, fields] of [['/rooms', { name, visibility: 'public' }], [`/people/${anna.name}`, {}], ['/account', { action: 'profile', display: 'x' }],
      ['/rooms/1/settings', { action: 'join' }], ['/messages', { room: 1, text: 'hello', nonce: unique() }]]) {
      const answer = await client.post(path, { ...fields, csrf });
      assert.ok([303, 401, 403].includes(answer.status), `${path}: ${answer.status}`);
      if (answer.status === 303) assert.match(answer.location, /^\/login/);
    }
    assert.deepEqual(await site.sql(`SELECT id FROM rooms WHERE name = '${name}'`), []);
  });

  test('is a stranger with a cookie that is no session', async () => {
    for (const value of ['', 'x', 'A'.repeat(43), '0'.repeat(64), 'a'.repeat(4000), "' OR 1=1", '%00']) {
      const client = visitor();
      client.cookies.set('snug_session', value);
      assert.equal((await client.list({})).status, 401, value.slice(0, 20));
      assert.equal((await client.get('/')).status, 200);
    }
  });

  test('is a stranger once the session has run out', async () => {
    const client = await person(site);
    await site.sql(`UPDATE sessions SET expires_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE user_id = (SELECT id FROM users WHERE name = '${client.name}')`);
    assert.equal((await client.get('/account')).status, 303);
  });
});

describe('a forged request', () => {
  const forms = () => [['/logout', {}], ['/account', { action: 'profile', display: 'Mallory', email: `${anna.name}@example.org` }], ['/rooms', { name: unique('forged'), visibility: 'public' }],
    [`/people/${anna.name}`, {}], ['/rooms/1/settings', { action: 'join' }], ['/messages', { room: 1, text: 'forged', nonce: unique() }]];

  test('is 403 in every form when the token is missing, wrong, or of another session', async () => {
    const other = await person(site);
    const foreign = await other.csrf();
    for (const [path, fields] of forms()) {
      for (const csrf of [undefined, '', 'wrong', `${await anna.csrf()}x`, (await anna.csrf()).slice(0, -1), foreign]) {
        assert.equal((await anna.post(path, { ...fields, csrf })).status, 403, `${path} with ${csrf}`);
      }
      const json = await anna.post(path, fields, { accept: 'application/json', headers: { 'X-CSRF-Token': foreign } });
      assert.equal(json.status, 403, path);
      assert.ok(json.code);
    }
    for (const path of ['/login', '/register']) {
      const fields = { name: unique('forged'), email: 'a@example.org', password: PASSWORD };
      assert.equal((await visitor().post(path, fields)).status, 403, path);
      assert.equal((await visitor().post(path, { ...fields, csrf: foreign })).status, 403, path);
      assert.equal((await visitor().post(path, { ...fields, csrf: csrfOf((await visitor().get('/login')).text) })).status, 403, `${path} with another browser's token`);
    }
    assert.equal(await display(anna), anna.name);
  });

  test('is 403 when the token is one from before signing out and in again', async () => {
    const client = await signIn(site, anna.name);
    const stale = await client.csrf();
    await client.submit('/logout', {});
    await client.login(anna.name, PASSWORD);
    assert.equal((await client.post('/account', { action: 'profile', display: 'Mallory', csrf: stale })).status, 403);
  });

  test('is 403 when the browser says that it comes from another site, even with the token', async () => {
    const fields = { action: 'profile', display: 'Mallory', email: `${anna.name}@example.org` };
    for (const headers of [{ 'Sec-Fetch-Site': 'cross-site' }, { 'Sec-Fetch-Site': 'same-site' }, { Origin: 'http://evil.example' }, { Origin: 'null' },
      { Origin: `${site.url.replace(/\/$/, '')}.evil.example` }, { Origin: 'http://evil.example', 'Sec-Fetch-Site': 'cross-site' }]) {
      assert.equal((await anna.submit('/account', fields, { headers })).status, 403, JSON.stringify(headers));
      assert.equal((await anna.message({ room: 1, text: 'x', nonce: unique() }, { headers })).status, 403, JSON.stringify(headers));
    }
    assert.equal(await display(anna), anna.name);
  });

  test('is told apart from an honest one: same-origin and a typed address pass', async () => {
    for (const headers of [{ 'Sec-Fetch-Site': 'same-origin', Origin: new URL(site.url).origin }, { 'Sec-Fetch-Site': 'none' }, { Origin: new URL(site.url).origin }]) {
      assert.equal((await anna.submit('/account', { action: 'profile', display: anna.name, email: `${anna.name}@example.org` }, { headers })).status, 303, JSON.stringify(headers));
    }
  });
});

describe('a request that is not as it should be', () => {
  const routes = () => [['/', 'GET'], ['/register', 'GET', 'POST'], ['/login', 'GET', 'POST'], ['/logout', 'POST'], ['/account', 'GET', 'POST'], ['/people', 'GET'],
    [`/people/${anna.name}`, 'GET', 'POST'], ['/rooms', 'GET', 'POST'], ['/rooms/1', 'GET'], ['/rooms/1/settings', 'GET', 'POST'], ['/messages', 'GET', 'POST'], ['/files', 'POST'], ['/files/1/x', 'GET'], ['/health', 'GET']];

  test('with a method that the page does not know is 405 and names those that it does', async () => {
    const csrf = await anna.csrf();
    for (const [path, ...methods] of routes()) {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'].filter((each) => !methods.includes(each))) {
        const answer = method === 'GET' ? await anna.get(path) : await anna.post(path, { csrf }, { method, headers: { 'X-CSRF-Token': csrf } });
        assert.equal(answer.status, 405, `${method} ${path}`);
        const allow = (answer.headers.allow ?? '').split(/,\s*/);
        assert.deepEqual(allow.filter((each) => each !== 'HEAD').sort(), [...methods].sort(), `${method} ${path}`);
      }
    }
  });

  test('with HEAD gets the headers and no body', async () => {
    for (const path of ['/account', '/rooms', '/health']) {
      const answer = await anna.request(path, { method: 'HEAD' });
      assert.equal(answer.status, 200, path);
      assert.equal(answer.body.length, 0);
    }
  });

  test('by a form is told in JSON where that is asked for, with what is wrong first', async () => {
    const [taken, room] = [unique('group'), await anna.group()];
    await anna.group({ name: taken });
    const group = { topic: '', visibility: 'public', members: '', history: '' };
    const JSON_TOO = { accept: 'application/json' };
    for (const [client, path, fields, status, code, words] of [
      [anna, '/rooms', { ...group, name: taken }, 409, 'conflict', /already/],
      [anna, '/rooms', { ...group, name: '' }, 422, 'not_valid', /name is missing/],
      [anna, '/rooms', { ...group, name: unique('group'), members: 'no-such-person' }, 422, 'not_valid', /no-such-person/],
      [anna, `/rooms/${room}/settings`, { ...group, action: 'update', name: taken }, 409, 'conflict', /already/],
      [anna, `/rooms/${room}/settings`, { action: 'leave' }, 409, 'conflict', /only owner/],
      [anna, '/account', { action: 'password', current: 'wrong', password: PASSWORD }, 422, 'not_valid', /./],
      [visitor(), '/register', { name: anna.name, email: 'no address', password: 'short' }, 422, 'not_valid', /./],
      [visitor(), '/login', { name: anna.name, password: 'wrong' }, 401, 'not_signed_in', /do not belong together/],
    ]) {
      const answer = await client.submit(path, fields, JSON_TOO);
      assert.deepEqual([answer.status, answer.code], [status, code], `${path}: ${answer.text.slice(0, 200)}`);
      assert.match(answer.json().error.message, words, path);
    }
    assert.equal((await anna.json('/search?q=from:')).code, 'not_valid');
  });

  test('to an address that does not exist is a 404 page', async () => {
    for (const path of ['/nothing', '/rooms/', '/rooms/1/nothing', '/loginx', '/login/', '/.git/config', '/people/', '/static/nothing.css', '/cgi-bin/login', '/html/login.cs', '/schema.sql']) {
      const answer = await anna.get(path);
      assert.equal(answer.status, 404, path);
      assert.match(answer.headers['content-type'], /^text\/html/);
    }
    const json = await anna.json('/nothing');
    assert.equal(json.status, 404);
    assert.ok(json.code);
  });

  test('with a body that is no form is 415', async () => {
    const csrf = await anna.csrf();
    const room = await anna.group();
    const fields = encodeForm({ action: 'profile', display: 'x', csrf });
    for (const type of ['text/plain', 'application/json', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencodedx', '']) {
      for (const path of ['/account', '/login', '/rooms', '/messages', `/rooms/${room}/settings`]) {
        const answer = await anna.request(path, { method: 'POST', body: fields, headers: { 'Content-Type': type, 'X-CSRF-Token': csrf } });
        assert.equal(answer.status, 415, `${path} with ${type}`);
      }
    }
    const json = await anna.message({ room: 1 }, { headers: { 'Content-Type': 'text/plain' } });
    assert.equal(json.status, 415);
    assert.ok(json.code);
  });

  test('may name the charset of its form', async () => {
    for (const type of [`${FORM}; charset=UTF-8`, `${FORM};charset=utf-8`, FORM.toUpperCase()]) {
      const answer = await anna.submit('/account', { action: 'profile', display: anna.name, email: `${anna.name}@example.org` }, { headers: { 'Content-Type': type } });
      assert.equal(answer.status, 303, type);
    }
  });

  test('with a body over the limit is 413, in the form that was asked for', async () => {
    const big = `text=${'x'.repeat(4 << 20)}`;
    for (const path of ['/account', '/login', '/register', '/rooms', '/messages']) {
      for (const body of [big, big.slice(0, 400 << 10)]) {
        const answer = await anna.post(path, body, { accept: 'text/html' });
        assert.equal(answer.status, 413, `${path} with ${body.length} bytes`);
        assert.match(answer.headers['content-type'], /^text\/html/);
        assert.match(textOf(answer.text), /\w+ \w+/);
      }
    }
    const json = await anna.post('/messages', big, { accept: 'application/json' });
    assert.equal(json.status, 413);
    assert.ok(json.code);
  });

  test('with a form that is broken gets an answer in words', async () => {
    for (const body of ['%', 'a=%zz', '=&=&&&', 'csrf=%f', '&'.repeat(5000), 'a='.repeat(5000), `csrf${'='.repeat(50)}`]) {
      const answer = await anna.post('/account', body);
      assert.ok([400, 403, 413, 422].includes(answer.status), `${body.slice(0, 20)}: ${answer.status}`);
    }
  });

  test('with bytes that are no HTTP harms nobody', async () => {
    const { host } = new URL(site.url);
    for (const bytes of ['GET / HTTP/9.9\r\n\r\n', '\x16\x03\x01\x02\x00\x01\x00', `POST /login HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Type: ${FORM}\r\nContent-Length: -5\r\n\r\n`,
      `POST /login HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc`, `GET /messages?room=1%00 HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nCookie: ${'a=b; '.repeat(1000)}\r\n\r\n`, `GET /%ff%fe HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`]) {
      assert.doesNotMatch(await raw(site.url, bytes), /^HTTP\/1\.1 50[0-4]/, bytes.slice(0, 60));
    }
    assert.equal((await visitor().get('/health')).status, 200);
  });

  test('carries no session further: pages are for no cache and no foreign frame', async () => {
    for (const path of ['/login', '/account', '/rooms']) {
      const { headers } = await anna.get(path);
      assert.match(headers['cache-control'], /no-store/, path);
      assert.match(headers['content-security-policy'], /default-src 'none'/);
      assert.match(headers['content-security-policy'], /frame-ancestors 'self'/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['referrer-policy'], 'same-origin');
    }
    assert.match((await visitor().get('/nothing')).headers['content-security-policy'], /default-src 'none'/);
  });
});

describe('the account page', () => {
  let bea;
  before(async () => { bea = await person(site, 'bea'); });

  const sessions = (page) => formsOf(page.text).filter((form) => form.controls.some((control) => control.name === 'action' && control.value === 'signout'))
    .map((form) => form.controls.find((control) => control.name === 'session').value);

  test('changes the display name and shows SQL and HTML in it as text, everywhere', async () => {
    const text = `<b>'"&\\;--</b>`;
    const answer = await bea.submit('/account', { action: 'profile', display: text, email: `${bea.name}@example.org` });
    assert.equal(answer.status, 303);
    assert.equal(await display(bea), text);
    const room = await bea.group();
    const sent = await bea.say(room, hostile);
    for (const path of ['/account', '/people', `/people/${bea.name}`, `/rooms/${room}`, `/rooms/${room}/settings`, `/messages?room=${room}`]) {
      const page = await bea.get(path, { accept: 'text/html' });
      assert.equal(page.status, 200, path);
      assert.doesNotMatch(page.text, /<b>'|<script>alert/, path);
    }
    const { messages } = await bea.read({ room });
    assert.equal(messages[0].sender.display, text);
    assert.equal(messages[0].text, hostile);
    assert.ok(textOf(messages[0].html).includes(text));
    assert.doesNotMatch(messages[0].html, /<b>'|<script>alert/);
    assert.ok(textOf(messagesOf((await bea.get(`/rooms/${room}`)).text)[sent.seq]).includes(hostile.replace('&amp;', '&').replace(/\s+/g, ' ')));
  });

  for (const [fields, field, why] of [[{ display: '' }, 'display', 'no display name'], [{ display: ' \t ' }, 'display', 'a display name of white space'],
    [{ display: 'x'.repeat(65) }, 'display', 'too long a display name'], [{ email: 'nothing' }, 'email', 'an e-mail address that is none'], [{ email: '' }, 'email', 'no e-mail address']]) {
    test(`refuses ${why} beside its field and keeps what was typed`, async () => {
      const sent = { display: 'Bea kept', email: `${bea.name}@example.org`, ...fields };
      const answer = await bea.submit('/account', { action: 'profile', ...sent });
      assert.equal(answer.status, 422);
      assert.notEqual(fieldError(answer.text, field), '');
      for (const name of ['display', 'email']) assert.equal(fieldValue(answer.text, name).trim(), sent[name].trim());
    });
  }

  test('refuses the e-mail address of another user', async () => {
    const answer = await bea.submit('/account', { action: 'profile', display: 'Bea', email: `${anna.name}@example.org`, profile_password: PASSWORD });
    assert.equal(answer.status, 422);
    assert.notEqual(fieldError(answer.text, 'email'), '');
  });

  test('changes the e-mail address only for who knows the password', async () => {
    const email = `${unique('new')}@example.org`;
    for (const profile_password of [undefined, '', 'not it at all']) {
      const answer = await bea.submit('/account', { action: 'profile', display: 'Bea', email, profile_password });
      assert.equal(answer.status, 422);
      assert.notEqual(fieldError(answer.text, 'profile_password'), '');
      assert.equal(fieldValue(answer.text, 'email'), email, 'what was typed stands');
    }
    assert.equal(fieldValue((await bea.get('/account')).text, 'email'), `${bea.name}@example.org`);
    assert.equal((await bea.submit('/account', { action: 'profile', display: 'Bea', email: `${bea.name}@EXAMPLE.org` })).status, 303, 'the same one needs none');
    assert.equal((await bea.submit('/account', { action: 'profile', display: 'Bea', email, profile_password: PASSWORD })).status, 303);
    assert.equal(fieldValue((await bea.get('/account')).text, 'email'), email);
    assert.equal((await bea.submit('/account', { action: 'profile', display: 'Bea', email: `${bea.name}@example.org`, profile_password: PASSWORD })).status, 303);
  });

  test('refuses invalid UTF-8, NUL and an action that does not exist', async () => {
    for (const bytes of [invalid, Buffer.from('a\0b')]) {
      assert.equal((await bea.submit('/account', { action: 'profile', display: bytes, email: `${bea.name}@example.org` })).status, 422);
    }
    assert.ok([400, 422].includes((await bea.submit('/account', { action: 'become-admin' })).status));
    assert.ok([400, 422].includes((await bea.submit('/account', {})).status));
  });

  test('changes the password only for who knows the present one', async () => {
    const wrong = await bea.submit('/account', { action: 'password', current: 'not it at all', password: 'a new password' });
    assert.equal(wrong.status, 422);
    assert.notEqual(fieldError(wrong.text, 'current'), '');
    assert.doesNotMatch(wrong.text, /a new password|not it at all/);
    const brief = await bea.submit('/account', { action: 'password', current: PASSWORD, password: 'short' });
    assert.equal(brief.status, 422);
    assert.notEqual(fieldError(brief.text, 'password'), '');
    assert.equal((await visitor().login(bea.name, PASSWORD)).status, 303, 'the old one stands');
  });

  test('changes the password, keeps the browser that did it signed in, and signs out the others', async () => {
    const client = await person(site);
    const other = await signIn(site, client.name);
    const stranger = await person(site);
    assert.equal((await client.submit('/account', { action: 'password', current: PASSWORD, password: 'a new password' })).status, 303);
    assert.equal((await client.get('/account')).status, 200);
    assert.equal((await other.get('/account')).status, 303);
    assert.equal((await stranger.get('/account')).status, 200);
    assert.equal((await visitor().login(client.name, PASSWORD)).status, 401);
    assert.equal((await visitor().login(client.name, 'a new password')).status, 303);
  });

  test('lists the sessions and signs out one of them alone', async () => {
    const client = await person(site);
    const second = new Client(site.url);
    await second.post('/login', { name: client.name, password: PASSWORD, csrf: await second.csrf() }, { headers: { 'User-Agent': 'The <second> browser' } });
    second.token = undefined;
    const third = await signIn(site, client.name);
    const page = await client.get('/account');
    assert.match(page.text, /The &lt;second&gt; browser/);
    assert.equal(sessions(page).length, 2, 'one button for each other session');
    const [chosen] = sessions({ text: page.text.split('<li').find((item) => item.includes('The &lt;second&gt; browser')) });
    assert.equal((await client.submit('/account', { action: 'signout', session: chosen })).status, 303);
    const alive = await Promise.all([client, second, third].map(async (each) => (await each.list({})).status));
    assert.deepEqual(alive, [200, 401, 200]);
  });

  test("signs out nobody else's session", async () => {
    const client = await person(site);
    const other = await person(site);
    const second = await signIn(site, other.name);
    for (const key of [...sessions(await other.get('/account')), '', 'x', "' OR 1=1 -- ", '0'.repeat(64)]) {
      const answer = await client.submit('/account', { action: 'signout', session: key });
      assert.ok([303, 400, 404, 422].includes(answer.status), String(answer.status));
    }
    assert.equal((await second.get('/account')).status, 200);
    assert.equal((await client.get('/account')).status, 200);
  });

  test('signs out everywhere else and stays', async () => {
    const client = await person(site);
    const others = await Promise.all([signIn(site, client.name), signIn(site, client.name, { remember: '1' })]);
    const stranger = await person(site);
    assert.equal((await client.submit('/account', { action: 'signout_others' })).status, 303);
    assert.equal((await client.get('/account')).status, 200);
    for (const other of others) assert.equal((await other.list({})).status, 401);
    assert.equal((await stranger.list({})).status, 200);
  });
});

describe('people', () => {
  test('are listed with their names, and one has a page of their own', async () => {
    const [shown] = await addUsers(site, 1, 'shown');
    assert.match((await anna.get(`/people?q=${shown}`)).text, new RegExp(`/people/${shown}`));
    assert.equal((await anna.get('/people?q=%C3%AF%E4%BD%A0')).status, 200, 'in any script');
    const page = await anna.get(`/people/${shown}`);
    assert.equal(page.status, 200);
    assert.match(page.text, new RegExp(shown));
    assert.equal((await anna.get(`/people/${unique('nobody')}`)).status, 404);
    assert.equal((await anna.submit(`/people/${unique('nobody')}`, {})).status, 404);
    for (const odd of ['%ff', "'%20OR%201=1", 'a'.repeat(300), '%3Cscript%3E']) assert.equal((await anna.get(`/people/${odd}`)).status, 404, odd);
  });

  test('show who is online: whoever has just asked for news', async () => {
    const online = await person(site, 'online');
    const [offline] = await addUsers(site, 1, 'offline');
    await online.read({});
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const list = (await Promise.all([online.name, offline].map((name) => anna.get(`/people?q=${name}`)))).map(({ text }) => text).join('');
    const part = (name) => list.slice(list.indexOf(`/people/${name}`) - 600, list.indexOf(`/people/${name}`) + 600);
    assert.ok(list.includes(`/people/${online.name}`) && list.includes(`/people/${offline}`));
    assert.match(textOf((await anna.get(`/people/${online.name}`)).text), /\bonline\b/i);
    assert.doesNotMatch(textOf((await anna.get(`/people/${offline}`)).text).replaceAll(offline, ''), /\bonline\b(?! now\?)/i);
    assert.ok(part(online.name));
  });
});

describe('a new site', () => {
  let own;
  before(async () => { own = await startSite({ vars: { LIMITS: 'on' }, hdf: 'Limits.Register = 6\nPassword.Cost = 14' }); });

  test('makes exactly one of its first users the admin, even when several register at the same moment', async () => {
    const names = Array.from({ length: 6 }, () => unique('first'));
    const answers = await Promise.all(names.map((name) => new Client(own.url).register(name)));
    assert.deepEqual(answers.map((answer) => answer.status), names.map(() => 303));
    assert.deepEqual((await own.sql('SELECT COUNT(*), SUM(admin) FROM users')).flat().map(Number), [6, 1]);
  });

  test('registers only so many from one address in an hour', async () => {
    const name = unique('late');
    const late = await new Client(own.url).register(name);
    assert.equal(late.status, 429);
    assert.equal(fieldValue(late.text, 'name'), name, 'what was typed stands');
    assert.ok(Number(late.headers['retry-after']) > 0);
    assert.ok(textOf(late.text).length > 20);
    assert.equal((await own.sql('SELECT id FROM users')).length, 6);
  });

  test('works as much to refuse a wrong name as a wrong password', async () => {
    const [name] = (await own.sql('SELECT name FROM users LIMIT 1')).flat();
    const client = new Client(own.url);
    // Processor time, which does not depend on what else the machine does: nanoseconds, by the kernel's count.
    const spent = () => own.pids('login').reduce((sum, pid) => sum + Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]), 0);
    const work = async (who) => {
      await client.csrf();
      const before = spent();
      assert.equal((await client.submit('/login', { name: who, password: 'not the password' })).status, 401);
      return spent() - before;
    };
    const right = [];
    const wrong = [];
    for (let at = 0; at < 4; at += 1) {
      right.push(await work(name));
      wrong.push(await work(unique('ghost')));
    }
    const [least, most] = [Math.min(...right), Math.min(...wrong)].sort((a, b) => a - b);
    assert.ok(least > 20e6 && most < least * 1.4, `${right} against ${wrong}`);
  });
});
