// Moderation of a group: muting, banning, handing over, deleting others' messages; and what remains of it when two act at
// the same moment. (Who may do what at all stands in rights.test.mjs.)
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { site as runningSite } from '../lib/site.mjs';
import { addUsers, eventually, fieldError, fieldValue, formsOf, nonce, people, textOf, unique } from './client.mjs';

let site;
let cast; // owner, admin, member, muted, banned, stranger (no member), other (admin of another group)
before(async () => {
  site = await runningSite();
  const names = ['owner', 'admin', 'member', 'muted', 'banned', 'stranger', 'other'];
  const clients = await people(site, names.length, 'mod');
  cast = Object.fromEntries(names.map((name, at) => [name, clients[at]]));
  await cast.other.group();
});

const JSON_ACCEPT = { accept: 'application/json' };
const roles = async (id) => Object.fromEntries((await site.sql(
  `SELECT u.name, IF(m.muted, CONCAT('muted ', m.role), m.role) FROM members m JOIN users u ON u.id = m.user_id WHERE m.room_id = ${id}`)));
const bans = async (id) => (await site.sql(`SELECT u.name FROM bans b JOIN users u ON u.id = b.user_id WHERE b.room_id = ${id} AND b.banned_by > 0`)).flat();
const listed = async (client, id) => (await client.read({})).rooms.find((each) => each.id === id);
const events = async (client, id) => (await client.everything(id)).filter((message) => message.kind === 'event').map((message) => message.text);
const done = async (answer) => {
  const { status, location, text } = await answer;
  assert.equal(status, 303, `${status} ${location} ${status === 303 ? '' : textOf(text).slice(0, 600)}`);
  return location;
};
const refused = async (answer, status, code) => {
  const got = await answer;
  assert.equal(got.status, status, got.text.slice(0, 300));
  if (code) assert.equal(got.code, code);
};

// A group with everybody at their place.
async function group(fields = {}) {
  const id = await cast.owner.group({ members: [cast.admin, cast.member, cast.muted].map((client) => client.name).join(' '), ...fields });
  await done(cast.owner.settings(id, 'role', { member: cast.admin.name, role: 'admin' }));
  await done(cast.admin.settings(id, 'mute', { member: cast.muted.name }));
  await done(cast.admin.settings(id, 'ban', { member: cast.banned.name }));
  return id;
}

describe('a muted member', () => {
  test('reads and marks as read, and is told why nothing is sent; the form keeps what was typed', async () => {
    const id = await group();
    await cast.owner.say(id, 'hear this');
    assert.ok((await cast.muted.read({ room: id })).messages.some((message) => message.text === 'hear this'));
    assert.equal((await listed(cast.muted, id)).role, 'muted');
    const answer = await cast.muted.message({ room: id, text: 'may I?', nonce: nonce() });
    assert.equal(answer.status, 403);
    assert.equal(answer.code, 'muted');
    assert.equal(answer.json().error.message, 'You may read here, but not write: an admin of this group has muted you.');
    const form = await cast.muted.submit('/messages', { room: id, text: 'may I?', nonce: nonce() });
    assert.equal(form.status, 403);
    assert.match(textOf(form.text), /muted you/);
    assert.equal(fieldValue(form.text, 'text'), 'may I?');
    assert.equal((await cast.muted.message({ room: id, action: 'read', seq: 99 })).status, 200);
    const page = (await cast.muted.get(`/rooms/${id}`)).text;
    assert.ok(!formsOf(page).some((each) => each.action === '/messages'), 'no composer');
    assert.match(textOf(page), /an admin of this group has muted you/);
    assert.match((await cast.member.get(`/rooms/${id}`)).text, /id="composer"/);
  });

  test('among others who send at the same moment fails alone', async () => {
    const id = await group();
    const answers = await Promise.all(Array.from({ length: 30 }, (_, at) => [cast.owner, cast.muted, cast.member][at % 3])
      .map((client) => client.message({ room: id, text: 'at once', nonce: nonce() }).then(({ status }) => [client === cast.muted, status])));
    for (const [muted, status] of answers) assert.equal(status, muted ? 403 : 201);
  });

  test('is told to an open page, and told again when it is over', async () => {
    const id = await cast.owner.group({ members: cast.member.name });
    let { cursor } = await cast.member.read({ room: id });
    for (const [action, role] of [['mute', 'muted'], ['unmute', 'member']]) {
      const waiting = (async () => {
        for (const end = Date.now() + 8000; Date.now() < end;) {
          const page = await cast.member.read({ room: id, after: cursor, wait: 5 });
          cursor = page.cursor;
          if (page.rooms) return page.rooms.find((each) => each.id === id).role;
        }
        return '';
      })();
      const begun = Date.now();
      await done(cast.owner.settings(id, action, { member: cast.member.name }));
      assert.equal(await waiting, role);
      assert.ok(Date.now() - begun < 9000, 'at once');
    }
    assert.deepEqual((await events(cast.owner, id)).slice(-2), [`${cast.owner.name} muted ${cast.member.name}`, `${cast.owner.name} unmuted ${cast.member.name}`]);
    await cast.member.say(id, 'again');
  });

  test('is muted still after leaving and joining again, or being added again', async () => {
    const id = await group({ visibility: 'public' });
    await done(cast.muted.settings(id, 'leave'));
    await done(cast.muted.settings(id, 'join'));
    await refused(cast.muted.message({ room: id, text: 'x', nonce: nonce() }), 403, 'muted');
    await done(cast.admin.settings(id, 'remove', { member: cast.muted.name }));
    await done(cast.admin.settings(id, 'add', { members: cast.muted.name }));
    await refused(cast.muted.message({ room: id, text: 'x', nonce: nonce() }), 403, 'muted');
    await done(cast.admin.settings(id, 'unmute', { member: cast.muted.name }));
    await cast.muted.say(id, 'free');
    await done(cast.muted.settings(id, 'leave'));
    await done(cast.muted.settings(id, 'join'));
    await cast.muted.say(id, 'still free');
  });

  test('who is an admin does nothing an admin does, and a new role ends it', async () => {
    const id = await group();
    await done(cast.owner.settings(id, 'mute', { member: cast.admin.name }));
    await refused(cast.admin.settings(id, 'unmute', { member: cast.admin.name }, JSON_ACCEPT), 403);
    await refused(cast.admin.settings(id, 'ban', { member: cast.member.name }, JSON_ACCEPT), 403);
    await refused(cast.admin.settings(id, 'update', { name: unique('x'), topic: 'said all the same', visibility: 'public', history: '' }, JSON_ACCEPT), 403);
    await done(cast.owner.settings(id, 'role', { member: cast.admin.name, role: 'member' }));
    await cast.admin.say(id, 'an ordinary member now');
  });
});

describe('a ban', () => {
  test('takes a member out, who cannot come back, is named when added, and comes back when it is lifted', async () => {
    const id = await cast.owner.group({ visibility: 'public', members: cast.member.name });
    await done(cast.owner.settings(id, 'ban', { member: cast.member.name }));
    assert.equal((await roles(id))[cast.member.name], undefined);
    assert.equal(await listed(cast.member, id), undefined);
    await refused(cast.member.list({ room: id }), 403, 'not_a_member');
    const { text } = await cast.member.get(`/rooms/${id}`);
    assert.match(textOf(text), /You are banned from this group/);
    assert.doesNotMatch(textOf(text), /Join this group/);
    const join = await cast.member.settings(id, 'join');
    assert.equal(join.status, 403);
    assert.match(textOf(join.text), /banned from this group/);
    await refused(cast.member.settings(id, 'join', {}, JSON_ACCEPT), 403, 'banned');

    const [new1] = await addUsers(site, 1);
    const add = await cast.owner.settings(id, 'add', { members: `${new1} ${cast.member.name}` });
    assert.equal(add.status, 409);
    assert.ok(fieldError(add.text, 'members').includes(cast.member.name));
    assert.equal(fieldValue(add.text, 'members'), `${new1} ${cast.member.name}`);
    assert.deepEqual(await roles(id), { [cast.owner.name]: 'owner' }, 'nobody was added');

    const page = (await cast.owner.get(`/rooms/${id}/settings`)).text;
    const unban = formsOf(page).find((each) => each.controls.some((control) => control.value === 'unban'));
    assert.ok(unban.html.includes(cast.member.name));
    assert.match(textOf(page), new RegExp(`banned by ${cast.owner.name}`));
    await done(cast.owner.settings(id, 'unban', { member: cast.member.name }));
    await done(cast.member.settings(id, 'join'));
    await cast.member.say(id, 'back');
    assert.deepEqual((await events(cast.owner, id)).slice(-3), [`${cast.owner.name} banned ${cast.member.name}`,
      `${cast.owner.name} lifted the ban on ${cast.member.name}`, `${cast.member.name} joined`]);
  });

  test('ends what a member holds open within a second', async () => {
    const id = await cast.owner.group({ visibility: 'private', members: cast.member.name });
    const stream = await cast.member.stream({ room: id });
    const { cursor } = await cast.member.read({ room: id });
    const waiting = cast.member.list({ room: id, after: cursor, wait: 20 });
    const begun = Date.now();
    await done(cast.owner.settings(id, 'ban', { member: cast.member.name }));
    assert.equal((await waiting).status, 404);
    await eventually('the stream ends', () => stream.events.some((event) => event.event === 'end'));
    assert.ok(Date.now() - begun < 9000);
    assert.equal((await cast.member.get(`/rooms/${id}`)).status, 404, 'a private group is not there for them');
  });

  test('of who is not in it, and twice, is a ban once', async () => {
    const id = await cast.owner.group({ visibility: 'public' });
    for (let at = 0; at < 2; at += 1) await done(cast.owner.settings(id, 'ban', { member: cast.stranger.name }));
    assert.deepEqual(await bans(id), [cast.stranger.name]);
    assert.equal((await events(cast.owner, id)).length, 1);
    for (let at = 0; at < 2; at += 1) await done(cast.owner.settings(id, 'unban', { member: cast.stranger.name }));
    assert.equal((await events(cast.owner, id)).length, 2);
  });
});

describe('nobody acts on a higher or the same role, or on themselves', () => {
  for (const action of ['mute', 'ban', 'remove']) {
    test(action, async () => {
      const id = await group();
      const second = (await addUsers(site, 1))[0];
      await done(cast.owner.settings(id, 'add', { members: second }));
      await done(cast.owner.settings(id, 'role', { member: second, role: 'admin' }));
      const was = await roles(id);
      for (const target of [cast.owner.name, second, cast.admin.name]) await refused(cast.admin.settings(id, action, { member: target }), 403);
      await refused(cast.owner.settings(id, action, { member: cast.owner.name }), 403);
      assert.deepEqual(await roles(id), was);
    });
  }

  test('an owner is never muted, and the page offers nothing that would be refused', async () => {
    const id = await group();
    await done(cast.owner.settings(id, 'role', { member: cast.member.name, role: 'owner' }));
    await refused(cast.owner.settings(id, 'mute', { member: cast.member.name }), 403);
    const offers = (page) => formsOf(page).map((form) => form.controls).filter((controls) => controls.some((control) => control.name === 'member'))
      .map((controls) => `${controls.find((control) => control.name === 'action').value} ${controls.find((control) => control.name === 'member').value}`).sort();
    assert.deepEqual(offers((await cast.admin.get(`/rooms/${id}/settings`)).text), [`ban ${cast.muted.name}`, `remove ${cast.muted.name}`, `unban ${cast.banned.name}`, `unmute ${cast.muted.name}`]);
    assert.deepEqual(offers((await cast.muted.get(`/rooms/${id}/settings`)).text), []);
    assert.ok(!offers((await cast.owner.get(`/rooms/${id}/settings`)).text).includes(`mute ${cast.member.name}`));
  });
});

describe('the owner', () => {
  test('hands the group over: the other one owns it, the former is an admin', async () => {
    const id = await group();
    await done(cast.owner.settings(id, 'handover', { member: cast.muted.name }));
    const now = await roles(id);
    assert.equal(now[cast.owner.name], 'admin');
    assert.equal(now[cast.muted.name], 'owner', 'and writes again');
    assert.equal((await events(cast.owner, id)).at(-1), `${cast.owner.name} handed the group over to ${cast.muted.name}`);
    await refused(cast.owner.settings(id, 'handover', { member: cast.member.name }), 403);
    await refused(cast.muted.settings(id, 'handover', { member: cast.muted.name }), 403);
    await refused(cast.muted.settings(id, 'handover', { member: cast.stranger.name }), 409);
  });

  test('who is the last one that can sign in does not leave, and hands over to nobody who cannot', async () => {
    const [left, shut] = await people(site, 2, 'own');
    const id = await left.group({ members: shut.name });
    await done(left.settings(id, 'role', { member: shut.name, role: 'owner' }));
    await site.sql(`UPDATE users SET suspended_at = UTC_TIMESTAMP(3) WHERE name = '${shut.name}'`);
    await refused(left.settings(id, 'leave'), 409);
    await refused(left.settings(id, 'leave', { owner: shut.name }), 409);
    const answer = await left.settings(id, 'handover', { member: shut.name });
    assert.equal(answer.status, 409);
    assert.match(textOf(answer.text), new RegExp(`${shut.name} is suspended`));
    assert.equal((await roles(id))[left.name], 'owner');
  });

  test('whose only fellow owner is suspended is asked who owns it from now on, and offered nobody who cannot', async () => {
    const [left, shut, next] = await people(site, 3, 'own');
    const id = await left.group({ members: `${shut.name} ${next.name}` });
    await done(left.settings(id, 'role', { member: shut.name, role: 'owner' }));
    await site.sql(`UPDATE users SET suspended_at = UTC_TIMESTAMP(3) WHERE name = '${shut.name}'`);
    const page = (await left.get(`/rooms/${id}/settings`)).text;
    const leave = formsOf(page).find((form) => form.controls.some((control) => control.name === 'owner'));
    assert.ok(leave?.html.includes(`value="${next.name}"`));
    assert.ok(!leave.html.includes(`value="${shut.name}"`));
    assert.match(textOf(page), new RegExp(`${shut.name} \\(?Suspended`));
    assert.ok(!formsOf(page).some(({ controls }) => controls.some(({ value }) => value === 'handover') && controls.some(({ value }) => value === shut.name)));
    assert.match(fieldError((await left.settings(id, 'leave')).text, 'owner'), /only owner/);
    await done(left.settings(id, 'leave', { owner: next.name }));
    await site.sql(`UPDATE users SET suspended_at = NULL WHERE name = '${shut.name}'`);
  });

  test('who is the last one leaves by naming the next, at once; without that it is 409 with the way out beside it', async () => {
    const id = await group();
    const stay = await cast.owner.settings(id, 'leave');
    assert.equal(stay.status, 409);
    assert.match(fieldError(stay.text, 'owner'), /only owner/);
    const leave = formsOf(stay.text).find((form) => form.controls.some((control) => control.name === 'owner'));
    assert.equal(leave.controls.find((control) => control.name === 'action').value, 'leave');
    assert.ok(leave.html.includes(`value="${cast.member.name}"`));
    assert.ok(!leave.html.includes(`value="${cast.owner.name}"`));
    for (const nobody of [cast.stranger.name, cast.owner.name]) assert.equal((await cast.owner.settings(id, 'leave', { owner: nobody })).status, 409, nobody);
    assert.equal((await cast.owner.settings(id, 'leave', { owner: unique('ghost') })).status, 422);
    assert.equal((await roles(id))[cast.owner.name], 'owner');
    await refused(cast.admin.settings(id, 'leave', { owner: cast.member.name }), 403);
    assert.equal(await done(cast.owner.settings(id, 'leave', { owner: cast.member.name })), '/rooms');
    const now = await roles(id);
    assert.equal(now[cast.member.name], 'owner');
    assert.equal(now[cast.owner.name], undefined);
    assert.deepEqual((await events(cast.member, id)).slice(-2), [`${cast.owner.name} handed the group over to ${cast.member.name}`, `${cast.owner.name} left`]);
  });

  test('who is alone is told to delete the group', async () => {
    const id = await cast.owner.group();
    const answer = await cast.owner.settings(id, 'leave');
    assert.equal(answer.status, 409);
    assert.match(textOf(answer.text), /You are the only one here/);
    assert.match(answer.text, /name="confirm"/);
  });
});

describe('the admin panel', () => {
  test('says who added each, and when', async () => {
    const id = await group();
    const [one, two] = await addUsers(site, 2);
    await done(cast.admin.settings(id, 'add', { members: `${one}, ${two}` }));
    await site.sql(`UPDATE members m JOIN users u ON u.id = m.user_id SET m.added_at = '2025-11-03 12:00:00' WHERE m.room_id = ${id} AND u.name = '${one}'`);
    const page = textOf((await cast.admin.get(`/rooms/${id}/settings`)).text);
    assert.match(page, new RegExp(`${one} · member · added by ${cast.admin.name} , 3 Nov 2025`));
    assert.match(page, new RegExp(`${two} · member · added by ${cast.admin.name}`));
    assert.match(page, new RegExp(`${cast.muted.name} · member, muted`));
  });
});

describe('what another admin did meanwhile', () => {
  const shown = (html) => Object.fromEntries(formsOf(html).find((form) => form.controls.some((control) => control.name === 'history')).controls
    .filter((control) => control.name && (control.type !== 'radio' || 'checked' in control)).map((control) => [control.name, control.value]));

  test('stays when the settings are saved from a page that is older: only what was changed there changes', async () => {
    const id = await group({ topic: 'at first' });
    const old = shown((await cast.owner.get(`/rooms/${id}/settings`)).text);
    const name = unique('renamed');
    await done(cast.admin.settings(id, 'update', { ...shown((await cast.admin.get(`/rooms/${id}/settings`)).text), name, visibility: 'private', history: '50' }));
    const wrong = await cast.owner.submit(`/rooms/${id}/settings`, { ...old, topic: 'x'.repeat(251) });
    assert.equal(wrong.status, 422);
    await done(cast.owner.submit(`/rooms/${id}/settings`, { ...shown(wrong.text), topic: 'and now' }));
    assert.deepEqual(await site.sql(`SELECT name, topic, visibility, history_limit FROM rooms WHERE id = ${id}`), [[name, 'and now', 'private', '50']]);
    await done(cast.owner.submit(`/rooms/${id}/settings`, { ...old, history: '', name: unique('again') }));
    assert.equal((await site.sql(`SELECT topic FROM rooms WHERE id = ${id}`))[0][0], 'and now');
  });

  test('is said: who is not in the group any more gets no role, no mute and no group, and the page shows who is', async () => {
    const id = await group();
    await done(cast.admin.settings(id, 'remove', { member: cast.member.name }));
    for (const [action, fields] of [['role', { role: 'admin' }], ['mute'], ['unmute'], ['handover']]) {
      const answer = await cast.owner.settings(id, action, { member: cast.member.name, ...fields });
      assert.equal(answer.status, 409, action);
      assert.match(textOf(answer.text), new RegExp(`${cast.member.name} is not in this group`), action);
      assert.ok(answer.text.includes(`data-user-name="${cast.admin.name}"`) && !answer.text.includes(`data-user-name="${cast.member.name}"`), action);
    }
    await done(cast.owner.settings(id, 'remove', { member: cast.member.name }));
  });

  test('to oneself is said, not shown as if one were still in it', async () => {
    const id = await group({ visibility: 'private' });
    await done(cast.owner.settings(id, 'remove', { member: cast.admin.name }));
    await refused(cast.admin.settings(id, 'mute', { member: cast.member.name }), 404);
  });
});

describe('a message', () => {
  test('of anybody is deleted by an admin, and says by whom', async () => {
    const id = await group();
    const { seq } = await cast.member.say(id, 'not nice');
    const other = await cast.member.say(id, 'my own');
    const { cursor } = await cast.owner.read({ room: id });
    const waiting = cast.owner.read({ room: id, after: cursor, wait: 5 });
    await refused(cast.muted.message({ room: id, action: 'delete', seq }), 403, 'not_yours');
    assert.equal((await cast.admin.message({ room: id, action: 'delete', seq })).status, 200);
    assert.equal((await cast.admin.message({ room: id, action: 'delete', seq })).status, 200, 'twice is once');
    const [message] = (await waiting).messages;
    assert.equal(message.deleted, true);
    assert.equal(message.text, '');
    assert.deepEqual(message.deleted_by, { name: cast.admin.name, display: cast.admin.name });
    assert.match(textOf(message.html), new RegExp(`This message was deleted by ${cast.admin.name}\\.`));
    assert.match(textOf((await cast.member.get(`/rooms/${id}`)).text), new RegExp(`deleted by ${cast.admin.name}`));
    assert.equal((await cast.member.message({ room: id, action: 'delete', seq: other.seq })).status, 200);
    const last = (await cast.owner.everything(id)).at(-1);
    assert.equal(last.deleted_by, undefined, 'the sender needs no naming');
    assert.match(textOf(last.html), /This message was deleted\./);
    await refused(cast.admin.message({ room: id, action: 'edit', seq: (await cast.member.say(id, 'mine')).seq, text: 'x' }), 403, 'not_yours');
    assert.equal((await cast.member.message({ room: id, action: 'edit', seq, text: 'x' })).status, 409);
  });

  test('of another group is out of an admin\'s reach', async () => {
    const id = await group();
    const { seq } = await cast.member.say(id, 'here');
    const own = await cast.admin.direct(cast.member.name);
    const direct = await cast.member.say(own, 'between us');
    await refused(cast.other.message({ room: id, action: 'delete', seq }), 403, 'not_a_member');
    await refused(cast.admin.message({ room: own, action: 'delete', seq: direct.seq }), 403, 'not_yours');
  });

  test('is deleted by its admin without scripts: the link asks once, naming whose it is', async () => {
    const id = await group();
    const { seq } = await cast.member.say(id, 'to be removed');
    const page = (await cast.admin.get(`/rooms/${id}`)).text;
    assert.ok(page.includes(`?delete=${seq}#delete`));
    assert.ok(!(await cast.muted.get(`/rooms/${id}`)).text.includes(`?delete=${seq}#`));
    const ask = (await cast.admin.get(`/rooms/${id}?delete=${seq}`)).text;
    const form = formsOf(ask).find((each) => each.id === 'delete');
    assert.match(textOf(form.html), new RegExp(`Delete this message of ${cast.member.name}`));
    await done(cast.admin.submit('/messages', Object.fromEntries(form.controls.filter((each) => each.name).map((each) => [each.name, each.value]))));
    assert.equal((await cast.owner.everything(id)).at(-1).deleted, true);
    assert.ok(!formsOf((await cast.muted.get(`/rooms/${id}?delete=${(await cast.member.say(id, 'x')).seq}`)).text).some((each) => each.id === 'delete'));
  });

  test('is marked as unread from it on by a plain form, and stays so', async () => {
    const id = await group();
    const said = [];
    for (const text of ['one', 'two', 'three']) said.push((await cast.owner.say(id, text)).seq);
    await cast.member.message({ room: id, action: 'read', seq: said[2] });
    assert.ok((await cast.member.get(`/rooms/${id}`)).text.includes(`?more=${said[1]}#more`));
    const ask = (await cast.member.get(`/rooms/${id}?more=${said[1]}`)).text;
    const form = formsOf(ask).find((each) => each.id === 'more');
    const to = await done(cast.member.submit('/messages', Object.fromEntries(form.controls.filter((each) => each.name && (each.name !== 'action' || each.value === 'unread')).map((each) => [each.name, each.value])), { accept: 'text/html' }));
    assert.equal(to, '/rooms', 'not back into the room, which would be read at once');
    assert.equal((await cast.member.get(to)).status, 200);
    assert.equal((await listed(cast.member, id)).unread, 2);
    const page = (await cast.member.get(`/rooms/${id}`)).text;
    assert.ok(page.indexOf('id="new"') < page.indexOf(`id="m${said[1]}"`) && page.indexOf('id="new"') > page.indexOf(`id="m${said[0]}"`));
  });

  test('that came before a room was ever opened stands below "New since you left"', async () => {
    const [a, b] = await people(site, 2);
    const id = await a.group({ members: b.name });
    const { seq } = await a.say(id, 'welcome');
    const page = (await b.get(`/rooms/${id}`)).text;
    assert.ok(page.includes('id="new"'));
    assert.ok(page.indexOf('id="new"') < page.indexOf(`id="m${seq}"`));
    assert.ok(!(await a.get(`/rooms/${id}`)).text.includes('id="new"'), 'not for who wrote it');
    const late = (await people(site, 1))[0];
    await late.settings(id, 'join');
    assert.ok(!(await late.get(`/rooms/${id}`)).text.includes('id="new"'), 'nothing before the join is new');
    const next = await a.say(id, 'hello');
    const open = (await late.get(`/rooms/${id}`)).text;
    assert.ok(open.indexOf('id="new"') > open.indexOf(`id="m${seq}"`) && open.indexOf('id="new"') < open.indexOf(`id="m${next.seq}"`));
  });
});

describe('two who act at the same moment', () => {
  const ROUNDS = 12;
  // What must hold whatever happened: an owner, no owner muted, nobody both in and banned, numbers without a gap.
  const sound = async (id) => {
    const [[gone]] = await site.sql(`SELECT deleted_at IS NOT NULL FROM rooms WHERE id = ${id}`);
    const [[count, last, oldest]] = await site.sql(`SELECT COUNT(t.seq), r.last_seq, COUNT(DISTINCT t.version) FROM rooms r LEFT JOIN messages t ON t.room_id = r.id WHERE r.id = ${id} GROUP BY r.id`);
    assert.equal(count, last, 'no gap');
    assert.equal(count, oldest, 'a version each');
    if (gone === '1') return;
    const [[owners, muted, both]] = await site.sql(`SELECT SUM(m.role = 'owner'), SUM(m.role = 'owner' AND m.muted), SUM(b.user_id IS NOT NULL AND b.banned_by > 0)
      FROM members m LEFT JOIN bans b ON b.room_id = m.room_id AND b.user_id = m.user_id WHERE m.room_id = ${id}`);
    assert.ok(Number(owners) >= 1, 'an owner');
    assert.deepEqual([muted, both], ['0', '0']);
  };
  const rounds = async (make, act) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const id = await make();
      const answers = await Promise.all(act(id));
      for (const answer of answers) assert.ok(answer.status < 500, `${answer.status} ${answer.text.slice(0, 200)}`);
      await sound(id);
    }
  };
  const owners = async () => {
    const id = await cast.owner.group({ members: `${cast.admin.name} ${cast.member.name}` });
    await done(cast.owner.settings(id, 'role', { member: cast.admin.name, role: 'owner' }));
    return id;
  };

  test('removing each other: exactly one goes', async () => {
    await rounds(owners, (id) => [cast.owner.settings(id, 'remove', { member: cast.admin.name }), cast.admin.settings(id, 'remove', { member: cast.owner.name })]);
  });
  test('banning each other, and lowering each other', async () => {
    await rounds(owners, (id) => [cast.owner.settings(id, 'ban', { member: cast.admin.name }), cast.admin.settings(id, 'ban', { member: cast.owner.name })]);
    await rounds(owners, (id) => [cast.owner.settings(id, 'role', { member: cast.admin.name, role: 'member' }), cast.admin.settings(id, 'role', { member: cast.owner.name, role: 'member' })]);
  });
  test('both owners leaving, with and without naming the next', async () => {
    await rounds(owners, (id) => [cast.owner.settings(id, 'leave'), cast.admin.settings(id, 'leave')]);
    await rounds(owners, (id) => [cast.owner.settings(id, 'leave', { owner: cast.admin.name }), cast.admin.settings(id, 'leave', { owner: cast.owner.name })]);
  });
  test('handing over to somebody who is leaving, or being banned', async () => {
    await rounds(owners, (id) => [cast.owner.settings(id, 'handover', { member: cast.member.name }), cast.member.settings(id, 'leave')]);
    await rounds(owners, (id) => [cast.owner.settings(id, 'handover', { member: cast.member.name }), cast.admin.settings(id, 'ban', { member: cast.member.name })]);
    await rounds(owners, (id) => [cast.owner.settings(id, 'handover', { member: cast.member.name }), cast.admin.settings(id, 'mute', { member: cast.member.name })]);
  });
  test('adding or joining while being banned', async () => {
    await rounds(() => cast.owner.group({ visibility: 'public' }), (id) => [cast.owner.settings(id, 'ban', { member: cast.stranger.name }),
      cast.stranger.settings(id, 'join'), cast.owner.settings(id, 'add', { members: cast.stranger.name })]);
  });
  test('renaming two groups to one name: exactly one has it', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const [one, two] = [await cast.owner.group(), await cast.admin.group()];
      const fields = { name: unique('wanted'), topic: '', visibility: 'public', history: '' };
      const answers = await Promise.all([cast.owner.settings(one, 'update', fields), cast.admin.settings(two, 'update', fields)]);
      assert.deepEqual(answers.map((answer) => answer.status).sort(), [303, 409]);
      assert.equal((await site.sql(`SELECT id FROM rooms WHERE name = '${fields.name}'`)).length, 1);
    }
  });
  test('deleting while others write, join and manage: what was acknowledged is stored, and then it is gone', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const id = await owners();
      const sends = Array.from({ length: 8 }, (_, at) => (at % 2 ? cast.member : cast.admin).message({ room: id, text: `number ${at}`, nonce: nonce() }));
      const answers = await Promise.all([...sends, cast.owner.settings(id, 'delete'), cast.admin.settings(id, 'delete'),
        cast.admin.settings(id, 'ban', { member: cast.member.name }), cast.stranger.settings(id, 'join')]);
      for (const answer of answers) assert.ok([201, 303, 403, 404].includes(answer.status), String(answer.status));
      const stored = (await site.sql(`SELECT COUNT(*) FROM messages WHERE room_id = ${id} AND kind = 'text'`))[0][0];
      assert.equal(Number(stored), answers.filter((answer) => answer.status === 201).length);
      await sound(id);
      assert.equal((await cast.owner.get(`/rooms/${id}`)).status, 404);
      await refused(cast.member.message({ room: id, text: 'too late', nonce: nonce() }), 404);
    }
  });
  test('muting while the other writes: after the answer nothing more is stored', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const id = await owners();
      const sends = Array.from({ length: 6 }, () => cast.member.message({ room: id, text: 'quick', nonce: nonce() }));
      const [mute, ...answers] = await Promise.all([cast.owner.settings(id, 'mute', { member: cast.member.name }), ...sends]);
      assert.equal(mute.status, 303);
      const all = await cast.owner.everything(id);
      const at = all.findIndex((message) => message.text.includes(' muted '));
      assert.ok(all.slice(at).every((message) => message.kind === 'event'), 'the event is the last word');
      assert.equal(all.filter((message) => message.kind === 'text').length, answers.filter((answer) => answer.status === 201).length);
    }
  });
});
