// Messages that are far from what is looked at cost nothing: each is laid out once, and is then skipped by the browser
// until it comes near. It keeps the size it had, so that nothing moves.

import { page } from './page.js';

const AROUND = '1000px 0px';
let width = 0;

const watch = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) continue;
    target.classList.add('far');
    watch.unobserve(target);
  }
}, { root: page.scroller, rootMargin: AROUND });

function lay(li) {
  li.classList.remove('far');
  watch.observe(li);
}

new ResizeObserver(([{ contentRect }]) => { // also once at the beginning
  if (contentRect.width !== width) page.messages.querySelectorAll('.message').forEach(lay);
  width = contentRect.width;
}).observe(page.messages);

export const shown = ({ li }) => lay(li);
