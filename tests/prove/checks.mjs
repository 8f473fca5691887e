// The promises, each held against what the clients recorded. A check says how much it looked at and what it found wrong.

const PROMISED = 1000;

export const PROMISES = {
  once: 'every acknowledged send is there once, with its text',
  invented: 'nothing is there that nobody sent',
  gaps: 'numbers have no gaps, and stand in the order of the acknowledgements',
  edits: 'edits and deletions are as they were acknowledged',
  'one order': 'every reader saw the changes in one order, each as everybody else did',
  'stored state': "following cursors ended at the stored state, byte for byte",
  'let in': 'nobody who was out for a second read, and nobody who was out wrote',
  'kept out': 'nobody who was in was refused',
  answers: 'no request got an answer that it should not have',
  leaks: 'no program keeps descriptors or memory that it does not need',
  healthy: 'the site serves again by itself after all of it',
};

// What was sent, against the rows of `messages`: [room, seq, version, nonce, text, edited, deleted, kind, event, sender].
export function checkStored(record, rows, rooms) {
  const wrong = (promise, text) => record.violation(promise, text);
  const oldest = new Map(rooms.map(([id, , , oldestSeq]) => [Number(id), Number(oldestSeq)]));
  const stored = new Map();
  const counts = { rows: rows.length, gaps: 0, trimmed: 0 };

  for (const [room, seq, , nonce, text, edited, deleted, kind, event, sender] of rows) {
    if (kind === 'event') {
      if (!EVENTS.includes(event)) wrong('invented', `an event ${event} in ${room}:${seq}`);
      continue;
    }
    const send = record.sends.get(nonce);
    if (stored.has(nonce)) wrong('once', `${nonce} is stored twice`);
    stored.set(nonce, { room: Number(room), seq: Number(seq) });
    if (!send || send.user !== sender || send.room !== Number(room)) {
      wrong('invented', `${room}:${seq} of ${sender} with nonce ${nonce}`);
      continue;
    }
    if (send.state === 'refused' && send.lost === 0 && !record.doubled.has(nonce)) wrong('invented', `${room}:${seq} was refused, and is there`);
    const gone = Number(seq) < oldest.get(Number(room));
    const erased = deleted !== '0';
    counts.trimmed += gone ? 1 : 0;
    if (gone || erased) {
      if (text !== '') wrong('edits', `${room}:${seq} is gone and still has its text`);
      if (erased && !send.deletion) wrong('edits', `${room}:${seq} is deleted, and nobody asked for it`);
    } else if (!send.candidates.includes(text)) {
      wrong(edited !== '0' || send.candidates.length > 1 ? 'edits' : 'once', `${room}:${seq} holds ${JSON.stringify(text.slice(0, 80))} in the place of ${JSON.stringify(send.candidates.map((each) => each.slice(0, 80)))}`);
    }
    if (!erased && !gone && send.deletion === 'acknowledged') wrong('edits', `${room}:${seq} was deleted, and is there`);
  }

  for (const send of record.sends.values()) {
    const there = stored.get(send.nonce);
    if (send.state === 'acknowledged' && (there?.room !== send.room || there?.seq !== send.seq)) wrong('once', `${send.room}:${send.seq} was acknowledged and ${there ? `is ${there.room}:${there.seq}` : 'is not there'}`);
    if (send.state === 'open') wrong('answers', `${send.nonce} was never answered`);
  }

  // No gaps, and whatever was acknowledged before another was begun stands before it.
  const byRoom = new Map();
  for (const row of rows) {
    if (!byRoom.has(row[0])) byRoom.set(row[0], []);
    byRoom.get(row[0]).push(row);
  }
  for (const [id, name, last, , version] of rooms) {
    const own = (byRoom.get(id) ?? []).sort((a, b) => a[1] - b[1]);
    counts.gaps += own.length;
    if (own.some((row, index) => Number(row[1]) !== index + 1) || own.length !== Number(last)) wrong('gaps', `room ${id} (${name}) has ${own.length} rows and stands at ${last}`);
    if (own.some((row) => Number(row[2]) > Number(version))) wrong('gaps', `room ${id} has a change above its version ${version}`);
    if (new Set(own.map((row) => row[2])).size !== own.length) wrong('gaps', `room ${id} has a change twice`);
    let earliest = Infinity;
    for (const row of own.slice().reverse()) {
      const send = record.sends.get(row[3]);
      if (!send) continue;
      if (send.firstAt > earliest) wrong('gaps', `${id}:${row[1]} was begun after a later number was acknowledged`);
      earliest = Math.min(earliest, send.ackAt);
    }
  }
  return counts;
}

const EVENTS = ['added', 'removed', 'joined', 'left', 'renamed', 'topic', 'public', 'private', 'history'];

// Messages that came to somebody who was out: only what was asked for after the second that is promised counts.
export function checkLate(record) {
  for (const { key, outAt, who, at } of record.late) {
    const { nonce } = record.changes.get(key) ?? {};
    const send = nonce ? record.sends.get(nonce) : undefined;
    const begun = record.issued.get(key) ?? send?.firstAt; // of an edit that was not acknowledged, the send's: it is earlier
    if (begun !== undefined && begun > outAt + PROMISED) record.violation('let in', `${who}, got ${key} at ${Math.round(at)}, ${Math.round(begun - outAt)} ms after he was out it was sent`);
  }
  return record.late.length;
}

// What a reader holds in the end, against what the room is, as somebody finds it who asks for all of it now.
export function differs(reader, present) {
  if (!reader.room || !reader.state) return 'follows no room';
  const expected = present.messages.filter((message) => message.seq >= reader.floor);
  if (reader.oldest !== present.oldest) return `its oldest is ${reader.oldest} and not ${present.oldest}`;
  for (const message of expected) {
    const text = JSON.stringify(message);
    const own = reader.state.get(message.seq);
    if (own !== text) return `${reader.room}:${message.seq} is ${own?.slice(0, 300)} and not ${text.slice(0, 300)}`;
  }
  const known = new Map(present.messages.map((message) => [message.seq, JSON.stringify(message)]));
  for (const [seq, text] of reader.state) if (known.get(seq) !== text) return `${reader.room}:${seq} is ${text.slice(0, 200)} and not ${known.get(seq)?.slice(0, 200)}`;
  return undefined;
}

// The list of rooms that a reader was told, against the present one; of the room that it looks at only that it is there.
export function listDiffers(reader, rooms) {
  const plain = (room) => [room.id, room.name, room.kind, ...(room.id === reader.room ? [] : [room.last_seq, room.read_seq])].join(' ');
  const [own, present] = [[...(reader.list ?? new Map()).values()], rooms].map((list) => list.map(plain).sort().join(', '));
  return own === present ? undefined : `its rooms are ${own} and not ${present}`;
}

// Processes that were there before and after: pid -> { program, memory }.
export function checkLeaks(record, before, after, most) {
  let looked = 0;
  for (const [pid, now] of after) {
    const then = before.get(pid);
    if (!then || now.program === 'mariadbd') continue;
    looked += 1;
    if (now.memory > then.memory + most) record.violation('leaks', `${now.program} had ${then.memory} KiB and has ${now.memory}`);
  }
  return looked;
}
