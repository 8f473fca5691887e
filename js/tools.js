// What one can do with a message: each module is loaded when it is first used. Where it does not load, the links are
// followed.

import { on, page, tell } from './page.js';
import { recall } from './store.js';

const modules = { edit: 'edit', delete: 'edit', reply: 'reply', quote: 'reply', react: 'react' };
const loaded = {};
const ready = new Set();

const load = (name) => (loaded[name] ||= import(`./${name}.js`).then((module) => {
  module.start();
  ready.add(name);
}));

async function click(event) {
  const tool = event.target.closest('[data-tool]');
  const name = modules[tool?.dataset.tool];
  if (!name || ready.has(name) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  await load(name).then(() => tool.click(), () => location.assign(tool.href));
}

async function last(event) {
  if (ready.has('edit')) return;
  event.preventDefault();
  await load('edit');
  tell('edit-last', event);
}

export function start() {
  page.messages.addEventListener('click', click);
  page.messages.addEventListener('keydown', (event) => { // a reaction is a button
    if (event.key !== ' ' || !event.target.matches('.chip')) return;
    event.preventDefault();
    event.target.click();
  });
  on('edit-last', last);
  if (page.composer?.elements.reply || recall(`reply:${page.room}`)) load('reply');
}
