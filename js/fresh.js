// Who is online, in which order, and since when not, as the server's own page has it now.

import { page, sleep } from './page.js';
import { getPage } from './net.js';
import { people } from './members.js';

let refreshing = false;
let again = false;

function adopt(fresh) {
  people([...fresh.querySelectorAll('[data-user-name]')].map((one) => ({ name: one.dataset.userName, online: Boolean(one.querySelector('.online')) })));
  const [ours, theirs] = [document, fresh].map((root) => root.querySelector('[data-people]'));
  if (!ours || !theirs) return;
  const focused = ours.contains(document.activeElement) ? document.activeElement : null;
  const whose = (element) => element.closest('[data-user-name]')?.dataset.userName;
  ours.replaceChildren(...[...theirs.childNodes].map((node) => document.importNode(node, true)));
  page.localise(ours);
  if (focused) [...ours.querySelectorAll(focused.localName)].find((one) => whose(one) === whose(focused))?.focus();
}

export async function refresh() {
  again = refreshing;
  if (refreshing) return;
  refreshing = true;
  try {
    do {
      again = false;
      await sleep(500 + Math.random() * 3000); // many pages may have heard the same
      adopt(await getPage(location.pathname + location.search));
    } while (again);
  } catch {
    // The next change, or the next time the connection is back, tries again.
  } finally {
    refreshing = false;
  }
}
