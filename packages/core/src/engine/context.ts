import type { Context } from '../merge/draft.ts';
import type { Parts } from './parts.ts';

/** What the pure functions need from outside, as it is now. */
export function contextOf(parts: Parts): Context {
  const { digest } = parts;
  return { nowMs: parts.clock.nowMs(), newRecord: parts.ids.record(), neverSent: parts.isFresh, ...(digest ? { digest } : {}) };
}
