import type { FieldType } from '../map/type.ts';
import type { Edit } from '../record/record.ts';
import { fitsInt32, sameValue, type Scalar, type Value } from '../values.ts';
import { held, settled } from './answers.ts';
import { Exact, number } from './order.ts';
import type { Resolution, View } from './policy.ts';

export type Amount = InstanceType<typeof Exact>;

/** A value as an amount; empty is nothing, `undefined` when it is no number. */
export function amountOf(value: Value | undefined): Amount | undefined {
  return value === null || value === undefined ? new Exact(0) : number(value);
}

/** What an edit added; exact; `undefined` when it is not about numbers. */
function deltaOf(edit: Edit): Amount | undefined {
  const [to, from] = [amountOf(edit.value), amountOf(edit.on)];
  return to && from ? to.minus(from) : undefined;
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

/**
 * What lies beneath plus what each edit added; a resolution where nothing can be added. Births have nothing beneath them, and neither has
 * what was edited since, as long as nobody has agreed on a first count.
 */
export function sumOf(rule: string, view: View): { readonly sum: Amount; readonly reason: string } | Resolution {
  const edits = view.frontier;
  if (view.base === undefined || edits.some((edit) => edit.on === undefined)) return judgeBirths(rule, edits);
  const sum = edits.reduce((total, edit) => total?.plus(deltaOf(edit) ?? Number.NaN), amountOf(view.beneath));
  if (!sum || sum.isNaN()) return held(rule, 'not every value is a number', 'C17');
  return { sum, reason: `${amountOf(view.beneath)?.toFixed() ?? '0'} ${edits.map(tell).join(' ')}` };
}

/** Two first counts of one thing cannot be added: a person says what is there. */
function judgeBirths(rule: string, edits: readonly Edit[]): Resolution {
  const value = edits[0]?.value ?? null;
  if (edits.every((edit) => sameValue(edit.value, value)))
    return settled(rule, value, edits.length > 1 ? 'all counted the same' : 'the first count');
  return held(rule, 'each system began with a count of its own', 'C19');
}

function tell(edit: Edit): string {
  const change = deltaOf(edit);
  return `${change?.isNegative() ? '-' : '+'} ${change?.abs().toFixed() ?? '?'} (${edit.system})`;
}
