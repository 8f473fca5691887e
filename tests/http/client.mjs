// A small HTTP client for the tests: a cookie jar, forms whose values may be any bytes, and eyes for the pages.
// It knows the site only through what a browser would see, and can also send what no browser would.
import http from 'node:http';
import { readdirSync } from 'node:fs';
import net from 'node:net';
import { randomBytes, scryptSync } from 'node:crypto';
import { PATIENCE } from '../lib/site.mjs';

const agent = new http.Agent({ keepAlive: false, maxSockets: Infinity });

export const FORM = 'application/x-www-form-urlencoded';
export const JSON_TYPE = 'application/json';

export const unique = (prefix = 'user') => `${prefix}-${randomBytes(4).toString('hex')}`;
// A body in multipart/form-data, of [name, value] or [name, bytes, file name].
const BOUNDARY = 'a-line-between';
export const MULTIPART = `multipart/form-data; boundary=${BOUNDARY}`;
export function multipart(fields) {
  return Buffer.concat([...fields.flatMap(([name, value, filename]) => [
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"\r\nContent-Type: image/png`}\r\n\r\n`),
    Buffer.isBuffer(value) ? value : Buffer.from(String(value)), Buffer.from('\r\n')]), Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

export const nonce = () => randomBytes(12).toString('hex');
export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// Asks again until `check` answers something true; fails with `what` when `seconds` have passed.
export async function eventually(what, check, seconds = 5) {
  const end = Date.now() + seconds * 1000 * PATIENCE;
  let last;
  for (;;) {
    try {
      const found = await check();
      if (found) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`not within ${seconds * PATIENCE} s: ${what}`, { cause: last });
    await sleep(50);
  }
}

// Values are strings, numbers or Buffers (sent byte by byte, so that they may be no UTF-8); undefined leaves a field out.
export function encodeForm(fields) {
  const one = (value) => Array.from(Buffer.isBuffer(value) ? value : Buffer.from(String(value)),
    (byte) => (/[A-Za-z0-9]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`)).join('');
  return Object.entries(fields).filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${one(name)}=${one(value)}`).join('&');
}

export const query = (path, fields) => {
  const encoded = encodeForm(fields);
  return encoded ? `${path}?${encoded}` : path;
};

// ---------------------------------------------------------------------------------------------- pages

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };
export const decode = (text) => text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/gi, (whole, hex, decimal, name) => {
  if (hex) return String.fromCodePoint(parseInt(hex, 16));
  if (decimal) return String.fromCodePoint(Number(decimal));
  return ENTITIES[name.toLowerCase()] ?? whole;
});
export const textOf = (html) => decode(html.replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim();

function attributes(tag) {
  const found = {};
  const inside = tag.replace(/^<\/?[a-z0-9]+/i, '').replace(/\/?>$/, '');
  for (const [, name, double, single, bare] of inside.matchAll(/([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?/g)) {
    found[name.toLowerCase()] = decode(double ?? single ?? bare ?? '');
  }
  return found;
}

function controlsOf(html) {
  const controls = [];
  for (const match of html.matchAll(/<input\b[^>]*>|<textarea\b[^>]*>([\s\S]*?)<\/textarea>|<select\b[^>]*>([\s\S]*?)<\/select>|<button\b[^>]*>/gi)) {
    const tag = match[0].slice(0, match[0].indexOf('>') + 1);
    const control = { ...attributes(tag), tag: /^<(\w+)/.exec(tag)[1].toLowerCase() };
    if (control.tag === 'textarea') control.value = decode(match[1].replace(/^\r?\n/, ''));
    if (control.tag === 'select') {
      const options = [...match[2].matchAll(/<option\b[^>]*>/gi)].map(([option]) => attributes(option));
      control.value = (options.find((option) => 'selected' in option) ?? options[0])?.value;
    }
    controls.push(control);
  }
  return controls;
}

export const formsOf = (html) => [...html.matchAll(/<form\b[^>]*>([\s\S]*?)<\/form>/gi)].map((match) => ({
  ...attributes(match[0].slice(0, match[0].indexOf('>') + 1)), controls: controlsOf(match[1]), html: match[0] }));

// What a field of the page holds: a radio group's checked value, else the first control of that name.
export function fieldValue(html, name) {
  const controls = controlsOf(html).filter((control) => control.name === name);
  if (controls[0]?.type === 'radio') return controls.find((control) => 'checked' in control)?.value;
  if (controls[0]?.type === 'checkbox') return 'checked' in controls[0];
  return controls[0] && (controls[0].value ?? '');
}

// The words that stand beside a field because it is wrong ('' when there are none).
export function fieldError(html, name) {
  for (const control of controlsOf(html).filter((each) => each.name === name)) {
    if (control['aria-invalid'] !== 'true') continue;
    for (const id of (control['aria-describedby'] ?? '').split(/\s+/).filter(Boolean)) {
      const element = new RegExp(`<(\\w+)[^>]*\\bid="${id}"[^>]*>([\\s\\S]*?)</\\1>`).exec(html);
      if (element && textOf(element[2])) return textOf(element[2]);
    }
  }
  return '';
}

export const csrfOf = (html) => fieldValue(html, 'csrf')
  ?? /<meta name="csrf" content="([^"]*)"/.exec(html)?.[1];

// The messages on a page, by seq: { 3: '<li id="m3" …</li>' }.
export const messagesOf = (html) => Object.fromEntries([...html.matchAll(/<li id="m(\d+)"[\s\S]*?(?=<li id="m\d+"|<\/ol>|$)/g)]
  .map((match) => [Number(match[1]), match[0]]));

// ---------------------------------------------------------------------------------------------- requests

export class Answer {
  constructor(status, headers, body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.text = body.toString('utf8');
  }

  get location() { return this.headers.location; }

  json() { return JSON.parse(this.text); }

  // The code of a JSON error; fails when the answer is none, so that its form is checked wherever a code is.
  get code() {
    const { error } = this.json();
    if (!/^[a-z][a-z_]*$/.test(error.code) || typeof error.message !== 'string' || !error.message) {
      throw new Error(`not an error as the design has it: ${this.text}`);
    }
    return error.code;
  }

  // The attributes of a cookie that this answer sets: { value, httponly: '', path: '/', … }.
  cookie(name) {
    const line = (this.headers['set-cookie'] ?? []).find((each) => each.startsWith(`${name}=`));
    if (!line) return undefined;
    const [first, ...rest] = line.split(/;\s*/);
    return { value: first.slice(name.length + 1),
      ...Object.fromEntries(rest.map((part) => [part.split('=')[0].toLowerCase(), part.split('=').slice(1).join('=')])) };
  }
}

export class Client {
  constructor(url) {
    this.url = new URL(url);
    this.cookies = new Map();
    this.token = undefined;
    this.from = undefined; // the address it comes from: any of 127.0.0.0/8
  }

  cookieHeader() {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  // One request. Options: method, headers, body (string or Buffer), accept, seconds (a limit for the whole answer),
  // abort (a function that is given the request, to cut it in the middle).
  request(path, { method = 'GET', headers = {}, body, accept, seconds = 70, abort } = {}) {
    const all = { ...headers };
    if (accept) all.Accept = accept;
    if (this.cookies.size && !('Cookie' in all)) all.Cookie = this.cookieHeader();
    if (body !== undefined && !('Content-Length' in all) && !('Transfer-Encoding' in all)) all['Content-Length'] = Buffer.byteLength(body);
    return new Promise((resolve, reject) => {
      const over = (settle, value) => { clearTimeout(timer); settle(value); };
      const request = http.request({ agent, localAddress: this.from, host: this.url.hostname, port: this.url.port, path, method, headers: all }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('error', (error) => over(reject, error));
        response.on('aborted', () => over(reject, new Error('the answer was cut')));
        response.on('end', () => {
          if (!response.complete) { over(reject, new Error('the answer was cut')); return; }
          this.keep(response.headers['set-cookie'] ?? []);
          over(resolve, new Answer(response.statusCode, response.headers, Buffer.concat(parts)));
        });
      });
      const timer = setTimeout(() => request.destroy(new Error(`no answer within ${seconds} s: ${method} ${path}`)), seconds * 1000);
      request.on('error', (error) => over(reject, error));
      if (abort) abort(request);
      request.end(body);
    });
  }

  keep(lines) {
    for (const line of lines) {
      const [pair, ...rest] = line.split(/;\s*/);
      const name = pair.slice(0, pair.indexOf('='));
      const over = rest.some((part) => /^max-age=(0|-\d+)$/i.test(part)
        || (/^expires=/i.test(part) && Date.parse(part.slice(8)) < Date.now()));
      if (over) this.cookies.delete(name); else this.cookies.set(name, pair.slice(pair.indexOf('=') + 1));
    }
  }

  get(path, options) { return this.request(path, options); }

  json(path, options = {}) { return this.request(path, { accept: JSON_TYPE, ...options }); }

  // A form exactly as given: no token is added.
  post(path, fields, { headers = {}, ...options } = {}) {
    const body = typeof fields === 'string' || Buffer.isBuffer(fields) ? fields : encodeForm(fields);
    return this.request(path, { method: 'POST', body, headers: { 'Content-Type': FORM, ...headers }, ...options });
  }

  // The token of this browser's forms: from the account page when signed in, else from the sign-in page.
  async csrf() {
    if (!this.token) {
      const page = await this.get(this.cookies.has('snug_session') ? '/account' : '/login');
      this.token = csrfOf(page.text);
      if (!this.token) throw new Error(`no csrf on the page (${page.status}): ${page.text.slice(0, 300)}`);
    }
    return this.token;
  }

  // A form with the token in it, as a browser sends it.
  async submit(path, fields, options) { return this.post(path, { csrf: await this.csrf(), ...fields }, options); }

  async login(name, password, more = {}) {
    this.token = undefined;
    const answer = await this.submit('/login', { name, password, ...more });
    this.token = undefined;
    return answer;
  }

  async register(name, more = {}) {
    this.token = undefined;
    const answer = await this.submit('/register', { name, email: `${name}@example.org`, password: PASSWORD, ...more });
    this.token = undefined;
    return answer;
  }

  // A new group; answers its id.
  async group(fields = {}) {
    const answer = await this.submit('/rooms', { name: unique('group'), topic: '', visibility: 'public', members: '', history: '', ...fields });
    const id = /^\/rooms\/(\d+)$/.exec(answer.location ?? '')?.[1];
    if (answer.status !== 303 || !id) throw new Error(`no room: ${answer.status} ${answer.location} ${answer.text.slice(0, 2000)}`);
    return Number(id);
  }

  async direct(name) {
    const answer = await this.submit(`/people/${name}`, {});
    const id = /^\/rooms\/(\d+)$/.exec(answer.location ?? '')?.[1];
    if (answer.status !== 303 || !id) throw new Error(`no direct room: ${answer.status} ${answer.location}`);
    return Number(id);
  }

  settings(room, action, fields = {}, options) { return this.submit(`/rooms/${room}/settings`, { action, ...fields }, options); }

  // POST /messages, as scripts do it.
  async message(fields, { headers = {}, ...options } = {}) {
    return this.post('/messages', fields, { accept: JSON_TYPE, headers: { 'X-CSRF-Token': await this.csrf(), ...headers }, ...options });
  }

  // Sends a text and answers { room, seq, change }; anything but success is an error.
  async say(room, text, name = nonce()) {
    const answer = await this.message({ room, text, nonce: name });
    if (answer.status !== 201) throw new Error(`not sent: ${answer.status} ${answer.text}`);
    return answer.json();
  }

  list(fields, options) { return this.json(query('/messages', fields), options); }

  // GET /messages, its JSON; anything but 200 is an error.
  async read(fields, options) {
    const answer = await this.list(fields, options);
    if (answer.status !== 200) throw new Error(`not read: ${answer.status} ${answer.text}`);
    return answer.json();
  }

  // An event stream: { status, headers, events, comments, over, close() }. Each event is { event, id, data }, as it comes.
  stream(fields, headers = {}) {
    return new Promise((resolve, reject) => {
      const request = http.get({ agent, host: this.url.hostname, port: this.url.port, path: query('/messages', fields),
        headers: { Accept: 'text/event-stream', Cookie: this.cookieHeader(), ...headers } }, (response) => {
        const stream = { status: response.statusCode, headers: response.headers, events: [], comments: 0, over: false, close: () => request.destroy() };
        let rest = '';
        response.setEncoding('utf8').on('data', (part) => {
          const blocks = (rest + part).split('\n\n');
          rest = blocks.pop();
          for (const block of blocks) {
            const event = {};
            for (const line of block.split('\n')) {
              if (line.startsWith(':')) stream.comments += 1;
              else event[line.slice(0, line.indexOf(':'))] = line.slice(line.indexOf(':') + 1).replace(/^ /, '');
            }
            if (event.data) stream.events.push({ ...event, data: JSON.parse(event.data) });
          }
        });
        response.on('error', () => {});
        response.on('close', () => { stream.over = true; });
        resolve(stream);
      });
      request.on('error', reject);
    });
  }

  // Everything there is in a room, from the first message on.
  async everything(room) {
    let page = await this.read({ room, limit: 200 });
    let all = page.messages;
    while (page.more) {
      page = await this.read({ room, limit: 200, before: all[0].seq });
      all = [...page.messages, ...all];
    }
    return all;
  }
}

// Bytes as they stand, over a socket; answers all that comes back. For what no HTTP library would send.
export function raw(url, bytes, { seconds = 10 } = {}) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const parts = [];
    const socket = net.connect(Number(port), hostname, () => socket.write(bytes));
    socket.setTimeout(seconds * 1000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (part) => parts.push(part));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(parts).toString('utf8')));
  });
}

// ---------------------------------------------------------------------------------------------- people

export const PASSWORD = 'correct horse battery';

// A cheap hash of PASSWORD: what tests of other things need is a signed-in user, not the second that scrypt takes.
const SALT = Buffer.from('0123456789abcdef');
const bare = (bytes) => bytes.toString('base64').replace(/=+$/, '');
const HASH = `$scrypt$ln=4,r=8,p=1$${bare(SALT)}$${bare(scryptSync(PASSWORD, SALT, 32, { N: 16, r: 8, p: 1 }))}`;

// `count` new users, put into the database without signing them in.
export async function addUsers(site, count, prefix = 'user') {
  const names = Array.from({ length: count }, () => unique(prefix));
  await site.sql(`INSERT INTO users (name, display, email, password, created_at) VALUES ${names
    .map((name) => `('${name}', '${name}', '${name}@example.org', '${HASH}', UTC_TIMESTAMP(3))`).join(', ')}`);
  return names;
}

// `count` new users, each signed in with a browser of their own.
export async function people(site, count, prefix = 'user') {
  return Promise.all((await addUsers(site, count, prefix)).map((name) => signIn(site, name)));
}

export async function signIn(site, name, more) {
  const client = new Client(site.url);
  const answer = await client.login(name, PASSWORD, more);
  if (answer.status !== 303 || !client.cookies.has('snug_session')) throw new Error(`not signed in: ${answer.status} ${answer.text.slice(0, 2000)}`);
  client.name = name;
  return client;
}

export const person = async (site, prefix) => (await people(site, 1, prefix))[0];

// ---------------------------------------------------------------------------------------------- processes

export const descriptorsOf = (pid) => readdirSync(`/proc/${pid}/fd`).length;
