// Help with writing: formatting, the preview, and completing names and emoji. Each is loaded when it is first used.

import { page } from './page.js';

const began = /(?:^|[^\p{L}\p{N}._@:-])(?:@[\w.-]*|:[\w+-]{2,})$/u;

function typed({ target, isComposing }) {
  if (isComposing || !target.matches('.box textarea')) return;
  const offered = target.getAttribute('aria-controls');
  if (offered || began.test(target.value.slice(0, target.selectionStart))) import('./complete.js').then(({ complete }) => complete(target));
}

export function start() {
  page.main.addEventListener('input', typed);
  if (!page.composer) return;
  document.getElementById('format').addEventListener('click', () => import('./format.js').then(({ toggle }) => toggle()));
  page.composer.addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() !== 'p' || !event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    import('./format.js').then(({ preview }) => preview());
  });
}
