// Help with writing: formatting, the preview, and completing names and emoji. Each is loaded when it is first used.

import { make, page } from './page.js';
import { t } from './text.js';

const began = /(?:^|[^\p{L}\p{N}._@:-])(?:@[\w.-]*|:[\w+-]{2,})$/u;

function typed({ target, isComposing }) {
  if (isComposing || !target.matches('.box textarea')) return;
  const offered = target.getAttribute('aria-controls');
  if (offered || began.test(target.value.slice(0, target.selectionStart))) import('./complete.js').then(({ complete }) => complete(target));
}

const marks = [['bold', 'B', t('Bold')], ['italic', 'I', t('Italic')], ['code', '</>', t('Code')], ['more', 'Aa', t('More formatting')], ['emoji', '☺\uFE0E', t('Emoji')]];

export function start() {
  page.main.addEventListener('input', typed);
  if (!page.composer) return;
  document.getElementById('marks').append(...marks.map(([name, sign, title]) => make('button', {
    type: 'button', class: `icon ${name}`, title, 'aria-label': title,
    onmousedown: (event) => event.preventDefault(), // the field keeps the focus
    onclick: ({ currentTarget }) => import('./format.js').then((format) => format[name](currentTarget)),
  }, sign)));
  page.composer.addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() !== 'p' || !event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    import('./format.js').then(({ preview }) => preview());
  });
}
