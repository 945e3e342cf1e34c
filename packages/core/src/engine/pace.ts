import type { Trouble } from '../ports/system.ts';
import type { Parts } from './parts.ts';

/** Exponents beyond this add nothing: the longest wait is reached long before. */
const EXPONENT_MAX = 20;
/** So many answers lost one after another are no mishap of single writes any more: the system does not answer. */
const LOST_MAX = 5;
/** So many retries may be made at once when all was well before, and for each answer a fifth of one is earned. */
const RETRIES_MAX = 50;
const RETRIES_EARNED = 0.2;
/** A retry a second is always affordable: who has nothing else to send must get on too. */
const RETRY_EARNED_EVERY_MS = 1000;

/** A breaker's state. `open`: nothing is sent. `probing`: one write at a time, to see. */
export interface Circuit {
  readonly state: 'closed' | 'open' | 'probing';
  /** Writes that may be under way at a time just now. */
  readonly atOnce: number;
  /** Troubles since the last answer. */
  readonly failures: number;
  readonly untilMs?: number;
}

/**
 * How fast one system may be written to. It is a breaker: trouble opens it, for as long as the system asked or longer each time; then
 * one write probes, and an answer closes it. Being told to slow down halves how many writes are under way; answers raise that again, one by one.
 */
export interface Pace {
  /** The system is not able, or not willing: nothing is sent until it may be again, and nothing is lost meanwhile. */
  pause(trouble: Exclude<Trouble, { readonly kind: 'drifted' }>): void;
  /**
   * No answer came, or one that says nothing of the write. Once in a while that is a matter of one write; again and again it is one of the system,
   * as it is when the system says so itself (`unable`).
   */
  lost(words: string, unable?: { readonly retryAfterMs?: number }): void;
  /** The system answered. */
  resume(): void;
  /** Whether a retry is affordable now; if so it is paid for. Retries must not crowd out what is new. */
  mayRetry(): boolean;
  /** How often the system has answered. */
  readonly answers: number;
  readonly atOnce: number;
  readonly circuit: Circuit;
  /** ms since 1970 UTC. */
  readonly notBeforeMs: number;
  readonly words: string | undefined;
}

export function openPace(parts: Parts, system: string): Pace {
  const { clock, limits } = parts;
  let failures = 0;
  let notBeforeMs = 0;
  let words: string | undefined;
  let allowed = limits.writesMax;
  let [streak, answers, lostInARow] = [0, 0, 0];
  let [retries, earnedAtMs] = [RETRIES_MAX, clock.nowMs()];

  const isOpen = (): boolean => clock.nowMs() < notBeforeMs;

  function open(kind: string, ms: number, why: string): void {
    // What was under way when the first one failed fails with it: that is one trouble, not many.
    if (!isOpen()) {
      failures += 1;
      allowed = Math.max(1, Math.floor(allowed / 2));
      streak = 0;
    }
    words = why;
    notBeforeMs = Math.max(notBeforeMs, clock.nowMs() + ms);
    parts.log.event(kind, { system, forMs: Math.round(ms) });
  }

  function circuitNow(): Circuit {
    if (isOpen()) return { state: 'open', atOnce: 0, failures, untilMs: notBeforeMs };
    return failures > 0 ? { state: 'probing', atOnce: 1, failures } : { state: 'closed', atOnce: allowed, failures };
  }

  function earn(): void {
    const nowMs = clock.nowMs();
    retries = Math.min(RETRIES_MAX, retries + (nowMs - earnedAtMs) / RETRY_EARNED_EVERY_MS);
    earnedAtMs = nowMs;
  }

  return {
    pause(trouble) {
      lostInARow = 0;
      if (trouble.kind === 'throttled') open(trouble.kind, trouble.retryAfterMs, 'throttled');
      else open(trouble.kind, backoffMs(parts, failures), trouble.words);
    },
    lost(why, unable) {
      lostInARow += 1;
      if (unable?.retryAfterMs !== undefined) open('throttled', unable.retryAfterMs, why);
      else if (unable || lostInARow >= LOST_MAX || failures > 0) open('unreachable', backoffMs(parts, failures), why);
    },
    resume() {
      answers += 1;
      lostInARow = 0;
      retries = Math.min(RETRIES_MAX, retries + RETRIES_EARNED);
      // An answer to what was sent before the trouble says nothing about how it is now.
      if (isOpen()) return;
      failures = 0;
      words = undefined;
      streak += 1;
      if (streak < allowed) return;
      streak = 0;
      allowed = Math.min(limits.writesMax, allowed + 1);
    },
    mayRetry() {
      earn();
      if (retries < 1) return false;
      retries -= 1;
      return true;
    },
    get answers() {
      return answers;
    },
    get atOnce() {
      return failures > 0 ? 1 : allowed;
    },
    get circuit() {
      return circuitNow();
    },
    get notBeforeMs() {
      return notBeforeMs;
    },
    get words() {
      return isOpen() ? words : undefined;
    },
  };
}

/** Doubles with each failure up to the longest wait, and is spread so that those who failed together do not come back together. */
export function backoffMs({ limits, ids }: Pick<Parts, 'limits' | 'ids'>, failures: number): number {
  const ms = Math.min(limits.retryMsMax, limits.retryMs * 2 ** Math.min(failures, EXPONENT_MAX));
  // Times are whole milliseconds: ledgers keep nothing else.
  return Math.ceil(ms * (0.5 + ids.fraction() / 2));
}
