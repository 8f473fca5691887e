// Pictures of every page, filled with the demo: light, dark, on a phone, and without scripts. "make screenshots" writes them
// to var/screenshots/ as PAGE-light.png and so on. PAGES='room|people' makes only those.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { root, site } from './lib/site.mjs';
import { context, group, person, signIn } from './browser/lib.mjs';

const folder = path.resolve(root, process.env.VAR || 'var', 'screenshots');
const wanted = new RegExp(`^(${process.env.PAGES || '.*'})$`);
const press = (key) => (page) => page.keyboard.press(key);

let snug;
let state;
let pages;

async function shoot(page, name, look, { address = name, first, then, needs }) {
  if (!wanted.test(name) || (needs === 'scripts' && look === 'plain')) return;
  await first?.();
  const { width } = page.viewportSize();
  await page.setViewportSize({ width, height: width < 760 ? 844 : 800 });
  await page.goto('about:blank');
  await page.goto(`${snug.url}/${address}`);
  await page.waitForTimeout(look === 'plain' ? 300 : 700);
  await then?.(page, look);
  await page.waitForTimeout(200);
  const high = await page.evaluate(() => Math.max(document.querySelector('.page')?.scrollHeight || 0, document.documentElement.scrollHeight));
  if (high > page.viewportSize().height) await page.setViewportSize({ width, height: high });
  await page.screenshot({ path: `${folder}/${name}-${look}.png` });
}

before(async () => {
  snug = await site();
  fs.mkdirSync(folder, { recursive: true });
  // The first who registers is the site's admin, and names it.
  const admin = await person(snug, { name: 'admin' });
  await admin.page.goto(`${snug.url}/admin`);
  await admin.page.getByLabel('Name of the site').fill('Allotment Society');
  await admin.page.getByRole('button', { name: 'Save settings' }).click();
  execFileSync('deploy/demo', { cwd: root, env: { ...process.env, VAR: snug.var, DB: '' } });
  await snug.sql(`UPDATE users SET admin = 1 WHERE name = 'ana';
    UPDATE presence p JOIN users u ON u.id = p.user_id SET p.online_until = UTC_TIMESTAMP() + INTERVAL 1 HOUR WHERE u.name IN ('mira', 'tom', 'ravi', 'jun')`);
  const ana = { site: snug, context: await context() };
  ana.page = await ana.context.newPage();
  await signIn(ana.page, snug, 'ana', false, 'demo-demo');
  const empty = await group(ana, [], { name: 'summer-party', topic: 'When, where, and who brings what' });
  state = await ana.context.storageState();
  const ids = new Map(await snug.sql(`SELECT name, id FROM rooms WHERE kind = 'group'
    UNION SELECT 'direct', r.id FROM rooms r JOIN members m ON m.room_id = r.id JOIN users u ON u.id = m.user_id AND u.name = 'tom' WHERE r.kind = 'direct'`));
  const room = `rooms/${ids.get('general')}`;
  const [[mine]] = await snug.sql(`SELECT MAX(seq) FROM messages m JOIN users u ON u.id = m.sender_id
    WHERE room_id = ${ids.get('general')} AND u.name = 'ana' AND m.kind = 'text' AND m.deleted_at IS NULL`);
  await ana.page.goto(`${snug.url}/${room}?edit=${mine}#edit`);
  await ana.page.getByLabel('Edit your message').fill("Yes, I'll be there at ten to.");
  await ana.page.getByRole('button', { name: 'Save' }).click();
  const tool = (which) => (page) => page.locator(`#m${mine}`).hover().then(() => page.locator(`#m${mine} [data-tool=${which}]`).click());
  const apart = { signed: false };
  pages = {
    welcome: { ...apart, address: '' },
    register: apart,
    login: apart,
    'login-error': { ...apart, address: 'login', then: async (page) => {
      await page.getByLabel('Name or e-mail').fill('ana');
      await page.getByLabel('Password').fill('wrong-wrong');
      await page.getByRole('button', { name: 'Sign in' }).click();
    } },
    forgot: apart,
    reset: apart,
    'not-found-outside': { ...apart, address: 'nothing-here' },
    413: apart,
    429: apart,
    503: apart,
    room: { address: room, first: () => snug.sql(`UPDATE members m JOIN rooms r ON r.id = m.room_id SET m.read_seq = r.last_seq - 4 WHERE r.name = 'general'`),
      then: (page, look) => (look === 'phone' || look === 'plain' ? null : page.locator('#messages .message').last().hover()) },
    'room-members': { address: `${room}#members` },
    'room-message': { address: `${room}#m${mine}` },
    'room-empty': { address: `rooms/${empty}` },
    'room-edit-in-place': { address: `${room}#m${mine}`, needs: 'scripts', then: tool('edit') },
    'room-delete-in-place': { address: `${room}#m${mine}`, needs: 'scripts', then: tool('delete') },
    direct: { address: `rooms/${ids.get('direct')}` },
    history: { address: `${room}?before=20` },
    edit: { address: `${room}?edit=${mine}#edit` },
    delete: { address: `${room}?delete=${mine}#delete` },
    more: { address: `${room}?more=${mine}#more` },
    versions: { address: `${room}?versions=${mine}#versions` },
    jump: { address: room, needs: 'scripts', then: press('Control+k') },
    keys: { address: room, needs: 'scripts', then: async (page) => { await page.evaluate(() => document.activeElement.blur()); await page.keyboard.press('?'); } },
    bell: { address: room, needs: 'scripts', then: (page) => page.locator('#bell').click() },
    search: { address: 'search?q=the' },
    'search-help': { address: 'search?q=before:soon' },
    saved: {},
    pins: { address: `${room}/pins` },
    groups: { address: 'rooms' },
    people: {},
    person: { address: 'people/samir' },
    'for-you': {},
    formatting: {},
    settings: { address: `${room}/settings` },
    'settings-more': { address: `${room}/settings`, then: (page) => page.locator('.more summary').nth(1).click() },
    'settings-error': { address: `${room}/settings`, then: async (page) => {
      await page.getByLabel('Add people').fill('nobody-like-that');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
    } },
    account: {},
    admin: {},
    'admin-users': { address: 'admin/users' },
    'admin-user': { address: 'admin/users/tom' },
    'admin-groups': { address: 'admin/groups' },
    'admin-group': { address: `admin/groups/${ids.get('general')}` },
    'admin-invitations': { address: 'admin/invitations' },
    'admin-log': { address: 'admin/log' },
    'not-found': { address: 'nothing-here' },
    'room-not-sent': { address: room, needs: 'scripts', then: async (page) => {
      await page.route('**/messages', (route) => route.abort());
      await page.locator('#composer textarea').fill('The gate is open, come in.');
      await page.getByRole('button', { name: 'Send' }).click();
      await page.waitForTimeout(1500);
    } },
  };
});

for (const [look, options] of [['light', {}], ['dark', { dark: true }], ['phone', { phone: true }], ['plain', { scripts: false }]]) {
  test(`every page ${look}`, async () => {
    for (const signed of [true, false]) {
      const made = await context({ ...options, locale: 'en-GB', storageState: signed ? state : undefined });
      const page = await made.newPage();
      for (const status of [413, 429, 503]) await page.route(`**/${status}`, (route) => route.fulfill({ status, path: `${root}/html/${status}.html` }));
      for (const [name, what] of Object.entries(pages)) if ((what.signed ?? true) === signed) await shoot(page, name, look, what);
      await made.close();
    }
  });
}
