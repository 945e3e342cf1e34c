import type { Value } from '@concord/core';
import fc from 'fast-check';
import type { FieldPlan } from './tables.ts';
import type { FieldValues } from './histories.ts';

/** A customer whose fields are decided in all the ways that differ: by time, by a person, as a group, by adding, by an owner, as text. */
export const MIXED: Readonly<Record<string, FieldPlan>> = {
  account: {},
  name: {},
  phone: { policy: { name: 'manual', options: undefined } },
  street: { group: 'address' },
  zip: { group: 'address' },
  stock: { type: { kind: 'integer' }, policy: { name: 'counter', options: undefined } },
  limit: { policy: { name: 'owner', options: 'fno' } },
  memo: { policy: { name: 'text', options: undefined } },
};

/** Values for each of its registers: few, so that people often write the same. */
export function mixedValues(words: fc.Arbitrary<Value>, stockMax: number): FieldValues {
  return {
    account: fc.constant<Value>('a'),
    name: words,
    phone: words,
    address: fc.tuple(words, words).map((pair): Value => pair.map((part) => (typeof part === 'string' ? part : null))),
    stock: fc.integer({ min: -5, max: stockMax }),
    limit: words,
    memo: words,
  };
}
