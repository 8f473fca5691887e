// A site whose clock can be stepped: programs that stand before the real ones and put libfaketime under them.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';

// Makes them in `folder`. Answers { path, step(seconds) }: a PATH for the site, and how far its clock is off from then on
// (within a second). Undefined where there is no libfaketime.
export function stepClock(folder) {
  const library = spawnSync('sh', ['-c', 'ls /usr/lib/*/faketime/libfaketime.so.1 | head -n 1']).stdout.toString().trim();
  if (!library) return undefined;
  const file = `${folder}/clock`;
  const step = (seconds) => {
    fs.writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`, { mode: 0o644 });
    fs.renameSync(`${file}.new`, file);
  };
  step(0);
  fs.mkdirSync(`${folder}/bin`);
  const places = process.env.PATH.split(':').concat('/usr/sbin', '/sbin');
  for (const program of ['mariadbd', 'multiwatch']) {
    const real = places.map((place) => `${place}/${program}`).find((place) => fs.existsSync(place));
    fs.writeFileSync(`${folder}/bin/${program}`, `#!/bin/sh
LD_PRELOAD=${library} FAKETIME_TIMESTAMP_FILE=${file} FAKETIME_CACHE_DURATION=1 FAKETIME_DONT_FAKE_MONOTONIC=1 \\
    FAKETIME_DONT_RESET=1 exec ${real} "$@"\n`, { mode: 0o755 });
  }
  // What it leaves behind of processes that were killed.
  process.on('exit', () => {
    for (const name of fs.readdirSync('/dev/shm')) {
      const pid = /faketime_(?:sem|shm)_(\d+)$/.exec(name)?.[1];
      if (pid && !fs.existsSync(`/proc/${pid}`)) fs.rmSync(`/dev/shm/${name}`, { force: true });
    }
  });
  return { path: `${folder}/bin:${process.env.PATH}`, step };
}
