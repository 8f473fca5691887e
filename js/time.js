// Times in the reader's own zone, with the full date on hover. The HTML holds them in UTC.

import { page } from './page.js';

const short = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const long = new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeStyle: 'short' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });

export function start() {
  page.localise = (root) => {
    for (const time of root.querySelectorAll('time')) {
      const date = new Date(time.dateTime);
      if (Number.isNaN(date.getTime())) continue;
      const form = 'long' in time.dataset ? long : 'date' in time.dataset ? day : short;
      time.textContent = form.format(date);
      time.title = full.format(date);
    }
  };
  page.localise(document);
}
