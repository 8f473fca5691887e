// The composer grows with its text in browsers whose style sheets cannot do that (field-sizing).

import { on, page } from './page.js';

const MOST = 10;

export function start() {
  const field = page.composer?.elements.text;
  if (!field) return;
  const fit = () => { field.rows = Math.min(MOST, field.value.split('\n').length + Math.floor(field.value.length / 80)); };
  field.addEventListener('input', fit);
  on('taken', fit);
  fit();
}
