// Many people at once: whatever is retried, cut or late, every message is stored once and all see the same order.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { PATIENCE, site as runningSite, startSite } from '../lib/site.mjs';
import { eventually, nonce, people, person, sleep } from './client.mjs';

const SENDERS = 50;
const EACH = 12;
const random = (below) => Math.floor(Math.random() * below);

// Sends one message until it is acknowledged: sometimes two copies at once, sometimes cut in the middle and sent again.
async function send(client, room, text) {
  const fields = { room, text, nonce: nonce() };
  for (let tries = 0; ; tries += 1) {
    assert.ok(tries < 300, 'a message finds its way');
    const kind = tries < 3 ? random(4) : 0;
    const cut = kind === 1 ? { abort: (request) => setTimeout(() => request.destroy(), random(30)) } : {};
    const answers = (await Promise.all(Array.from({ length: kind === 2 ? 2 : 1 }, () => client.message(fields, cut).catch(() => undefined))))
      .filter((answer) => [200, 201].includes(answer?.status)).map((answer) => answer.json());
    if (answers.length) {
      assert.equal(new Set(answers.map((answer) => answer.seq)).size, 1, 'two copies, one number');
      return { ...answers[0], text, name: client.name, nonce: fields.nonce };
    }
    await sleep(random(50));
  }
}

// Follows a room from now on, until `end()` answers the last change that there will be. Answers what it saw, in its order.
async function follow(client, room, { cuts = false, late = 0, history = false, end }) {
  await sleep(late);
  const read = (fields) => (cuts ? eventually('it answers', () => client.read(fields), 10) : client.read(fields));
  let page = await read({ room, limit: history ? 20 : 200 });
  const seen = [...page.messages];
  if (history) {
    let first = page;
    while (first.more) {
      first = await read({ room, before: seen[0].seq, limit: 50 });
      seen.unshift(...first.messages);
    }
  }
  let { cursor } = page;
  let repeats = 0;
  for (;;) {
    const fields = { room, after: cursor, limit: 1 + random(60), wait: random(3) };
    try {
      const cut = cuts && random(3) === 0 ? { abort: (request) => {
        if (random(2)) setTimeout(() => request.destroy(), random(60));
        else request.on('response', (response) => response.once('data', () => request.destroy()));
      } } : {};
      page = await client.read(fields, cut);
    } catch (error) {
      if (!cuts) throw error;
      repeats += 1;
      await sleep(random(30));
      continue;
    }
    assert.ok(page.messages.length <= fields.limit);
    seen.push(...page.messages);
    cursor = page.cursor;
    const last = end();
    if (last && !page.more && seen.at(-1)?.change >= last) return { seen, repeats, cursor };
    // All is sent, and yet nothing comes: the stored state decides below what is missing.
    if (last && !page.more && page.messages.length === 0 && fields.wait === 2) return { seen, repeats, cursor };
  }
}

// The same by a stream: cut every now and then, it goes on from the last event's id.
async function followStream(client, room, { cuts = false, end }) {
  const seen = [];
  let id;
  let repeats = 0;
  for (;;) {
    const stream = cuts ? await eventually('it answers', () => client.stream({ room, limit: 200 }, id ? { 'Last-Event-ID': id } : {}), 10)
      : await client.stream({ room, limit: 200 });
    let taken = 0;
    let quiet = 0;
    for (const until = cuts ? Date.now() + 100 + random(300) : Infinity; !stream.over && Date.now() < until;) {
      await sleep(20);
      for (; taken < stream.events.length; taken += 1) {
        const event = stream.events[taken];
        if (event.event !== 'update') continue;
        seen.push(...event.data.messages);
        id = event.id;
        quiet = 0;
      }
      quiet += 1;
      const last = end();
      if (last && (seen.at(-1)?.change >= last || quiet > 100)) { stream.close(); return { seen, repeats }; }
    }
    stream.close();
    assert.ok(cuts, 'it lasts');
    repeats += 1;
  }
}

// With `kill`, a messages process dies every now and then: then every reader may be cut.
async function storm(site, { kill = false } = {}) {
  const [owner, ...senders] = await people(site, SENDERS + 1, 'storm');
  const readers = await people(site, 8, 'reader');
  const room = await owner.group({ members: [...senders, ...readers].map((client) => client.name).join(' ') });
  await Promise.all(senders.map((client) => client.csrf()));

  let last;
  const end = () => last;
  const following = [{ }, { cuts: true }, { cuts: true }, { }, { late: 300, history: true }, { late: 900, history: true, cuts: true }]
    .map((how, at) => follow(readers[at], room, { ...how, cuts: how.cuts || kill, end }));
  following.push(followStream(readers[6], room, { cuts: kill, end }), followStream(readers[7], room, { cuts: true, end }));
  const killing = (async () => {
    for (let round = 0; kill && !last && round < 8; round += 1) {
      await sleep(200 + random(300));
      const pids = site.pids('messages');
      if (pids.length) process.kill(pids[random(pids.length)], 'SIGKILL');
    }
  })();
  const acknowledged = (await Promise.all(senders.map(async (client, who) => {
    const mine = [];
    for (let at = 0; at < EACH; at += 1) {
      mine.push(await send(client, room, `sender ${who}, message ${at}`));
      await sleep(random(20));
    }
    // A few change their minds while the others go on.
    const { seq } = mine[random(EACH)];
    const change = { 0: { action: 'edit', text: `edited by ${who}` }, 1: { action: 'delete' } }[who % 5];
    if (change) await eventually('it is changed', async () => (await client.message({ room, seq, ...change })).status === 200);
    return mine;
  }))).flat();
  await Promise.all([killing, sleep(kill ? 1500 : 0)]);
  last = Number((await site.sql(`SELECT MAX(version) FROM messages WHERE room_id = ${room}`)).flat()[0]);

  // Every acknowledged message is stored once, under the number that was acknowledged.
  const stored = await eventually('it answers', () => owner.everything(room), 10);
  assert.deepEqual(stored.map((message) => message.seq), stored.map((_, at) => at + 1), 'seq 1..N without a gap');
  const bySeq = new Map(stored.map((message) => [message.seq, message]));
  assert.equal(new Set(acknowledged.map((message) => message.seq)).size, SENDERS * EACH, 'each has a number of its own');
  for (const message of acknowledged) {
    const kept = bySeq.get(message.seq);
    assert.equal(kept.sender.name, message.name);
    if (!kept.edited_at && !kept.deleted) assert.equal(kept.text, message.text);
  }
  assert.equal(stored.filter((message) => message.kind === 'text').length, SENDERS * EACH, 'nothing is stored twice');
  assert.equal(new Set(stored.map((message) => message.change)).size, stored.length, 'each change is told apart');
  for (const name of senders.map((client) => client.name)) {
    const own = acknowledged.filter((message) => message.name === name).map((message) => message.seq);
    assert.deepEqual(own, [...own].sort((a, b) => a - b), 'what one sends in order stays in order');
  }

  // Every reader saw every message, each once unless it was cut, in one order, and ends at the present state.
  const touched = new Set(stored.filter((message) => message.edited_at || message.deleted).map((message) => message.seq));
  for (const [at, { seen }] of (await Promise.all(following)).entries()) {
    const who = `reader ${at}`;
    const history = at === 4 || at === 5;
    const changes = seen.map((message) => message.change);
    if (!history) { // the newest page and then the changes; history pages come by seq
      for (let i = 1; i < changes.length; i += 1) assert.ok(changes[i] > changes[i - 1], `${who}: change ${changes[i]} after ${changes[i - 1]}`);
    }
    const plain = seen.filter((message) => !touched.has(message.seq)).map((message) => message.seq);
    assert.deepEqual(plain, stored.filter((message) => !touched.has(message.seq)).map((message) => message.seq), `${who}: all messages, each once, in order`);
    const present = new Map();
    for (const message of seen) if (!(present.get(message.seq)?.change >= message.change)) present.set(message.seq, message);
    assert.deepEqual([...present.values()].sort((a, b) => a.seq - b.seq), stored, `${who}: the present state`);
  }
  return { room, owner };
}

describe('fifty people who send and retry at once', () => {
  const own = [];
  const epochs = [];
  let quiet;
  before(async () => {
    const client = await person(await runningSite());
    const room = await client.group();
    quiet = { begin: Date.now(), room, client, stream: await client.stream({ room }) };
  });
  after(() => Promise.all(own.map((site) => site.stop())));

  test('lose, repeat and reorder nothing', async () => {
    epochs.push(await storm(await runningSite()));
  });

  test('lose, repeat and reorder nothing with two messages processes', async () => {
    own.push(await startSite({ vars: { LIMITS: 'off', MESSAGES: 2 } }));
    epochs.push(await storm(own.at(-1)));
  });

  test('lose, repeat and reorder nothing when no process can wake another', async () => {
    own.push(await startSite({ vars: { LIMITS: 'off', MESSAGES: 2, WAKEUPS: 'off' } }));
    epochs.push(await storm(own.at(-1)));
  });

  test('lose, repeat and reorder nothing while messages processes are killed', async () => {
    await storm(own[0], { kill: true });
  });

  test('disturb no quiet stream: it says at least every 20 s that it is alive', async () => {
    await sleep(Math.max(0, quiet.begin + 21000 - Date.now()));
    assert.ok(quiet.stream.comments >= 1);
    assert.equal(quiet.stream.over, false);
    await quiet.client.say(quiet.room, 'still there?');
    await eventually('an answer', () => quiet.stream.events.some((event) => event.data.messages?.some((message) => message.text === 'still there?')), 2);
    quiet.stream.close();
  });

  test('are read by others within a second even then', async () => {
    const { room, owner } = epochs.at(-1);
    for (let round = 0; round < 3; round += 1) {
      // Several readers, so that both processes hold some.
      const { cursor } = await owner.read({ room });
      const waiting = Array.from({ length: 8 }, () => owner.read({ room, after: cursor, wait: 20 }));
      await sleep(400);
      const begin = performance.now();
      await owner.say(room, `round ${round}`);
      for (const page of await Promise.all(waiting)) assert.equal(page.messages.at(-1).text, `round ${round}`);
      assert.ok(performance.now() - begin < 1500 * PATIENCE, `${performance.now() - begin} ms`);
    }
  });

  test('start anew with the newest page when the cursor is of another epoch, as after a restore', async () => {
    const { room, owner } = epochs.at(-1);
    const { room: foreignRoom, owner: foreign } = epochs.at(-2);
    const { cursor } = await foreign.read({ room: foreignRoom });
    for (const wait of [0, 20]) {
      const begin = performance.now();
      const page = await owner.read({ room, after: cursor, wait, limit: 7 });
      assert.ok(performance.now() - begin < 2000 * PATIENCE, 'at once');
      assert.equal(page.reset, true);
      assert.deepEqual(page.messages, (await owner.read({ room, limit: 7 })).messages);
      assert.equal((await owner.read({ room, after: page.cursor })).reset, undefined);
    }
  });
});
