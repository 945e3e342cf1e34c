import { z } from 'zod';
import type { Value } from '../values.ts';
import { ask, held, rulingOf, settled, through } from './answers.ts';
import { definePolicy } from './kind.ts';
import { Exact, number } from './order.ts';
import { block, innerPolicy } from './spec.ts';

const bound = z
  .union([z.number().min(0), z.string().regex(/^\d+(\.\d+)?$/u, 'Expected a number')])
  .transform(String)
  .refine((words) => number(words) !== undefined, 'Expected a plain number');
const options = block({
  percent: bound.optional().describe('The largest change that passes, in percent of what stood before.'),
  amount: bound.optional().describe('The largest change that passes.'),
  then: innerPolicy.default('latest').describe('Decides; default latest.'),
  beyond: innerPolicy.default('manual').describe('Decides when the change is larger; default manual.'),
}).describe('How far a value may move at once, and what decides beyond.');

/** A change that is too large is not let through, also without a rival. Clearing a value is too large; filling an empty one is not. */
export const threshold = definePolicy({
  name: 'threshold',
  summary: 'A change beyond a bound waits for a person, or goes to another policy.',
  suits: ['integer', 'decimal'],
  traits: { gate: true },
  options,
  make: ({ percent, amount, then, beyond }, setting) => {
    if (percent === undefined && amount === undefined) setting.wrong([], 'The threshold has no bound.', 'Give percent or amount.');
    const inner = setting.inner(then, ['then']);
    const outer = setting.inner(beyond, ['beyond'], { weighs: 'edits' });
    return (view) => {
      const ruling = rulingOf(view.frontier);
      if (ruling && view.frontier.length === 1) return settled('threshold', ruling.value, 'a person set it');
      const resolution = ask(inner, view);
      if (resolution.kind === 'held') return through('threshold', resolution);
      const far = tooFar(view.base ?? null, resolution.value, { percent, amount });
      if (far === 'unknown') return held('threshold', 'not every value is a number', 'C17');
      if (!far) return through('threshold', resolution, 'the change is within bounds');
      const answer = through('threshold', outer.policy(view), `from ${String(view.base)} to ${String(resolution.value)} is too far`);
      return { ...answer, code: answer.code ?? 'C11' };
    };
  },
});

interface Bounds {
  readonly percent: string | undefined;
  readonly amount: string | undefined;
}

function tooFar(from: Value, to: Value, { percent, amount }: Bounds): boolean | 'unknown' {
  if (from === null) return false;
  if (to === null) return true;
  const [before, after] = [number(from), number(to)];
  if (!before || !after) return 'unknown';
  const change = after.minus(before).abs();
  if (amount !== undefined && change.greaterThan(new Exact(amount))) return true;
  return percent !== undefined && change.times(100).greaterThan(before.abs().times(new Exact(percent)));
}
