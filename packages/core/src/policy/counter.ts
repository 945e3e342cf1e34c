import { z } from 'zod';
import { inOrder } from './edits.ts';
import { definePolicy } from './kind.ts';
import { Exact, number } from './order.ts';
import type { FieldType } from '../map/type.ts';
import type { Edit } from '../record/record.ts';
import type { Scalar, Value } from '../values.ts';
import { fitsInt32, sameValue } from '../values.ts';
import type { Resolution } from './policy.ts';

/** What lies beneath plus what each concurrent edit added or took away: 100, +20 here and -50 there make 70. */
export const counter = definePolicy({
  name: 'counter',
  suits: ['integer', 'decimal'],
  summary: 'Adds up what each side added or took away.',
  traits: { additive: true, synthetic: true },
  options: z.undefined(),
  make: () => (view) => {
    const edits = inOrder(view.frontier);
    const births = edits.filter((edit) => edit.on === undefined);
    if (births.length > 0) return judgeBirths(edits, births);
    const total = edits.reduce((sum, edit) => sum?.plus(delta(edit) ?? Number.NaN), amount(view.beneath));
    if (!total || total.isNaN()) return { kind: 'held', rule: 'counter', reason: 'not every value is a number', code: 'C17' };
    const reason = `${amount(view.beneath)?.toFixed() ?? '0'} ${edits.map(told).join(' ')}`;
    return { kind: 'settled', value: canonical(view.type, total), rule: 'counter', reason };
  },
});

/** Two first counts of one thing cannot be added: a person says what is there. */
function judgeBirths(edits: readonly Edit[], births: readonly Edit[]): Resolution {
  const [first] = births;
  if (first && edits.every((edit) => sameValue(edit.value, first.value))) {
    return { kind: 'settled', value: first.value, rule: 'counter', reason: 'all counted the same' };
  }
  return { kind: 'held', rule: 'counter', reason: 'each system began with a count of its own', code: 'C19' };
}

/** What an edit added; exact; `undefined` when it is not about numbers. */
function delta(edit: Edit): InstanceType<typeof Exact> | undefined {
  const [to, from] = [amount(edit.value), amount(edit.on)];
  return to && from ? to.minus(from) : undefined;
}

/** What lies beneath the kept edits, once their deltas are taken out of the total. */
export function beneathOf(type: FieldType, total: Value, kept: readonly Edit[]): Value | undefined {
  const sum = kept.filter((edit) => edit.on !== undefined).reduce((rest, edit) => rest?.minus(delta(edit) ?? 0), amount(total));
  return sum ? canonical(type, sum) : undefined;
}

function amount(value: Value | undefined): InstanceType<typeof Exact> | undefined {
  return value === null || value === undefined ? new Exact(0) : number(value);
}

function told(edit: Edit): string {
  const change = delta(edit);
  return `${change?.isNegative() ? '-' : '+'} ${change?.abs().toFixed() ?? '?'} (${edit.system})`;
}

/** Whole numbers within 32 bits are numbers, everything else is text with the type's scale. */
function canonical(type: FieldType, value: InstanceType<typeof Exact>): Scalar {
  if (type.kind === 'decimal') return value.toFixed(type.scale);
  return value.isInteger() && fitsInt32(value.toNumber()) ? value.toNumber() : value.toFixed();
}
