import type { Key } from '../ids.ts';
import type { Unread } from '../record/record.ts';

/** A row whose key refers to what is not mirrored is waited for so long; after that it is told as a failure. */
const AWAIT_MS_MAX = 600_000;

/**
 * The rows of one feed that cannot be told which record they belong to, because their natural key refers to a record that is not there
 * yet. They live in memory: the feed's cursor is not committed while there are any, so a restart is told of them again.
 */
export interface Awaiting {
  /** `on`: what the key refers to. */
  add(key: Key, on: readonly Unread[], nowMs: number): void;
  drop(key: Key): void;
  /** Those of which something that they wait for is there by now. */
  ready(isMirrored: (one: Unread) => Promise<boolean>): Promise<readonly Key[]>;
  /** Those that have waited too long; they are dropped. */
  overdue(nowMs: number): readonly Key[];
  readonly size: number;
}

interface Waits {
  readonly on: readonly Unread[];
  readonly sinceMs: number;
}

export function openAwaiting(): Awaiting {
  const rows = new Map<Key, Waits>();
  return {
    add(key, on, nowMs) {
      rows.set(key, { on, sinceMs: rows.get(key)?.sinceMs ?? nowMs });
    },
    drop: (key) => void rows.delete(key),
    async ready(isMirrored) {
      const keys: Key[] = [];
      for (const [key, { on }] of rows) {
        for (const one of on) {
          if (!(await isMirrored(one))) continue;
          keys.push(key);
          break;
        }
      }
      return keys;
    },
    overdue(nowMs) {
      const late = [...rows].filter(([, { sinceMs }]) => nowMs - sinceMs > AWAIT_MS_MAX).map(([key]) => key);
      for (const key of late) rows.delete(key);
      return late;
    },
    get size() {
      return rows.size;
    },
  };
}
