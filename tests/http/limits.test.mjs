// The limits: who is too fast is told so, in words and with the time to wait, and nobody else is slowed down.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import net from 'node:net';
import { startSite } from '../lib/site.mjs';
import { Client, PASSWORD, addUsers, eventually, fieldValue, nonce, people, signIn, sleep, textOf, unique } from './client.mjs';

let site;
let anna;
let ben;
before(async () => {
  site = await startSite({ vars: { LIMITS: 'on' }, hdf: ['Registration = closed', 'Limits.SignIn = 3', 'Limits.SignInAddress = 9', 'Limits.SendBurst = 5', 'Limits.SendRate = 2'].join('\n') });
  [anna, ben] = await people(site, 2);
});
after(() => site?.stop());

describe('sending', () => {
  test('too fast is 429 with the time to wait, and goes on after it', async () => {
    const room = await anna.group({ members: ben.name });
    const fields = Array.from({ length: 12 }, (_, at) => ({ room, text: `fast ${at}`, nonce: nonce() }));
    const answers = await Promise.all(fields.map((each) => anna.message(each)));
    const sent = answers.filter((answer) => answer.status === 201).length;
    const refused = answers.filter((answer) => answer.status === 429);
    assert.ok(sent >= 5 && sent <= 8, `${sent} sent`);
    assert.equal(sent + refused.length, 12);
    for (const answer of refused) {
      assert.ok(answer.code);
      assert.ok(Number(answer.headers['retry-after']) >= 1);
    }
    assert.equal((await ben.message({ room, text: 'not slowed down', nonce: nonce() })).status, 201);
    await sleep(Number(refused[0].headers['retry-after']) * 1000);
    const again = fields[answers.findIndex((answer) => answer.status === 429)];
    await eventually('it goes on', async () => (await anna.message(again)).status === 201, 3);
  });

  test('too fast by a form gives back what was typed', async () => {
    const room = await ben.group();
    let page;
    for (let at = 0; at < 12; at += 1) {
      page = await ben.submit('/messages', { room, text: `typed ${at} <b>`, nonce: nonce() }, { accept: 'text/html' });
      if (page.status === 429) {
        assert.equal(fieldValue(page.text, 'text'), `typed ${at} <b>`);
        assert.ok(Number(page.headers['retry-after']) >= 1);
        return;
      }
    }
    assert.fail(`never 429, but ${page.status}`);
  });
});

describe('registering', () => {
  test('where it is closed is refused in words, once somebody is there', async () => {
    await site.sql('UPDATE site SET registrations = 1');
    const page = await new Client(site.url).get('/register');
    assert.match(textOf(page.text), /closed/i);
    const client = new Client(site.url);
    const answer = await client.register(unique());
    assert.equal(answer.status, 403);
    assert.ok(!client.cookies.has('snug_session'));
  });
});

describe('signing in', () => {
  test('for one name fails only so often, whoever tries, and others sign in as before', async () => {
    const [name, other] = await addUsers(site, 2);
    for (let at = 0; at < 3; at += 1) assert.equal((await new Client(site.url).login(at % 2 ? name.toUpperCase() : name, `wrong ${at}`)).status, 401);
    for (const password of ['wrong', PASSWORD]) {
      const answer = await new Client(site.url).login(name, password);
      assert.equal(answer.status, 429);
      assert.ok(Number(answer.headers['retry-after']) >= 1 && Number(answer.headers['retry-after']) <= 900);
      assert.equal(fieldValue(answer.text, 'name'), name);
      assert.doesNotMatch(answer.text, new RegExp(PASSWORD));
    }
    assert.ok(await signIn(site, other));
  });

  test('counts failures alone: who knows the password is never slowed down', async () => {
    const [name] = await addUsers(site, 1);
    for (let at = 0; at < 5; at += 1) await signIn(site, name);
  });

  const from = (address) => Object.assign(new Client(site.url), { from: address });
  const pass = (seconds) => site.sql(`UPDATE attempts SET started_at = started_at - INTERVAL ${seconds} SECOND`);

  test('waits twice as long after each failure, up to a quarter of an hour, and is as new after a day', async () => {
    await site.sql('DELETE FROM attempts');
    const [name] = await addUsers(site, 1);
    for (let at = 0; at < 3; at += 1) await new Client(site.url).login(name, 'wrong');
    for (const wait of [15, 30, 60, 120, 240, 480, 900, 900]) {
      const refused = await new Client(site.url).login(name, PASSWORD);
      assert.equal(refused.status, 429);
      const left = Number(refused.headers['retry-after']);
      assert.ok(left > wait / 2 - 1 && left <= wait, `${left} of ${wait} s`);
      assert.match(textOf(refused.text), new RegExp(`Please try again in ${Math.ceil(left / 60)} min\\.`));
      await pass(wait + 1);
      assert.equal((await new Client(site.url).login(name, 'wrong')).status, 401);
    }
    assert.equal((await new Client(site.url).login(name, 'wrong')).status, 429);
    await pass(86400);
    for (let at = 0; at < 3; at += 1) assert.equal((await new Client(site.url).login(name, 'wrong')).status, 401);
  });

  test('is open for the owner, whoever guesses: at another address, and where the same browser signed in before', async () => {
    await site.sql('DELETE FROM attempts');
    const [name, mallory] = await addUsers(site, 2);
    const owner = from('127.0.0.2');
    assert.equal((await owner.login(name, PASSWORD)).status, 303);
    await owner.submit('/logout', {});
    const guess = async (address, times) => {
      let last;
      for (let at = 0; at < times; at += 1) last = await from(address).login(name, 'wrong');
      return last.status;
    };
    assert.equal(await guess('127.0.0.2', 4), 429);
    assert.equal((await from('127.0.0.3').login(name, PASSWORD)).status, 303, 'at another address');
    assert.equal((await owner.login(name, PASSWORD)).status, 303, 'in the browser that is known, at the very address of the guesses');
    for (let at = 10; at < 20; at += 1) await guess(`127.0.0.${at}`, 3);
    assert.equal((await from('127.0.0.30').login(name, PASSWORD)).status, 429, 'too many, from wherever they come');
    assert.equal((await owner.get('/account')).status, 200, 'who is signed in goes on');
    assert.equal((await owner.submit('/account', { action: 'password', current: PASSWORD, password: 'another good one' })).status, 303);
    owner.token = undefined;
    await owner.submit('/logout', {});
    assert.equal((await owner.login(name, 'another good one')).status, 303, 'the known browser stays known by its new cookie');

    const stranger = from('127.0.0.31');
    await stranger.login(mallory, PASSWORD);
    await stranger.submit('/logout', {});
    assert.ok(stranger.cookies.has('snug_browser'));
    assert.equal((await stranger.login(name, PASSWORD)).status, 429, 'known under one name is not known under another');
    for (const value of ['', 'x', 'A'.repeat(86), 'A'.repeat(5000)]) {
      stranger.cookies.set('snug_browser', value);
      assert.equal((await stranger.login(name, 'wrong')).status, 429);
    }
    await site.sql('DELETE FROM attempts');
    for (let at = 0; at < 3; at += 1) assert.equal((await owner.login(name, 'wrong')).status, 401);
    assert.equal((await owner.login(name, 'wrong')).status, 429, 'a stolen browser guesses no faster');
  });

  test('from one address fails only so often, with whatever names', async () => {
    await site.sql('DELETE FROM attempts');
    const names = [];
    for (let at = 0; at < 9; at += 1) names.push((await new Client(site.url).login(unique('guess'), 'wrong')).status);
    assert.deepEqual(names, Array(9).fill(401));
    const answer = await new Client(site.url).login(unique('guess'), 'wrong');
    assert.equal(answer.status, 429);
    assert.ok(Number(answer.headers['retry-after']) >= 1);
    assert.equal((await anna.get('/account')).status, 200, 'who is signed in goes on');
  });
});

describe('joining', () => {
  test('the same group again and again is refused, so that its history is not pushed out', async () => {
    await site.sql('DELETE FROM attempts');
    const room = await anna.group({ history: '20' });
    await anna.say(room, 'stays');
    let status = 303;
    let times = 0;
    for (; status === 303 && times < 30; times += 1) {
      status = (await ben.settings(room, 'join')).status;
      if (status === 303) await ben.settings(room, 'leave');
    }
    assert.equal(status, 429);
    assert.ok(times <= 4, `${times} times`);
    assert.ok((await anna.everything(room)).some(({ text }) => text === 'stays'));
    const other = await anna.group();
    assert.equal((await ben.settings(other, 'join')).status, 303, 'other groups are open');
    const refused = await ben.settings(room, 'join', {}, { accept: 'application/json' });
    assert.equal(refused.code, 'too_fast');
    assert.ok(Number(refused.headers['retry-after']) > 0);
  });
});

// Sends requests over several connections as fast as they go, and answers what came back.
const flood = (address, request, { connections = 10, each = 300 } = {}) => Promise.all(Array.from({ length: connections }, () => new Promise((resolve, reject) => {
  const socket = net.connect({ port: site.port, host: '127.0.0.1', localAddress: address });
  const parts = [];
  socket.on('data', (part) => parts.push(part)).on('error', reject).on('close', () => resolve(Buffer.concat(parts).toString('latin1')));
  socket.write(request.repeat(each - 1) + request.replace('\r\n', '\r\nConnection: close\r\n'));
}))).then((texts) => texts.join('').split(/(?=HTTP\/1\.1 \d{3} )/));

describe('a flood from one address', () => {
  const head = 'Host: localhost\r\nAccept: application/json\r\n';

  test('of messages is refused by nginx, in the form that was asked for, and nobody else is slowed down', async () => {
    const answers = await flood('127.0.1.1', `POST /messages HTTP/1.1\r\n${head}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b`);
    assert.equal(answers.length, 3000);
    const refused = answers.filter((answer) => answer.startsWith('HTTP/1.1 429 '));
    const passed = answers.filter((answer) => answer.startsWith('HTTP/1.1 401 '));
    assert.equal(refused.length + passed.length, 3000);
    assert.ok(passed.length >= 1000, `${passed.length} passed: a school must be able to work`);
    assert.ok(refused.length > 0);
    for (const answer of refused) {
      assert.match(answer, /\r\nRetry-After: 5\r\n/);
      assert.equal(JSON.parse(answer.split('\r\n\r\n')[1]).error.code, 'too_fast');
    }
    assert.equal((await ben.get('/account')).status, 200);
    const page = await Object.assign(new Client(site.url), { from: '127.0.1.1' }).post('/messages', {}, { accept: 'text/html' });
    assert.ok([401, 429].includes(page.status));
    if (page.status === 429) assert.match(textOf(page.text), /Wait a little/);
  });

  test('of requests that do not end leaves the others their place, and those are cut', async () => {
    const sockets = [];
    const early = [];
    const closed = [];
    const open = (text) => {
      const socket = net.connect({ port: site.port, host: '127.0.0.1', localAddress: '127.0.1.2' }, () => socket.write(text));
      socket.on('error', () => {}).on('data', (part) => early.push(part.toString('latin1'))).on('close', () => closed.push(socket));
      sockets.push(socket);
    };
    for (let at = 0; at < 20; at += 1) open(`GET / HTTP/1.1\r\n${head}X-Slow:`);
    for (let at = 0; at < 3100; at += 1) open(`GET /messages HTTP/1.1\r\n${head}Content-Length: 10\r\n\r\n`);
    await eventually('those over the limit are refused', () => early.filter((text) => text.startsWith('HTTP/1.1 429 ')).length >= 100, 60);
    assert.match(early.find((text) => text.startsWith('HTTP/1.1 429 ')), /\r\nRetry-After: 5\r\n/);
    assert.equal((await ben.get('/account')).status, 200, 'everybody else is served');
    await eventually('all are cut', () => closed.length === sockets.length, 90);
  });
});
