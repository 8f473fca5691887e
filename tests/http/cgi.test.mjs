// The same programs as plain CGI, as the cheapest hosts run them: started for one request, answered on standard output.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { before, describe, test } from 'node:test';
import { PATIENCE, build, site as runningSite } from '../lib/site.mjs';
import { Answer, FORM, PASSWORD, csrfOf, encodeForm, fieldError, fieldValue, nonce, people, query, unique } from './client.mjs';

let site;
let anna;
let ben;
let room;
before(async () => {
  site = await runningSite();
  [anna, ben] = await people(site, 2, 'cgi');
  room = await anna.group({ members: ben.name });
  await anna.say(room, 'hello');
});

// Runs build/bin/<program> for one request; answers what it wrote, as an Answer.
function cgi(program, path, { method = 'GET', body = '', type = body ? FORM : '', cookie = anna.cookieHeader(), env = {}, length = Buffer.byteLength(body) } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(`${build}/bin/${program}`, [], { cwd: site.var, stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env.PATH, SNUG_CONFIG: `${site.var}/run/snug.hdf`, GATEWAY_INTERFACE: 'CGI/1.1', SERVER_PROTOCOL: 'HTTP/1.1', SERVER_SOFTWARE: 'test',
      SERVER_NAME: 'localhost', SERVER_PORT: '80', HTTP_HOST: 'localhost', REMOTE_ADDR: '127.0.0.1', REQUEST_METHOD: method, REQUEST_URI: path, DOCUMENT_URI: path.split('?')[0], SCRIPT_NAME: path.split('?')[0], QUERY_STRING: path.split('?')[1] ?? '',
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(ASAN|LSAN|UBSAN)_OPTIONS$/.test(name))), // reports go where the test run looks
      ...(body ? { CONTENT_LENGTH: String(length), CONTENT_TYPE: type } : {}), ...(cookie ? { HTTP_COOKIE: cookie } : {}), ...env } });
    const out = [];
    let errors = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), 15000);
    child.stdout.on('data', (part) => out.push(part));
    child.stderr.on('data', (part) => { errors += part; });
    child.stdin.on('error', () => {});
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const all = Buffer.concat(out);
      const end = all.indexOf('\r\n\r\n');
      if (signal || end < 0) { reject(new Error(`${program} ${path}: ${signal ?? code}, ${all.toString().slice(0, 200)} ${errors}`)); return; }
      const headers = {};
      for (const line of all.subarray(0, end).toString().split('\r\n')) {
        const name = line.slice(0, line.indexOf(':')).toLowerCase();
        const value = line.slice(line.indexOf(':') + 1).trim();
        if (name === 'set-cookie') (headers[name] ??= []).push(value); else headers[name] = value;
      }
      const answer = new Answer(Number((headers.status ?? '200').split(' ')[0]), headers, all.subarray(end + 4));
      answer.exit = code;
      resolve(answer);
    });
    child.stdin.end(body);
  });
}

// The same words as through nginx, apart from what changes with time.
const words = (text) => text.replace(/name="nonce" value="[^"]*"/g, '').replace(/data-cursor="[^"]*"/, '').replace(/ online|online|away/gi, '').replace(/name="csrf" (content|value)="[^"]*"/g, '').replace(/data-nonce="[^"]*"/g, '').replace(/Last used [^<]*/g, '');

describe('as plain CGI', () => {
  for (const [program, path] of [['home', '/'], ['register', '/register'], ['login', '/login'], ['logout', '/logout'], ['account', '/account'], ['people', '/people'], ['people', '/people/NAME'], ['rooms', '/rooms'], ['room', '/rooms/ID'], ['settings', '/rooms/ID/settings'], ['search', '/search?q=a'], ['search', '/saved'], ['search', '/rooms/ID/pins'],
    ['messages', '/messages?room=ID'], ['health', '/health'], ['home', '/for-you'], ['home', '/nothing'], ['room', '/rooms/999999999'], ['account', '/account?x=%00']]) {
    test(`${program} answers ${path} as it does behind nginx`, async () => {
      const at = path.replace('ID', room).replace('NAME', ben.name);
      const accept = { HTTP_ACCEPT: 'text/html' };
      await anna.get(at, { accept: 'text/html' });
      const behind = await anna.get(at, { accept: 'text/html' });
      const plain = await cgi(program, at, { env: { ...accept, HTTP_HOST: new URL(site.url).host } });
      assert.equal(plain.status, behind.status);
      assert.equal(plain.headers['content-type'], behind.headers['content-type']);
      assert.equal(plain.location, behind.location);
      assert.equal(plain.headers.allow, behind.headers.allow);
      if (!['/people', '/rooms'].includes(path)) /* what others do meanwhile is there */ assert.equal(words(plain.text), words(behind.text));
      assert.equal(plain.exit, 0);
    });
  }

  test('one registers, signs in, opens a room and signs out', async () => {
    const name = unique('cgi');
    const form = await cgi('register', '/register', { cookie: '' });
    const jar = (answer) => (answer.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
    const registered = await cgi('register', '/register', { method: 'POST', cookie: jar(form), body: encodeForm({ name, email: `${name}@example.org`, password: PASSWORD, csrf: csrfOf(form.text) }) });
    assert.equal(registered.status, 303, registered.text);
    assert.match(registered.cookie('snug_session').samesite, /Lax/);
    const page = await cgi('login', '/login', { cookie: '' });
    const login = await cgi('login', '/login', { method: 'POST', cookie: jar(page), body: encodeForm({ name, password: PASSWORD, csrf: csrfOf(page.text) }) });
    assert.equal(login.status, 303);
    const cookie = jar(login);
    const csrf = csrfOf((await cgi('rooms', '/rooms', { cookie })).text);
    const refused = await cgi('rooms', '/rooms', { method: 'POST', cookie, body: encodeForm({ name: '', visibility: 'public', csrf }) });
    assert.equal(refused.status, 422);
    assert.notEqual(fieldError(refused.text, 'name'), '');
    const made = await cgi('rooms', '/rooms', { method: 'POST', cookie, body: encodeForm({ name: unique('cgi'), topic: '', visibility: 'public', members: anna.name, history: '', csrf }) });
    assert.equal(made.status, 303);
    assert.equal((await cgi('room', made.location, { cookie })).status, 200);
    const direct = await cgi('people', `/people/${anna.name}`, { method: 'POST', cookie, body: encodeForm({ csrf }) });
    assert.match(direct.location, /^\/rooms\/\d+$/);
    const joined = await cgi('settings', `${made.location}/settings`, { method: 'POST', cookie, body: encodeForm({ action: 'update', name: unique('cgi'), topic: 'x', visibility: 'public', history: '', csrf }) });
    assert.equal(joined.status, 303);
    const profile = await cgi('account', '/account', { method: 'POST', cookie, body: encodeForm({ action: 'profile', display: 'Plain', email: `${name}@example.org`, csrf }) });
    assert.equal(profile.status, 303);
    assert.equal((await cgi('logout', '/logout', { method: 'POST', cookie, body: encodeForm({ csrf }) })).status, 303);
    assert.equal((await cgi('account', '/account', { cookie })).status, 303);
  });

  test('messages are read, and wait answers at once and says how often to ask', async () => {
    const first = await cgi('messages', `/messages?room=${room}`);
    assert.equal(first.status, 200);
    assert.equal(first.json().messages.at(-1).text, 'hello');
    assert.equal(first.json().poll, 5);
    const begin = performance.now();
    const second = await cgi('messages', query('/messages', { room, after: first.json().cursor, wait: 55 }));
    assert.ok(performance.now() - begin < 2000 * PATIENCE);
    assert.deepEqual(second.json().messages, []);
    assert.equal(second.json().poll, 5);
    const [[ahead]] = await site.sql(`SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(3), online_until) FROM presence JOIN users ON id = user_id WHERE name = '${anna.name}'`);
    assert.ok(Number(ahead) > 60 && Number(ahead) <= 150, `online for ${ahead} s`);
    assert.equal((await anna.read({ room, after: first.json().cursor })).messages.length, 0, 'its cursors are those of the others');
    const history = await cgi('messages', `/messages?room=${room}&before=1`);
    assert.deepEqual(history.json().messages, []);
    assert.equal((await cgi('messages', `/messages?room=${room}&limit=0`)).status, 400);
    assert.equal((await cgi('messages', `/messages?room=${room}`, { cookie: '' })).status, 401);
  });

  test('a stream is 406', async () => {
    const answer = await cgi('messages', `/messages?room=${room}`, { env: { HTTP_ACCEPT: 'text/event-stream' } });
    assert.equal(answer.status, 406);
    assert.ok(answer.code);
  });

  test('messages are sent, retried, edited and deleted, and wake those who wait behind nginx', async () => {
    const csrf = await anna.csrf();
    const post = (fields) => cgi('messages', '/messages', { method: 'POST', body: encodeForm({ room, ...fields }), env: { HTTP_ACCEPT: 'application/json', HTTP_X_CSRF_TOKEN: csrf } });
    const { cursor } = await ben.read({ room });
    const waiting = ben.read({ room, after: cursor, wait: 20 });
    const name = nonce();
    const text = 'by CGI: äöü 🌻\nsecond line';
    const sent = await post({ text, nonce: name });
    assert.equal(sent.status, 201, sent.text);
    assert.equal((await waiting).messages[0].text, text);
    const again = await post({ text, nonce: name });
    assert.deepEqual([again.status, again.json()], [200, sent.json()]);
    const { seq } = sent.json();
    assert.equal((await post({ action: 'edit', seq, text: 'edited by CGI' })).status, 200);
    assert.equal((await ben.read({ room, limit: 1 })).messages[0].text, 'edited by CGI');
    assert.equal((await post({ action: 'read', seq })).status, 200);
    assert.equal((await post({ action: 'delete', seq })).status, 200);
    assert.equal((await ben.read({ room, limit: 1 })).messages[0].deleted, true);
    assert.equal((await post({ text: '', nonce: nonce() })).status, 422);
    const form = await cgi('messages', '/messages', { method: 'POST', body: encodeForm({ room, text: 'a form', nonce: nonce(), csrf }), env: { HTTP_ACCEPT: 'text/html' } });
    assert.equal(form.status, 303);
    assert.match(form.location, new RegExp(`^/rooms/${room}#m\\d+$`));
  });

  test('what is wrong is refused as behind nginx', async () => {
    const csrf = await anna.csrf();
    assert.equal((await cgi('account', '/account', { method: 'POST', body: 'action=profile' })).status, 403);
    assert.equal((await cgi('account', '/account', { method: 'POST', body: encodeForm({ csrf }), type: 'text/plain' })).status, 415);
    assert.equal((await cgi('account', '/account', { method: 'DELETE' })).status, 405);
    assert.equal((await cgi('messages', '/messages', { method: 'POST', body: `text=${'x'.repeat(4 << 20)}`, env: { HTTP_ACCEPT: 'application/json' } })).status, 413);
    for (const length of ['-1', 'x', '99999999999999999999']) {
      const answer = await cgi('messages', '/messages', { method: 'POST', body: 'a=b', length, env: { HTTP_ACCEPT: 'application/json' } });
      assert.ok(answer.status >= 400 && answer.status < 500, `${length}: ${answer.status}`);
    }
    const short = await cgi('login', '/login', { method: 'POST', body: 'name=x', length: 5000 });
    assert.ok(short.status >= 400 && short.status < 500, String(short.status));
    assert.equal(fieldValue((await cgi('login', '/login?next=%2Faccount', { cookie: '' })).text, 'next'), '/account');
  });

  test('a secure connection makes a secure cookie', async () => {
    const page = await cgi('login', '/login', { cookie: '', env: { HTTPS: 'on' } });
    const jar = (page.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
    const login = await cgi('login', '/login', { method: 'POST', cookie: jar, env: { HTTPS: 'on' }, body: encodeForm({ name: anna.name, password: PASSWORD, csrf: csrfOf(page.text) }) });
    assert.equal(login.status, 303);
    assert.equal(login.cookie('snug_session').secure, '');
  });
});
