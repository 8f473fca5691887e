// Whether one may write here. The composer of who was muted, or is not in the room any more, gives way to a note; what
// was typed stays in view, to be copied.

import { on, page, tell } from './page.js';
import { t } from './text.js';

const note = document.getElementById('closed');
const muted = note?.dataset.muted;

function close(words) {
  const field = page.composer?.elements.text;
  note.textContent = field?.value.trim() ? `${words} ${t('What you typed stays here, to be copied.')}` : words;
  note.hidden = false;
  if (!field) return;
  field.readOnly = true;
  page.composer.querySelector('.row').hidden = true;
  page.composer.hidden = !field.value.trim();
}

function open() {
  note.hidden = true;
  if (page.main.dataset.role === 'muted') location.reload(); // the page came without a composer
  else if (page.composer) page.composer.hidden = page.composer.elements.text.readOnly = page.composer.querySelector('.row').hidden = false;
}

function update({ rooms }) {
  const role = rooms?.find((room) => String(room.id) === page.room)?.role;
  if (!role || role === page.role) return;
  const was = page.role;
  page.role = role;
  tell('role');
  if (role === 'muted') close(muted);
  else if (was === 'muted') open();
}

export function start() {
  on('update', update);
  on('gone', () => close(t('You are not in this room any more.')));
}
