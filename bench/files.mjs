// Files up and down, one after the other, beside an nginx that takes them by PUT and gives them as they lie there. Every
// byte that comes down is compared.

import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';

const MIB = 24;
const TIMES = 6;
const USER = 900;
const ROOM = 1;

const sha = (text, as) => createHash('sha256').update(text).digest(as);
const token = `bench${String(USER).padStart(38, '0')}`; // as seed.sql has it
const bytes = randomBytes(MIB << 20);
const headers = { Cookie: `snug_session=${token}`, Accept: 'application/json', 'X-CSRF-Token': sha(`csrf:${token}`, 'base64url'),
  'Content-Type': 'multipart/form-data; boundary=xx' };
const before = Buffer.from(`--xx\r\nContent-Disposition: form-data; name="room"\r\n\r\n${ROOM}\r\n--xx\r\nContent-Disposition: form-data; name="file"; filename="f.bin"\r\n\r\n`);
const after = Buffer.from('\r\n--xx--\r\n');

const ask = (port, path, options, body = []) => new Promise((resolve, reject) => {
  const length = body.reduce((sum, part) => sum + part.length, 0);
  const request = http.request({ host: '127.0.0.1', port, path, agent: false, ...options, headers: { ...options.headers, 'Content-Length': length } }, (answer) => {
    const parts = [];
    answer.on('data', (part) => parts.push(part));
    answer.on('end', () => resolve({ status: answer.statusCode, body: Buffer.concat(parts) }));
    answer.on('error', reject);
  });
  request.on('error', reject);
  for (const part of body) request.write(part);
  request.end();
});

async function timed(work, good) {
  let wrong = 0;
  const begin = performance.now();
  for (let i = 0; i < TIMES; i += 1) {
    bytes.writeDoubleLE(Math.random()); // no content comes twice
    wrong += good(await work(i)) ? 0 : 1;
  }
  return { rate: MIB * TIMES / (performance.now() - begin) * 1000, ...(wrong ? { failed: `${wrong} answers were wrong` } : {}) };
}

// [figure, what came out] of a round.
export async function files({ port }, plain) {
  let id;
  const up = await timed(() => ask(port, '/files', { method: 'POST', headers }, [before, bytes, after]), ({ status, body }) => {
    id = status === 201 && JSON.parse(body).files[0].id;
    return id;
  });
  const stored = Buffer.from(bytes);
  const down = await timed(() => ask(port, `/files/${id}/f.bin`, { headers: { Cookie: headers.Cookie } }), ({ body }) => body.equals(stored));
  const plainUp = await timed((i) => ask(plain.port, `/${i}`, { method: 'PUT' }, [bytes]), ({ status }) => status === 201 || status === 204);
  fs.writeFileSync(`${plain.folder}/0`, stored);
  const plainDown = await timed(() => ask(plain.port, '/0', {}), ({ body }) => body.equals(stored));
  return [['file up', up], ['file up nginx', plainUp], ['file down', down], ['file down nginx', plainDown]];
}
