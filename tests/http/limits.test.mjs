// The limits: who is too fast is told so, in words and with the time to wait, and nobody else is slowed down.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
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

  test('opens again after the time', async () => {
    await site.sql('UPDATE attempts SET started_at = started_at - INTERVAL 20 MINUTE');
    const [name] = await addUsers(site, 1);
    for (let at = 0; at < 3; at += 1) await new Client(site.url).login(name, 'wrong');
    assert.equal((await new Client(site.url).login(name, PASSWORD)).status, 429);
    await site.sql('UPDATE attempts SET started_at = started_at - INTERVAL 20 MINUTE');
    assert.ok(await signIn(site, name));
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
