// What is typed and not sent yet survives a reload, per room and user.

import { on, page } from './page.js';

const key = `snug:draft:${page.me}:${page.room}`;

function keep(text) {
  try {
    if (text.trim()) localStorage.setItem(key, text);
    else localStorage.removeItem(key);
  } catch { /* full or forbidden: then it is not kept */ }
}

export function start() {
  const field = page.composer?.elements.text;
  if (!field) return;
  try {
    if (!field.value) field.value = localStorage.getItem(key) || '';
  } catch { /* nothing kept */ }
  field.addEventListener('input', () => keep(field.value));
  on('taken', () => keep(''));
}
