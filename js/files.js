// Files for the message that is being written: chosen, dropped or pasted, each with its progress, a way to cancel it, and
// what went wrong beside it. Those that are there stay with the draft. (draft.js loads this with the first one.)

import { make, on, page } from './page.js';
import { csrf, renew } from './net.js';
import { recall, remember } from './store.js';
import { t } from './text.js';

const MOST = 10;
const key = `files:${page.room}`;
const mebibytes = page.composer.dataset.files;
const field = page.composer.elements.text;
const tray = make('ul', { class: 'tray', 'aria-label': t('Files of this message') });
let items = []; // { name, id, error, file, request, li }
let turn = Promise.resolve(); // one after the other
let eager = false; // Send was pressed: it goes out when the last one is there

function keep() {
  page.files = items.filter((one) => one.id).map(({ id, name }) => ({ id, name }));
  remember(key, page.files);
  field.required = !items.length;
  tray.hidden = !items.length;
}

function remove(item) {
  items = items.filter((one) => one !== item);
  item.request?.abort();
  item.li.remove();
  keep();
  field.focus();
}

function paint(item) {
  const state = item.error ? make('span', { class: 'error', role: 'alert' }, item.error)
    : !item.id && make('progress', { max: 1, value: 0, 'aria-label': t('How much of {} is there', item.name) });
  const again = item.error && item.file && make('button', { type: 'button', class: 'button', onclick: () => queue(item) }, t('Try again'));
  item.li.replaceChildren(...[make('bdi', {}, item.name), state, again,
    make('button', { type: 'button', class: 'button', 'aria-label': t('Remove {}', item.name), onclick: () => remove(item) }, '×')].filter(Boolean));
}

async function settled(item, { status, response }) {
  if (status === 403 && await renew()) {
    queue(item);
    return;
  }
  if (!items.includes(item)) return;
  const [file] = response?.files || [];
  if (file) Object.assign(item, { id: file.id, name: file.name, file: null });
  else item.error = response?.error?.message || (status ? t('The server answered {}.', status) : t('The server could not be reached.'));
  paint(item);
  keep();
  if (eager && items.every((one) => one.id)) page.composer.requestSubmit();
}

function upload(item) {
  if (!items.includes(item)) return null;
  const body = new FormData();
  const request = new XMLHttpRequest();
  item.request = request;
  body.append('room', page.room);
  body.append('file', item.file, item.file.name);
  request.open('POST', '/files');
  request.responseType = 'json';
  request.setRequestHeader('Accept', 'application/json');
  request.setRequestHeader('X-CSRF-Token', csrf());
  request.upload.addEventListener('progress', ({ loaded, total }) => {
    const bar = item.li.querySelector('progress');
    if (bar) bar.value = loaded / total;
  });
  return new Promise((done) => {
    request.addEventListener('loadend', () => settled(item, request).then(done));
    request.send(body);
  });
}

function queue(item) {
  item.error = '';
  paint(item);
  turn = turn.then(() => upload(item));
}

function put(item) {
  item.li = make('li');
  items.push(item);
  tray.append(item.li);
  paint(item);
}

export function add(files) {
  for (const file of files) {
    const item = { name: file.name, file };
    if (items.length >= MOST) item.error = t('A message has at most {} files.', MOST);
    else if (file.size > mebibytes * 1024 * 1024) item.error = t('A file can have at most {} MiB here.', mebibytes);
    if (item.error) item.file = null;
    put(item);
    if (!item.error) queue(item);
  }
  keep();
}

// Before send.js hears of it.
page.composer.addEventListener('submit', (event) => {
  eager = items.some((one) => !one.id);
  if (!eager) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  items.find((one) => one.error)?.li.querySelector('button').focus();
}, { capture: true });
on('taken', () => {
  items = [];
  eager = false;
  tray.replaceChildren();
  keep();
});
page.composer.querySelector('.box').prepend(tray);
(recall(key) || []).forEach(put);
keep();
