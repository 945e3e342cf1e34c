import type { Amount } from './amount.ts';

/** A value while it is being computed. */
export type Item = bigint | Amount | string | boolean;
/** Empty, or why there is no value. Lists hold no lists. */
export type Held = Item | null | readonly (Item | null)[] | Fault;

export interface Fault {
  readonly fault: string;
}

export function fault(words: string): Fault {
  return { fault: words };
}

export function isFault(value: Held): value is Fault {
  return typeof value === 'object' && value !== null && 'fault' in value;
}

export function isList(value: Held): value is readonly (Item | null)[] {
  return Array.isArray(value);
}

/** Systems cannot tell an empty text from none, nor an empty set: all of them are empty. */
export function isEmpty(value: Held): boolean {
  return value === null || value === '' || (isList(value) && value.length === 0);
}

/** Whether two values are one. Empty is a value here, equal to itself alone; whole numbers and decimals compare by size. */
export function same(a: Held, b: Held): boolean {
  if (isEmpty(a) || isEmpty(b)) return isEmpty(a) && isEmpty(b);
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, index) => same(item, b[index] ?? null));
  if (isAmount(a)) return isAmount(b) ? a.equals(b) : typeof b === 'bigint' && a.equals(b.toString());
  if (isAmount(b)) return typeof a === 'bigint' && b.equals(a.toString());
  return a === b;
}

export function isAmount(value: Held): value is Amount {
  return typeof value === 'object' && value !== null && 'toFixed' in value;
}

/** What an expression, or a part of it, is. `empty` is the word null; `unknown` was complained of already, and passes everywhere. */
export interface Type {
  readonly of: 'integer' | 'decimal' | 'text' | 'yesno' | 'empty' | 'unknown';
  readonly list: boolean;
}

export const INTEGER: Type = { of: 'integer', list: false };
export const DECIMAL: Type = { of: 'decimal', list: false };
export const TEXT: Type = { of: 'text', list: false };
export const YESNO: Type = { of: 'yesno', list: false };
export const EMPTY: Type = { of: 'empty', list: false };
export const UNKNOWN: Type = { of: 'unknown', list: false };
export const TEXTS: Type = { of: 'text', list: true };

export function isNumber({ of, list }: Type): boolean {
  return !list && (of === 'integer' || of === 'decimal');
}

/** The type of a place in which either may stand; `undefined` when they cannot share one. */
export function common(a: Type, b: Type): Type | undefined {
  if (a.of === 'unknown' || b.of === 'unknown') return UNKNOWN;
  if (a.of === 'empty' && !a.list) return b;
  if (b.of === 'empty' && !b.list) return a;
  if (isNumber(a) && isNumber(b)) return a.of === b.of ? a : DECIMAL;
  if (a.list !== b.list) return undefined;
  // A list without members is of any type.
  if (a.of === 'empty') return b;
  return b.of === 'empty' || a.of === b.of ? a : undefined;
}

/** A type in the words of the configuration. */
export function tell({ of, list }: Type): string {
  if (list) return of === 'text' ? 'a list of texts' : `a list of ${of} values`;
  return of === 'empty' ? 'null' : of === 'integer' ? 'an integer' : `a ${of}`;
}
