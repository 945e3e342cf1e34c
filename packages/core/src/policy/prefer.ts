import { z } from 'zod';
import { latestOf } from './edits.ts';
import { definePolicy } from './kind.ts';
import { must } from '../errors/must.ts';

const options = z
  .union([z.string(), z.array(z.string()).min(1)])
  .transform((value) => (typeof value === 'string' ? [value] : value))
  .describe('A system, or a list of systems, most trusted first.');

/** Among concurrent edits, the one of the most trusted system stands; systems not named come last, and among equals the latest edit stands. */
export const prefer = definePolicy({
  name: 'prefer',
  summary: 'Among concurrent edits, the named system wins.',
  options,
  mentions: (order) => ({ systems: order }),
  make: (order) => (view) => {
    const rank = (system: string): number => (order.includes(system) ? order.indexOf(system) : order.length);
    const best = Math.min(...view.frontier.map((edit) => rank(edit.system)));
    const winner = must(latestOf(view.frontier.filter((edit) => rank(edit.system) === best)), 'a frontier has at least one edit');
    return { kind: 'settled', value: winner.value, rule: 'prefer', reason: `${winner.system} is preferred (${order.join(' before ')})` };
  },
});
