// Reads new messages out to screen readers: one by its words, several by their number, none while we write our own.

import { page } from './page.js';
import { n } from './text.js';

const GATHER = 1200;
const FLOOD = 10000; // between two numbers
let gathered = [];
let timer = 0;
let quiet = 0; // until then

function speak() {
  timer = 0;
  const region = document.getElementById('announce');
  const [only] = gathered;
  if (gathered.length > 1) {
    region.textContent = n('{} new message', '{} new messages', gathered.length);
    quiet = Date.now() + FLOOD;
  } else if (only.kind === 'event') region.textContent = only.text;
  else region.textContent = `${only.sender.display}: ${only.text.slice(0, 300)}`;
  gathered = [];
}

export function shown({ live, message }) {
  if (!live || message.deleted || String(message.sender?.id) === page.me) return;
  gathered.push(message);
  timer ||= setTimeout(speak, Math.max(GATHER, quiet - Date.now()));
}
