/** Numbers that look random and are the same in every run. */
export interface Chance {
  /** At least 0 and below 1. */
  next(): number;
  /** A whole number of 1 to 2,147,483,646. */
  int31(): number;
  guid(): string;
}

const INT31_MAX = 2_147_483_646;

/** Mulberry32: a small generator of good enough spread; the seed decides everything that follows. */
export function seededChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const hex = (digits: number): string => {
    let text = '';
    while (text.length < digits) text += Math.floor(next() * 16).toString(16);
    return text;
  };
  return {
    next,
    int31: () => 1 + Math.floor(next() * INT31_MAX),
    guid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
  };
}
