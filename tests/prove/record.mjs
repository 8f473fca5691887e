// What the clients did and were told, and nothing else: the checks hold the site to it. Times are this process's own
// monotonic milliseconds. They err on the site's side: what was asked is dated before it left, what was told after it came.

export const now = () => performance.now();

export class Record {
  constructor() {
    this.sends = new Map(); // by nonce
    this.byMessage = new Map(); // 'room:seq' of an acknowledged send
    this.changes = new Map(); // 'room:change' -> { text (the JSON, as first seen), seq, seen }
    this.issued = new Map(); // 'room:change' of an acknowledged edit or deletion -> when it was first asked for
    this.rooms = new Map(); // id -> { id, members: Map(user -> out periods), deleting, deletedAt }
    this.late = []; // messages that came to somebody who was, or had been, out
    this.doubled = new Set(); // nonces of requests that the network sent twice
    this.counts = {};
    this.wrong = {}; // promise -> what broke it
  }

  count(what, more = 1) { this.counts[what] = (this.counts[what] ?? 0) + more; }

  violation(promise, text) {
    (this.wrong[promise] ??= []).push(text);
    if (this.wrong[promise].length <= 5) console.log(`!! ${promise}: ${text}`);
  }

  // ---- who is in a room

  addRoom(id, users) {
    const room = { id, members: new Map(users.map((user) => [user, []])), tryAt: Infinity, deletedAt: Infinity };
    this.rooms.set(id, room);
    return room;
  }

  // Begins a period out of the room: tryAt <= (really out) <= outAt, backAt <= (really in) <= inAt.
  leaving(id, user) {
    const period = { tryAt: now(), outAt: Infinity, backAt: Infinity, inAt: Infinity };
    this.rooms.get(id).members.get(user).push(period);
    return period;
  }

  periods(id, user) {
    const room = this.rooms.get(id);
    if (!room?.members.has(user)) return [{ tryAt: -Infinity, outAt: -Infinity, backAt: Infinity, inAt: Infinity }];
    const own = room.members.get(user);
    return room.tryAt < Infinity ? [...own, { tryAt: room.tryAt, outAt: room.deletedAt, backAt: Infinity, inAt: Infinity }] : own;
  }

  isIn(id, user) { return this.periods(id, user).every((period) => period.inAt < Infinity); }

  // Whether the user may have been out at some moment between the two.
  mayBeOut(id, user, from, to) { return this.periods(id, user).some((period) => period.tryAt <= to && period.inAt >= from); }

  // When the user was out for certain, all the time between the two: since when. Else undefined.
  outSince(id, user, from, to) { return this.periods(id, user).find((period) => period.outAt <= from && period.backAt > to)?.outAt; }

  // ---- sends

  send(fields) {
    const send = { ...fields, firstAt: now(), ackAt: Infinity, lost: 0, state: 'open', edits: [], deletion: undefined };
    this.sends.set(send.nonce, send);
    return send;
  }

  acknowledged(send, answer, at) {
    const { seq, change } = answer;
    if (send.seq !== undefined && send.seq !== seq) this.violation('once', `nonce ${send.nonce} is ${send.seq} and ${seq}`);
    if (send.seq === undefined) {
      send.seq = seq;
      send.change = change;
      send.ackAt = at;
      this.byMessage.set(`${send.room}:${seq}`, send);
      this.count('sends acknowledged');
    }
    if (send.state === 'open') send.state = 'acknowledged';
  }

  // ---- what readers see

  // One message, as somebody was told it. Answers its JSON, the same string for everybody.
  seen(reader, message, at) {
    const key = `${reader.room}:${message.change}`;
    const text = JSON.stringify(message);
    const known = this.changes.get(key);
    if (!known) this.changes.set(key, { text, seq: message.seq, nonce: message.nonce });
    else if (known.text !== text) this.violation('one order', `change ${key} was told as ${known.text.slice(0, 300)} and as ${text.slice(0, 300)} to ${reader.name}`);
    this.count('messages seen');
    const outAt = this.outSince(reader.room, reader.user, at, at);
    if (outAt !== undefined) this.late.push({ key, outAt, who: `${reader.name} (${reader.mode}), out of the room`, at });
    const { session } = reader;
    if (session.endedAt < at) this.late.push({ key, outAt: session.endedAt, who: `${reader.name} (${reader.mode}), signed out`, at });
    return known?.text ?? text;
  }
}
