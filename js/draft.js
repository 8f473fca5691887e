// What is typed and not sent yet survives a reload, per room and user.

import { make, on, page } from './page.js';
import { recall } from './store.js';

const key = `snug:draft:${page.me}:${page.room}`;

function keep(text) {
  try {
    if (text.trim()) localStorage.setItem(key, text);
    else localStorage.removeItem(key);
  } catch { /* full or forbidden: then it is not kept */ }
}

// Files come by the button, by dropping and by pasting; what they need is loaded with the first one.
const attach = (files) => import('./files.js').then((module) => module.add(files));

function startFiles(field) {
  const link = document.getElementById('attach');
  const input = document.getElementById('file') || make('input', { type: 'file', multiple: true, hidden: true });
  input.addEventListener('change', () => {
    attach([...input.files]);
    input.value = '';
  });
  link?.setAttribute('role', 'button');
  link?.after(input);
  link?.addEventListener('click', (event) => {
    event.preventDefault();
    input.click();
  });
  const taken = (event, data) => {
    if (!data?.types.includes('Files') || field.readOnly) return;
    event.preventDefault();
    page.main.classList.toggle('dropping', event.type === 'dragover');
    if (data.files.length) attach([...data.files]);
  };
  for (const name of ['dragover', 'drop']) page.main.addEventListener(name, (event) => taken(event, event.dataTransfer));
  page.main.addEventListener('dragleave', () => page.main.classList.remove('dropping'));
  field.addEventListener('paste', (event) => taken(event, event.clipboardData));
  if (recall(`files:${page.room}`)?.length) attach([]);
}

export function start() {
  const field = page.composer?.elements.text;
  if (!field) return;
  try {
    if (!field.value) field.value = localStorage.getItem(key) || '';
  } catch { /* nothing kept */ }
  field.addEventListener('input', () => keep(field.value));
  on('taken', () => keep(''));
  if (page.composer.dataset.files) startFiles(field);
}
