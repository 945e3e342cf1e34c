import { z } from 'zod';
import { addedUp } from './additions.ts';
import { settled } from './answers.ts';
import { definePolicy } from './kind.ts';
import { standingSum } from './sums.ts';

const options = z.string().describe('The system whose numbers are counts of what is there; what others write is a change.');

/**
 * A counter of which one system takes stock. What it counts stands, and what the others added or took away without having seen the count
 * is added to it. An edit is a number and not an intent; but what its author had seen is known, and so one system's count is told exactly
 * from changes. With two counting systems the same missing piece would be taken off twice: there can be only one.
 */
export const counted = definePolicy({
  name: 'counted',
  summary: 'One system counts what is there; what others change meanwhile is added to its count.',
  suits: ['integer', 'decimal'],
  traits: { additive: true, combines: true, commutes: true, synthetic: true },
  options,
  mentions: (system) => ({ systems: [system] }),
  make: (system) => (view) => {
    const total = addedUp('counted', view.question, system);
    return 'sum' in total ? settled('counted', standingSum(view, total.sum), total.reason) : total;
  },
});
