// Messages that are far from what is looked at cost nothing: each is laid out once, and then skipped by the browser until
// it comes near. It keeps the size it had, so that nothing moves.

import { on, page } from './page.js';

let fresh = new Set();

// The size is taken when a frame is drawn: in the one after that it is known.
function lay(items) {
  if (!fresh.size) {
    requestAnimationFrame(() => {
      const drawn = fresh;
      fresh = new Set();
      requestAnimationFrame(() => drawn.forEach((li) => li.classList.add('far')));
    });
  }
  for (const li of items) {
    li.classList.remove('far');
    fresh.add(li);
  }
}

export function start() {
  let width = 0;
  new ResizeObserver(([{ contentRect }]) => { // also once at the beginning
    if (contentRect.width !== width) lay(page.messages.querySelectorAll('.message'));
    width = contentRect.width;
  }).observe(page.messages);
  on('shown', ({ li }) => lay([li]));
}
