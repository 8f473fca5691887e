// Times in the reader's own zone, with the full date on hover. The HTML holds them in UTC.

import { page } from './page.js';
import { locale, t } from './text.js';

// 12 or 24 hours: what the reader is used to, whatever the language.
const { hourCycle } = new Intl.DateTimeFormat(undefined, { hour: 'numeric' }).resolvedOptions();
const short = new Intl.DateTimeFormat(locale, { hour: hourCycle.startsWith('h2') ? '2-digit' : 'numeric', minute: '2-digit', hourCycle });
const long = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', hourCycle });
const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
const ago = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
const full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short', hourCycle });

// "5 minutes ago"; what is longer ago than a week as a date.
function since(date) {
  const minutes = Math.floor((Date.now() - date) / 60000);
  if (minutes < 1) return t('just now');
  if (minutes < 60) return ago.format(-minutes, 'minute');
  if (minutes < 1440) return ago.format(-Math.floor(minutes / 60), 'hour');
  return minutes < 10080 ? ago.format(-Math.floor(minutes / 1440), 'day') : long.format(date);
}

export function start() {
  page.localise = (root) => {
    for (const time of root.querySelectorAll('time')) {
      const date = new Date(time.dateTime);
      if (Number.isNaN(date.getTime())) continue;
      const form = 'long' in time.dataset ? long : 'date' in time.dataset ? day : short;
      time.textContent = 'ago' in time.dataset ? since(date) : form.format(date);
      time.title = full.format(date);
    }
  };
  page.localise(document);
  document.cookie = `snug_zone=${-new Date().getTimezoneOffset()}; path=/rooms; max-age=31536000; samesite=lax`; // the next page has its days right
  if (document.querySelector('[data-people]')) setInterval(() => page.localise(page.main), 60000);
}
