// The figures as a chart: an SVG of bars, that reads on a light page and on a dark one.

import { cost, last, perReader, rate, values } from './goals.mjs';

const WIDTH = 760, LABEL = 250, BAR = 16, STEP = 24, GAP = 46, VALUE = 90;
const middle = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const few = (x) => (x >= 1000 ? Math.round(x).toLocaleString('en-GB') : x >= 100 ? x.toFixed(0) : x.toFixed(1));
const escape = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);

const reach = (readers) => [['Snug: stored, rights checked', `reach ${readers} snug`], ['bare libfcgi fan-out', `reach ${readers} fanout`],
  ['nchan', `reach ${readers} nchan`], ['socket.io on Node', `reach ${readers} socketio`], ['Flask-SocketIO', `reach ${readers} flask`]];

// A group of bars: title, unit, and the rows as [label, figure, how to read it].
const GROUPS = [
  ['One message to 1,000 waiting readers: until the last has it', 'ms', reach(1000), last],
  ['One message to 5,000 waiting readers: until the last has it', 'ms', reach(5000), last],
  ['Processor time of the servers for each delivery (1,000 readers, databases apart)', 'µs', reach(1000), cost],
  ['Durable messages a second, 64 senders', 'a second', [['Snug, to 100 rooms', 'send 64 to 100'], ['Snug, to one room', 'send 64 to 1'],
    ['trivial program, nothing stored', 'send 64 trivial'], ['MariaDB alone, a commit each', 'send database']], rate],
  ['Polls a second with nothing new', 'a second', [['Snug', 'poll'], ['trivial program', 'poll trivial']], rate],
  ['Room pages a second, fifty messages, uncached', 'a second', [['Snug, 1,000 messages in the room', 'page 1000'],
    ['Snug, 1,000,000 messages', 'page 1000000']], rate],
];

function rowsOf(results, rows, value) {
  return rows.flatMap(([label, figure]) => {
    const list = values(results, figure, value);
    return list ? [[label, middle(list)]] : [];
  });
}

function group(title, unit, rows, top) {
  const most = Math.max(...rows.map(([, amount]) => amount));
  const scale = (WIDTH - LABEL - VALUE) / most;
  const bars = rows.map(([label, amount], i) => {
    const y = top + 14 + i * STEP, width = Math.max(1, amount * scale);
    return `<text class="label" x="${LABEL - 10}" y="${y + 12}">${escape(label)}</text>` +
      `<rect class="${label.startsWith('Snug') ? 'snug' : 'other'}" x="${LABEL}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2"/>` +
      `<text x="${(LABEL + width + 8).toFixed(1)}" y="${y + 12}">${few(amount)}</text>`;
  });
  return `<text class="title" x="0" y="${top}">${escape(title)} <tspan class="unit">(${unit})</tspan></text>\n${bars.join('\n')}`;
}

export function chart(results, about) {
  const groups = GROUPS.map(([title, unit, rows, value]) => [title, unit, rowsOf(results, rows, value)]);
  const memory = [['Snug', 'snug'], ['bare libfcgi fan-out', 'fanout'], ['nchan', 'nchan'], ['socket.io on Node', 'socketio'],
    ['Flask-SocketIO (1,000 readers)', 'flask']].flatMap(([label, name]) => {
    const at = perReader(results, name) ?? perReader(results, name, 1000);
    return at ? [[label, at.both]] : [];
  });
  groups.push(['Memory of a waiting reader, nginx included (5,000 readers)', 'KiB', memory]);

  let top = 30;
  const parts = [];
  for (const [title, unit, rows] of groups) {
    if (rows.length === 0) continue;
    parts.push(group(title, unit, rows, top));
    top += rows.length * STEP + GAP;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-16 0 ${WIDTH + 32} ${top + 10}" width="${WIDTH + 32}" role="img" aria-label="Snug's figures beside its peers'">
<style>
  text { font: 13px system-ui, sans-serif; fill: #6b7280; }
  .title { font-weight: 600; fill: #374151; }
  .unit { font-weight: 400; fill: #6b7280; }
  .label { text-anchor: end; }
  .snug { fill: #0d9488; }
  .other { fill: #9ca3af; }
  @media (prefers-color-scheme: dark) {
    text, .unit { fill: #9ca3af; }
    .title { fill: #e5e7eb; }
    .snug { fill: #2dd4bf; }
    .other { fill: #6b7280; }
  }
</style>
${parts.join('\n')}
<text x="0" y="${top}">${escape(`${about.date}, ${about.machine}`)}</text>
</svg>
`;
}
