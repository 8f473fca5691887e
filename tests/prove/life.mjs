// What goes on meanwhile: members are removed and come back, sessions end, groups are deleted and made, limits change. The
// keepers own the groups; they go straight to the site, so that few of their answers are lost, and ask until they know.

import { Client, people, sleep, unique } from '../http/client.mjs';
import { now } from './record.mjs';

export class Life {
  constructor({ crowd, chance, users }) {
    Object.assign(this, { crowd, record: crowd.record, chance, users, away: [] });
  }

  async begin(keepers, groups) {
    this.keepers = await people(this.crowd.site, keepers, 'keeper');
    await Promise.all(this.keepers.map((keeper) => keeper.csrf()));
    for (let group = 0; group < groups; group += 1) await this.addGroup();
  }

  // Does it until the site says that it is done. Its answers may be lost, and all of it may be done twice.
  async surely(what, statuses, ask) {
    for (let time = 0; ; time += 1) {
      const answer = await ask().catch(() => undefined);
      if (statuses.includes(answer?.status)) return answer;
      if (answer && ![502, 503, 504].includes(answer.status)) this.record.violation('answers', `${what} gave ${answer.status}`);
      await sleep(this.chance.between(50, 400));
    }
  }

  async addGroup() {
    const keeper = this.chance.of(this.keepers);
    const members = this.users.filter(() => this.chance.may(0.35));
    const limited = this.chance.may(0.5);
    let name;
    const answer = await this.surely('a new group', [303], () => {
      name = unique('group');
      return keeper.submit('/rooms', { name, topic: '', visibility: this.chance.of(['public', 'private']), members: members.join(' '), history: limited ? 40 : '' });
    });
    const id = Number(/^\/rooms\/(\d+)$/.exec(answer.location)[1]);
    this.crowd.rooms.set(id, Object.assign(this.record.addRoom(id, [keeper.name, ...members]), { keeper, name, limited }));
    this.record.count('groups made');
  }

  async removeMember() {
    const room = this.chance.of([...this.crowd.rooms.values()].filter((each) => each.tryAt === Infinity));
    const members = [...room.members.keys()].filter((user) => user !== room.keeper.name && this.record.isIn(room.id, user));
    if (members.length < 10) return;
    const user = this.chance.of(members);
    const period = this.record.leaving(room.id, user);
    await this.surely('removing', [303], () => room.keeper.settings(room.id, 'remove', { member: user }));
    period.outAt = now();
    this.record.count('members removed');
    this.away.push({ room, user, period, until: now() + this.chance.between(1500, 9000) });
  }

  async bringBack(all = false) {
    const { away } = this;
    this.away = away.filter((one) => !all && one.until > now());
    for (const { room, user, period } of away.filter((one) => all || one.until <= now())) {
      if (room.tryAt < Infinity) continue;
      period.backAt = now();
      await this.surely('adding', [303], () => room.keeper.settings(room.id, 'add', { members: user }));
      period.inAt = now();
    }
  }

  async deleteGroup() {
    const room = this.chance.of([...this.crowd.rooms.values()].filter((each) => each.tryAt === Infinity));
    room.tryAt = now();
    await this.surely('deleting', [303, 404], () => room.keeper.settings(room.id, 'delete'));
    room.deletedAt = now();
    this.record.count('groups deleted');
    await this.addGroup();
  }

  async changeGroup() {
    const room = this.chance.of([...this.crowd.rooms.values()].filter((each) => each.tryAt === Infinity));
    const history = room.limited ? this.chance.between(20, 60) : '';
    await this.surely('changing', [303], () => room.keeper.settings(room.id, 'update', { name: room.name, topic: unique('about'), visibility: this.chance.of(['public', 'private']), history }));
    this.record.count('groups changed');
  }

  async endSession(persons) {
    const { session } = this.chance.of(persons);
    if (!session || session.tryAt < Infinity) return;
    const client = new Client(this.crowd.site.url);
    client.cookies = new Map(session.client.cookies);
    client.token = session.client.token;
    if (this.chance.may(0.7)) {
      session.tryAt = now();
      await this.surely('signing out', [303, 403], () => client.submit('/logout', {})); // 403: it was done before
      session.endedAt = now();
      this.record.count('sessions ended');
      return;
    }
    const others = [...this.crowd.sessions.get(session.user)].filter((each) => each !== session);
    this.crowd.sweeps.set(session.user, Infinity);
    const from = now();
    for (const other of others) other.tryAt = Math.min(other.tryAt, from);
    const answer = await client.submit('/account', { action: 'signout_others' }).catch(() => undefined);
    this.crowd.sweeps.set(session.user, now());
    if (answer?.status !== 303) return; // it may have been done
    for (const other of others) other.endedAt = Math.min(other.endedAt, now());
    this.record.count('sessions ended', others.length);
  }

  async live(persons) {
    while (this.crowd.sending) {
      await sleep(this.chance.between(80, 400));
      await this.bringBack();
      const act = this.chance.weighed([[10, 'removeMember'], [5, 'changeGroup'], [1, 'deleteGroup'], [5, 'endSession']]);
      await this[act](persons);
    }
    await this.bringBack(true);
  }
}
