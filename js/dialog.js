// A dialog over the page: Esc, its button or a click beside it close it, and the focus goes back to where it was.
// The style sheets come with the first one.

import { make } from './page.js';
import { t } from './text.js';

let styled;

const style = (name) => new Promise((done) => {
  const href = new URL(`../css/${name}.css`, import.meta.url);
  if (document.querySelector(`link[href$="/${name}.css"]`)) done();
  else document.head.append(make('link', { rel: 'stylesheet', href, onload: done, onerror: done }));
});

export async function dialog(title, kind, ...content) {
  await (styled ||= Promise.all(['forms', 'dialog'].map(style)));
  document.querySelector('dialog')?.close();
  const close = () => element.close();
  const element = make('dialog', {
    class: kind,
    'aria-labelledby': 'dialog-title',
    onclose: () => element.remove(),
    onmousedown: (event) => { if (event.target === element) close(); }, // its padding is the header's and the content's own
  }, make('header', {}, make('h2', { id: 'dialog-title' }, title),
    make('button', { type: 'button', class: 'button plain', onclick: close }, t('Close'))), ...content);
  document.body.append(element);
  element.showModal();
  return element;
}
