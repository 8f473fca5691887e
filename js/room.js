// The entry, on every page behind the sign-in. Each module has one job and a start(); one that does not load
// or does not start leaves its part to plain links and forms, and the others go on.

import { page } from './page.js';
import { t } from './text.js';

const everywhere = ['time', 'status', 'sidebar', 'unread', 'members', 'keys', 'notify'];
const inRoom = ['timeline', 'view', 'send', 'later', 'draft', 'say', 'typing', ...(CSS.supports('field-sizing', 'content') ? [] : ['grow'])];
const names = [...everywhere, ...(page.room ? inRoom : []), 'follow']; // follow last: the others listen by then

async function run() {
  const modules = await Promise.allSettled(names.map((name) => import(`./${name}.js`)));
  const failed = [];
  modules.forEach((result, i) => {
    try {
      if (result.status === 'rejected') throw result.reason;
      result.value.start();
    } catch (fault) {
      failed.push(names[i]);
      console.error(`snug: ${names[i]}:`, fault);
    }
  });
  if (page.room && (failed.includes('follow') || failed.includes('timeline'))) {
    const place = document.getElementById('connection');
    const bar = place.cloneNode(); // one of its own: it stays while connections come and go
    bar.removeAttribute('id');
    place.before(bar);
    bar.textContent = t('This page could not be loaded whole and does not follow what is new. Reload it to see new messages.');
    bar.hidden = false;
    document.cookie = 'snug_zone=; path=/rooms; max-age=0; samesite=lax'; // then the server makes all the links itself
  }
}

if (page.me) run();
