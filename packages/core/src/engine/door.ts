import type { Key } from '../ids.ts';

/** More keys are not remembered: the count then says "so many at least". */
const KEYS_MAX = 200_000;

/** Which rows of one feed its filters leave outside, so that nothing is left out in silence. */
export interface Door {
  /** Answers whether the row was not known to be outside before. */
  keepOut(key: Key): boolean;
  drop(key: Key): void;
  readonly size: number;
}

export function openDoor(): Door {
  const outside = new Set<Key>();
  return {
    keepOut(key) {
      if (outside.has(key) || outside.size >= KEYS_MAX) return false;
      outside.add(key);
      return true;
    },
    drop: (key) => void outside.delete(key),
    get size() {
      return outside.size;
    },
  };
}
