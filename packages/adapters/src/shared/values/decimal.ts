import type { FieldType, Json } from '@concord/core';
import { Decimal } from 'decimal.js';

/** Digits of a decimal that are handled; more are refused, so that `1e999999` cannot fill the memory. */
const DIGITS_MAX = 60;
const PLAIN = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** Canonical text with exactly `scale` digits after the point, rounded half to even; `undefined` when it is no decimal. */
export function canonicalDecimal(value: string | number, scale: number): string | undefined {
  const exact = decimalOf(value);
  if (exact === undefined) return undefined;
  const text = exact.toFixed(scale, Decimal.ROUND_HALF_EVEN);
  return /[1-9]/.test(text) ? text : text.replace('-', '');
}

/** Whether a double holds exactly the value that the digits say, in the sense that it writes back the same value. */
export function keepsValue(digits: string): boolean {
  const double = Number(digits);
  return PLAIN.test(digits) && Number.isFinite(double) && new Decimal(digits).eq(String(double));
}

/** The JSON number for a canonical decimal, or `undefined` when a double would change it. */
export function exactNumber(text: string): number | undefined {
  return keepsValue(text) ? Number(text) : undefined;
}

/** The nearest whole number is not good enough: `undefined` unless the value is whole. Canonical decimal text. */
export function canonicalWhole(value: string | number): string | undefined {
  const exact = decimalOf(value);
  if (exact === undefined || !exact.isInteger()) return undefined;
  return exact.isZero() ? '0' : exact.toFixed(0);
}

function decimalOf(value: string | number): Decimal | undefined {
  if (typeof value === 'number' ? !Number.isFinite(value) : !PLAIN.test(value)) return undefined;
  const exact = new Decimal(value);
  return exact.isFinite() && Math.abs(exact.e) <= DIGITS_MAX && exact.precision() <= DIGITS_MAX ? exact : undefined;
}

/** Numbers come as numbers, and as text where a double cannot hold them. */
export function isNumeric(json: Json): json is string | number {
  return typeof json === 'number' || typeof json === 'string';
}

/** Digits after the point. */
export function scaleOf(type: FieldType): number {
  return type.kind === 'decimal' ? type.scale : 0;
}
