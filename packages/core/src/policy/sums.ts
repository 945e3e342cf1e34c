import type { FieldType } from '../map/type.ts';
import { fitsInt32, type Scalar, type Value } from '../values.ts';
import { Exact, number } from './order.ts';
import type { View } from './policy.ts';

export type Amount = InstanceType<typeof Exact>;

/** A value as an amount; empty is nothing, `undefined` when it is no number. */
export function amountOf(value: Value | undefined): Amount | undefined {
  return value === null || value === undefined ? new Exact(0) : number(value);
}

/** Whole numbers within 32 bits are numbers, everything else is text with the type's scale. */
export function canonicalAmount(type: FieldType, value: Amount): Scalar {
  if (type.kind === 'decimal') return value.toFixed(type.scale);
  return value.isInteger() && fitsInt32(value.toNumber()) ? value.toNumber() : value.toFixed();
}

/** A sum as it stands: where everybody left it empty, and it comes to nothing, it is empty. */
export function standingSum({ type, frontier }: View, sum: Amount): Scalar {
  return sum.isZero() && frontier.every(({ value }) => value === null) ? null : canonicalAmount(type, sum);
}
