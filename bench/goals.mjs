// What the raw figures come to: the table of the goals, and that of everything measured.

const median = (list) => {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
const range = (list) => [Math.min(...list), Math.max(...list)];
const few = (x) => (x >= 1000 ? Math.round(x).toLocaleString('en-GB') : x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2));

export const last = (one) => median(one.last_us) / 1000; // ms until the last reader had it
export const cost = (one) => (one.cpu_us.nginx ?? 0) + (one.cpu_us.own ?? 0); // µs of processor time, the database apart
export const rate = (one) => one.rate;
const half = (one) => one.p50_us;
const took = (one) => one.us;
const grown = (one, base, part) => ((one.full_kib[part] ?? 0) - (base.empty_kib[part] ?? 0)) / one.connections;
const both = (one, base) => grown(one, base, 'nginx') + grown(one, base, 'own');

const of = (results, figure) => results.filter((one) => one.figure === figure);

// A figure's rounds as numbers; null if there are none or one of them was wrong.
export function values(results, figure, value) {
  const rounds = of(results, figure);
  return rounds.length === 0 || rounds.some((one) => one.failed) ? null : rounds.map(value);
}

// Round by round, so that both sides of a ratio had the same machine.
function ratios(results, ours, theirs, value) {
  const a = of(results, ours), b = of(results, theirs);
  if (a.length === 0 || b.length === 0) return null;
  if ([...a, ...b].some((one) => one.failed)) return 'FAILED';
  return a.flatMap((one) => b.filter((other) => other.round === one.round).map((other) => value(one) / value(other)));
}

export function perReader(results, name, readers = 5000) {
  const base = of(results, `memory 1000 ${name}`)[0], one = of(results, `memory ${readers} ${name}`)[0];
  if (!base || !one || base.failed || one.failed) return null;
  return { nginx: grown(one, base, 'nginx'), own: grown(one, base, 'own'), both: both(one, base) };
}

const GOALS = [
  ['reach, last of 1,000 readers, commit included, against the bare fan-out', 'most', 1.2, ['reach 1000 snug', 'reach 1000 fanout', last]],
  ['the same against nchan', 'most', 1.5, ['reach 1000 snug', 'reach 1000 nchan', last]],
  ['the same against Flask-SocketIO', 'most', 0.4, ['reach 1000 snug', 'reach 1000 flask', last]],
  ['server CPU per delivery (nginx and ours), against the bare fan-out', 'most', 1.1, ['reach 1000 snug', 'reach 1000 fanout', cost]],
  ['reach, against socket.io on Node', 'most', 0.85, ['reach 1000 snug', 'reach 1000 socketio', last]],
  ['send, 64 senders to 100 rooms, against the trivial program', 'least', 0.7, ['send 64 to 100', 'send 64 trivial', rate]],
  ['send, 64 senders to one room', 'least', 0.75, ['send 64 to 1', 'send 64 trivial', rate]],
  ['poll, nothing new, against the trivial program', 'least', 0.9, ['poll', 'poll trivial', rate]],
  ['room page with 50 messages, against the trivial program', 'least', 0.25, ['page 1000', 'page trivial', rate]],
  ['formatting 10,000 hostile characters, the worst of 100 kinds, against 10,000 plain ones', 'most', 20, ['format hostile', 'format plain', took]],
  ['room page, 1,000,000 messages in the room, against 1,000', 'least', 0.9, ['page 1000000', 'page 1000', rate]],
  ['search, a rare word among 1,000,000 messages, the time of 10,000', 'most', 3, ['search rare 1000000', 'search rare 10000', half]],
  ['search, a common word', 'most', 3, ['search common 1000000', 'search common 10000', half]],
];

export function goals(results) {
  const lines = ['| figure | goal | measured | spread | |', '|---|---|---|---|---|'];
  const row = (name, bound, goal, unit, list) => {
    if (list === null) return;
    const words = `at ${bound} ${goal}${unit}`;
    if (list === 'FAILED') {
      lines.push(`| ${name} | ${words} | FAILED | | a wrong answer |`);
      return;
    }
    const middle = median(list), [low, high] = range(list);
    const met = bound === 'most' ? middle <= goal : middle >= goal;
    lines.push(`| ${name} | ${words} | ${middle.toFixed(2)}${unit} | ${low.toFixed(2)}–${high.toFixed(2)} | ${met ? 'met' : '**not met**'} |`);
  };
  for (const [name, bound, goal, [ours, theirs, value]] of GOALS) row(name, bound, goal, '', ratios(results, ours, theirs, value));
  const idle = values(results, 'memory idle', (one) => one.kib / 1024);
  row('our programs, idle, one process each, proportional set size', 'most', 20, ' MiB', idle);
  const reader = perReader(results, 'snug');
  row("a waiting reader with a browser's headers (1.5 KiB), ours and nginx's", 'most', 12, ' KiB', reader && [reader.both]);
  return lines.join('\n');
}

const SYSTEMS = { snug: 'Snug', fanout: 'bare libfcgi fan-out', nchan: 'nchan', socketio: 'socket.io on Node', flask: 'Flask-SocketIO' };

function reachTable(results) {
  const lines = ['| one message to | readers | last has it, ms (spread) | half have it, ms | CPU per delivery, µs: nginx + own (database) | all came in, ms |',
    '|---|---|---|---|---|---|'];
  for (const readers of [1000, 5000])
    for (const [name, title] of Object.entries(SYSTEMS)) {
      const rounds = of(results, `reach ${readers} ${name}`);
      if (rounds.length === 0) continue;
      if (rounds.some((one) => one.failed)) {
        lines.push(`| ${title} | ${few(readers)} | FAILED | | | |`);
        continue;
      }
      const cpu = (part) => few(median(rounds.map((one) => one.cpu_us[part] ?? 0)));
      const [low, high] = range(rounds.map(last));
      lines.push(`| ${title} | ${few(readers)} | ${few(median(rounds.map(last)))} (${few(low)}–${few(high)}) | ` +
        `${few(median(rounds.map((one) => one.p50_us / 1000)))} | ${cpu('nginx')} + ${cpu('own')}` +
        `${name === 'snug' ? ` (${cpu('db')})` : ''} | ${few(median(rounds.map((one) => one.open_ms)))} |`);
    }
  return lines.length > 2 ? lines.join('\n') : '';
}

const RATES = [
  ...[64, 16, 1].flatMap((n) => [
    [`send ${n} to 100`, `send, ${n} sender${n > 1 ? 's' : ''} to 100 rooms`], [`send ${n} to 1`, `send, ${n} to one room`],
    [`send ${n} trivial`, `the same requests to the trivial program, ${n}`]]),
  ['send database', 'MariaDB alone, the same rows, a commit each, 16 connections'],
  ['poll', 'poll, nothing new, 64'], ['poll trivial', 'the same requests to the trivial program'],
  ['page 1000', 'room page, 1,000 messages in the room, 64'], ['page 1000000', 'room page, 1,000,000 messages'], ['page formatted', 'room page, 1,000 messages, all of them formatted'],
  ['page trivial', 'the same requests to the trivial program'],
  ...['10,000', '1,000,000'].flatMap((n) => ['rare', 'common'].map((word) => [`search ${word} ${n.replaceAll(',', '')}`, `search, a ${word} word among ${n} messages, 2`])),
  ['file up', 'MiB of files up, 24 MiB each'], ['file up nginx', 'the same to nginx alone, by PUT'],
  ['file down', 'MiB of files down'], ['file down nginx', 'the same from nginx alone'],
];

function rateTable(results) {
  const lines = ['| a second | median | spread | half within, ms | 99 % within, ms | CPU each, µs: nginx + own + database |', '|---|---|---|---|---|---|'];
  for (const [figure, title] of RATES) {
    const rounds = of(results, figure);
    if (rounds.length === 0) continue;
    if (rounds.some((one) => one.failed)) {
      lines.push(`| ${title} | FAILED | | | | |`);
      continue;
    }
    const [low, high] = range(rounds.map(rate));
    const ms = (name) => (rounds[0][name] ? few(median(rounds.map((one) => one[name])) / 1000) : '');
    const cpu = (part) => (rounds[0].cpu_us?.[part] === undefined ? '' : few(median(rounds.map((one) => one.cpu_us[part]))));
    const each = ['nginx', 'own', 'db'].map(cpu).filter((text) => text !== '').join(' + ');
    lines.push(`| ${title} | ${few(median(rounds.map(rate)))} | ${few(low)}–${few(high)} | ${ms('p50_us')} | ${ms('p99_us')} | ${each} |`);
  }
  const disk = of(results, 'disk').map((one) => one.p50_us);
  if (disk.length) lines.push('', `The disk's own fdatasync of 4 KiB: ${few(median(disk))} µs (median).`);
  return lines.length > 2 ? lines.join('\n') : '';
}

function memoryTable(results) {
  const lines = ['| memory of a waiting reader, KiB (PSS) | 1,000 readers: nginx + own | 5,000 readers: nginx + own |', '|---|---|---|'];
  for (const [name, title] of Object.entries(SYSTEMS)) {
    const cells = [1000, 5000].map((readers) => perReader(results, name, readers)).map((at) =>
      (at ? `${few(at.nginx)} + ${few(at.own)} = ${few(at.both)}` : ''));
    if (cells.some(Boolean)) lines.push(`| ${title} | ${cells.join(' | ')} |`);
  }
  const idle = of(results, 'memory idle')[0];
  if (idle) {
    const each = Object.entries(idle.each).map(([name, kib]) => `${name} ${(kib / 1024).toFixed(1)}`).join(', ');
    lines.push('', `Our programs at idle, one process each: ${(idle.kib / 1024).toFixed(1)} MiB (${each}).`);
  }
  return lines.length > 2 ? lines.join('\n') : '';
}

export const measures = (results) => [reachTable(results), rateTable(results), memoryTable(results)].filter(Boolean).join('\n\n');
