import { ConcordError } from '@concord/core';
import type { FastifyRequest } from 'fastify';
import { isEqual } from './keys.ts';

/** By which a page of ours shows that it is one. */
const CSRF_HEADER = 'x-concord-csrf';
const READING = new Set(['GET', 'HEAD']);

/**
 * Refuses what a browser was led to send along with its cookie: `SameSite=Strict` keeps other sites away, but a page of another port of this machine
 * is of the same site. So whatever changes something comes from our own origin, and bears what only a page of ours can read. Throws REQUEST_FORGED.
 */
export function checkForgery(request: FastifyRequest, csrf: string): void {
  if (READING.has(request.method)) return;
  checkOrigin(request);
  const told = request.headers[CSRF_HEADER];
  if (typeof told !== 'string' || !isEqual(told, csrf))
    throw new ConcordError('REQUEST_FORGED', { words: `\`${CSRF_HEADER}\` is not the session's` });
}

/** Throws REQUEST_FORGED where a browser says that a page of another origin asks. What is no browser says nothing. */
export function checkOrigin({ headers, host }: FastifyRequest): void {
  const { origin, 'sec-fetch-site': site } = headers;
  const isOther = origin !== undefined && hostOf(origin) !== host;
  if (isOther || (site !== undefined && site !== 'same-origin'))
    throw new ConcordError('REQUEST_FORGED', { words: 'a page of another origin asks' });
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
