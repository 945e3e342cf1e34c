import type { Key } from '../ids.ts';

/** A row whose key refers to what is not mirrored is looked at again for so long; after that it is told as a failure. */
const AWAIT_MS_MAX = 600_000;

/**
 * The rows of one feed that cannot be told which record they belong to, because their natural key refers to a record that is not there
 * yet. They live in memory: the feed's cursor is not committed while there are any, so a restart is told of them again.
 */
export interface Awaiting {
  add(key: Key, nowMs: number): void;
  drop(key: Key): void;
  keys(): readonly Key[];
  /** Those that have waited too long; they are dropped. */
  overdue(nowMs: number): readonly Key[];
  readonly size: number;
}

export function openAwaiting(): Awaiting {
  const since = new Map<Key, number>();
  return {
    add(key, nowMs) {
      if (!since.has(key)) since.set(key, nowMs);
    },
    drop: (key) => void since.delete(key),
    keys: () => [...since.keys()],
    overdue(nowMs) {
      const late = [...since].filter(([, atMs]) => nowMs - atMs > AWAIT_MS_MAX).map(([key]) => key);
      for (const key of late) since.delete(key);
      return late;
    },
    get size() {
      return since.size;
    },
  };
}
