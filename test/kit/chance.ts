/** A seeded sequence of chance, the same on every machine. */
export interface Chance {
  /** A whole number from 0 to `below` - 1. */
  whole(below: number): number;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
}

/** Mulberry32: small, and good enough to spread edits and moments. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const whole = (below: number): number => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
  return { whole, pick: (items) => items[whole(items.length)] ?? items[0] };
}
