// What keeps others out: sessions that are nobody else's, forms that only our own pages send, pages that no other site
// frames and no cache keeps, and ways on that lead nowhere else. The lists are made from the sources: a route that is new
// is not forgotten.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import { before, describe, test } from 'node:test';
import { root, startSite } from '../lib/site.mjs';
import { addUsers, Client, csrfOf, encodeForm, eventually, PASSWORD, people, signIn, unique } from './client.mjs';

let site;
let anna; // the site's admin
let ben;
let room;
before(async () => {
  site = await startSite();
  [anna, ben] = await people(site, 2, 'guard');
  await site.sql(`UPDATE users SET admin = 1 WHERE name = '${anna.name}'`);
  room = await anna.group({ members: ben.name });
});

// Every route in the sources, with '#' and '*' filled in: [method, path].
const routes = () => {
  const sources = ['cgi-bin', 'cgi-bin/admin'].flatMap((folder) => fs.readdirSync(`${root}/${folder}`).filter((name) => name.endsWith('.c')).map((name) => `${root}/${folder}/${name}`));
  const found = sources.flatMap((file) => [...fs.readFileSync(file, 'utf8').matchAll(/\{\s*"(\/[^"]*)",\s*METHOD_(GET|POST)/g)].map(([, path, method]) => [method, path]));
  const filled = found.map(([method, path]) => [method, path.replace('#', room).replace('*', ben.name)]);
  return [...filled, ['GET', `/messages?room=${room}`], ['POST', '/messages']];
};
// As each address takes it: a form, or files.
const post = (who, path, fields, { headers } = {}) => (path !== '/files' ? who.post(path, fields, { headers }) : who.post(path, Object.entries(fields).filter(([, value]) => value !== undefined)
  .map(([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join('') + '--x--\r\n', { headers: { 'Content-Type': 'multipart/form-data; boundary=x', ...headers } }));
const posts = () => routes().filter(([method]) => method === 'POST').map(([, path]) => path);
const pages = () => routes().filter(([method]) => method === 'GET').map(([, path]) => path);
const state = async () => JSON.stringify(await site.sql(`SELECT SUM(version), COUNT(*) FROM users; SELECT SUM(version), COUNT(*) FROM rooms; SELECT COUNT(*) FROM messages; SELECT COUNT(*) FROM members;
  SELECT COUNT(*) FROM sessions; SELECT COUNT(*) FROM links; SELECT COUNT(*) FROM audit; SELECT name, registration, history_limit, keep_days FROM site`));

describe('the lists of this file', () => {
  test('hold every program', () => {
    const programs = fs.readdirSync(`${root}/cgi-bin`).filter((name) => name.endsWith('.c'));
    assert.ok(posts().length >= 13 && pages().length >= 15, `${posts()} ${pages()}`);
    assert.ok(programs.length <= new Set(routes().map(([, path]) => path.split(/[/?]/)[1])).size + 5);
  });
});

describe('a form that another site makes a browser send', () => {
  test('changes nothing on any route: without the token, with another\'s, and with the right one from elsewhere', async () => {
    const token = await anna.csrf();
    const foreign = await ben.csrf();
    const fields = { action: 'delete', room, seq: 1, text: 'forged', nonce: unique(), name: 'forged', visibility: 'public', messages: 'keep', delete_password: PASSWORD };
    const { origin } = new URL(site.url);
    const was = await state();
    for (const path of posts()) {
      for (const csrf of [undefined, '', foreign, `${token}x`, token.toLowerCase(), 'null']) assert.equal((await post(anna, path, { ...fields, csrf })).status, 403, `${path} with the token ${csrf}`);
      for (const headers of [{ 'Sec-Fetch-Site': 'cross-site' }, { 'Sec-Fetch-Site': 'same-site', Origin: origin }, { Origin: 'http://evil.example' }, { Origin: 'null' },
        { Origin: `${origin}.evil.example`, 'Sec-Fetch-Site': 'cross-site' }, { Origin: `${origin}0` }]) {
        assert.equal((await post(anna, path, { ...fields, csrf: token }, { headers })).status, 403, `${path} with ${JSON.stringify(headers)}`);
      }
    }
    assert.equal(await state(), was);
  });

  test('is told from an honest one on every route, whether the browser says where it comes from or not', async () => {
    const [name] = await addUsers(site, 1);
    const { origin } = new URL(site.url);
    for (const path of posts().filter((each) => each !== '/logout')) {
      for (const headers of [{}, { 'Sec-Fetch-Site': 'same-origin', Origin: origin }, { 'Sec-Fetch-Site': 'same-origin' }, { Origin: origin }]) {
        const client = await signIn(site, name);
        const answer = await post(client, path, { csrf: await client.csrf(), action: 'nothing', room, name: '' }, { headers });
        assert.notEqual(answer.text.includes('did not come from'), true, path);
        assert.ok([303, 400, 403, 404, 422, 410].includes(answer.status), `${path}: ${answer.status}`);
      }
    }
  });
});

describe('a session', () => {
  test('that somebody planted in a browser is not the one that signing in makes, and ends with it', async () => {
    const [name, other] = await addUsers(site, 2);
    const mallory = await signIn(site, other);
    for (const planted of [mallory.cookies.get('snug_session'), 'A'.repeat(43)]) {
      const victim = new Client(site.url);
      victim.cookies.set('snug_session', planted);
      victim.cookies.set('snug_form', 'B'.repeat(43));
      victim.token = csrfOf((await victim.get('/account')).text) ?? csrfOf((await victim.get('/login')).text);
      assert.equal((await victim.submit('/login', { name, password: PASSWORD })).status, 303);
      assert.notEqual(victim.cookies.get('snug_session'), planted);
      const thief = new Client(site.url);
      thief.cookies.set('snug_session', planted);
      assert.equal((await thief.get('/account')).status, 303, 'what was planted opens nothing now');
    }
  });

  test('gets another token by every sign-in, and when the password changes: the old one is worth nothing', async () => {
    const [name] = await addUsers(site, 1);
    const client = await signIn(site, name, { remember: '1' });
    const tokens = [client.cookies.get('snug_session')];
    client.token = undefined;
    assert.equal((await client.login(name, PASSWORD)).status, 303);
    tokens.push(client.cookies.get('snug_session'));
    const stream = await client.stream({ room: '' });
    const changed = await client.submit('/account', { action: 'password', current: PASSWORD, password: 'another good one' });
    assert.equal(changed.status, 303);
    tokens.push(client.cookies.get('snug_session'));
    assert.equal(new Set(tokens).size, 3);
    assert.match(changed.cookie('snug_session').httponly ?? 'none', /^$/);
    assert.equal(changed.cookie('snug_session')['max-age'], undefined, 'as long as it would have lasted');
    for (const old of tokens.slice(0, 2)) {
      const thief = new Client(site.url);
      thief.cookies.set('snug_session', old);
      assert.equal((await thief.get('/account')).status, 303);
      await eventually('nor does it read', async () => (await thief.list({})).status === 401);
    }
    stream.close();
    client.token = undefined;
    assert.equal((await client.get('/account')).status, 200);
    assert.deepEqual(await site.sql(`SELECT COUNT(*) FROM sessions WHERE user_id = (SELECT id FROM users WHERE name = '${name}')`), [['1']]);
  });

  test('that ended is over on every route', async () => {
    const [name] = await addUsers(site, 1);
    const client = await signIn(site, name);
    const old = client.cookies.get('snug_session');
    const token = await client.csrf();
    await client.submit('/logout', {});
    const thief = new Client(site.url);
    const was = await state();
    for (const [method, path] of routes()) {
      thief.cookies = new Map([['snug_session', old]]);
      const answer = method === 'GET' ? await thief.get(path, { accept: 'text/html' }) : await thief.post(path, { csrf: token, ...(path === '/messages' ? { text: 'x', nonce: unique() } : { action: 'profile' }), room, name: 'x' }, { accept: 'text/html' });
      assert.ok([200, 303, 401, 403, 404, 410].includes(answer.status), `${method} ${path}: ${answer.status}`);
      if (method === 'GET') assert.equal(answer.status, (await new Client(site.url).get(path, { accept: 'text/html' })).status, path);
      assert.doesNotMatch(answer.text, new RegExp(`${name}|data-me`), path);
    }
    assert.equal(await state(), was);
  });

  test('is a cookie that scripts cannot read, that no other site sends along, and that is for this host alone', async () => {
    for (const client of [anna, new Client(site.url)]) client.token = undefined;
    const answer = await new Client(site.url).login(ben.name, PASSWORD);
    for (const name of ['snug_session', 'snug_browser']) {
      const cookie = answer.cookie(name);
      assert.deepEqual([cookie.httponly, cookie.samesite, cookie.path, cookie.domain], ['', 'Lax', '/', undefined], name);
    }
  });
});

describe('every answer', () => {
  // With what nginx and the programs say by themselves: refusals, pages that are not there, files.
  const answers = async () => {
    const all = [];
    for (const client of [anna, new Client(site.url)]) {
      for (const path of [...pages(), '/nothing', '/static/nothing.css', '/rooms/999999', '/%ff', '/error/429.html']) {
        all.push([path, await client.get(path, { accept: 'text/html' })], [`${path} as JSON`, await client.get(path, { accept: 'application/json' })]);
      }
      for (const path of posts()) all.push([`POST ${path}`, await client.post(path, { action: 'x' })], [`a long POST ${path}`, await client.post(path, `a=${'x'.repeat(2 << 20)}`)]);
    }
    return all;
  };

  test('of a page can be framed by this site alone, runs no script of others, and tells others nothing', async () => {
    for (const [what, { headers, status }] of await answers()) {
      assert.match(headers['content-security-policy'] ?? '', /default-src 'none'/, `${what} ${status}`);
      if (!what.startsWith('/static/')) {
        assert.match(headers['content-security-policy'], /frame-ancestors 'self'.*base-uri 'none'/, what);
        assert.equal(headers['x-frame-options'], 'SAMEORIGIN', what);
        assert.equal(headers['referrer-policy'], 'same-origin', what);
      }
      assert.equal(headers['x-content-type-options'], 'nosniff', what);
      assert.doesNotMatch(headers['content-security-policy'], /unsafe|\*|data:/, what);
      assert.doesNotMatch(headers.server ?? '', /\d/, 'no versions');
    }
  });

  test('that is not a file of the site itself is kept by no cache', async () => {
    for (const [what, { headers, status }] of await answers()) {
      assert.match(headers['cache-control'] ?? 'none', /^private, no-store$/, `${what}: ${status}`);
    }
    const stream = await anna.stream({ room });
    assert.match(stream.headers['cache-control'], /no-store/);
    stream.close();
    const css = /href="(\/static\/[0-9a-f]{12}\/[^"]+)"/.exec((await anna.get('/account')).text)[1];
    const file = await anna.get(css);
    assert.match(file.headers['cache-control'], /public, .*immutable/);
    assert.equal(file.headers['set-cookie'], undefined);
  });
});

describe('the way on after signing in', () => {
  const tricks = ['//evil.example', '///evil.example', '////evil.example/', '/\\evil.example', '\\\\evil.example', '\\/evil.example', '/\t/evil.example', '/\n/evil.example', '\t//evil.example', ' //evil.example', '/ /evil.example',
    'http://evil.example', 'https:evil.example', 'https:/evil.example', 'HTTP://evil.example', '//evil%2eexample', '/%5cevil.example', '/%2f/evil.example', '/..//evil.example', '/.//evil.example', '/./\\evil.example', '/a/..//evil.example',
    'javascript:alert(1)', 'data:text/html,x', '@evil.example', ':@evil.example', '/@evil.example', '?next=//evil.example', '#//evil.example', '.evil.example', '/\u0000/evil.example', '/\u000b/evil.example', '/\u00a0/evil.example',
    '/\u2028/evil.example', '／／evil.example', '/／evil.example', '〱evil.example', '/a\r\nLocation: http://evil.example', '/a%0d%0aLocation:%20http://evil.example', '//user@evil.example', 'http:evil.example', `/${'a/'.repeat(600)}`, '//', '/\\', '//\\evil.example', '/login?next=//evil.example'];

  test('leads to no other site, by none of the tricks, whether one signs in or is signed in already', async () => {
    const [name] = await addUsers(site, 1);
    const signed = await signIn(site, name);
    for (const next of tricks) {
      const ways = [await new Client(site.url).login(name, PASSWORD, { next }), await signed.get(`/login?${encodeForm({ next })}`)];
      for (const answer of ways) {
        assert.equal(answer.status, 303, JSON.stringify(next));
        assert.equal(new URL(answer.location, site.url).origin, new URL(site.url).origin, `${JSON.stringify(next)} leads to ${answer.location}`);
        assert.match(answer.location, /^\/([^/\\]|$)/, `${JSON.stringify(next)} leads to ${JSON.stringify(answer.location)}`);
        assert.deepEqual(answer.headers['set-cookie']?.filter((line) => /evil/.test(line)) ?? [], []);
      }
    }
  });
});

describe('the programs', () => {
  test('read nothing but the templates and the system\'s files, where the kernel can hold them to it', async (t) => {
    if (process.env.SAN || /no sandbox/.test(site.log('home'))) { t.skip('no sandbox here'); return; }
    const elsewhere = `${fs.mkdtempSync(`${os.tmpdir()}/snug-guard-`)}/forgot.cs`;
    fs.chmodSync(elsewhere.slice(0, -10), 0o755);
    const template = `${site.var}/site/html/forgot.cs`;
    fs.copyFileSync(template, elsewhere);
    fs.chmodSync(elsewhere, 0o644);
    fs.rmSync(template);
    fs.symlinkSync(elsewhere, template);
    const old = site.kill('reset'); // what it has read it keeps
    await eventually('another one', () => site.pids('reset').some((pid) => !old.includes(pid)), 60);
    assert.equal((await anna.get('/forgot')).status, 500);
    await eventually('it says why', () => /cannot read template/.test(site.log('reset')));
    fs.rmSync(elsewhere.slice(0, -10), { recursive: true });
  });
});
