// Who is signed out hears nothing more, however the site stood still meanwhile: no wake-up comes here.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { stepClock } from '../lib/clock.mjs';
import { startSite } from '../lib/site.mjs';
import { eventually, nonce, people, sleep } from './client.mjs';

const PEOPLE = 70; // of so many, only those that changed are asked for
let folder;
let clock;
let site;
let anna;
let all;
let room;

before(async () => {
  folder = fs.mkdtempSync('/tmp/snug-standstill-');
  fs.chmodSync(folder, 0o755);
  clock = stepClock(folder);
  assert.ok(clock, 'libfaketime is there');
  site = await startSite({ vars: { WAKEUPS: 'off', PATH: clock.path }, hdf: 'Sandbox = 0' });
  [anna, ...all] = await people(site, PEOPLE);
  room = await anna.group({ members: all.map((client) => client.name).join(' ') });
  await anna.csrf();
});
after(async () => {
  await site?.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

// Ends the session while `messages` stands still, and sends more than a second later.
async function signOutDuring(client, meanwhile) {
  await Promise.all(all.map((each) => each.read({ room }).catch(() => {})));
  const stream = await client.stream({ room });
  await eventually('it follows', () => stream.events.some((event) => event.event === 'update'), 60);
  await sleep(1000);
  site.kill('messages', 'SIGSTOP');
  await site.sql(`START TRANSACTION; UPDATE users SET version = version + 1 WHERE name = '${client.name}';
    DELETE s FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.name = '${client.name}'; COMMIT`);
  const back = await meanwhile();
  site.kill('messages', 'SIGCONT');
  await sleep(1500);
  const text = `not for ${client.name}`;
  // Many at once, so that one of them is the first thing that the database does.
  const sent = Promise.all(Array.from({ length: 12 }, () => eventually('it is sent', async () => {
    const answer = await anna.message({ room, text, nonce: nonce() });
    return answer.status === 201;
  }, 60)));
  await back?.();
  await sent;
  await anna.say(room, `${text}, either`);
  await eventually('the stream ends', () => stream.over, 60);
  assert.equal(stream.events.some((event) => event.data.messages?.some((message) => message.text.startsWith(text))), false);
}

test('one who was signed out is not told what was said since, when the database was away meanwhile', async () => {
  for (let turn = 0; turn < 3; turn += 1) {
    await signOutDuring(all[turn], async () => {
      await site.stopDatabase();
      return () => site.startDatabase();
    });
  }
});

test('nor when the clock was stepped meanwhile', async () => {
  for (const [turn, seconds] of [3600, 0, 7200].entries()) {
    await signOutDuring(all[turn + 3], async () => {
      clock.step(seconds);
      await sleep(1500); // everybody has seen it
    });
  }
});

test('when the clock is put back, nobody stays online for as long as that', async () => {
  const ben = all[10];
  const room = await anna.direct(ben.name);
  const online = async () => (await anna.read({})).rooms.find((each) => each.id === room).online;
  const comes = () => eventually('he is online', async () => { await ben.read({ room }); return online(); }, 60);
  clock.step(7200);
  await sleep(1500);
  await comes();
  clock.step(0);
  await eventually('he is not', async () => !await online(), 20);
  site.kill('messages'); // it would not note so soon again that he is there
  await comes();
  const [[seconds]] = await site.sql(`SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), online_until) FROM presence p JOIN users u ON u.id = p.user_id WHERE u.name = '${ben.name}'`);
  assert.ok(Number(seconds) <= 150, `for ${seconds} s`);
});
