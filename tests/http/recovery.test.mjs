// Forgotten passwords: links by mail, recovery codes, and what a link that is over says.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { site as runningSite, startSite } from '../lib/site.mjs';
import { addUsers, Client, eventually, fieldError, fieldValue, PASSWORD, person, signIn, sleep, textOf, unique } from './client.mjs';

const NEW = 'a new password altogether';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'snug-mail-'));
let site;
let mailing;
before(async () => {
  site = await runningSite();
  // A mail command with words: each mail becomes a file of its own. It takes its time, and as long as the file "hold" is there.
  fs.chmodSync(folder, 0o777);
  fs.writeFileSync(`${folder}/send`, `#!/bin/sh\nsleep 0.2\nwhile [ -e "${folder}/hold" ]; do sleep 0.1; done\n[ "$*" = "-t -i" ] || exit 9\ncat > "${folder}/$$.tmp" && chmod 644 "${folder}/$$.tmp" && mv "${folder}/$$.tmp" "${folder}/$$.mail"\n`, { mode: 0o755 });
  mailing = await startSite({ hdf: { 'Mail.Command': `${folder}/send -t -i`, 'Mail.From': 'Snug <snug@example.org>', 'Site.Name': 'Käsekränzchen' } });
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const mails = () => fs.readdirSync(folder).filter((name) => name.endsWith('.mail'))
  .map((name) => fs.readFileSync(`${folder}/${name}`, 'utf8'));
const mailTo = (address) => mails().filter((mail) => mail.includes(`To: <${address}>`));
const tokenOf = (mail) => /\/reset\?token=([\w-]+)/.exec(mail)[1];
const ask = (client, who) => client.submit('/forgot', { action: 'mail', who });
const recover = (client, name, code, password = NEW) => client.submit('/forgot', { action: 'code', name, code, password });
const reset = (client, token, password = NEW) => client.submit('/reset', { token, password });

async function linkFor(name, count = 1) {
  assert.equal((await ask(new Client(mailing.url), name)).status, 303);
  const found = await eventually('the mail', () => mailTo(`${name}@example.org`).length >= count && mailTo(`${name}@example.org`), 20);
  return found.map(tokenOf);
}

describe('a link by mail', () => {
  test('comes as a proper mail, and sets a new password once: it signs in here and out everywhere else', async () => {
    const [name] = await addUsers(mailing, 1, 'mail');
    const old = await signIn(mailing, name);
    const [token] = await linkFor(name);
    const [mail] = mailTo(`${name}@example.org`);
    const head = mail.slice(0, mail.indexOf('\n\n'));
    assert.match(head, /^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/m);
    assert.match(head, /^Message-ID: <[\w-]+@127\.0\.0\.1>$/m);
    assert.match(head, /^From: Snug <snug@example\.org>$/m);
    assert.match(head, /^Subject: .+$/m);
    assert.match(head, /^Content-Type: text\/plain; charset=utf-8$/m);
    assert.ok(mail.includes('Käsekränzchen') && mail.includes(name));
    assert.ok(mail.includes(`${mailing.url}/reset?token=${token}`));

    const client = new Client(mailing.url);
    const page = await client.get(`/reset?token=${token}`);
    assert.equal(page.status, 200);
    assert.ok(textOf(page.text).includes(name));
    assert.equal((await client.get(`/reset?token=${token}`)).status, 200, 'looking uses nothing up');
    const brief = await reset(client, token, 'short');
    assert.equal(brief.status, 422);
    assert.ok(fieldError(brief.text, 'password'));
    assert.equal(fieldValue(brief.text, 'token'), token);
    assert.equal((await old.list({})).status, 200);
    const done = await reset(client, token);
    assert.equal(done.status, 303);
    assert.equal(done.location, '/');
    client.token = undefined;
    assert.equal((await client.list({})).status, 200);
    await eventually('the old session is over', async () => (await old.list({})).status === 401);
    assert.equal((await new Client(mailing.url).login(name, PASSWORD)).status, 401);
    assert.equal((await new Client(mailing.url).login(name, NEW)).status, 303);
    const again = await reset(new Client(mailing.url), token, 'yet another password');
    assert.equal(again.status, 410);
    assert.match(textOf(again.text), /used already, or is out of date/);
    assert.ok(again.text.includes('href="/forgot"'));
    assert.equal((await new Client(mailing.url).login(name, NEW)).status, 303);
  });

  test('is answered alike, and as fast, whether the name is known or not', async () => {
    const [name] = await addUsers(mailing, 1, 'known');
    await mailing.sql(`UPDATE users SET suspended_at = UTC_TIMESTAMP(3) WHERE name = '${(await addUsers(mailing, 1, 'halted'))[0]}'`);
    const before = mails().length;
    const client = new Client(mailing.url);
    await client.csrf();
    const answers = [];
    fs.writeFileSync(`${folder}/hold`, '');
    for (const who of [name, unique('nobody'), `${unique('nobody')}@example.org`, `${name}@example.org`, '-1']) {
      const answer = await ask(client, who);
      answers.push([answer.status, answer.location, answer.text]);
    }
    assert.equal(mails().length, before, 'it does not wait for the mail');
    fs.rmSync(`${folder}/hold`);
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    assert.match(textOf((await client.get(answers[0][1])).text), /If there is an account/);
    await eventually('both mails', () => mailTo(`${name}@example.org`).length === 2, 20);
    await sleep(500);
    assert.equal(mails().length, before + 2, 'nobody else gets one');
  });

  test('ends with a newer one, after an hour, and with the account; made-up ones never were', async () => {
    const [name] = await addUsers(mailing, 1, 'older');
    const [first] = await linkFor(name);
    const second = (await linkFor(name, 2)).find((token) => token !== first);
    const visit = async (token) => (await new Client(mailing.url).get(`/reset?token=${token}`)).status;
    assert.deepEqual([await visit(first), await visit(second)], [410, 200]);
    const [[seconds]] = await mailing.sql(`SELECT TIMESTAMPDIFF(SECOND, created_at, expires_at) FROM links WHERE token_hash = UNHEX(SHA2('${second}', 256))`);
    assert.equal(Number(seconds), 3600);
    assert.equal((await mailing.sql(`SELECT 1 FROM links WHERE token_hash = '${second}'`)).length, 0, 'the token itself is stored nowhere');
    await mailing.sql(`UPDATE users SET suspended_at = UTC_TIMESTAMP(3) WHERE name = '${name}'`);
    assert.equal(await visit(second), 410);
    assert.equal((await reset(new Client(mailing.url), second)).status, 410);
    await mailing.sql(`UPDATE users SET suspended_at = NULL WHERE name = '${name}'`);
    assert.equal(await visit(second), 200);
    await mailing.sql(`UPDATE links SET expires_at = UTC_TIMESTAMP(3) WHERE token_hash = UNHEX(SHA2('${second}', 256))`);
    assert.equal(await visit(second), 410);
    assert.equal((await reset(new Client(mailing.url), second)).status, 410);
    for (const token of ['made-up', '', '%00', 'a'.repeat(500)]) assert.equal(await visit(token), 410, token);
    assert.equal((await new Client(mailing.url).get('/reset')).status, 410);
  });

  test('opens nothing once the password or the address was changed by who owns the account', async () => {
    const [name] = await addUsers(mailing, 1, 'changes');
    const owner = await signIn(mailing, name);
    const visit = async (token) => (await new Client(mailing.url).get(`/reset?token=${token}`)).status;
    const [first] = await linkFor(name);
    await owner.submit('/account', { action: 'profile', display: name, email: `${name}@example.org` });
    assert.equal(await visit(first), 200, 'the same address is no change');
    await owner.submit('/account', { action: 'profile', display: name, email: `new-${name}@example.org`, profile_password: PASSWORD });
    assert.equal(await visit(first), 410);
    const second = unique('token');
    await mailing.sql(`INSERT INTO links (token_hash, kind, user_id, created_by, created_at, expires_at) SELECT UNHEX(SHA2('${second}', 256)), 'reset', id, id, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 1 HOUR FROM users WHERE name = '${name}'`);
    assert.equal(await visit(second), 200);
    await owner.submit('/account', { action: 'password', current: PASSWORD, password: 'another good one' });
    assert.equal(await visit(second), 410);
    assert.equal((await reset(new Client(mailing.url), second)).status, 410);
  });

  test('used by several at the same moment sets the password of one of them', async () => {
    const [name] = await addUsers(mailing, 1, 'both');
    const [token] = await linkFor(name);
    const clients = Array.from({ length: 5 }, () => new Client(mailing.url));
    await Promise.all(clients.map((client) => client.csrf()));
    const answers = await Promise.all(clients.map((client, i) => reset(client, token, `password number ${i}`)));
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [303, 410, 410, 410, 410]);
    const winner = answers.findIndex((answer) => answer.status === 303);
    assert.equal((await new Client(mailing.url).login(name, `password number ${winner}`)).status, 303);
  });

  test('a mail command that fails is in the log, and nobody waits for it', async () => {
    const failing = await startSite({ hdf: { 'Mail.Command': '/nowhere/sendmail -t' } });
    const [name] = await addUsers(failing, 1, 'fail');
    assert.equal((await ask(new Client(failing.url), name)).status, 303);
    await eventually('a line in the log', () => failing.log('reset').includes('/nowhere/sendmail'));
    assert.equal((await new Client(failing.url).get('/forgot')).status, 200);
    await failing.stop();
  });

  test('is not offered where the site sends no mail, or does not know its own address', async () => {
    const page = await new Client(site.url).get('/forgot');
    assert.equal(page.status, 200);
    assert.ok(!page.text.includes('name="who"'));
    assert.ok(page.text.includes('name="code"'));
    assert.equal((await ask(new Client(site.url), 'anybody')).status, 403);
    const homeless = await startSite({ hdf: { 'Mail.Command': `${folder}/send -t -i`, 'Site.Address': '' } });
    assert.ok(!(await new Client(homeless.url).get('/forgot')).text.includes('name="who"'));
    await homeless.stop();
    assert.ok((await new Client(mailing.url).get('/forgot')).text.includes('name="who"'));
    assert.ok((await new Client(mailing.url).get('/login')).text.includes('href="/forgot"'));
  });
});

describe('recovery codes', () => {
  const make = async (client, password = PASSWORD) => {
    const page = await client.submit('/account', { action: 'codes', codes_password: password });
    return [page, [...page.text.matchAll(/<code>([^<]+)<\/code>/g)].map((match) => match[1])];
  };

  test('are made for who knows the password, shown once, and stored only as hashes', async () => {
    const ana = await person(site, 'codes');
    assert.match(textOf((await ana.get('/account')).text), /You have no recovery codes yet/);
    const [refused, none] = await make(ana, 'not the password');
    assert.equal(refused.status, 422);
    assert.ok(fieldError(refused.text, 'codes_password'));
    assert.equal(none.length, 0);
    const [page, codes] = await make(ana);
    assert.equal(page.status, 200);
    assert.match(page.headers['cache-control'], /no-store/);
    assert.equal(new Set(codes).size, 8);
    for (const code of codes) assert.match(code, /^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
    const later = (await ana.get('/account')).text;
    assert.ok(codes.every((code) => !later.includes(code)));
    assert.match(textOf(later), /You have 8 left/);
    assert.doesNotMatch(textOf(later), /no recovery codes yet/);
    const [[stored]] = await site.sql(`SELECT COUNT(*) FROM recovery_codes WHERE code_hash = UNHEX(SHA2('${codes[0].replaceAll('-', '')}', 256))`);
    assert.equal(stored, '1');
  });

  test('set a new password, each once, however it is typed; every session ends but the new one', async () => {
    const ana = await person(site, 'code');
    const [, codes] = await make(ana);
    const client = new Client(site.url);
    const done = await recover(client, `${ana.name.toUpperCase()}@example.org`, ` ${codes[3].toUpperCase().replaceAll('-', ' ')} `);
    assert.equal(done.status, 303);
    assert.equal(done.location, '/');
    client.token = undefined;
    assert.equal((await client.list({})).status, 200);
    await eventually('the old session is over', async () => (await ana.list({})).status === 401);
    assert.equal((await new Client(site.url).login(ana.name, PASSWORD)).status, 401);
    const again = await recover(new Client(site.url), ana.name, codes[3], 'yet another password');
    assert.equal(again.status, 401);
    assert.equal(fieldValue(again.text, 'name'), ana.name);
    assert.equal((await new Client(site.url).login(ana.name, NEW)).status, 303);
    assert.match(textOf((await client.get('/account')).text), /You have 7 left/);
    const [, fresh] = await make(client, NEW);
    assert.equal((await recover(new Client(site.url), ana.name, codes[0])).status, 401, 'new ones put an end to the old');
    assert.equal((await recover(new Client(site.url), ana.name, fresh[0])).status, 303);
  });

  test('open nothing else: not another account, not one that is suspended, and no code is no code', async () => {
    const [ana, ben] = [await person(site, 'mine'), await person(site, 'theirs')];
    const [, codes] = await make(ana);
    const words = new Set();
    for (const [name, code] of [[ben.name, codes[0]], [unique('nobody'), codes[0]], [ana.name, 'aaaa-bbbb-cccc-dddd'], [ana.name, '--- ---']]) {
      const answer = await recover(new Client(site.url), name, code);
      assert.equal(answer.status, 401);
      words.add(/role="alert">([^<]+)/.exec(answer.text)[1]);
    }
    assert.equal(words.size, 1, 'the same words for all');
    for (const fields of [{ name: '' }, { code: '' }, { password: 'short' }, { code: 'x'.repeat(100) }]) {
      const answer = await new Client(site.url).submit('/forgot', { action: 'code', name: ana.name, code: codes[0], password: NEW, ...fields });
      assert.equal(answer.status, 422);
      assert.ok(fieldError(answer.text, Object.keys(fields)[0]));
    }
    await site.sql(`UPDATE users SET suspended_at = UTC_TIMESTAMP(3) WHERE name = '${ana.name}'`);
    assert.equal((await recover(new Client(site.url), ana.name, codes[0])).status, 401);
    assert.equal((await ben.list({})).status, 200);
  });
});

describe('guessing', () => {
  test('is limited by name and by address, for codes and for mails, and does not keep anybody from signing in', async () => {
    const limited = await startSite({ vars: { LIMITS: '' }, hdf: { 'Limits.SignIn': 3, 'Limits.SignInAddress': 8, 'Mail.Command': `${folder}/send -t -i` } });
    const [name, other] = await addUsers(limited, 2, 'limit');
    const client = new Client(limited.url);
    for (let i = 0; i < 3; i += 1) assert.equal((await recover(client, name, 'wrong')).status, 401);
    const refused = await recover(client, name, 'wrong');
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers['retry-after']) > 0);
    assert.equal((await recover(client, other, 'wrong')).status, 401, 'another name is another count');
    for (let i = 0; i < 3; i += 1) assert.equal((await ask(client, other)).status, 303);
    assert.equal((await ask(client, other)).status, 429);
    for (let i = 0; i < 4; i += 1) await recover(client, unique('any'), 'wrong');
    assert.equal((await recover(client, unique('any'), 'wrong')).status, 429, 'and so is the address');
    assert.equal((await client.login(name, PASSWORD)).status, 303);
    await limited.stop();
  });
});
