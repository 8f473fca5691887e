// What is loaded when it is first needed: by a click on its link, which is followed where it does not load, or by what
// is told. A module exports a function for each, of the same name.

import { on, page } from './page.js';
import { recall } from './store.js';

const links = { edit: 'edit', delete: 'edit', more: 'more', reply: 'reply', quote: 'reply', react: 'react', older: 'history' };
const told = { shown: ['announce', 'far'], nearStart: ['history'], reach: ['history'], more: ['history'], editLast: ['edit'], role: ['rights'], gone: ['rights'] };

const load = (name) => import(`./${name}.js`);

export function start() {
  for (const [event, names] of Object.entries(told)) {
    for (const name of names) {
      on(event, (detail) => load(name).then((module) => module[event](detail)).catch((fault) => console.error(`snug: ${name}:`, fault)));
    }
  }
  if (page.composer && (page.composer.elements.reply || recall(`reply:${page.room}`))) load('reply');
  page.scroller.addEventListener('keydown', (event) => { // a reaction is a button
    if (event.key !== ' ' || !event.target.matches('.chip[href]')) return;
    event.preventDefault();
    event.target.click();
  });
  page.scroller.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-tool]');
    const tool = link?.dataset.tool;
    if (!links[tool] || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    load(links[tool]).then((module) => module[tool](link), () => { if (navigator.onLine) location.assign(link.href); });
  });
}
