// Edit and Delete beside the messages: edit.js, loaded when the first of them is used; and More: more.js. Where they do
// not load, the links are followed.

import { on, page, tell } from './page.js';

let loaded;
let ready = false;

const load = () => (loaded ||= import('./edit.js').then((edit) => {
  edit.start();
  ready = true;
}));

async function more(tool) {
  await import('./more.js').then(({ open }) => open(tool.closest('.message')), () => location.assign(tool.href));
}

async function click(event) {
  const further = event.target.closest('[data-tool="more"]');
  if (further && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    more(further);
    return;
  }
  const tool = event.target.closest('[data-tool="edit"], [data-tool="delete"]');
  if (ready || !tool || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  await load().then(() => tool.click(), () => location.assign(tool.href));
}

async function last(event) {
  if (ready) return;
  event.preventDefault();
  await load();
  tell('edit-last', event);
}

export function start() {
  page.messages.addEventListener('click', click);
  on('edit-last', last);
}
