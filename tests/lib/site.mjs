// A running Snug for tests.
//
//   site()                 the one that tests/run started for all (SNUG_URL, SNUG_VAR), or else one of this file's own
//   startSite({vars, hdf}) a further one: vars are deploy/run's settings (MESSAGES, DB, LIMITS …; PORT and VAR if they
//                          matter), hdf is the settings for VAR/snug.hdf: text, or { 'Limits.SignIn': 3 }
//
// Both end with the test file. What a site offers:
//
//   url, port, var, pid    pid is deploy/run's own (null for the shared site)
//   stop(signal, keep)     ends it; its folder goes too unless keep is true or VAR was given
//   pids(program)          the processes of a program: one of cgi-bin/, or mariadbd, nginx, multiwatch
//   kill(program, signal)  sends them a signal (SIGKILL if none is named) and returns their pids
//   sql(text)              runs statements in its database, returns the rows as arrays of strings (NULL as null)
//   stopDatabase(signal)   ends MariaDB and keeps it down until startDatabase()
//   log(name)              what it has logged: one program's, or everything
//
// The rate limits are off and passwords are cheap, unless vars or hdf say otherwise.

import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';

export const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../..');
export const build = path.join(root, process.env.BUILD || (Number(process.env.SAN) ? 'build-san' : 'build'));

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const started = new Set();
let shared;

const stopAll = () => Promise.all([...started].map((one) => one.stop()));
// Outside of tests (make prove) whoever started one ends it.
if (process.env.NODE_TEST_CONTEXT || process.argv[1]?.endsWith('.test.mjs')) after(stopAll);

// How long to wait is said for a quiet machine; a busy one gets more, so that no test depends on its speed.
export const PATIENCE = 5;

export async function until(what, seconds = 20, message = 'it did not happen in time') {
  const end = Date.now() + seconds * 1000 * PATIENCE;
  for (;;) {
    const value = await what();
    if (value) return value;
    if (Date.now() > end) throw new Error(message);
    await pause(50);
  }
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function processes(folder, program) {
  return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      const exe = fs.readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '');
      if (exe === `${folder}/site/bin/${program}`) return true;
      if (path.basename(exe) !== program) return false;
      return [folder, `${folder}/db`].includes(fs.readlinkSync(`/proc/${pid}/cwd`));
    } catch {
      return false;
    }
  }).map(Number);
}

function query(folder, text) {
  return new Promise((resolve, reject) => {
    const args = [`--defaults-file=${folder}/run/db.cnf`, '--batch', '--skip-column-names', 'snug'];
    const client = execFile('mariadb', args, { maxBuffer: 1 << 28 }, (error, out, err) => {
      if (error) return reject(new Error(err.trim() || error.message));
      const plain = { '\\n': '\n', '\\t': '\t', '\\0': '\0', '\\\\': '\\' };
      resolve(out.split('\n').slice(0, -1).map((line) => line.split('\t').map((field) =>
        field === 'NULL' ? null : field.replace(/\\[nt0\\]/g, (code) => plain[code]))));
    });
    client.stdin.on('error', () => {});
    client.stdin.end(text);
  });
}

function makeSite(url, folder, pid, stop) {
  const hold = `${folder}/run/db.hold`;
  const one = {
    url,
    port: Number(new URL(url).port),
    var: folder,
    pid,
    stop,
    pids: (program) => processes(folder, program),
    kill(program, signal = 'SIGKILL') {
      const pids = processes(folder, program);
      for (const each of pids) process.kill(each, signal);
      return pids;
    },
    sql: (text) => query(folder, text),
    async stopDatabase(signal = 'SIGKILL') {
      fs.writeFileSync(hold, '');
      one.kill('mariadbd', signal);
      await until(() => one.pids('mariadbd').length === 0, 60, 'MariaDB did not end');
    },
    async startDatabase() {
      fs.rmSync(hold, { force: true });
      await until(() => one.sql('DO 0').then(() => true, () => false), 60, 'MariaDB did not come back');
    },
    log(name) {
      const names = name ? [`${name}.log`] : fs.readdirSync(`${folder}/log`);
      return names.map((file) => fs.readFileSync(`${folder}/log/${file}`, 'utf8')).join('');
    },
  };
  return one;
}

export async function startSite({ vars = {}, hdf = '' } = {}) {
  const temporary = vars.VAR ? null : fs.mkdtempSync(path.join(os.tmpdir(), 'snug-test-'));
  const folder = vars.VAR ? path.resolve(root, vars.VAR) : `${temporary}/var`;
  const port = vars.PORT ?? await freePort();
  fs.mkdirSync(folder, { recursive: true });
  if (temporary) fs.chmodSync(temporary, 0o755);
  const own = typeof hdf === 'string' ? hdf : Object.entries(hdf).map((pair) => pair.join(' = ')).join('\n');
  fs.writeFileSync(`${folder}/snug.hdf`, `Password.Cost = 10\nPassword.Parallel = 1\n${own}\n`);

  const env = { ...process.env, LIMITS: 'off', BUILD: path.basename(build), ...vars, PORT: port, VAR: folder };
  // Should this process be killed, the site ends as well.
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', `${root}/deploy/run`],
    { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let status;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => { said += text; });
  }
  child.on('exit', (code, signal) => { status = signal ?? code; });

  const one = makeSite(`http://127.0.0.1:${port}`, folder, child.pid, async (signal = 'SIGTERM', keep = false) => {
    started.delete(one);
    if (status === undefined) {
      child.kill(signal);
      await until(() => status !== undefined, 90, `the site on port ${port} did not end:\n${said}`);
    }
    if (temporary && !keep) fs.rmSync(temporary, { recursive: true, force: true });
    return status;
  });
  one.said = () => said;
  started.add(one);
  await until(() => /^Snug is at /m.test(said) || status !== undefined, 120, `the site did not start:\n${said}`);
  if (status !== undefined) {
    const error = new Error(`the site did not start, status ${status}:\n${said}`);
    Object.assign(error, { status, said });
    await one.stop();
    throw error;
  }
  return one;
}

export function site() {
  shared ??= process.env.SNUG_URL
    ? Promise.resolve(makeSite(process.env.SNUG_URL, process.env.SNUG_VAR, null, async () => {}))
    : startSite();
  return shared;
}
