// Runs the parts of the benchmark in turns, so that what the machine does besides falls on all alike, and writes down
// what came out: var/bench/results.json, table.md and chart.svg. See bench/README.md for what each figure means.

import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { chart } from './chart.mjs';
import { files } from './files.mjs';
import { goals, measures } from './goals.mjs';
import {
  folder, idleMemory, pause, programs, root, sql, startNchan, startPeer, startPlain, startProgram, startSnug, stopAll,
} from './site.mjs';

const ROUNDS = 5;
const LIMIT = 570; // seconds: a round that would end later does not begin
const SEND_MS = 2500;
const SEARCH_MS = 1000;
const CONSTANT = '{"room":101,"seq":123456,"change":123456}'; // what bench/trivial.c answers
const parts = new Set(process.argv.length > 2 ? process.argv.slice(2) : ['memory', 'reach', 'send', 'poll', 'page', 'search', 'format', 'files']);

const began = Number(process.env.BENCH_BEGAN) * 1000 || Date.now();
const seconds = () => (Date.now() - began) / 1000;
const say = (text) => console.log(`bench ${seconds().toFixed(0).padStart(3)} s  ${text}`);
const results = []; // { figure, round, …what the generator printed }
const servers = {};

// One run of a program of ours, and its one line of JSON.
function measure(program, args) {
  return new Promise((resolve) => {
    execFile(`${root}/build/bench/${program}`, args.map(String), { timeout: 120000 }, (error, out, err) => {
      let line = {};
      try { line = JSON.parse(out); } catch { /* it says itself below what went wrong */ }
      if (error || line.wrong !== 0) line.failed = err.trim().slice(0, 600) || String(error);
      resolve(line);
    });
  });
}

async function take(figure, round, line) {
  const one = { figure, round, ...await line };
  results.push(one);
  if (one.failed) say(`${figure}: FAILED: ${one.failed}`);
  return one;
}

const watch = (server, own = server.own) => [['nginx', server.nginx], ['own', own], ['db', server.db ?? []]]
  .filter(([, pids]) => pids.length).flatMap(([name, pids]) => ['--watch', `${name}=${pids.join()}`]);

// ---- the parts

let bytes = 1119; // of an event that carries a message; what Snug's had last

// Readers of room 1, and user 900 who speaks to them.
async function tellReaders(figure, name, readers, round, messages) {
  const server = servers[name];
  if (!server) return;
  const kind = name === 'flask' ? 'socketio' : name;
  const one = await take(figure, round, measure('load', ['reach', '--kind', kind, '--port', server.port, '--connections', readers,
    '--user', 1001, '--speaker', 900, '--room', 1, '--messages', messages, '--bytes', bytes, ...watch(server)]));
  if (name === 'snug' && one.bytes) bytes = one.bytes;
}

async function reach(readers, round) {
  for (const name of ['snug', 'fanout', 'nchan', 'socketio', 'flask']) {
    if (name === 'flask' && readers > 1000 && round > 1) continue; // it takes long, and once tells enough
    await tellReaders(`reach ${readers} ${name}`, name, readers, round, readers > 1000 ? 8 : 12);
  }
}

function rate(figure, mode, server, round, connections, extra) {
  return take(figure, round, measure('load', [mode, '--port', server.port, '--connections', connections,
    '--seconds', SEND_MS, ...extra]));
}

async function send(round) {
  const socket = `${folder}/run/db.sock`;
  for (const senders of [64, 16, 1]) {
    await rate(`send ${senders} trivial`, 'send', servers.trivial, round, senders,
      ['--user', 6101, '--room', 101, '--rooms', 100, '--constant', CONSTANT, ...watch(servers.trivial)]);
    await rate(`send ${senders} to 100`, 'send', servers.snug, round, senders,
      ['--user', 6101, '--room', 101, '--rooms', 100, '--database', socket, ...watch(servers.snug)]);
    await rate(`send ${senders} to 1`, 'send', servers.snug, round, senders,
      ['--user', 6101, '--room', 5, '--database', socket, ...watch(servers.snug)]);
  }
  await take('send database', round, measure('dbload', ['rows', socket, 16, SEND_MS, 100001 + round * 1000, 100]));
  await take('disk', round, measure('dbload', ['disk', folder]).then((line) => ({ ...line, failed: undefined })));
}

async function poll(round) {
  await rate('poll trivial', 'poll', servers.trivial, round, 64, ['--user', 6301, '--room', 2, '--constant', CONSTANT,
    ...watch(servers.trivial)]);
  await rate('poll', 'poll', servers.snug, round, 64, ['--user', 6301, '--room', 2, ...watch(servers.snug)]);
}

async function page(round) {
  const who = ['--user', 6201, '--users', 16];
  const own = watch(servers.snug, programs('room'));
  await rate('page trivial', 'page', servers.trivial, round, 64, [...who, '--room', 3, '--constant', CONSTANT,
    ...watch(servers.trivial)]);
  await rate('page 1000', 'page', servers.snug, round, 64, [...who, '--room', 3, '--last', 1000, ...own]);
  await rate('page formatted', 'page', servers.snug, round, 64, [...who, '--room', 7, '--last', 1000, ...own]);
  await rate('page 1000000', 'page', servers.snug, round, 64, [...who, '--room', 4, '--last', 1000000, ...own]);
}

// A word that one message has, and one that all have; among 10,000 and among 1,000,000.
async function search(round) {
  for (const [messages, user, rare] of [[10000, 6301, '7777'], [1000000, 6201, '777777']])
    for (const [word, query, found] of [['rare', rare, 1], ['common', 'thursday', 25]])
      await take(`search ${word} ${messages}`, round, measure('load', ['search', '--port', servers.snug.port, '--connections', 2,
        '--seconds', SEARCH_MS, '--user', user, '--users', 1, '--query', query, '--found', found, ...watch(servers.snug, programs('search'))]));
}

// The index follows by itself, and at once for who searches. The other parts go without it.
async function index() {
  say('indexing 1,000,000 messages');
  sql('DELETE FROM search_rooms WHERE room_id IN (4, 6)');
  for (const user of [6301, 6201])
    for (let page = 'Not all messages are in the index'; page.includes('Not all messages are in the index');)
      page = await fetch(`http://127.0.0.1:${servers.snug.port}/search?q=thursday`,
        { headers: { Cookie: `snug_session=bench${String(user).padStart(38, '0')}` } }).then((answer) => answer.text());
}

async function fileRates(round) {
  for (const [figure, line] of await files(servers.snug, servers.plain)) await take(figure, round, line);
}

async function format(round) {
  const line = await take('format hostile', round, measure('format', []).then((one) => ({ ...one, us: one.worst })));
  results.push({ ...line, figure: 'format plain', us: line.plain });
}

// The first readers of all: nothing is left in memory of others that went.
async function memory() {
  for (const name of ['snug', 'fanout', 'nchan', 'socketio', 'flask'])
    for (const readers of [1000, 5000])
      if (name !== 'flask' || readers === 1000) await tellReaders(`memory ${readers} ${name}`, name, readers, 1, 1);
}

// ---- all of it

async function startAll() {
  say('starting Snug');
  servers.snug = await startSnug();
  // Each program is up and has its database connection before its memory is looked at.
  for (const path of ['/', '/register', '/login', '/account', '/people', '/rooms', '/rooms/2', '/rooms/2/settings',
    '/messages?room=2', '/search', '/health', '/logout'])
    await fetch(`http://127.0.0.1:${servers.snug.port}${path}`, { redirect: 'manual' }).then((answer) => answer.text());
  if (parts.has('memory')) {
    const each = await idleMemory();
    results.push({ figure: 'memory idle', round: 1, each, kib: Object.values(each).reduce((a, b) => a + b, 0) });
  }
  say('filling the database: 5,000 people, a room with 1,000,000 messages');
  sql(fs.readFileSync(`${root}/bench/seed.sql`, 'utf8'));
  if (parts.has('search')) await index();
  say('starting what runs beside it');
  servers.trivial = await startProgram('trivial');
  servers.plain = await startPlain();
  servers.fanout = await startProgram('fanout');
  servers.nchan = await startNchan();
  servers.socketio = await startPeer('socketio', process.execPath, 'socketio.cjs');
  servers.flask = await startPeer('flask', '/usr/bin/python3', 'flaskio.py');
}

function write() {
  const out = `${root}/var/bench`;
  const machine = `${os.cpus().length} cores (${os.cpus()[0].model.trim()}), ${(os.totalmem() / 2 ** 30).toFixed(0)} GiB, ` +
    `${/^PRETTY_NAME="(.*)"/m.exec(fs.readFileSync('/etc/os-release', 'utf8'))?.[1]}`;
  const about = { date: new Date().toISOString().slice(0, 16).replace('T', ' ') + ' UTC', machine, seconds: Math.round(seconds()) };
  const table = [goals(results), measures(results), `${about.date}, ${about.machine}, ${about.seconds} s.`].join('\n\n') + '\n';
  fs.mkdirSync(out, { recursive: true });
  fs.writeFileSync(`${out}/results.json`, JSON.stringify({ about, results }, null, 1) + '\n');
  fs.writeFileSync(`${out}/table.md`, table);
  fs.writeFileSync(`${out}/chart.svg`, chart(results, about));
  console.log(`\n${table}\nWritten: var/bench/table.md, chart.svg, results.json`);
}

async function main() {
  await startAll();
  await pause(1000);
  if (parts.has('memory')) { say('memory'); await memory(); }
  const steps = [
    ['reach', 'reach, 1,000 readers', (round) => reach(1000, round)], ['reach', 'reach, 5,000 readers', (round) => reach(5000, round)],
    ['send', 'send', send], ['poll', 'poll', poll], ['page', 'page', page], ['search', 'search', search],
    ['format', 'format', format], ['files', 'files', fileRates],
  ].filter(([part]) => parts.has(part));
  for (let round = 1, took = 0; round <= ROUNDS; round++) {
    const start = seconds();
    if (start + took > LIMIT) { say(`no time is left for round ${round}`); break; }
    for (const [, title, step] of steps) {
      say(`round ${round}: ${title}`);
      await step(round);
    }
    took = seconds() - start;
  }
  write();
  if (results.some((one) => one.failed)) process.exitCode = 1;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => { process.exitCode = 130; stopAll().finally(() => process.exit(130)); });
try {
  await main();
} catch (error) {
  console.error(`bench: ${error.stack}`);
  process.exitCode = 1;
} finally {
  await stopAll();
}
