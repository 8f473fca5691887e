// `make valgrind`: the messages program under memcheck, with a short crowd in front of it. Nothing it does with memory is
// wrong, and nothing is lost when it ends.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { site as runningSite } from './lib/site.mjs';
import { eventually, nonce, people, sleep } from './http/client.mjs';

const SECONDS = Number(process.env.SECONDS || 20);

test('messages, under valgrind, makes no fault and forgets nothing', async (t) => {
  const site = await runningSite();
  const crowd = await people(site, 12, 'crowd');
  await Promise.all(crowd.map((client) => client.csrf()));
  const [ana] = crowd;
  const room = await ana.group({ members: crowd.map((client) => client.name).join(' ') });

  // In the program's place stands a script that starts it under valgrind.
  const program = `${site.var}/site/bin/messages`;
  const report = `${site.var}/run/tmp/valgrind`;
  const present = site.pids('messages');
  fs.renameSync(program, `${program}.real`);
  fs.writeFileSync(program, `#!/bin/sh
echo $$ > ${report}.pid
exec valgrind --leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite --num-callers=20 --log-file=${report}.%p ${program}.real
`, { mode: 0o755 });
  for (const pid of present) process.kill(pid, 'SIGTERM');
  await eventually('it answers under valgrind', async () => fs.existsSync(`${report}.pid`) && (await ana.list({})).status === 200, 120);
  const pid = Number(fs.readFileSync(`${report}.pid`, 'utf8'));
  assert.match(fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8'), /valgrind/);

  const end = Date.now() + SECONDS * 1000;
  const done = { sent: 0, edited: 0, deleted: 0, read: 0, streamed: 0, refused: 0 };
  const ok = (answer, what) => { assert.ok(answer.status < 500, `${answer.status} ${answer.text}`); done[answer.status < 400 ? what : 'refused'] += 1; return answer; };
  await Promise.all(crowd.map(async (client, at) => {
    let cursor;
    while (Date.now() < end) {
      if (at < 4) { // writes
        const answer = ok(await client.message({ room, text: `**${at}** @${ana.name} <b> ${'x'.repeat(Math.random() * 300)}`, nonce: nonce() }), 'sent');
        if (answer.status !== 201) continue;
        const { seq } = answer.json();
        ok(await client.message({ room, action: 'edit', seq, text: `~~edited~~ ${seq}` }), 'edited');
        if (seq % 3 === 0) ok(await client.message({ room, action: 'delete', seq }), 'deleted');
        ok(await client.message({ room, action: 'preview', text: '| a |\n|---|\n| b |' }), 'read');
        ok(await client.message({ room, text: '\0', nonce: 'no nonce at all' }), 'read');
      } else if (at < 7) { // is held
        const answer = ok(await client.list({ room, after: cursor, wait: 5 }), 'read');
        cursor = answer.json().cursor;
      } else if (at < 10) { // follows a stream, and goes in the middle
        const stream = await client.stream({ room });
        await sleep(Math.random() * 2000);
        done.streamed += stream.events.length;
        stream.close();
      } else { // reads pages, back and forth
        ok(await client.list({ room, limit: 200 }), 'read');
        ok(await client.list({ room, before: 5 }), 'read');
        ok(await client.get(`/messages?room=${room}`, { accept: 'text/html' }), 'read');
        ok(await client.list({ room: 99999, after: 'x' }), 'read');
        ok(await client.message({ room, action: 'read', seq: 1 }), 'read');
      }
    }
  }));
  // Membership and sessions end meanwhile, too: what readers hold is let go.
  await ana.settings(room, 'remove', { member: crowd[5].name });
  await crowd[6].submit('/logout', {});
  await ana.settings(room, 'delete');
  const held = crowd[7].list({ after: (await crowd[7].read({})).cursor, wait: 30 }).catch(() => null);
  await sleep(1000);

  process.kill(pid, 'SIGTERM');
  const said = await eventually('it ended', () => /ERROR SUMMARY/.test(fs.readFileSync(`${report}.${pid}`, 'utf8')) && fs.readFileSync(`${report}.${pid}`, 'utf8'), 120);
  await held;
  fs.renameSync(`${program}.real`, program);
  t.diagnostic(JSON.stringify(done));
  t.diagnostic(said.split('\n').filter((line) => /lost:|reachable:|in use at exit|SUMMARY/.test(line)).map((line) => line.replace(/^==\d+== */, '')).join('; '));
  assert.ok(done.sent > 0 && done.edited > 0 && done.streamed > 0, 'the crowd did something');
  assert.match(said, /ERROR SUMMARY: 0 errors/, said);
});
