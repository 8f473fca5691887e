// How many descriptors a process may have.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';

// Sets the limit, as the process's own user: nobody else may everywhere. Answers what it was, or undefined when that fails.
export function limitDescriptors(pid, most) {
  try {
    const before = /Max open files\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/limits`, 'utf8'))[1];
    const { uid, gid } = fs.statSync(`/proc/${pid}`);
    const as = process.getuid() === uid ? [] : ['setpriv', '--reuid', uid, '--regid', gid, '--clear-groups'];
    const [command, ...rest] = [...as, 'prlimit', '--pid', pid, `--nofile=${most}:`].map(String);
    return spawnSync(command, rest).status === 0 ? before : undefined;
  } catch {
    return undefined; // it ended
  }
}

// The same, so that it can open `spare` more than it has now. The limit is one of numbers, and those may have gaps.
export function spareDescriptors(pid, spare) {
  const open = new Set();
  try {
    for (const name of fs.readdirSync(`/proc/${pid}/fd`)) open.add(Number(name));
  } catch {
    return undefined;
  }
  let most = 0;
  for (let left = spare; left > 0 || open.has(most); most += 1) if (!open.has(most)) left -= 1;
  return limitDescriptors(pid, most);
}
