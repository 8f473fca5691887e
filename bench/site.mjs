// What the benchmark starts: Snug as "make run" does, and beside it, each behind an nginx of its own with the same
// settings, the trivial program, the bare fan-out and nchan; and the two socket.io servers, without a proxy.

import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..');
const built = path.join(root, 'build');
const parent = process.env.TMPDIR || '/var/tmp';
export const temp = fs.mkdtempSync(path.join(fs.existsSync(parent) ? parent : os.tmpdir(), 'snug-bench-'));
export const folder = `${temp}/var`; // Snug's VAR
const rooty = process.getuid() === 0;
const children = [];

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(what, seconds, message) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    if (await what()) return;
    await pause(50);
  }
  throw new Error(message);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const listens = (port) => new Promise((resolve) => {
  const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
  socket.once('error', () => resolve(false));
});

// It ends with this process, however that ends.
function start(name, command, args, env = {}) {
  const log = fs.openSync(`${temp}/${name}.log`, 'a');
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', command, ...args],
    { cwd: temp, env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`, ...env }, stdio: ['ignore', log, log] });
  fs.closeSync(log);
  child.name = name;
  child.on('error', () => {});
  children.push(child);
  return child;
}

const ended = (child) => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;

export async function stopAll() {
  for (const child of children) if (!ended(child)) child.kill('SIGTERM');
  await until(() => children.every(ended), 90, 'something does not end').catch((error) => console.error(error.message));
  if (process.exitCode) {
    const kept = `${root}/var/bench/log`;
    fs.mkdirSync(kept, { recursive: true });
    for (const from of [temp, `${folder}/log`])
      for (const file of fs.existsSync(from) ? fs.readdirSync(from) : [])
        if (file.endsWith('.log')) fs.copyFileSync(`${from}/${file}`, `${kept}/${file}`);
    console.error('bench: the logs are in var/bench/log');
  }
  fs.rmSync(temp, { recursive: true, force: true });
}

// ---- processes

const read = (file) => { try { return fs.readFileSync(file, 'utf8'); } catch { return ''; } };

function processes(test) {
  return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try { return test(pid); } catch { return false; }
  });
}

const exe = (pid) => fs.readlinkSync(`/proc/${pid}/exe`);
const parentOf = (pid) => Number(/^PPid:\s*(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1]);

export const programs = (name) => processes((pid) => exe(pid) === `${folder}/site/bin/${name}`);
export const database = () => processes((pid) =>
  path.basename(exe(pid)) === 'mariadbd' && fs.readlinkSync(`/proc/${pid}/cwd`).startsWith(folder));
const workers = (master) => processes((pid) => parentOf(pid) === master);

export const pss = (pids) => pids.reduce((sum, pid) =>
  sum + Number(/^Pss:\s*(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0), 0);

// All our programs with one process each: the second of a pair is ended, and its supervisor held, while we look.
export async function idleMemory() {
  const names = fs.readdirSync(`${folder}/site/bin`);
  const held = [];
  for (const name of names)
    for (const extra of programs(name).slice(1)) {
      const supervisor = parentOf(extra);
      process.kill(supervisor, 'SIGSTOP');
      process.kill(extra, 'SIGKILL');
      held.push(supervisor);
    }
  await pause(300);
  const each = Object.fromEntries(names.map((name) => [name, pss(programs(name))]));
  for (const supervisor of held) process.kill(supervisor, 'SIGCONT');
  await pause(1000);
  return each;
}

// ---- Snug

export async function startSnug() {
  fs.chmodSync(temp, 0o755);
  fs.mkdirSync(`${temp}/bin`);
  for (const name of ['trivial', 'fanout']) fs.copyFileSync(`${built}/bench/${name}`, `${temp}/bin/${name}`);
  const port = await freePort();
  const child = start('snug', `${root}/deploy/run`, [], { PORT: port, HOST: '127.0.0.1', VAR: folder, LIMITS: 'off',
    MESSAGES: '1', DB: '', WAKEUPS: '', BUILD: 'build' });
  await until(() => ended(child) || /^Snug is at /m.test(read(`${temp}/snug.log`)), 120, 'Snug does not start');
  if (ended(child)) throw new Error(`Snug does not start:\n${read(`${temp}/snug.log`)}`);
  const master = Number(read(`${folder}/run/nginx.pid`));
  return { port, nginx: workers(master), own: programs('messages'), db: database() };
}

export function sql(text) {
  return execFileSync('mariadb', [`--defaults-file=${folder}/run/db.cnf`, '--batch', '--skip-column-names', 'snug'],
    { input: text, encoding: 'utf8' });
}

// ---- beside it

// An nginx with Snug's own settings, but for what listens where.
async function nginx(name, site, before = '') {
  const port = await freePort();
  fs.mkdirSync(`${temp}/${name}/tmp`, { recursive: true });
  if (rooty) execFileSync('chown', ['-R', 'www-data:', `${temp}/${name}`]);
  fs.writeFileSync(`${temp}/${name}/site.conf`, site(port));
  fs.writeFileSync(`${temp}/${name}/nginx.conf`, before + read(`${folder}/run/nginx.conf`)
    .replace('run/nginx.pid', `${temp}/${name}/nginx.pid`)
    .replace('include site.conf', `include ${temp}/${name}/site.conf`)
    .replaceAll(' run/tmp/', ` ${temp}/${name}/tmp/`));
  const master = start(name, 'nginx', ['-p', './', '-c', `${temp}/${name}/nginx.conf`, '-e', 'stderr']);
  await until(() => listens(port), 20, `${name}: nginx does not start`);
  return { port, nginx: workers(master.pid) };
}

// A FastCGI program in the place of "messages" and "room".
export async function startProgram(name) {
  const owner = rooty ? ['-U', 'www-data', '-G', 'www-data'] : [];
  const as = rooty ? ['--reuid', 'www-data', '--regid', 'www-data', '--clear-groups'] : [];
  const child = start(`${name}-program`, 'spawn-fcgi', ['-n', '-s', `${temp}/${name}.sock`, '-M', '0660', '-b', '4096',
    ...owner, '--', '/usr/bin/setpriv', ...as, '--pdeathsig', 'TERM', `${temp}/bin/${name}`]);
  const web = await nginx(name, (port) => read(`${folder}/run/site.conf`)
    .replace(/^ *listen 127\.0\.0\.1:\d+/m, `    listen 127.0.0.1:${port}`)
    .replaceAll(/unix:[^;]*\/(messages|room)\.sock/g, `unix:${temp}/${name}.sock`));
  return { ...web, own: [child.pid] };
}

export async function startNchan() {
  const module = '/usr/lib/nginx/modules/ngx_nchan_module.so';
  if (!fs.existsSync(module)) return null;
  const web = await nginx('nchan', (port) => `server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /messages { nchan_subscriber eventsource; nchan_channel_id room; nchan_subscriber_first_message newest; }
    location = /publish { nchan_publisher; nchan_channel_id room; nchan_store_messages off; }
}
`, `load_module ${module};\n`);
  return { ...web, own: [] };
}

// Files without a program: put down by PUT, given as they lie there.
export async function startPlain() {
  const data = `${temp}/plain/data`;
  fs.mkdirSync(data, { recursive: true });
  const web = await nginx('plain', (port) => `server {
    listen 127.0.0.1:${port} backlog=4096;
    root ${data};
    client_max_body_size 512m;
    dav_methods PUT;
}
`);
  return { ...web, folder: data };
}

export async function startPeer(name, command, file) {
  const port = await freePort();
  const child = start(name, command, [`${root}/bench/peers/${file}`], { PORT: port });
  await until(() => ended(child) || listens(port), 30, `${name} does not start`).catch(() => {});
  if (ended(child)) {
    console.error(`bench: ${name} does not start, and is left out:\n${read(`${temp}/${name}.log`).slice(-500)}`);
    return null;
  }
  return { port, nginx: [], own: [child.pid] };
}
