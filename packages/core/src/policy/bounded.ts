import { z } from 'zod';
import { addedUp } from './additions.ts';
import { held, rulingOf, settled } from './answers.ts';
import { definePolicy } from './kind.ts';
import { Exact, number } from './order.ts';
import type { Resolution, View } from './policy.ts';
import { block } from './spec.ts';
import { canonicalAmount, standingSum, type Amount } from './sums.ts';

const bound = z
  .union([z.number(), z.string().regex(/^-?\d+(\.\d+)?$/u, 'Expected a number')])
  .transform(String)
  .refine((words) => number(words) !== undefined, 'Expected a plain number');
const options = block({
  floor: bound.optional().describe('The least that may stand.'),
  ceiling: bound.optional().describe('The most that may stand.'),
  onBreach: z
    .enum(['hold', 'clamp'])
    .default('hold')
    .describe('hold: a person decides. clamp: the bound stands, and what is beyond it is remembered.'),
}).describe('The bounds of a counter, and what becomes of a sum beyond them.');

/**
 * A counter with bounds. They bound what stands, never what is added up: the sum beneath goes on beyond them, so that goods that were
 * sold twice are still missing when new ones come in.
 */
export const bounded = definePolicy({
  name: 'bounded',
  summary: 'A counter that stays within bounds; what is beyond them is not forgotten.',
  suits: ['integer', 'decimal'],
  traits: { gate: true, additive: true, combines: true, commutes: true, synthetic: true },
  options,
  make: ({ floor, ceiling, onBreach }, setting) => {
    const [low, high] = [floor, ceiling].map((words) => (words === undefined ? undefined : new Exact(words)));
    if (!low && !high) setting.wrong([], 'The counter has no bounds.', 'Give floor or ceiling, or write counter.');
    if (low && high && low.greaterThan(high)) setting.wrong(['floor'], 'The floor is above the ceiling.', 'Exchange them.');
    return (view) => within(view, { low, high, onBreach });
  },
});

interface Bounds {
  readonly low: Amount | undefined;
  readonly high: Amount | undefined;
  readonly onBreach: z.output<typeof options>['onBreach'];
}

/** The sum before it was bounded is kept, and a ruling sets it anew. */
function within(view: View, { low, high, onBreach }: Bounds): Resolution {
  const added = addedUp('bounded', view.question);
  if (!('sum' in added)) return added;
  const { sum, reason } = added;
  const limit = beyond(sum, low, high);
  const isRuled = view.frontier.length === 1 && rulingOf(view.frontier) !== undefined;
  const kept = sum.toFixed();
  if (!limit || isRuled) return { ...settled('bounded', standingSum(view, sum), reason), kept };
  const why = `${reason} is ${sum.toFixed()}, ${sum.minus(limit).abs().toFixed()} beyond ${limit.toFixed()}`;
  if (onBreach === 'hold') return held('bounded', why, 'C11');
  return { ...settled('bounded', canonicalAmount(view.type, limit), why), code: 'C11', kept };
}

function beyond(sum: Amount, low: Amount | undefined, high: Amount | undefined): Amount | undefined {
  if (low && sum.lessThan(low)) return low;
  return high && sum.greaterThan(high) ? high : undefined;
}
