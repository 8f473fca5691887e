// A text browser: lynx, at its own keyboard and with its own way of filling in forms, signs in, reads and writes.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { site } from '../lib/site.mjs';
import { group, open, PASSWORD, person, say, sees } from './lib.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'snug-lynx-'));
const env = { ...process.env, HOME: folder, TERM: 'vt100', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };
const options = [`-cfg=${folder}/lynx.cfg`, '-display_charset=utf-8', '-width=100'];
const NEXT = 'key <tab>';
const ENTER = 'key ^J';
const type = (text) => [...text].map((letter) => `key ${letter === ' ' ? '<space>' : letter}`);

let snug;
let ana;
let ben;
let room;

before(async () => {
  fs.writeFileSync(`${folder}/lynx.cfg`, `ACCEPT_ALL_COOKIES:TRUE\nPERSISTENT_COOKIES:TRUE\nCOOKIE_FILE:${folder}/jar\nCOOKIE_SAVE_FILE:${folder}/jar\n`);
  snug = await site();
  ana = await person(snug);
  ben = await person(snug);
  room = await group(ana, [ben], { topic: 'What grows where' });
  await open(ana, room);
  await say(ana, 'Does this reach a terminal?');
  await sees(ana, 'Does this reach a terminal?');
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const dump = (address, ...more) => execFileSync('lynx', [...options, '-dump', '-nolist', ...more, `${snug.url}${address}`], { env, encoding: 'utf8', timeout: 20000 });

// What is pressed on a page, on a terminal that script(1) pretends to be.
function press(address, ...keys) {
  fs.writeFileSync(`${folder}/keys`, `${[...keys.flat(2), 'key Q'].join('\n')}\n`);
  const lynx = ['lynx', ...options, '-nopause', `-cmd_script=${folder}/keys`, `'${snug.url}${address}'`].join(' ');
  execFileSync('script', ['-qec', lynx, '/dev/null'], { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 30000 });
}

// Looks for words on the page; the next field or link after them is where the keys go then.
const find = (words) => ['key /', type(words), ENTER];

test('a text browser signs in by the form, reads what was said, and sends an answer that the others see at once', async () => {
  press('/login', NEXT, NEXT, type(ben.name), NEXT, type(PASSWORD), NEXT, ENTER, NEXT, ENTER);
  const page = dump(`/rooms/${room}`);
  assert.match(page, /What grows where/);
  assert.match(page, new RegExp(`${ana.name} \\d\\d:\\d\\d\\s+Does this reach a terminal\\?`));
  assert.match(page, /Message to group-/);
  press(`/rooms/${room}`, find('Message to'), type('It does, and back'), NEXT, NEXT, NEXT, NEXT, ENTER); // past Formatting and Preview
  await sees(ana, 'It does, and back');
  assert.match(dump(`/messages?room=${room}`), new RegExp(`${ben.name} \\d\\d:\\d\\d\\s+It does, and back`));
});

test('what a text browser shows says nothing that is not so, and runs no words together', () => {
  const page = dump(`/rooms/${room}`);
  assert.doesNotMatch(page, /has muted you|This is the beginning/);
  assert.match(page, /Groups \+ ?Find or create a group/);
  assert.match(page, /Members 2/);
  assert.match(page, new RegExp(`(Online|Away) · \\d\\s+\\* \\S+ (online|away) ${ana.name} owner`));
  assert.doesNotMatch(page, /\(BUTTON\)\s*(\(BUTTON|\n|$)/);
  assert.doesNotMatch(page, /\[(INLINE|IMG|LINK)\]/);
});

test('nginx\'s own pages read well in a text browser', () => {
  for (const status of [413, 429, 503]) {
    const page = execFileSync('lynx', [...options, '-dump', '-nolist', `html/${status}.html`], { env, encoding: 'utf8' });
    assert.match(page, /Go to the start/);
  }
});
