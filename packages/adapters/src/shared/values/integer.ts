import { canonicalWhole, exactNumber } from './decimal.ts';

const INT_MAX = 2_147_483_647;
const INT_MIN = -2_147_483_648;

/** A whole number as a canonical value: an integer within 32 bits, decimal text beyond. `undefined` when it is not whole. */
export function canonicalInteger(value: string | number): number | string | undefined {
  const text = canonicalWhole(value);
  if (text === undefined) return undefined;
  return fitsInt32(Number(text)) ? Number(text) : text;
}

/** The JSON number of a canonical whole number; `undefined` when it is not canonical, or a double would change it. */
export function integerNumber(value: string | number): number | undefined {
  return canonicalInteger(value) === value ? exactNumber(String(value)) : undefined;
}

export function fitsInt32(value: number): boolean {
  return Number.isInteger(value) && value >= INT_MIN && value <= INT_MAX;
}
