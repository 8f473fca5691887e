// What this browser remembers for the person who is signed in; where nothing may be kept, for as long as the page lives.

import { page } from './page.js';

const memory = new Map();
export const keyOf = (name) => `snug:${name}:${page.me}`;

export function recall(name) {
  try {
    const text = localStorage.getItem(keyOf(name));
    if (text) return JSON.parse(text);
  } catch { /* what is in memory, then */ }
  return memory.get(name);
}

export function remember(name, value) {
  memory.set(name, value);
  try {
    localStorage.setItem(keyOf(name), JSON.stringify(value));
  } catch { /* full or forbidden */ }
}
