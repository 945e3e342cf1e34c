import { Decimal } from 'decimal.js';
import type { FieldType } from '../map/type.ts';
import { isTuple, type Value } from '../values.ts';

/** Wide enough for any amount that fits a business system's column, so that no digit is ever rounded away in a comparison or a sum. */
const DIGITS = 80;
export const Exact = Decimal.clone({ precision: DIGITS });

/** The order of a type's values: numbers by size, dates and text by code unit, no before yes; empty before everything. */
export function compareValues(type: FieldType, a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  if (isTuple(a) || isTuple(b)) return compareText(JSON.stringify(a), JSON.stringify(b));
  if (type.kind === 'integer' || type.kind === 'decimal') return compareNumbers(a, b);
  return compareText(String(a), String(b));
}

function compareNumbers(a: string | number | boolean, b: string | number | boolean): number {
  const [left, right] = [number(a), number(b)];
  return left && right ? left.comparedTo(right) : compareText(String(a), String(b));
}

/** Exact; `undefined` when the value is not a number. */
export function number(value: Value | undefined): Decimal | undefined {
  if (typeof value === 'number') return new Exact(value);
  if (typeof value !== 'string' || !/^-?\d+(\.\d+)?$/.test(value)) return undefined;
  return new Exact(value);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
