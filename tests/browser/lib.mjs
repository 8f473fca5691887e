// People with browsers, for the tests: each has a Chromium context of their own and does what a person would.
//
//   person(site, options)  registers somebody; options: name, scripts (true), dark, phone, and others of Playwright's contexts
//   group(who, others)     makes a public group through the page, adds the others, returns its number
//   open(who, room)        opens a room and waits until it is live (with scripts)
//   say, sees, texts       writes a message; waits until one is shown; all that are shown, in order
//   hasRead(who, room)     waits until it is stored that all of the room was read

import fs from 'node:fs';
import { after } from 'node:test';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { until } from '../lib/site.mjs';

const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const PASSWORD = 'correct horse 1';
export const LONG = 60000; // what a recovery may take on a busy machine

let program = '/usr/bin/chromium-headless-shell'; // Chromium without its windows, which take two thirds of the work
let launched;
let count = 0;

// For tests of what the shell has not: notifications.
export const useWholeBrowser = () => { program = '/usr/bin/chromium'; };

export function browser() {
  launched ??= chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  return launched;
}
after(async () => { if (launched) await (await launched).close(); });

export async function context(options = {}) {
  const { scripts = true, dark = false, phone = false, ...rest } = options;
  const made = await (await browser()).newContext({
    javaScriptEnabled: scripts,
    colorScheme: dark ? 'dark' : 'light',
    viewport: phone ? { width: 390, height: 844 } : { width: 1280, height: 800 },
    ...(phone ? { hasTouch: true, isMobile: true } : {}),
    ...rest,
  });
  made.setDefaultTimeout(45000);
  return made;
}

export async function person(site, { name, ...options } = {}) {
  count += 1;
  const who = { site, name: name ?? `p${process.pid % 10000}-${Date.now().toString(36)}-${count}`, context: await context(options) };
  who.page = await who.context.newPage();
  who.faults = [];
  who.page.on('pageerror', (error) => who.faults.push(String(error)));
  who.page.on('console', (message) => {
    if (/snug:|Content Security Policy/.test(message.text())) who.faults.push(message.text());
  });
  await who.page.goto(`${site.url}/register`);
  await who.page.getByLabel('Name', { exact: true }).fill(who.name);
  await who.page.getByLabel('E-mail').fill(`${who.name}@example.org`);
  await who.page.getByLabel('Password').fill(PASSWORD);
  await who.page.getByRole('button', { name: 'Create account' }).click();
  await who.page.waitForURL((url) => url.pathname !== '/register');
  return who;
}

export async function signIn(page, site, name, remember = false, password = PASSWORD) {
  await page.goto(`${site.url}/login`);
  await page.getByLabel('Name or e-mail').fill(name);
  await page.getByLabel('Password').fill(password);
  if (remember) await page.getByLabel('Stay signed in').check();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => url.pathname !== '/login');
}

export const roomOf = (page) => Number(/\/rooms\/(\d+)/.exec(page.url())?.[1]);

export async function group(who, others = [], { name, topic = '', visibility = 'Public' } = {}) {
  count += 1;
  await who.page.goto(`${who.site.url}/rooms`);
  const form = who.page.locator('form[action="/rooms"]');
  await form.getByLabel('Name').fill(name ?? `group-${process.pid}-${Date.now().toString(36)}-${count}`);
  await form.getByLabel('Topic').fill(topic);
  await form.getByLabel(visibility).check();
  await form.getByLabel('Members').fill(others.map((other) => other.name).join(' '));
  await form.getByRole('button', { name: 'Create group' }).click();
  await who.page.waitForURL(/\/rooms\/\d+/);
  return roomOf(who.page);
}

// Live: the first answer to what the page follows with has come.
export async function open(who, room) {
  const live = who.page.waitForResponse((answer) => answer.url().includes('/messages?') && answer.url().includes('after='), { timeout: LONG })
    .catch(() => null);
  await who.page.goto(`${who.site.url}/rooms/${room}`);
  await live;
}

export async function say(who, text) {
  const field = who.page.locator('#composer textarea');
  await field.fill(text);
  await field.press('Enter');
}

export const message = (who, text) => who.page.locator('#messages .message', { has: who.page.locator('.words').getByText(text, { exact: true }) });

export const sees = (who, text, timeout = LONG) => message(who, text).first().waitFor({ timeout });

export const texts = (who) => who.page.locator('#messages .words').allTextContents();

export const hasRead = (who, room) => until(async () => (await who.site.sql(`SELECT 1 FROM rooms r JOIN members m ON m.room_id = r.id JOIN users u ON u.id = m.user_id
  WHERE r.id = ${room} AND u.name = '${who.name}' AND m.read_seq = r.last_seq`)).length === 1, 60, 'the read mark is not stored');

// Sends like another client would: for history that is longer than anybody would type.
export async function fill(who, room, from, to) {
  await who.page.evaluate(async ([id, first, last]) => {
    const csrf = document.querySelector('meta[name="csrf"]').content;
    for (let i = first; i <= last; i += 1) {
      const answer = await fetch('/messages', {
        method: 'POST',
        headers: { Accept: 'application/json', 'X-CSRF-Token': csrf },
        body: new URLSearchParams({ room: id, text: `line ${i}`, nonce: `fill-${id}-${i}-${csrf.slice(0, 6)}`.slice(0, 36) }),
      });
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    }
  }, [room, from, to]);
}

// What axe finds wrong with the page that is shown, in words.
export async function axe(page, rules = []) {
  await page.evaluate(axeSource);
  return page.evaluate(async (only) => {
    await Promise.allSettled(document.getAnimations().map((each) => each.finished)); // colours that fade over are looked at when they have
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'], ...(only.length ? { runOnly: only } : {}) });
    return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)}`));
  }, rules);
}

// The same in light and in dark, where only the colours differ.
export async function axeTwice(page) {
  const found = await axe(page);
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' }); // colours do not fade over
  found.push(...(await axe(page, ['color-contrast'])).map((one) => `dark: ${one}`));
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null });
  return found;
}

// By how many pixels the page is wider than its window.
export const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
