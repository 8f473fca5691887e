// The checks of "make prove" find what they are there for: a run in order has no violation, and each one broken is told.
import assert from 'node:assert/strict';
import { before, mock, test } from 'node:test';
import { checkLate, checkLeaks, checkStored, differs, listDiffers } from './checks.mjs';
import { Record } from './record.mjs';

before(() => mock.method(console, 'log', () => {}));

const ROOMS = [['7', 'general', '3', '1', '4']];
// As `SELECT`ed: room, seq, version, nonce, text, edited, deleted, kind, event, sender.
const row = (seq, version, nonce, text, more = {}) => Object.values({ room: '7', seq: `${seq}`, version: `${version}`, nonce, text, edited: '0', deleted: '0', kind: 'text', event: '', sender: 'anna', ...more });
const ROWS = () => [row(1, 1, '', 'ben', { kind: 'event', event: 'added' }), row(2, 4, 'n2', 'edited', { edited: '1' }), row(3, 3, 'n3', 'three')];

function fresh() {
  const record = new Record();
  record.addRoom(7, ['anna', 'ben']);
  for (const [seq, text, firstAt, ackAt] of [[2, 'two', 100, 200], [3, 'three', 300, 400]]) {
    const send = record.send({ room: 7, user: 'anna', nonce: `n${seq}`, text });
    Object.assign(send, { firstAt, candidates: [text] });
    record.acknowledged(send, { seq, change: seq }, ackAt);
  }
  record.sends.get('n2').candidates = ['edited'];
  return record;
}

const broken = (change, rows = ROWS(), rooms = ROOMS) => {
  const record = fresh();
  change?.(record, rows);
  checkStored(record, rows, rooms);
  checkLate(record);
  return Object.keys(record.wrong).sort().join();
};

test('a run in which all was kept has no violation', () => assert.equal(broken(), ''));

test('every broken promise is found', () => {
  const cases = [
    ['gaps,once', (record, rows) => rows.pop()],
    ['once', (record, rows) => { rows[2][4] = 'another text'; }],
    ['gaps,once', (record, rows) => rows.push(row(4, 5, 'n3', 'three'))],
    ['edits', (record, rows) => { rows[1][4] = 'two'; }],
    ['edits', (record, rows) => { rows[2][6] = '1'; rows[2][4] = ''; }],
    ['edits', (record) => { record.sends.get('n3').deletion = 'acknowledged'; }],
    ['gaps,invented', (record, rows) => rows.push(row(4, 5, 'n9', 'nobody'))],
    ['invented', (record, rows) => { rows[0][8] = 'made up'; }],
    ['gaps,invented', (record, rows) => {
      Object.assign(record.send({ room: 7, user: 'anna', nonce: 'n4', text: 'four' }), { state: 'refused', candidates: ['four'] });
      rows.push(row(4, 5, 'n4', 'four'));
    }],
    ['answers', (record) => { record.send({ room: 7, user: 'anna', nonce: 'n4', text: 'four' }); }],
    ['gaps', (record) => { record.sends.get('n2').firstAt = 500; }],
    ['gaps', (record, rows) => { rows[2][2] = '9'; }],
    ['once', (record) => record.acknowledged(record.sends.get('n2'), { seq: 8, change: 9 }, 500)],
  ];
  for (const [promises, change] of cases) assert.equal(broken(change), promises, String(change));
});

test('who hears of a room after he was out for a second is found, and nobody sooner', () => {
  for (const [after, promises] of [[900, ''], [1100, 'let in']]) {
    assert.equal(broken((record) => {
      const period = record.leaving(7, 'ben');
      Object.assign(period, { tryAt: 0, outAt: record.sends.get('n3').firstAt - after });
      const ben = { name: 'ben', user: 'ben', room: 7, mode: 'stream', session: { endedAt: Infinity } };
      record.seen(ben, { seq: 3, change: 3, nonce: 'n3', text: 'three' }, 1000);
    }), promises);
  }
});

test('two readers who are told different things of one change are found', () => {
  const record = fresh();
  const reader = { name: 'ben', user: 'ben', room: 7, mode: 'poll', session: { endedAt: Infinity } };
  record.seen(reader, { seq: 3, change: 3, text: 'three' }, 1);
  record.seen(reader, { seq: 3, change: 3, text: 'three' }, 2);
  assert.deepEqual(record.wrong, {});
  record.seen(reader, { seq: 3, change: 3, text: '3' }, 3);
  assert.deepEqual(Object.keys(record.wrong), ['one order']);
});

test('a reader that did not end at the stored state is found', () => {
  const messages = [1, 2, 3].map((seq) => ({ seq, change: seq, text: `${seq}` }));
  const state = () => new Map(messages.map((message) => [message.seq, JSON.stringify(message)]));
  const reader = { room: 7, floor: 1, oldest: 1, state: state(), list: new Map([[8, { id: 8, name: 'b', kind: 'group', last_seq: 4, read_seq: 1 }]]) };
  const rooms = [{ id: 8, name: 'b', kind: 'group', last_seq: 4, read_seq: 1 }];
  assert.equal(differs(reader, { oldest: 1, messages }), undefined);
  assert.equal(listDiffers(reader, rooms), undefined);
  assert.ok(differs({ ...reader, oldest: 2 }, { oldest: 1, messages }));
  assert.ok(differs(reader, { oldest: 1, messages: messages.slice(1) }));
  reader.state.delete(2);
  assert.ok(differs(reader, { oldest: 1, messages }));
  reader.state.set(2, '{}');
  assert.ok(differs(reader, { oldest: 1, messages }));
  assert.ok(listDiffers(reader, [{ ...rooms[0], last_seq: 5 }]));
  assert.ok(listDiffers(reader, []));
});

test('a process that grows is found', () => {
  const record = new Record();
  const at = (memory) => new Map([[1, { program: 'messages', memory }]]);
  checkLeaks(record, at(1000), at(1900), 1000);
  assert.deepEqual(record.wrong, {});
  checkLeaks(record, at(1000), at(2100), 1000);
  assert.deepEqual(Object.keys(record.wrong), ['leaks']);
});
