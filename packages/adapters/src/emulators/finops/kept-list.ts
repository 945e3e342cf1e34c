import type { Stored } from './org.ts';

/** Rows that somebody asked for, in their order. It follows each change of the table: a sort of a whole table for each page would be most of the work. */
export interface KeptList {
  readonly rows: readonly Stored[];
  /** `before`: in its place; either may be absent. */
  follow(now: Stored | undefined, before: Stored | undefined): void;
}

/** Of two rows that the order does not tell apart, the one that was made first comes first. */
export type Order = ((a: Stored, b: Stored) => number) | undefined;

export function keptList(found: readonly Stored[], belongs: (stored: Stored) => boolean, order: Order): KeptList {
  const compare = (a: Stored, b: Stored): number => order?.(a, b) || a.ordinal - b.ordinal;
  const rows = found.toSorted(compare);

  const placeOf = (stored: Stored): number => firstIndex(rows, (row) => compare(row, stored) >= 0);
  const put = (stored: Stored): void => void rows.splice(placeOf(stored), 0, stored);

  return {
    rows,
    follow(now, before) {
      const stays = now !== undefined && belongs(now) ? now : undefined;
      if (before === undefined || !belongs(before)) return stays && put(stays);
      const at = placeOf(before);
      if (rows[at]?.key !== before.key) throw new Error(`The row ${before.key} is not where its order says.`);
      if (stays && compare(stays, before) === 0) rows[at] = stays;
      else {
        rows.splice(at, 1);
        if (stays) put(stays);
      }
    },
  };
}

/** By halving: the first row for which it holds, as it does for all behind it. */
export function firstIndex(rows: readonly Stored[], holds: (row: Stored) => boolean): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = rows[middle];
    if (row !== undefined && !holds(row)) low = middle + 1;
    else high = middle;
  }
  return low;
}
