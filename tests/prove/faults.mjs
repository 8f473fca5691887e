// What is done to the site. Each fault ends by itself and leaves nothing behind; those that this machine does not allow say
// so once and are left out.

import { execFile, execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { stepClock } from '../lib/clock.mjs';
import { limitDescriptors, spareDescriptors } from '../lib/descriptors.mjs';
import { build, root } from '../lib/site.mjs';
import { sleep } from '../http/client.mjs';

const PROGRAMS = fs.readdirSync(`${build}/bin`);

// ---- what has to be there before the site starts

// A folder for VAR on a small file system of its own, so that it can be filled; and programs whose clock can be stepped.
export function prepare(megabytes = 420) {
  const folder = fs.mkdtempSync('/tmp/snug-prove-');
  fs.chmodSync(folder, 0o755);
  const place = { folder, var: `${folder}/var`, skipped: [] };
  fs.mkdirSync(place.var);
  place.mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', place.var]).status === 0;
  if (!place.mounted) place.skipped.push('the disk full (no file system may be mounted here)');
  place.remove = () => {
    if (place.mounted) spawnSync('umount', ['-l', place.var]);
    place.mounted = false;
    fs.rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', place.remove);
  place.clock = stepClock(folder);
  if (!place.clock) place.skipped.push('the clock stepped (libfaketime is missing)');
  return place;
}

// ---- faults

const parent = (pid) => { try { return Number(/\) \S (\d+)/.exec(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))[1]); } catch { return 0; } };

const underWay = new Set(); // none of them twice at once

export class Faults {
  // `choice` says which fault comes next, `chance` how it goes: so the one repeats whatever the other needs.
  constructor({ lane, site, proxy, place, record, choice, chance }) {
    Object.assign(this, { lane, site, proxy, place, record, choice, chance });
    this.begun = performance.now();
  }

  all() {
    const list = [
      [10, 'kill a program', () => this.signal('SIGKILL', this.program(), 'killed')],
      [6, 'kill messages', () => this.signal('SIGKILL', 'messages', 'killed')],
      [5, 'kill nginx workers', () => this.workers('SIGKILL')],
      [2, 'kill nginx', () => this.signal('SIGKILL', 'nginx', 'killed')],
      [5, 'kill MariaDB', () => this.signal('SIGKILL', 'mariadbd', 'killed')],
      [2, 'kill a supervisor', () => this.one('SIGKILL', 'multiwatch', 'killed')],
      [5, 'stop a program', () => this.stop(this.program())],
      [6, 'stop messages', () => this.stop('messages')],
      [3, 'stop nginx', () => this.stop('nginx')],
      [4, 'stop MariaDB', () => this.stop('mariadbd')],
      [4, 'end a program', () => this.signal('SIGTERM', this.program(), 'ended')],
      [4, 'end messages', () => this.signal('SIGTERM', 'messages', 'ended')],
      [2, 'end MariaDB', () => this.signal('SIGTERM', 'mariadbd', 'ended')],
      [5, 'reload', () => this.reload()],
      [6, 'rough network', () => this.rough()],
      [3, 'cut all connections', () => this.proxy.cutAll()],
      [8, 'drop wake-ups', () => this.wakes()],
      [4, 'descriptors of messages used up', () => this.descriptors('messages')],
      [2, 'descriptors of nginx used up', () => this.descriptors('nginx')],
      [2, 'descriptors of MariaDB used up', () => this.descriptors('mariadbd')],
    ];
    if (this.place.clock) list.push([6, 'step the clock', () => this.clock()]);
    if (this.place.mounted) list.push([5, 'fill the disk', () => this.fill()]);
    return list;
  }

  program() { return this.chance.of(PROGRAMS); }

  seconds(least, most) { return sleep(1000 * (least + this.chance.next() * (most - least))); }

  signal(signal, program, done) {
    this.record.count(`processes ${done}`, this.site.kill(program, signal).length);
  }

  one(signal, program, done) {
    const pid = this.chance.of(this.site.pids(program));
    if (pid) process.kill(pid, signal);
    this.record.count(`processes ${done}`);
  }

  workers(signal) {
    const pids = this.site.pids('nginx');
    for (const pid of pids.filter((each) => pids.includes(parent(each)))) {
      process.kill(pid, signal);
      this.record.count('processes killed');
    }
  }

  async stop(program) {
    this.record.count('processes stopped for a while', this.site.kill(program, 'SIGSTOP').length);
    await this.seconds(0.5, 6);
    this.site.kill(program, 'SIGCONT');
  }

  async reload() {
    const env = { ...process.env, VAR: this.site.var, BUILD: path.basename(build) };
    await promisify(execFile)(`${root}/deploy/reload`, { env })
      .then(() => this.record.count('reloads'), (error) => this.record.count(`reloads that failed: ${error.stderr.trim()}`));
  }

  async rough() {
    this.proxy.rough();
    await this.seconds(2, 7);
    this.proxy.usual();
  }

  // The sockets that listen for wake-ups are out of the way, those of new programs too; then they are back.
  async wakes() {
    const [there, aside] = [`${this.site.var}/run/wake`, `${this.site.var}/run/wake-aside`];
    const move = (from, to) => {
      for (const name of fs.readdirSync(from)) fs.renameSync(`${from}/${name}`, `${to}/${name}`);
    };
    fs.mkdirSync(aside, { recursive: true });
    const end = performance.now() + 1000 * this.chance.between(2, 9);
    while (performance.now() < end) {
      move(there, aside);
      await sleep(20);
    }
    move(aside, there);
    this.record.count('times without wake-ups');
  }

  async clock() {
    const step = this.chance.of([-7200, -600, -30, -2, 2, 30, 600, 7200]);
    this.place.clock.step(step);
    this.record.count('clock steps');
    await this.seconds(2, 8);
    if (this.chance.may(0.7)) this.place.clock.step(0);
  }

  async fill() {
    const file = `${this.place.var}/filler`;
    const part = Buffer.alloc(1 << 20);
    const fd = fs.openSync(file, 'w');
    const end = performance.now() + 1000 * this.chance.between(2, 6);
    let size = 0;
    while (performance.now() < end) {
      try {
        for (;;) size += fs.writeSync(fd, part, 0, part.length);
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error;
      }
      await sleep(50);
    }
    fs.closeSync(fd);
    fs.rmSync(file);
    this.record.count('times the disk was full');
    this.record.count('MiB it was filled with', Math.round(size / (1 << 20)));
  }

  async descriptors(program) {
    const before = new Map();
    for (const pid of this.site.pids(program)) {
      const soft = spareDescriptors(pid, this.chance.between(0, 6));
      if (soft) before.set(pid, soft);
    }
    this.record.count(before.size ? 'times descriptors were used up' : 'times descriptors could not be used up');
    await this.seconds(1, 5);
    for (const [pid, soft] of before) limitDescriptors(pid, soft);
  }

  // One fault after the other, until the time is over. Two of these run beside each other.
  async run(until) {
    const list = this.all();
    while (performance.now() < until) {
      await sleep(300 + this.choice.next() * 2700);
      if (performance.now() >= until) break;
      const at = ((performance.now() - this.begun) / 1000).toFixed(1);
      const [, name, act] = this.choice.weighed(list.map((one) => [one[0], one]));
      if (underWay.has(name)) continue;
      console.log(`${at.padStart(6)} s  ${this.lane}  ${name.padEnd(36)} ${this.record.counts['sends acknowledged'] ?? 0} sends acknowledged`);
      underWay.add(name);
      await act();
      underWay.delete(name);
      this.record.count('faults');
    }
  }

  async mend() {
    this.proxy.calm();
    this.place.clock?.step(0);
    for (const program of [...PROGRAMS, 'nginx', 'mariadbd']) this.site.kill(program, 'SIGCONT');
  }
}

export const revision = () => {
  try { return execFileSync('git', ['describe', '--always', '--dirty'], { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim(); } catch { return ''; }
};
