// Whatever people type is text on every page: no script of theirs runs, none is refused by the policy either, nothing
// becomes a tag, an attribute or an address that it should not be. Looked at with scripts, without, and with the
// policy off (and our own files not asked for), where nothing but the escaping stands between them and the page.
//
// A new vector is a line of vectors.txt. A new field is a line of PUT (it is stored), of GET (it comes back from an
// address) or of POST (it comes back with a form that was refused); a new page is one of PAGES.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { before, describe, test } from 'node:test';
import { root, startSite } from '../lib/site.mjs';
import { Client, JSON_TYPE, MULTIPART, PASSWORD, multipart, nonce, people, query, unique } from '../http/client.mjs';
import { context } from './lib.mjs';

const VECTORS = fs.readFileSync(`${root}/tests/browser/vectors.txt`, 'utf8').split('\n').filter((line) => line && !line.startsWith(';;')).map((line) => line.replaceAll('\\n', '\n'));
const LONG = 60000;
const ALL = VECTORS.join('\n');
// Those that need no formatting, in values that hold no more than so much.
const PLAIN = VECTORS.slice(0, VECTORS.findIndex((vector) => vector.startsWith('[x]')));
const packed = (most) => PLAIN.map((vector) => vector.replaceAll('\n', ' ')).reduce((packs, vector) => {
  if (packs.at(-1).length + vector.length < most) packs[packs.length - 1] += ` ${vector}`;
  else packs.push(vector.slice(0, most));
  return packs;
}, ['']);
const one = (vector, most) => vector.replaceAll('\n', ' ').trim().slice(0, most);

let site; // one of its own: even its name is one
let ana; // owns the rooms, and is an admin of the site
let crowd; // one for each vector
let room; // where all of them are
let groups;
let direct;

const PUT = {
  'display name': (who, vector) => who.submit('/account', { action: 'profile', display: one(vector, 64), email: `${who.name}@example.org` }),
  'e-mail': (who, vector) => who.submit('/account', { action: 'profile', display: one(vector, 64), email: `${vector.replace(/[\s<>()[\],;:\\"@]/g, '').slice(0, 60)}@${who.name}.example`, profile_password: PASSWORD }),
  mention: (who, vector) => who.message({ room, text: `@${ana.name} ${vector}`, nonce: nonce() }),
  message: (who, vector) => who.message({ room, text: vector, nonce: nonce() }),
  'direct message': async (who, vector) => who.message({ room: await who.direct(ana.name), text: vector, nonce: nonce() }),
  'edited message': async (who, vector) => who.message({ action: 'edit', room, seq: (await who.say(room, vector)).seq, text: `${vector} ` + 'again' }),
  answer: async (who, vector) => who.message({ room, text: vector, reply: (await who.say(room, vector)).seq, nonce: nonce() }),
  'file name': async (who, vector) => {
    const body = multipart([['room', room], ['file', 'x', one(vector, 200).replaceAll('"', '%22')]]);
    const made = await who.request('/files', { method: 'POST', body, accept: JSON_TYPE, headers: { 'Content-Type': MULTIPART, 'X-CSRF-Token': await who.csrf() } });
    return who.message({ room, text: '', file: made.json().files[0].id, nonce: nonce() });
  },
  'group name and topic': async (who, vector) => groups.push(await who.group({ name: `${one(vector, 54)} ${who.name.slice(-8)}`, topic: one(vector, 250), members: ana.name })),
  'user agent': async (who, vector) => {
    const other = new Client(site.url);
    const headers = { 'User-Agent': Buffer.from(one(vector, 200)).toString('latin1') };
    await other.get('/login');
    return other.submit('/login', { name: ana.name, password: PASSWORD }, { headers });
  },
};

// The fields, and how much of them is looked at.
const GET = {
  '/login': [(value) => ({ next: `/${value}`, done: value }), 150],
  '/register': [(value) => ({ invite: value }), 2000],
  '/forgot': [(value) => ({ done: value }), 2000],
  '/reset': [(value) => ({ token: value }), 2000],
  '/people': [(value) => ({ q: value }), 240],
  '/search': [(value) => ({ q: value }), 400],
  '/admin/users': [(value) => ({ q: value, after: value }), 240],
  '/admin/groups': [(value) => ({ q: value, after: value }), 240],
};

const POST = () => [
  ['/login', { name: ALL, password: 'x', next: `/${ALL}` }],
  ['/register', { name: ALL, email: ALL, password: 'x', invite: ALL }],
  ['/forgot', { action: 'code', name: ALL, code: ALL, password: 'x' }],
  ['/reset', { token: ALL, password: 'x' }],
  ['/rooms', { name: ALL, topic: ALL, visibility: 'none', members: one(ALL, 3000), history: ALL }],
  ['/account', { action: 'profile', display: ALL, email: ALL }],
  ['/account', { action: 'preferences', theme: ALL, language: ALL, enter_sends: '1' }],
  [`/rooms/${room}/settings`, { action: 'update', name: ALL, topic: ALL, visibility: ALL, history: ALL }],
  [`/rooms/${room}/settings`, { action: 'add', members: one(ALL, 3000) }],
  [`/rooms/${room}/settings`, { action: 'remove', member: ALL }],
  [`/rooms/${room}/settings`, { action: 'delete', confirm: ALL }],
  ['/messages', { room, text: ALL, nonce: 'none at all' }],
  ['/messages', { room, action: 'edit', seq: 1, base: 99999, text: ALL }],
  ['/messages', { room, text: ALL, nonce: nonce(), csrf: ALL }],
  ['/messages', { room, text: ALL, action: 'preview' }],
  [`/people/${ana.name}`, { [ALL]: ALL, csrf: 'x' }], // a form that went stale comes back with all its fields
  ['/admin', { name: ALL, registration: ALL, history: ALL, days: ALL }],
  [`/admin/users/${ana.name}`, { action: 'delete', confirm: ALL }],
  ['/admin/invitations', { action: 'invite', days: ALL, uses: ALL }],
];

const PAGES = () => ['/rooms', `/rooms/${room}`, `/rooms/${room}?before=60`, `/rooms/${room}?edit=${own}`, `/rooms/${room}?delete=${own}`, `/rooms/${room}?unread=${own}`, `/rooms/${room}?versions=${own}`,
  `/rooms/${room}/settings`, `/messages?room=${room}&limit=200`, `/rooms/${groups[1]}`, `/rooms/${groups[9]}/settings`, `/rooms/${direct}`, '/for-you', '/saved', `/rooms/${room}/pins`, '/search?q=alert', '/people', '/people?page=2', `/people/${crowd[1].name}`, '/account',
  '/admin', '/admin/users', '/admin/users?after=a', `/admin/users/${crowd[5].name}`, '/admin/groups', `/admin/groups/${groups[5]}`, '/admin/invitations', '/admin/log', '/nothing'];
let own; // a message of ana's, edited

before(async () => {
  site = await startSite();
  [ana] = await people(site, 1, 'ana');
  await site.sql(`UPDATE users SET admin = 1 WHERE name = '${ana.name}'`);
  crowd = await people(site, VECTORS.length, 'x');
  groups = [];
  room = await ana.group({ name: one(VECTORS[8], 64), topic: one(VECTORS[9], 250) });
  const names = crowd.map((who) => who.name);
  for (let at = 0; at < names.length; at += 100) await ana.settings(room, 'add', { members: names.slice(at, at + 100).join(' ') });
  const left = [...VECTORS.entries()];
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (let next; (next = left.shift());) {
      for (const [field, put] of Object.entries(PUT)) {
        const answer = await put(crowd[next[0]], next[1]);
        assert.ok(answer.status === undefined || answer.status < 400 || field === 'e-mail', `${field}: ${answer.status} ${next[1]}: ${answer.text?.slice(0, 200)}`);
      }
    }
  }));
  own = (await ana.say(room, ALL)).seq;
  await ana.message({ action: 'edit', room, seq: own, text: `${ALL} again` });
  for (const action of ['pin', 'save']) assert.equal((await ana.message({ action, room, seq: own })).status, 200);
  direct = await ana.direct(crowd[3].name);
  await ana.submit('/admin', { name: one(VECTORS[14], 64), registration: '', history: '', single: '', days: '' });
});

// What a page holds that nobody but us could have put there, were all well.
function wrong() {
  const found = [];
  const here = (value, schemes) => { const url = new URL(value, location.href); return url.origin === location.origin || schemes.includes(url.protocol); };
  for (const element of document.querySelectorAll('*')) {
    const tell = (why) => found.push(`${why}: ${element.outerHTML.slice(0, 200)}`);
    for (const { name, value } of element.attributes) {
      if (/^on|^srcdoc$|^http-equiv$/i.test(name)) tell(name);
      if (/^(xlink:href|href|src|action|formaction|data|poster|background)$/i.test(name) && !here(value, element.localName === 'a' ? ['http:', 'https:', 'mailto:'] : [])) tell(name);
    }
    if (/^(object|embed|base|math|xmp|marquee|animate|set|foreignobject|video|audio|style|plaintext)$/i.test(element.localName)) tell('tag');
    if (element.localName === 'script' && !/^\/static\//.test(element.getAttribute('src'))) tell('script');
    if (element.localName === 'iframe' && !/^\/messages\?/.test(element.getAttribute('src'))) tell('frame');
  }
  return found;
}

async function viewer({ bare = false, ...options }) {
  const made = await context(options);
  await made.addCookies([...ana.cookies].map(([name, value]) => ({ name, value, url: site.url })));
  made.setDefaultTimeout(LONG);
  const page = await made.newPage();
  const faults = [];
  if (bare) await page.route('**/static/**', (route) => route.abort());
  await page.addInitScript(() => { window.pwned = () => console.error('pwned'); });
  made.on('page', () => faults.push('another page opened'));
  page.on('dialog', (dialog) => { faults.push(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => { if (/pwned|snug:|Content.Security.Policy|Refused to/i.test(message.text())) faults.push(message.text()); });
  page.on('request', (request) => { if (new URL(request.url()).origin !== new URL(site.url).origin) faults.push(`asked ${request.url()}`); });
  const seen = async (what, path) => {
    await page.waitForTimeout(30);
    for (const frame of page.frames()) faults.push(...await frame.evaluate(wrong));
    assert.deepEqual(faults, [], what);
    if (path) assert.equal(page.url(), site.url + path, what);
  };
  return { page, seen, visit: async (path) => { const answer = await page.goto(site.url + path, { waitUntil: 'load' }); await seen(path, path); return answer; } };
}

const OFF = { bypassCSP: true, bare: true };

describe('what people typed is only text', () => {
  for (const [how, options] of Object.entries({ 'with scripts': {}, 'without scripts': { scripts: false }, 'with the policy off': OFF })) {
    test(`on every page that shows it, ${how}`, async () => {
      const { page, visit } = await viewer(options);
      for (const path of PAGES()) {
        const answer = await visit(path);
        assert.equal(answer.status(), path === '/nothing' ? 404 : 200, path);
      }
      // It is there: the message that holds them all, word by word.
      await visit(`/messages?room=${room}&limit=200`);
      assert.ok((await page.locator(`#m${own}`).innerText()).includes('again'));
      await page.context().close();
    });
  }

  test('in a page that gives back what its address asked', async () => {
    const [inside, outside] = [await viewer(OFF), await viewer(OFF)];
    await outside.page.context().clearCookies();
    for (const [path, [fields, most]] of Object.entries(GET)) {
      const { page, seen } = /^\/(people|admin)/.test(path) ? inside : outside;
      for (const value of packed(most)) {
        const at = query(path, fields(value));
        const answer = await page.goto(site.url + at);
        assert.ok(answer.status() < 500, `${answer.status()} ${at}`);
        await seen(at);
      }
    }
    for (const { page } of [inside, outside]) await page.context().close();
  });

  test('in a form that comes back because something was wrong', async () => {
    const { page, seen, visit } = await viewer(OFF);
    for (const [path, fields] of POST()) {
      await visit('/account');
      const came = page.waitForNavigation();
      await page.evaluate(([action, values]) => {
        const form = Object.assign(document.createElement('form'), { method: 'post', action });
        for (const [name, value] of Object.entries({ csrf: document.querySelector('meta[name="csrf"]').content, ...values })) {
          const field = document.createElement('textarea');
          field.setAttribute('name', name);
          field.value = value;
          form.append(field);
        }
        document.body.append(form);
        form.submit();
      }, [path, fields]);
      const answer = await came;
      assert.ok(answer.status() < 500, `${answer.status()} ${path}`);
      await seen(`POST ${path} ${JSON.stringify(fields).slice(0, 60)}`);
    }
    await page.context().close();
  });

  test('in an open page, as it comes in', async () => {
    const { page, seen } = await viewer({ bypassCSP: true });
    const fresh = await ana.group({ name: unique('live'), members: crowd[0].name });
    const live = page.waitForResponse((answer) => answer.url().includes('after='), { timeout: LONG }).catch(() => null);
    await page.goto(`${site.url}/rooms/${fresh}`);
    await live;
    for (const vector of VECTORS) await crowd[0].say(fresh, vector);
    const last = await crowd[0].say(fresh, 'first words');
    await crowd[0].message({ action: 'edit', room: fresh, seq: last.seq, text: `${ALL} at last` });
    await ana.settings(fresh, 'add', { members: crowd.slice(1, 90).map((who) => who.name).join(' ') });
    await ana.settings(fresh, 'update', { name: `${VECTORS[9].slice(0, 50)} live`, topic: one(`${VECTORS[12]} ${ALL}`, 250), visibility: 'public', history: '' });
    await crowd[1].group({ name: `${VECTORS[14].slice(0, 50)} new`, members: ana.name });
    await page.locator(`#m${last.seq}`, { hasText: 'at last' }).waitFor({ timeout: LONG });
    await page.getByText(`${VECTORS[9].slice(0, 50)} live`).first().waitFor({ timeout: LONG });
    await seen('what came in');
    // What is being sent, and what cannot be.
    await page.route('**/messages', (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()));
    for (const vector of [ALL, VECTORS[10]]) {
      await page.locator('#composer textarea').fill(vector);
      await page.locator('#composer textarea').press('Enter');
    }
    await page.locator('#pending .message').first().waitFor({ timeout: LONG });
    await seen('what is not sent yet');
    await page.reload();
    await page.locator('#pending .message').first().waitFor({ timeout: LONG });
    await seen('what is not sent yet, after coming back');
    await page.context().close();
  });
});
