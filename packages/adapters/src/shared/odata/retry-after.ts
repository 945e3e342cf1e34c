/** How long both products ask for when they do not say; the finance service's documentation names 30 seconds. */
export const RETRY_AFTER_MS_DEFAULT = 30_000;
/** Nobody waits longer than this without asking again. */
export const RETRY_AFTER_MS_MAX = 3_600_000;

/** `Retry-After` in ms, from seconds or an HTTP date; `nowMs` is ms since 1970 UTC. */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  const text = header?.trim() ?? '';
  const asked = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : HTTP_DATE.test(text) ? Date.parse(text) - nowMs : Number.NaN;
  if (Number.isNaN(asked)) return RETRY_AFTER_MS_DEFAULT;
  return Math.min(Math.max(Math.ceil(asked), 0), RETRY_AFTER_MS_MAX);
}

/** `Date.parse` takes far more than dates: `-5` is one to it. */
const HTTP_DATE = /^[A-Z][a-z]+,? .*GMT$/;
