// Snug in German: for a browser that asks for it, and for who chose it. Every page is read whole, with what only a
// screen reader says, and must not hold the English that stands in the sources. What people write here is German.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { startSite } from '../lib/site.mjs';
import { axe, context, fill, hasRead, LONG, message, open, overflow, PASSWORD, person, roomOf, say, sees } from './lib.mjs';

const DAY = '(Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag)';
const MONTH = '(Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)';
const ENGLISH = new RegExp(`(?<![\\p{L}\\p{N}])(${`the yours? you messages? members? groups? people account settings sign save send sent with and this that of is are to who
  what when where rooms? write edit(ed)? deleted? leave join unread password nobody somebody everybody everything find new keep cancel close change remove
  jump older back seen ago away yesterday today minutes? hours? content skip direct create preferences profile colours light dark left they their from here
  it them users? joined added removed registered invitations? owner muted banned topic history by at or (mon|tues|wednes|thurs|fri|satur|sun)day january february march june
  july october december`.split(/\s+/).join('|')})(?![\\p{L}\\p{N}])`, 'iu');

let snug;
let ana;
let ben;
let room;

// All that can be read or heard, hidden or not; text by text.
const texts = (page) => page.evaluate(() => {
  const found = document.evaluate('//text()[not(parent::noscript or parent::script or parent::style)] | //@aria-label | //@title | //@placeholder | //@alt',
    document, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE);
  return Array.from({ length: found.snapshotLength }, (_, i) => found.snapshotItem(i).nodeValue.trim()).filter(Boolean);
});

async function german(page, where = page.url()) {
  assert.equal(await page.locator('html').getAttribute('lang'), 'de', where);
  assert.deepEqual((await texts(page)).filter((text) => ENGLISH.test(text)), [], where);
}
// Buttons of a box that stand beyond it, also to the left, where no page scrolls to.
const outside = (page) => page.locator('.box .button').evaluateAll((all) => all.filter((one) => {
  const [{ left, right }, box] = [one, one.closest('.box')].map((each) => each.getBoundingClientRect());
  return right > left && (left < box.left || right > box.right);
}).map((one) => one.textContent));
const visit = (who, path) => who.page.goto(snug.url + path);
const shows = (who, text) => who.page.getByText(text, typeof text === 'string' ? { exact: true } : {}).first().waitFor({ timeout: LONG });

async function arrive(name) {
  const who = { site: snug, name: `${name}-${Date.now().toString(36)}`, faults: [], context: await context({ locale: 'de-DE', timezoneId: 'Europe/Berlin', bypassCSP: true }) };
  who.page = await who.context.newPage();
  who.page.on('pageerror', (error) => who.faults.push(String(error)));
  await visit(who, '/register');
  for (const [field, value] of Object.entries({ name: who.name, email: `${who.name}@example.org`, password: PASSWORD })) await who.page.locator(`[name="${field}"]`).fill(value);
  await who.page.getByRole('button', { name: 'Konto anlegen' }).click();
  await who.page.waitForURL((url) => url.pathname !== '/register');
  return who;
}

async function choose(who, language) {
  await visit(who, '/account');
  const field = who.page.locator('select[name="language"]');
  await field.selectOption(language);
  await who.page.locator('form:has(select[name="language"]) button').click();
  await who.page.waitForURL(/done=/);
  assert.equal(await field.inputValue(), language);
}

before(async () => {
  snug = await startSite();
  [ana, ben] = [await arrive('anna'), await arrive('bernd')];
  await snug.sql(`UPDATE users SET admin = 1 WHERE name = '${ana.name}'`);
  await visit(ana, '/rooms');
  const form = ana.page.locator('form[action="/rooms"]');
  await form.locator('[name="name"]').fill('garten');
  await form.locator('[name="topic"]').fill('Blumen und Gemüse');
  await form.getByRole('button').click();
  await ana.page.waitForURL(/\/rooms\/\d+/);
  room = roomOf(ana.page);
});

test('a stranger with a German browser reads German, also what is wrong with a form', async () => {
  const made = await context({ locale: 'de-DE', bypassCSP: true });
  const page = await made.newPage();
  for (const path of ['/', '/login', '/register', '/forgot', '/reset', '/nirgends']) {
    await page.goto(snug.url + path);
    await german(page);
    assert.deepEqual(await axe(page), [], path);
  }
  await page.goto(`${snug.url}/`);
  await page.getByRole('heading', { name: /^Willkommen/ }).waitFor();
  await page.getByRole('link', { name: 'Anmelden' }).waitFor();
  for (const [path, fields] of [['/register', { name: '!', email: 'x@', password: 'kurz' }], ['/login', { name: 'niemand', password: PASSWORD }]]) {
    await page.goto(snug.url + path);
    for (const [field, value] of Object.entries(fields)) await page.locator(`[name="${field}"]`).fill(value);
    await page.locator('form').evaluate((form) => { form.noValidate = true; });
    await page.locator('form button').click();
    await page.locator('.error, .notice.bad').first().waitFor();
    await german(page, `${path} with errors`);
  }
  await made.close();
});

test('one member and two, before and after the page followed', async () => {
  await open(ana, room);
  const link = (text) => ana.page.locator('#members-link', { hasText: text }).waitFor();
  await link(/^1 Mitglied$/);
  await ana.page.locator('#members .role', { hasText: /^Eigentümer$/ }).waitFor();
  await visit(ben, '/rooms');
  const card = ben.page.locator('.cards li', { hasText: 'garten' });
  await card.getByText('1 Mitglied', { exact: true }).waitFor();
  await card.getByRole('button').click();
  await ben.page.waitForURL(/\/rooms\/\d+/);
  await link(/^2 Mitglieder$/);
  await ana.page.locator('#members .role', { hasText: /^Eigentümer$/ }).waitFor();
  await german(ana.page, 'the room, followed');
  await open(ana, room);
  await link(/^2 Mitglieder$/);
});

test('sending, editing and deleting, here and where it is followed', async () => {
  await open(ben, room);
  await ana.page.route('**/messages', (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()));
  await say(ana, 'Hallo Bernd');
  await shows(ana, 'Noch nicht gesendet. Es wird von selbst wieder versucht …');
  await german(ana.page, 'while a message waits');
  await ana.page.unroute('**/messages');
  await sees(ben, 'Hallo Bernd');
  await sees(ana, 'Hallo Bernd');
  await say(ana, 'x'.repeat(10001));
  await ana.page.locator('#pending .failed').getByText(/^Nicht gesendet\. ./).waitFor();
  await german(ana.page, 'with a message that was refused');
  await ana.page.getByRole('button', { name: 'Verwerfen' }).click();
  await ana.page.locator('#pending .message').waitFor({ state: 'detached' }); // and nothing moves any more

  await message(ana, 'Hallo Bernd').hover();
  await message(ana, 'Hallo Bernd').getByRole('link', { name: /^Bearbeiten \(Nachricht von \d\d:\d\d\)$/ }).click();
  const field = ana.page.getByLabel('Deine Nachricht bearbeiten');
  await shows(ana, 'Enter speichert, Esc bricht ab');
  await field.fill('');
  await ana.page.getByRole('button', { name: 'Speichern' }).click();
  await shows(ana, 'Eine Nachricht kann nicht leer sein. Lösche sie stattdessen.');
  await german(ana.page, 'while editing');
  assert.deepEqual(await axe(ana.page), []);
  await field.fill('Guten Tag Bernd');
  await field.press('Enter');
  await message(ben, 'Guten Tag Bernd').getByText('(bearbeitet)').waitFor();

  const mine = message(ana, 'Guten Tag Bernd');
  const id = await mine.getAttribute('id');
  await mine.hover();
  await mine.getByRole('link', { name: /^Löschen/ }).click();
  await shows(ana, 'Diese Nachricht löschen? Sie lässt sich nicht wiederherstellen.');
  await german(ana.page, 'before deleting');
  await ana.page.getByRole('button', { name: 'Löschen', exact: true }).click();
  await ben.page.locator(`#${id}.deleted`, { hasText: 'gelöscht' }).waitFor();
  await german(ben.page, 'after all that');
});

test('new messages are counted in German, in the page, beside it and for screen readers; dates are German', async () => {
  await open(ben, room);
  const announced = ben.page.locator('#announce', { hasText: /^\d+ neue Nachrichten$/ }).waitFor({ state: 'attached' });
  await fill(ana, room, 1, 40); // "line 1" …
  await announced;
  await sees(ben, 'line 40');
  await ben.page.locator('#timeline').evaluate((element) => { element.scrollTop = -600; });
  await ben.page.waitForTimeout(200);
  await say(ana, 'eins');
  await ben.page.getByRole('button', { name: '1 neue Nachricht ↓', exact: true }).waitFor();
  await say(ana, 'zwei');
  await ben.page.getByRole('button', { name: '2 neue Nachrichten ↓', exact: true }).waitFor();
  assert.match(await ben.page.locator('#messages .day').first().textContent(), new RegExp(`^${DAY}, \\d{1,2}\\. ${MONTH}$`));
  assert.match(await ben.page.locator('#messages time').last().getAttribute('title'), new RegExp(`^${DAY}, \\d{1,2}\\. ${MONTH} \\d{4}( um|,) \\d\\d:\\d\\d$`));
  await german(ben.page);
  await visit(ben, '/people');
  await hasRead(ben, room); // said when one leaves, at the latest
  await say(ana, 'drei');
  await ben.page.locator(`#lists a[data-to="${room}"] .count`, { hasText: /^\d+ ungelesen$/ }).waitFor();
  await german(ben.page, 'with a count');
  await open(ben, room);
  await ben.page.locator('#new').waitFor();
  await german(ben.page, 'at what is new');
});

test('the bar says in German that there is no connection', async () => {
  const bar = (text) => ana.page.locator('#connection', { hasText: text }).waitFor({ timeout: LONG });
  await ana.page.route('**/messages?*', (route) => route.abort());
  await visit(ana, `/rooms/${room}`);
  await bar(/Keine Verbindung zum Server\. Was du schreibst, wird aufgehoben und später gesendet\. (Nächster Versuch in \d+ s\.|Neuer Versuch läuft\.)/);
  await german(ana.page, 'without a connection');
  await ana.context.setOffline(true);
  await bar('Du bist offline. Was du schreibst, wird aufgehoben und später gesendet.');
  await ana.page.getByRole('button', { name: 'Jetzt versuchen' }).waitFor();
  await german(ana.page, 'offline');
  await ana.context.setOffline(false);
  await ana.page.unroute('**/messages?*');
  await ana.page.locator('#connection').waitFor({ state: 'hidden', timeout: LONG });
});

test('what opens over the page is German: jumping, the keys, the bell', async () => {
  await open(ana, room);
  const dialog = ana.page.getByRole('dialog');
  await ana.page.locator('button#jump').waitFor(); // the scripts are there
  await ana.page.keyboard.press('Control+k');
  await ana.page.getByRole('dialog', { name: 'Zu einem Raum oder einer Person springen' }).waitFor();
  const input = dialog.getByPlaceholder('Ein Raum oder eine Person');
  await input.fill('gart');
  await dialog.getByText('1 gefunden', { exact: true }).waitFor({ state: 'attached' });
  await input.fill('xyzxyz');
  await dialog.getByText('Hier heißt niemand und nichts so.').waitFor();
  await german(ana.page, 'jump');
  assert.deepEqual(await axe(ana.page), []);
  await dialog.getByRole('button', { name: 'Schließen' }).click();
  for (const [name, title] of [['Tasten', 'Tasten'], [/^Benachrichtigungen/, 'Benachrichtigungen']]) {
    await ana.page.getByRole('button', { name }).first().click();
    await dialog.getByRole('heading', { name: title }).waitFor();
    await german(ana.page, title);
    assert.deepEqual(await axe(ana.page), [], title);
    await dialog.getByRole('button', { name: 'Schließen' }).click();
  }
});

test('People says in German since when somebody is away', async () => {
  await ben.page.goto('about:blank');
  const card = ana.page.locator(`.cards [data-user-name="${ben.name}"]`);
  for (let tries = 0; ; tries += 1) { // what was under way may still write that he is here
    await ana.page.waitForTimeout(1000);
    await snug.sql(`UPDATE presence SET seen_at = UTC_TIMESTAMP() - INTERVAL 310 SECOND, online_until = UTC_TIMESTAMP() - INTERVAL 250 SECOND
      WHERE user_id = (SELECT id FROM users WHERE name = '${ben.name}')`);
    await visit(ana, '/people');
    if (await card.getByText(/vor 5 Minuten/).waitFor({ timeout: 2000 }).then(() => true, () => false)) break;
    assert.ok(tries < 5, await card.innerText());
  }
  await card.getByText('abwesend', { exact: true }).waitFor({ state: 'attached' });
  await german(ana.page);
});

test('every page behind the sign-in is German, with and without scripts, and fits on a phone', async () => {
  await open(ana, room);
  await visit(ben, `/people/${ana.name}`);
  await ben.page.getByRole('button', { name: /Anschreiben/ }).click();
  await ben.page.waitForURL(/\/rooms\/\d+/);
  const direct = roomOf(ben.page);
  const seq = Number(await message(ana, 'zwei').getAttribute('data-seq'));
  const plain = await context({ locale: 'de-DE', scripts: false, phone: true, bypassCSP: true, storageState: await ana.context.storageState() });
  const still = await plain.newPage();
  for (const path of ['/rooms', `/rooms/${room}`, ...['edit', 'delete', 'unread', 'versions', 'reply', 'react', 'more'].map((name) => `/rooms/${room}?${name}=${seq}`), `/rooms/${room}?before=20`,
    `/rooms/${direct}`, `/rooms/${room}/settings`, `/rooms/${room}/pins`, '/for-you', '/saved', '/search?q=zwei', '/formatting', '/people', '/people?q=xyzxyz', `/people/${ben.name}`, '/account', '/nirgends', '/rooms/99999',
    '/admin', '/admin/users', `/admin/users/${ben.name}`, '/admin/groups', `/admin/groups/${room}`, '/admin/invitations', '/admin/log']) {
    await visit(ana, path);
    await ana.page.waitForTimeout(200);
    await german(ana.page);
    await still.goto(snug.url + path);
    for (const frame of still.frames()) await german(frame, `${path} without scripts`);
    assert.ok(await overflow(still) <= 0, `${path} on a phone`);
    assert.deepEqual(await outside(still), [], path);
  }
  await still.goto(`${snug.url}/rooms/${room}?attach=1`);
  await still.locator('#file').setInputFiles({ name: 'Plan.txt', mimeType: 'text/plain', buffer: Buffer.from('x') });
  await still.locator('#text').fill('ü'.repeat(10001));
  await still.getByRole('button', { name: 'Senden' }).click();
  await still.getByText('höchstens 10.000 Zeichen').waitFor({ timeout: LONG });
  await german(still);
  assert.deepEqual(await outside(still), []);
  await plain.close();
  assert.deepEqual([...ana.faults, ...ben.faults], []);
});

test('what is done is said in German', async () => {
  for (const [path, action] of [['/account', 'profile'], [`/rooms/${room}/settings`, 'update']]) {
    await visit(ana, path);
    await ana.page.locator(`form:has([name="action"][value="${action}"]) button`).click();
    await ana.page.locator('.notice[role="status"]').first().waitFor();
    await ana.page.waitForURL(/done=/);
    await german(ana.page);
  }
});

test('who chose a language has it in every browser, and each reads the same message in their own', async () => {
  const carl = await person(snug, { locale: 'en-US', bypassCSP: true });
  const loaded = [];
  carl.page.on('request', (request) => { if (/\/js\/de\.js/.test(request.url())) loaded.push(carl.page.url()); });
  await visit(carl, `/rooms/${room}`);
  await carl.page.getByRole('button', { name: 'Join this group' }).click();
  await open(carl, room);
  assert.equal(await carl.page.locator('html').getAttribute('lang'), 'en');
  await open(ana, room);
  await say(ana, 'vier');
  await sees(carl, 'vier');
  await message(ana, 'vier').hover();
  await message(ana, 'vier').getByRole('link', { name: /^Bearbeiten/ }).click();
  await ana.page.getByLabel('Deine Nachricht bearbeiten').fill('fünf');
  await ana.page.getByRole('button', { name: 'Speichern' }).click();
  await message(carl, 'fünf').getByText('(edited)').waitFor();
  await message(ana, 'fünf').getByText('(bearbeitet)').waitFor();
  assert.deepEqual(loaded, [], 'who reads English loads no German');

  await choose(carl, 'de');
  await german(carl.page, 'chosen, in an English browser');
  await open(carl, room);
  await carl.page.locator('#members-link', { hasText: /^3 Mitglieder$/ }).waitFor();
  assert.match(await carl.page.locator('#messages .day').first().textContent(), new RegExp(`^${DAY}, \\d{1,2}\\. ${MONTH}$`));
  await german(carl.page, 'the room in an English browser');

  await choose(ben, 'en');
  await ben.page.getByRole('heading', { name: 'Your account' }).waitFor();
  await open(ben, room);
  assert.equal(await ben.page.locator('html').getAttribute('lang'), 'en');
  await message(ben, 'fünf').getByText('(edited)').waitFor();
  assert.match(await ben.page.locator('#messages .day').first().textContent(), /^(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, /);
  await ben.page.locator('#members-link', { hasText: /^3 members$/ }).waitFor();
  await choose(ben, '');
  await german(ben.page, 'as the browser asks again');
  assert.deepEqual([...ana.faults, ...ben.faults, ...carl.faults], []);
});
