/** JSON as it comes off a wire. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * A canonical value: what documents hold and policies compare.
 * Numbers are whole and within 32 bits; decimals, dates, larger integers and sets are canonical text, typed by their field.
 */
export type Scalar = string | number | boolean | null;

/** The value of a register: a scalar for a field, one scalar for each member for a group. */
export type Value = Scalar | readonly Scalar[];

export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (!isTuple(a) || !isTuple(b)) return false;
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

export function isTuple(value: Value | undefined): value is readonly Scalar[] {
  return Array.isArray(value);
}

const [INT_MIN, INT_MAX] = [-(2 ** 31), 2 ** 31 - 1];

/** Whether a whole number is kept as a number; larger ones are kept as text, which no tool rounds. */
export function fitsInt32(value: number): boolean {
  return Number.isInteger(value) && value >= INT_MIN && value <= INT_MAX;
}

/** Whether a value is empty: null, or a group whose members are all null. */
export function isEmpty(value: Value | undefined): boolean {
  if (value === undefined || value === null) return true;
  return isTuple(value) && value.every((member) => member === null);
}
