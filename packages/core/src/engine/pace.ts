import type { Trouble } from '../ports/system.ts';
import type { Parts } from './parts.ts';

/** Exponents beyond this add nothing: the longest wait is reached long before. */
const EXPONENT_MAX = 20;

/** How fast one system may be written to: nothing while it asked for time or cannot be reached, and everything when it can again. */
export interface Pace {
  /** The system is not able, or not willing: nothing is sent until it may be again, and nothing is lost meanwhile. */
  pause(trouble: Exclude<Trouble, { readonly kind: 'drifted' }>): void;
  /** The system answered. */
  resume(): void;
  /** ms since 1970 UTC. */
  readonly notBeforeMs: number;
  readonly words: string | undefined;
}

export function openPace(parts: Parts, system: string): Pace {
  let failures = 0;
  let notBeforeMs = 0;
  let words: string | undefined;
  return {
    pause(trouble) {
      const ms = trouble.kind === 'throttled' ? trouble.retryAfterMs : backoffMs(parts, failures);
      failures += 1;
      words = trouble.kind === 'throttled' ? 'throttled' : trouble.words;
      notBeforeMs = Math.max(notBeforeMs, parts.clock.nowMs() + ms);
      parts.log.event(trouble.kind, { system, forMs: Math.round(ms) });
    },
    resume() {
      failures = 0;
      words = undefined;
    },
    get notBeforeMs() {
      return notBeforeMs;
    },
    get words() {
      return parts.clock.nowMs() < notBeforeMs ? words : undefined;
    },
  };
}

/** Doubles with each failure up to the longest wait, and is spread so that those who failed together do not come back together. */
export function backoffMs({ limits, ids }: Parts, failures: number): number {
  const ms = Math.min(limits.retryMsMax, limits.retryMs * 2 ** Math.min(failures, EXPONENT_MAX));
  // Times are whole milliseconds: ledgers keep nothing else.
  return Math.ceil(ms * (0.5 + ids.fraction() / 2));
}
