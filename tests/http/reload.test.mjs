// A new build takes the place of the one that serves ("make reload"), and nobody notices.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { build, root, startSite } from '../lib/site.mjs';
import { eventually, nonce, people, query, sleep } from './client.mjs';

const PROGRAMS = fs.readdirSync(`${build}/bin`);
const reload = (folder) => promisify(execFile)(`${root}/deploy/reload`, { env: { ...process.env, VAR: folder, BUILD: path.basename(build) } });

test('a reload replaces every program, and no request is lost or refused meanwhile', async () => {
  const site = await startSite({ vars: { MESSAGES: '2' } });
  const clients = await people(site, 6);
  const room = await clients[0].group({ members: clients.map((client) => client.name).join(' ') });
  const { cursor } = await clients[0].read({ room });
  await Promise.all(clients.map((client) => client.csrf()));
  const asset = /href="(\/static\/[^"]+\.css)"/.exec((await clients[0].get('/rooms')).text)[1];
  const refused = [];
  const count = {};
  let over = false;
  const keep = async (what, status, ask) => {
    while (!over) {
      const answer = await ask().catch((error) => error);
      count[what] = (count[what] ?? 0) + 1;
      if (answer.status !== status) refused.push(`${what}: ${answer.status ?? answer}`);
    }
  };
  const busy = [
    ...clients.slice(0, 3).map((client, who) => keep('send', 201, () => client.message({ room, text: `of ${who}`, nonce: nonce() }))),
    keep('page', 200, () => clients[3].get(`/rooms/${room}`)),
    keep('list', 200, () => clients[3].get('/rooms')),
    keep('settings', 303, () => clients[0].settings(room, 'update', { name: `name ${nonce()}`, topic: 'changed', visibility: 'private', history: '' })),
    keep('sign-in', 303, () => clients[4].get('/login')),
    keep('static', 200, () => clients[4].get(asset)),
    keep('wait', 200, () => clients[5].list({ room, after: cursor, wait: 30 })),
    keep('rooms', 200, () => clients[5].list({})),
  ];
  try {
    for (let time = 0; time < 2; time += 1) {
      const before = Object.fromEntries(PROGRAMS.map((program) => [program, site.pids(program)]));
      await sleep(300);
      await reload(site.var);
      await eventually('every program is another process', () => PROGRAMS.every((program) => {
        const pids = site.pids(program);
        return pids.length === before[program].length && !pids.some((pid) => before[program].includes(pid));
      }), 60);
    }
    await sleep(300);
  } finally {
    over = true;
    await Promise.all(busy);
  }
  assert.deepEqual(refused, []);
  assert.ok(Object.values(count).every((each) => each >= 4), JSON.stringify(count));
  const stored = await clients[0].everything(room);
  assert.equal(stored.filter((message) => message.kind === 'text').length, count.send);
  await site.stop();
  await assert.rejects(reload(site.var), /no Snug runs on/);
});
