import type { TableMap, Value } from '@concord/core';
import fc from 'fast-check';
import type { FieldValues } from './histories.ts';
import type { FieldPlan } from './tables.ts';

const whole = { kind: 'integer' } as const;

/** An order whose fields hang together in all the ways that there are: computed, bound by invariants of each kind, under conditions. */
export const RULED: Readonly<Record<string, FieldPlan>> = {
  account: {},
  status: {},
  quantity: { type: whole },
  price: { type: whole },
  total: { type: whole },
  tax: { type: whole },
  due: { type: whole },
  rate: { type: whole },
  from: { type: whole },
  until: { type: whole, policy: { name: 'prefer', options: 'fno' } },
  low: { type: whole, group: 'bounds' },
  high: { type: whole, group: 'bounds' },
  stock: { type: whole, policy: { name: 'counter', options: undefined } },
  amount: {
    type: whole,
    policy: {
      name: 'when',
      options: [{ if: 'status == "red"', then: { owner: 'fno' } }, { if: 'total > 20', then: 'manual' }, { else: 'max' }],
    },
  },
  contact: { policy: { name: 'manual', options: { provisional: 'latest' } } },
};

export const RULES: Pick<TableMap, 'derived' | 'invariants'> = {
  derived: [
    { field: 'total', text: 'quantity * price' },
    { field: 'rate', text: 'total / quantity' },
  ],
  invariants: [
    { check: 'due == total + tax', onViolation: { kind: 'recompute', field: 'due', text: 'total + tax' } },
    { check: 'from <= until', onViolation: { kind: 'revert' } },
    { check: 'status != "blue" || from < 3', onViolation: { kind: 'revert' } },
    { check: 'low <= high', onViolation: { kind: 'hold' } },
    { check: 'total <= 30', onViolation: { kind: 'revert' } },
    { check: 'stock + tax <= 12', onViolation: { kind: 'hold' } },
  ],
};

const small = fc.integer({ min: 0, max: 6 });
const few = fc.oneof({ weight: 6, arbitrary: small }, { weight: 1, arbitrary: fc.constant(null) });
const words = fc.constantFrom<Value>('red', 'blue', 'green');

/** Values for each of its registers. */
export const RULED_VALUES: FieldValues = {
  account: fc.constant<Value>('a'),
  status: words,
  quantity: few,
  price: few,
  total: few,
  tax: few,
  due: few,
  rate: few,
  from: few,
  until: few,
  bounds: fc.tuple(few, few),
  stock: small,
  amount: few,
  contact: words,
};
