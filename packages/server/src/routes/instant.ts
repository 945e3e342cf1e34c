import { ConcordError } from '@concord/core';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/u;

/** An ISO 8601 instant with a zone, in ms since 1970 UTC; `undefined`: it is something else. */
export function instantIn(text: string): number | undefined {
  const ms = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** Throws REQUEST_WRONG. */
export function instant(name: string, text: string): number {
  const ms = instantIn(text);
  if (ms === undefined) throw new ConcordError('REQUEST_WRONG', { words: `\`${name}\` is an instant such as 2026-11-23T20:58:17Z` });
  return ms;
}
