// make prove: a crowd on a complete Snug, which is killed, stopped, cut off, filled up and reloaded meanwhile; then every
// promise is held against what the clients were told. SEED= repeats the choice of faults, MINUTES= says how long (2).

import fs from 'node:fs';
import { build, startSite, until } from '../lib/site.mjs';
import { addUsers, sleep } from '../http/client.mjs';
import { chance } from './chance.mjs';
import { PROMISES, checkLate, checkLeaks, checkStored, differs, listDiffers } from './checks.mjs';
import { Crowd, Reader, Sender } from './crowd.mjs';
import { Faults, prepare, revision } from './faults.mjs';
import { Life } from './life.mjs';
import { startProxy } from './proxy.mjs';
import { Record, now } from './record.mjs';

const SENDERS = 60;
const READERS = 210;
const USERS = 100; // whose browsers all of these are; each sender is a user of his own
const KEEPERS = 4;
const GROUPS = 9;
const CALM_SECONDS = 15; // without faults, at the end: over these nothing may grow
const GROWS = 8 * 1024; // KiB: a calm while lets no process grow by more
const GREW = 24 * 1024; // nor is one larger in the end than any of its program was in the beginning
const IDLE_FILES = 6; // more than when nobody had come yet: the connection to the database, and what it opened

const minutes = Number(process.env.MINUTES || 2);
const seed = Number(process.env.SEED || Math.floor(Math.random() * 1e9));
const record = new Record();
const say = (text) => console.log(text);

const place = prepare();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
say(`prove: Snug ${revision()}, seed ${seed}, ${minutes} minutes, ${SENDERS} senders, ${READERS} readers`);
for (const what of place.skipped) say(`prove: left out: ${what}`);

// A stepped clock is read from a file, which the sandbox keeps from the programs.
const site = await startSite({ hdf: place.clock ? 'Sandbox = 0' : '', vars: { VAR: place.var, MESSAGES: '2', ...(place.clock ? { PATH: place.clock.path } : {}) } });
const proxy = await startProxy(site.port, chance(seed, 'network'), record);
const programs = fs.readdirSync(`${build}/bin`);

// Every process: its descriptors and its memory, in KiB.
function processes() {
  const found = new Map();
  for (const program of [...programs, 'nginx', 'mariadbd']) {
    for (const pid of site.pids(program)) {
      try {
        const files = fs.readdirSync(`/proc/${pid}/fd`).length;
        found.set(pid, { program, files, memory: Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) });
      } catch { /* it ended just now */ }
    }
  }
  return found;
}

const idle = new Map([...processes().values()].map((each) => [each.program, each.files]));
const users = await addUsers(site, USERS);
const crowd = new Crowd({ site, proxy, record, chance: chance(seed, 'crowd'), rooms: new Map() });
const life = new Life({ crowd, chance: chance(seed, 'life'), users });
await life.begin(KEEPERS, GROUPS);
const senders = users.slice(0, SENDERS).map((user, index) => new Sender(crowd, user, `sender ${index}`));
const readers = Array.from({ length: READERS }, (_, index) => new Reader(crowd, users[index % USERS], `reader ${index}`));
const persons = [...senders, ...readers];

const fault = (error) => { record.violation('answers', `the run itself failed: ${error.stack}`); };
const reading = Promise.all(readers.map((reader) => reader.live())).catch(fault);
const sending = Promise.all(senders.map((sender) => sender.live())).catch(fault);
const living = life.live(persons).catch(fault);
const there = () => readers.filter((reader) => reader.state || !crowd.roomsOf(reader.user).length).length; // have read something
await until(() => there() === READERS, 120).catch(() => say(`prove: only ${there()} readers are there yet`));
await sleep(2000);

const warm = processes();
say('prove: faults begin');
const end = performance.now() + minutes * 60000;
const faults = [1, 2].map((lane) => new Faults({ lane, site, proxy, place, record, choice: chance(seed, `faults ${lane}`), chance: chance(seed, `details ${lane}`) }));
await Promise.all(faults.map((each) => each.run(end)));
await faults[0].mend();
say('prove: faults are over');

const health = () => fetch(`${site.url}/health`, { signal: AbortSignal.timeout(5000) }).then((answer) => answer.status === 200, () => false);
// MariaDB that is started while the disk is full waits for a minute before it looks again.
await until(health, 150).catch(() => record.violation('healthy', 'it does not answer that it is well'));

// A calm while, over which nothing may grow.
await sleep(5000);
const before = processes();
await sleep(CALM_SECONDS * 1000);
const after = processes();
const looked = checkLeaks(record, before, after, GROWS);
const largest = (program) => Math.max(...[...warm.values()].filter((each) => each.program === program).map((each) => each.memory)); // -Infinity: it was not there
checkLeaks(record, new Map([...after].filter(([, { program }]) => largest(program) > 0).map(([pid, { program }]) => [pid, { memory: largest(program) }])), after, GREW);
const grew = Math.max(...[...after].filter(([pid, each]) => before.has(pid) && each.program !== 'mariadbd').map(([pid, each]) => each.memory - before.get(pid).memory));

crowd.sending = false;
crowd.calm = true;
await Promise.race([Promise.all([sending, living]), sleep(90000)]);

// Everybody follows to the end: the present state of every room, as one of its keepers finds it.
const keeper = (room) => room.keeper;
const present = new Map();
for (const room of crowd.rooms.values()) {
  if (room.tryAt < Infinity) continue;
  const page = await keeper(room).read({ room: room.id, limit: 200 });
  for (let part = page; part.more;) {
    part = await keeper(room).read({ room: room.id, limit: 200, before: part.messages[0].seq });
    page.messages.unshift(...part.messages);
  }
  present.set(room.id, page);
}
const lists = async (reader) => (await reader.session.client.read({})).rooms;
const last = new Map();
const finished = new Set();
const followers = readers.filter((reader) => crowd.roomsOf(reader.user).length > 0); // who is still in any room
const deadline = performance.now() + 90000;
while (followers.some((reader) => !finished.has(reader)) && performance.now() < deadline) {
  for (const reader of followers) {
    if (finished.has(reader)) continue;
    const wrong = reader.room && present.has(reader.room) && reader.session ? differs(reader, present.get(reader.room)) ?? listDiffers(reader, await lists(reader).catch(() => [])) : 'is in no room';
    if (wrong) last.set(reader, wrong); else finished.add(reader);
  }
  await sleep(300);
}
for (const reader of followers) if (!finished.has(reader)) record.violation('stored state', `${reader.name} (${reader.mode}) of ${reader.user}: ${last.get(reader)}`);
crowd.over = true;
proxy.cutAll();
await Promise.race([reading, sleep(30000)]);
proxy.close();

// What is stored.
const rooms = await site.sql('SELECT id, COALESCE(name, \'\'), last_seq, oldest_seq, version FROM rooms ORDER BY id');
const rows = await site.sql(`SELECT m.room_id, m.seq, m.version, COALESCE(m.nonce, ''), m.text, m.edited_at IS NOT NULL, m.deleted_at IS NOT NULL, m.kind, m.event, u.name
  FROM messages m JOIN users u ON u.id = m.sender_id ORDER BY m.room_id, m.seq`);
const counts = checkStored(record, rows, rooms);
for (const [id, page] of present) {
  const own = rows.filter((row) => Number(row[0]) === id && row[7] === 'text').map((row) => [Number(row[1]), row[4]]);
  const told = new Map(page.messages.map((message) => [message.seq, message.text]));
  for (const [seq, text] of own) if (seq >= page.oldest && told.get(seq) !== text) record.violation('stored state', `${id}:${seq} is told otherwise than it is stored`);
}
const late = checkLate(record);

// Nobody is there any more: what was opened for them is closed.
await sleep(2000);
const settled = async () => [...processes().values()].every((each) => each.files <= (idle.get(each.program) ?? 0) + IDLE_FILES || each.program === 'mariadbd');
await until(settled, 40).catch(() => {
  for (const [pid, each] of processes()) if (each.files > (idle.get(each.program) ?? 0) + IDLE_FILES && each.program !== 'mariadbd') record.violation('leaks', `${each.program} (${pid}) holds ${each.files} descriptors and had ${idle.get(each.program)}`);
});
const most = [...processes().values()].filter((each) => each.program === 'messages').map((each) => `${each.memory >> 10} MiB`);

// ---- the account

const n = record.counts;
const looks = {
  once: `${n['sends acknowledged']} sends acknowledged, ${n['answers lost'] ?? 0} answers lost, ${n['sends repeated on purpose'] ?? 0} repeated on purpose, ${record.doubled.size} doubled by the network`,
  invented: `${counts.rows} messages stored`,
  gaps: `${counts.gaps} numbers in ${rooms.length} rooms`,
  edits: `${n['edits acknowledged'] ?? 0} edits, ${n['deletions acknowledged'] ?? 0} deletions, ${counts.trimmed} messages passed by a limit`,
  'one order': `${n['messages seen']} messages seen, ${record.changes.size} changes`,
  'stored state': `${finished.size} of ${followers.length} readers, ${n['streams opened']} streams, ${n.reconnects ?? 0} reconnects`,
  'let in': `${n['members removed'] ?? 0} members removed, ${n['groups deleted'] ?? 0} groups deleted, ${n['sessions ended'] ?? 0} sessions ended, ${n['attempts from outside'] ?? 0} attempts from outside, ${late} messages that came late`,
  'kept out': `${n.refusals ?? 0} refusals, each for a reason`,
  answers: `${n['told to try again'] ?? 0} times told to try again`,
  leaks: `${looked} processes over ${CALM_SECONDS} s, which grew by at most ${grew} KiB, messages at ${most.join(' and ')}`,
  healthy: `${n.faults} faults: ${['processes killed', 'processes ended', 'processes stopped for a while', 'reloads', 'times without wake-ups', 'clock steps', 'times the disk was full', 'times descriptors were used up']
    .map((what) => `${what} ${n[what] ?? 0}`).join(', ')}`,
};
say('');
for (const [promise, words] of Object.entries(PROMISES)) {
  const wrong = record.wrong[promise] ?? [];
  say(`${wrong.length ? 'BROKEN' : 'ok    '} ${words}: ${looks[promise]}; violations: ${wrong.length}`);
}
for (const [what, count] of Object.entries(n).sort()) if (process.env.VERBOSE) say(`        ${what}: ${count}`);
const broken = Object.values(record.wrong).reduce((sum, each) => sum + each.length, 0);
say(`prove: seed ${seed}, ${minutes} minutes, violations: ${broken}`);
if (broken) {
  const kept = `/tmp/snug-prove-log-${seed}`;
  fs.cpSync(`${place.var}/log`, kept, { recursive: true });
  fs.writeFileSync(`${kept}/violations.txt`, Object.entries(record.wrong).map(([promise, list]) => `${promise}\n${list.map((each) => `  ${each}\n`).join('')}`).join('\n'));
  say(`prove: the logs, and all violations, are in ${kept}; SEED=${seed} repeats the choice of faults`);
}
await site.stop();
place.remove();
process.exit(broken ? 1 : 0);
