// The crowd: people who send, edit and delete, and people who read in every way there is. They do what a careful client
// does: a send keeps its nonce until it is answered for good, a reader goes on from its last cursor.

import http from 'node:http';
import { randomBytes } from 'node:crypto';
import { Client, PASSWORD, csrfOf, query, sleep } from '../http/client.mjs';
import { now } from './record.mjs';

const TRY_AGAIN = [429, 502, 503, 504];
const PROMISED = 1000; // ms within which who is out hears nothing more
const WORDS = 'tea garden Tuesday late rain <b>bold</b> & "quoted" naïve 東京 🌱 bring the key, please'.split(' ');

export class Crowd {
  constructor({ site, proxy, record, chance, rooms }) {
    Object.assign(this, { site, proxy, record, chance, rooms });
    this.sessions = new Map(); // user -> all that were ever opened
    this.sweeps = new Map(); // user -> when "sign out everywhere else" was last tried
    this.sending = true;
    this.calm = false; // nobody changes rooms or stops reading any more
    this.over = false;
  }

  roomsOf(user) { return [...this.rooms.values()].filter((room) => room.members.has(user) && room.tryAt === Infinity && this.record.isIn(room.id, user)); }
}

class Person {
  constructor(crowd, user, name) {
    Object.assign(this, { crowd, record: crowd.record, chance: crowd.chance, user, name, session: undefined });
  }

  nap(least = 50, most = 700) { return sleep(this.chance.between(least, most)); }

  async signIn() {
    while (!this.session) {
      const from = now();
      try {
        const client = new Client(this.crowd.proxy.url);
        const answer = await client.login(this.user, PASSWORD);
        if (answer.status !== 303) {
          // 403: the form was on a page that said that the database is away, which knows nobody.
          if (![403, ...TRY_AGAIN].includes(answer.status)) this.record.violation('answers', `signing in gave ${answer.status}`);
          throw new Error('not signed in');
        }
        const session = { user: this.user, client, tryAt: Infinity, endedAt: Infinity };
        if ((this.crowd.sweeps.get(this.user) ?? -1) >= from) session.tryAt = from;
        if (!this.crowd.sessions.has(this.user)) this.crowd.sessions.set(this.user, new Set());
        this.crowd.sessions.get(this.user).add(session);
        while (!client.token) {
          const page = await client.get('/account').catch(() => undefined);
          if (page?.status === 200) client.token = csrfOf(page.text);
          else if (page?.status === 303) throw new Error('signed out again');
          else await this.nap();
        }
        this.session = session;
      } catch {
        this.record.count('sign-ins retried');
        await this.nap();
      }
    }
    return this.session;
  }

  // 401: was there a reason?
  signedOut(session, at) {
    if (session.tryAt > at) this.record.violation('kept out', `${this.name} lost a session that nobody ended`);
    if (this.session === session) this.session = undefined;
  }

  // 403 or 404 of a room: was there a reason?
  refused(room, from, at, what) {
    if (!this.record.mayBeOut(room, this.user, from, at)) this.record.violation('kept out', `${this.name} is in room ${room} and was refused: ${what}`);
    else this.record.count('refusals');
  }

  // An answer that only who is in may have.
  let(room, session, from, at, what) {
    const out = this.record.outSince(room, this.user, from - PROMISED, at);
    if (out !== undefined) this.record.violation('let in', `${this.name} was out of room ${room} for ${Math.round(from - out)} ms and ${what}`);
    if (session.endedAt + PROMISED < from) this.record.violation('let in', `${this.name} was signed out for ${Math.round(from - session.endedAt)} ms and ${what}`);
  }
}

// ---- sending

export class Sender extends Person {
  async live() {
    while (this.crowd.sending) {
      await this.nap(100, 900);
      const rooms = this.chance.may(0.03) ? [...this.crowd.rooms.values()] : this.crowd.roomsOf(this.user);
      if (!rooms.length || !this.crowd.sending) continue;
      await this.send(this.chance.of(rooms).id);
      if (this.chance.may(0.12)) await this.edit();
      if (this.chance.may(0.04)) await this.erase();
    }
  }

  text() {
    const long = this.chance.may(0.01) ? '🌱'.repeat(this.chance.between(500, 9000)) : '';
    return `${Array.from({ length: this.chance.between(1, 12) }, () => this.chance.of(WORDS)).join(' ')} ${this.name} ${randomBytes(3).toString('hex')}${long}`;
  }

  // Posts until there is an answer for good: { status, json, at }, or undefined when it was refused for a reason.
  async post(room, fields, send) {
    for (;;) {
      const session = await this.signIn();
      const from = now();
      let answer;
      try {
        answer = await session.client.message({ room, ...fields }, { seconds: this.chance.between(2, 12) });
      } catch {
        send.lost += 1;
        this.record.count('answers lost');
        await this.nap();
        continue;
      }
      const at = now();
      if (TRY_AGAIN.includes(answer.status)) {
        send.lost += 1; // it may have been stored all the same
        this.record.count('told to try again');
        await this.nap(100, 1200);
      } else if (answer.status === 401) {
        this.signedOut(session, at);
      } else if ([403, 404].includes(answer.status) && answer.code !== 'bad_csrf') {
        const trimmed = fields.action && answer.code === 'no_message' && this.crowd.rooms.get(room)?.limited;
        if (!trimmed) this.refused(room, from, at, `${fields.action ?? 'send'} ${answer.status} ${answer.code}`);
        return undefined;
      } else {
        const fine = answer.status < 300 || (answer.status === 409 && fields.action === 'edit');
        if (!fine) {
          this.record.violation('answers', `${fields.action ?? 'send'} gave ${answer.status} ${answer.text.slice(0, 200)}`);
          return undefined;
        }
        if (answer.status < 300) {
          const since = this.record.outSince(room, this.user, from, at);
          if (since !== undefined) this.record.violation('let in', `${this.name} wrote to room ${room} ${Math.round(from - since)} ms after he was out`);
          if (session.endedAt + PROMISED < from) this.record.violation('let in', `${this.name} wrote ${Math.round(from - session.endedAt)} ms after the session ended`);
        }
        return { status: answer.status, at, from, json: answer.json() };
      }
    }
  }

  async send(room) {
    const send = this.record.send({ room, user: this.user, nonce: randomBytes(12).toString('hex'), text: this.text() });
    send.candidates = [send.text];
    const { nonce, text } = send;
    const once = () => this.post(room, { nonce, text }, send);
    const copies = this.chance.may(0.04) ? 2 : 1;
    const answers = (await Promise.all(Array.from({ length: copies }, once))).filter(Boolean);
    for (const answer of answers) this.record.acknowledged(send, answer.json, answer.at);
    if (send.state === 'open') send.state = 'refused';
    if (answers.filter((answer) => answer.status === 201).length > 1) this.record.violation('once', `nonce ${nonce} was new twice`);
    if (send.state !== 'acknowledged') return;
    (this.own ??= []).push(send);
    if (this.own.length > 30) this.own.shift();
    if (!this.chance.may(0.05)) return;
    const repeated = await once();
    this.record.count('sends repeated on purpose');
    if (repeated && (repeated.status !== 200 || repeated.json.seq !== send.seq)) this.record.violation('once', `nonce ${nonce} repeated: ${repeated.status} ${JSON.stringify(repeated.json)}, it was ${send.seq}`);
  }

  async edit() {
    const send = this.own?.length && this.chance.of(this.own);
    if (!send || send.deletion || !this.record.isIn(send.room, this.user)) return;
    const text = this.text();
    const firstAt = now();
    for (;;) {
      const answer = await this.post(send.room, { action: 'edit', seq: send.seq, text, base: send.change }, send);
      if (!answer) { send.candidates.push(text); return; } // an earlier try may have come through
      if (answer.status === 409) {
        const { change, text: present } = answer.json;
        if (change === undefined || !send.candidates.includes(present)) {
          this.record.violation('edits', `${send.room}:${send.seq} is ${JSON.stringify(answer.json).slice(0, 200)}`);
          return;
        }
        send.candidates = [present];
        send.change = change;
        continue;
      }
      send.candidates = [text];
      send.change = answer.json.change;
      this.record.issued.set(`${send.room}:${send.change}`, firstAt);
      this.record.count('edits acknowledged');
      return;
    }
  }

  async erase() {
    const send = this.own?.length && this.chance.of(this.own);
    if (!send || send.deletion || !this.record.isIn(send.room, this.user)) return;
    send.deletion = 'tried';
    const firstAt = now();
    const answer = await this.post(send.room, { action: 'delete', seq: send.seq }, send);
    if (!answer) return;
    send.deletion = 'acknowledged';
    this.record.issued.set(`${send.room}:${answer.json.change}`, firstAt);
    this.record.count('deletions acknowledged');
  }
}

// ---- reading

export class Reader extends Person {
  async live() {
    while (!this.crowd.over) {
      try {
        await this.signIn();
        if (!this.room || (!this.crowd.calm && this.chance.may(0.05))) await this.enter();
        if (!this.room) { await this.nap(200, 600); continue; }
        this.mode = this.chance.weighed([[5, 'stream'], [3, 'held'], [3, 'poll'], [this.crowd.calm ? 0 : 0.6, 'sleeper'], [this.crowd.calm ? 0 : 0.6, 'slow']]);
        if (['held', 'poll'].includes(this.mode)) await this.poll();
        else await this.stream();
        await this.nap(20, 300);
      } catch {
        this.record.count('reconnects');
        await this.nap(20, this.crowd.calm ? 300 : 1500);
      }
    }
  }

  // Asks once; the answer's JSON, or undefined when there is none to be had just now.
  async ask(room, fields) {
    const { session } = this;
    const from = now();
    const answer = await session.client.list({ room, ...fields }, { seconds: (fields.wait ?? 0) + this.chance.between(4, 15) });
    return this.take(answer.status, () => answer.code, room, session, from) ? answer.json() : undefined;
  }

  take(status, code, room, session, from) {
    const at = now();
    if (status === 200) {
      if (room) this.let(room, session, from, at, 'read');
      return true;
    }
    if (status === 401) {
      this.signedOut(session, at);
    } else if ([403, 404].includes(status)) {
      this.refused(room, from, at, `read ${status} ${code()}`);
      if (this.room === room) this.leave();
    } else if (!TRY_AGAIN.includes(status)) {
      this.record.violation('answers', `reading gave ${status}`);
    }
    return false;
  }

  // Out of the room. Some try on for a while.
  leave() {
    const { room, cursor } = this;
    this.room = undefined;
    if (room && this.chance.may(0.3)) this.trespass(room, cursor).catch(() => {});
  }

  async trespass(room, cursor) {
    for (let time = 0; time < 6 && this.session; time += 1) {
      await this.nap(300, 1000);
      this.record.count('attempts from outside');
      if (this.session) await this.ask(room, this.chance.may(0.5) ? { limit: 5 } : { after: cursor, wait: 2 });
    }
  }

  async enter() {
    const rooms = this.crowd.roomsOf(this.user);
    this.room = undefined;
    if (!rooms.length) return;
    const room = this.chance.of(rooms).id;
    const page = await this.ask(room, { limit: this.chance.of([3, 20, 50, 200]) });
    if (!page) return;
    Object.assign(this, { room, state: new Map(), last: 0, oldest: page.oldest, floor: page.messages[0]?.seq ?? 1, cursor: undefined });
    this.apply(page, true);
    while (page.more && this.chance.may(0.4) && this.room === room) {
      const earlier = await this.ask(room, { before: this.floor, limit: this.chance.of([10, 50]) });
      if (!earlier?.messages.length || this.room !== room) break;
      // What this page overtook is newer; what a limit has passed meanwhile is gone.
      const at = now();
      for (const message of earlier.messages) {
        const text = this.record.seen(this, message, at);
        if (!this.state.has(message.seq) && message.seq >= this.oldest) this.state.set(message.seq, text);
      }
      this.floor = earlier.messages[0].seq;
      page.more = earlier.more;
    }
  }

  // An answer or an event: its messages, in their order, and the cursor that stands behind them.
  apply(answer, page = false) {
    const at = now();
    if (answer.reset && !page) this.record.violation('one order', `${this.name} was told to begin anew`);
    let before = this.last;
    for (const message of answer.messages ?? []) {
      const text = this.record.seen(this, message, at);
      if (!page && message.change <= before) this.record.violation('one order', `${this.name} (${this.mode}) stood at ${this.room}:${before} and was told ${message.change}`);
      if (!page) before = message.change;
      this.last = Math.max(this.last, message.change);
      this.state.set(message.seq, text);
    }
    if (answer.oldest > this.oldest) {
      this.oldest = answer.oldest;
      for (const seq of this.state.keys()) if (seq < this.oldest) this.state.delete(seq);
    }
    if (answer.cursor) this.cursor = answer.cursor;
    if (answer.rooms) this.list = new Map(answer.rooms.map((room) => [room.id, { ...room }]));
    for (const { id, last_seq } of answer.news ?? []) {
      const one = this.list?.get(id);
      if (one) one.last_seq = Math.max(one.last_seq, last_seq);
    }
  }

  async poll() {
    for (let round = this.chance.between(1, 8); round > 0 && this.room && this.session && !this.crowd.over; round -= 1) {
      const { room } = this;
      const held = this.mode === 'held';
      const answer = await this.ask(room, { after: this.cursor, limit: this.chance.of([1, 7, 50, 200]), wait: held ? this.chance.between(1, this.crowd.calm ? 3 : 25) : undefined });
      if (answer && this.room === room) this.apply(answer);
      if (!answer || (!held && !answer.more)) await this.nap(100, this.crowd.calm ? 400 : 1500);
    }
  }

  stream() {
    const { room, session, chance, crowd } = this;
    const from = now();
    const resume = chance.may(0.5) ? { 'Last-Event-ID': this.cursor } : {};
    const path = query('/messages', { room, ...(resume['Last-Event-ID'] ? {} : { after: this.cursor }) });
    const { hostname, port } = session.client.url;
    return new Promise((resolve, reject) => {
      const timers = [];
      let rest = '';
      let done = false; // what is read after that was never told
      const request = http.get({ hostname, port, path, agent: false, headers: { Accept: 'text/event-stream', Cookie: session.client.cookieHeader(), ...resume } }, (response) => {
        if (response.statusCode !== 200) {
          let text = '';
          response.setEncoding('utf8').on('data', (part) => { text += part; });
          response.on('error', reject);
          response.on('end', () => {
            try { this.take(response.statusCode, () => JSON.parse(text).error?.code, room, session, from); } catch { /* cut */ }
          });
          return;
        }
        this.let(room, session, from, now(), 'opened a stream');
        this.record.count('streams opened');
        response.setEncoding('utf8').on('data', (part) => {
          const blocks = (rest + part).split('\n\n');
          rest = blocks.pop();
          for (const block of blocks) if (this.room === room && !done) this.event(block, room, session, from);
        });
        response.on('error', () => {});
        if (this.mode === 'sleeper') {
          this.record.count('readers that stopped reading');
          response.pause();
          timers.push(setTimeout(() => response.resume(), chance.between(4000, 20000)));
        } else if (this.mode === 'slow') {
          timers.push(setInterval(() => { response.pause(); setTimeout(() => response.resume(), 400); }, 450));
        }
      });
      request.on('error', reject);
      request.on('close', () => {
        done = true;
        timers.forEach((timer) => clearInterval(timer));
        resolve();
      });
      const long = this.mode === 'sleeper' ? chance.between(8000, 30000) : chance.between(1000, 25000);
      timers.push(setTimeout(() => request.destroy(), long));
      timers.push(setInterval(() => { if (crowd.over) request.destroy(); }, 200));
    });
  }

  event(block, room, session, from) {
    const event = {};
    for (const line of block.split('\n')) event[line.slice(0, line.indexOf(':'))] = line.slice(line.indexOf(':') + 1).trim();
    if (!event.data) return;
    const data = JSON.parse(event.data);
    if (event.event !== 'end') {
      if (event.event === 'update' && event.id !== data.cursor) this.record.violation('one order', `an event's id is ${event.id}, its cursor ${data.cursor}`);
      this.apply(data);
    } else if (/^signed_/.test(data.code)) {
      this.signedOut(session, now());
    } else {
      this.refused(room, from, now(), `the stream ended: ${data.code}`);
      this.leave();
    }
  }
}
