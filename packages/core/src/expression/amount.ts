import { Decimal } from 'decimal.js';
import { fault, type Fault } from './value.ts';

/** The most digits before the point, and the most behind it: far beyond any column, and little enough to count with. */
const DIGITS_MAX = 80;
/** A division that does not come out even is rounded here, half to even. */
const QUOTIENT_PLACES = 40;

/**
 * An exact number with digits behind the point. Sums and products of two numbers within the limits have at most 321 digits, so nothing is
 * ever rounded away before the limits are looked at.
 */
export const Amount = Decimal.clone({ precision: 4 * DIGITS_MAX + 4, rounding: Decimal.ROUND_HALF_EVEN });
export type Amount = Decimal;

export const MODES = {
  half_even: Decimal.ROUND_HALF_EVEN,
  half_up: Decimal.ROUND_HALF_UP,
  half_down: Decimal.ROUND_HALF_DOWN,
  up: Decimal.ROUND_UP,
  down: Decimal.ROUND_DOWN,
  floor: Decimal.ROUND_FLOOR,
  ceiling: Decimal.ROUND_CEIL,
} as const;
export type Mode = keyof typeof MODES;

export const add = (a: Amount, b: Amount): Amount | Fault => bounded(a.plus(b));
export const subtract = (a: Amount, b: Amount): Amount | Fault => bounded(a.minus(b));
export const multiply = (a: Amount, b: Amount): Amount | Fault => bounded(a.times(b));

export function divide(a: Amount, b: Amount): Amount | Fault {
  if (b.isZero()) return fault('divides by zero');
  return bounded(a.dividedBy(b).toDecimalPlaces(QUOTIENT_PLACES));
}

export function round(value: Amount, places: number, mode: Mode): Amount {
  return value.toDecimalPlaces(places, MODES[mode]);
}

/** The number that a plain numeral says; a fault when it is none, or too long. */
export function amountOf(text: string): Amount | Fault {
  if (text.length > 2 * DIGITS_MAX + 2 || !/^-?\d+(\.\d+)?$/u.test(text)) return fault(`"${text.slice(0, 40)}" is no number`);
  return bounded(new Amount(text));
}

export function fromWhole(value: bigint): Amount {
  return new Amount(value.toString());
}

/** A whole number within the limits. */
export function whole(value: bigint): bigint | Fault {
  return value.toString().length > DIGITS_MAX ? tooLong() : value;
}

function bounded(value: Amount): Amount | Fault {
  if (value.isZero()) return new Amount(0);
  return value.e >= DIGITS_MAX || value.decimalPlaces() > DIGITS_MAX ? tooLong() : value;
}

function tooLong(): Fault {
  return fault(`a number has more than ${DIGITS_MAX} digits`);
}
