// Whether a name that is known can be told by the time that a refusal takes: node bench/guess.mjs [pairs] [cost]
//
// A site of its own with passwords at their full cost (15), or at another, so that all the rest shows. Pairs of tries, a
// known name and an unknown one in random order, one at a time; then the medians, their difference, and the noise: how far apart the medians are when all tries, of
// either kind, are dealt into two heaps at random (95 of 100 times it is less).
import fs from 'node:fs';
import os from 'node:os';
import { Client, addUsers, PASSWORD, unique } from '../tests/http/client.mjs';
import { startSite } from '../tests/lib/site.mjs';

const pairs = Number(process.argv[2] ?? 200);
const cost = Number(process.argv[3] ?? 15);
const folder = fs.mkdtempSync(`${os.tmpdir()}/snug-guess-`);
fs.chmodSync(folder, 0o755);
fs.writeFileSync(`${folder}/mail`, '#!/bin/sh\ncat > /dev/null\n', { mode: 0o755 });
const site = await startSite({ hdf: { 'Password.Cost': cost, 'Password.Parallel': cost < 15 ? 1 : 3, 'Mail.Command': `${folder}/mail -t` } });
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

// Known names have passwords of the same cost as the work that is done for unknown ones.
const names = await addUsers(site, 20);
const first = new Client(site.url);
const registered = unique('cost');
await first.register(registered);
await site.sql(`UPDATE users u JOIN (SELECT password FROM users WHERE name = '${registered}') p SET u.password = p.password`);

async function measure(what, path, fields) {
  const client = new Client(site.url);
  await client.csrf();
  const times = { known: [], unknown: [] };
  for (let at = -5; at < pairs; at += 1) {
    const both = [['known', names[(at + 20) % 20]], ['unknown', unique('user')]];
    if (Math.random() < 0.5) both.reverse();
    for (const [kind, name] of both) {
      const begin = process.hrtime.bigint();
      await client.submit(path, fields(name));
      if (at >= 0) times[kind].push(Number(process.hrtime.bigint() - begin) / 1e6);
    }
  }
  const all = [...times.known, ...times.unknown];
  const deals = Array.from({ length: 1000 }, () => {
    const heaps = [[], []];
    for (let at = 0; at < all.length; at += 2) {
      const swap = Math.random() < 0.5 ? 1 : 0;
      heaps[swap].push(all[at]);
      heaps[1 - swap].push(all[at + 1]);
    }
    return Math.abs(median(heaps[0]) - median(heaps[1]));
  }).sort((a, b) => a - b);
  const [known, unknown] = [median(times.known), median(times.unknown)];
  console.log(`${what}: known ${known.toFixed(2)} ms, unknown ${unknown.toFixed(2)} ms, apart ${Math.abs(known - unknown).toFixed(2)} ms, noise ${deals[950].toFixed(2)} ms (${pairs} pairs)`);
}

await measure('signing in', '/login', (name) => ({ name, password: 'not the password' }));
await measure('signing in by address', '/login', (name) => ({ name: `${name}@example.org`, password: 'not the password' }));
await measure('recovery code', '/forgot', (name) => ({ action: 'code', name, code: 'aaaa-bbbb-cccc-dddd', password: `${PASSWORD} 2` }));
await measure('link by mail', '/forgot', (name) => ({ action: 'mail', who: name }));
await site.stop();
fs.rmSync(folder, { recursive: true });
