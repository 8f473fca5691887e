// Requests to /messages as JSON. A failure is always a Failure, with what the server said if it said anything.

import { t } from './text.js';

export class Failure extends Error {
  constructor(status, body, retryAfter) {
    super(body?.error?.message || (status ? t('The server answered {}.', status) : t('The server could not be reached.')));
    this.status = status; // 0: no answer that makes sense
    this.body = body;
    this.code = body?.error?.code || '';
    this.retryAfter = retryAfter; // in milliseconds, 0 when the server did not say
  }

  // Whether the same request may succeed later without anybody changing anything.
  get passing() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

async function ask(url, options, timeout, outer) {
  const abort = new AbortController();
  const stop = () => abort.abort();
  const timer = setTimeout(stop, timeout);
  outer?.addEventListener('abort', stop);
  if (outer?.aborted) stop();
  try {
    const answer = await fetch(url, {
      credentials: 'same-origin', cache: 'no-store', redirect: 'manual', ...options, signal: abort.signal,
    });
    const wait = Number(answer.headers.get('Retry-After')) * 1000 || 0;
    let body = null;
    try {
      body = await answer.json();
    } catch {
      // No JSON: a proxy's page, or an answer that was cut. An error without words, or no answer at all.
      throw new Failure(answer.ok ? 0 : answer.status, null, wait);
    }
    if (!answer.ok) throw new Failure(answer.status, body, wait);
    return body;
  } catch (fault) {
    throw fault instanceof Failure ? fault : new Failure(0, null, 0);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', stop);
  }
}

export function get(fields, { timeout = 15000, signal } = {}) {
  return ask(`/messages?${new URLSearchParams(fields)}`, { headers: { Accept: 'application/json' } }, timeout, signal);
}

export const csrf = () => document.querySelector('meta[name="csrf"]')?.content || '';

function send(fields) {
  return ask('/messages', {
    method: 'POST',
    headers: { Accept: 'application/json', 'X-CSRF-Token': csrf() },
    body: new URLSearchParams(Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one) => [name, one]))),
  }, 20000);
}

// A page of this site as a document, for the parts that only the server renders.
export async function getPage(path) {
  const answer = await fetch(path, { credentials: 'same-origin', headers: { Accept: 'text/html' } });
  if (!answer.ok) throw new Failure(answer.status, null, 0);
  return new DOMParser().parseFromString(await answer.text(), 'text/html');
}

// The form token ends with its session. Somebody who signed in again in another tab has a new one: is there one?
export async function renew() {
  const fresh = await getPage('/account').then((page) => page.querySelector('meta[name="csrf"]')?.content, () => '');
  if (!fresh || fresh === csrf()) return false;
  document.querySelector('meta[name="csrf"]').content = fresh;
  for (const input of document.querySelectorAll('input[name="csrf"]')) input.value = fresh;
  return true;
}

export async function post(fields) {
  try {
    return await send(fields);
  } catch (fault) {
    if (fault.status !== 403 || !await renew()) throw fault;
    return send(fields);
  }
}
