// What one may do here. The composer of who was muted, or is not in the room any more, gives way to a note; what was
// typed stays in view, to be copied. What leads to the settings says whether one may change them.

import { page } from './page.js';
import { t } from './text.js';

const note = document.getElementById('closed');

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

export function role(was) {
  const manages = page.role === 'owner' || page.role === 'admin';
  for (const link of document.querySelectorAll('[data-manage]')) link.textContent = manages ? link.dataset.manage : link.dataset.about;
  if (page.role === 'muted') close(note.dataset.muted);
  else if (was === 'muted') open();
}

export function gone() {
  document.querySelectorAll('.tools').forEach((tools) => tools.remove());
  close(t('You are not in this room any more.'));
}
