import { z } from 'zod';
import { addedUp } from './additions.ts';
import { settled } from './answers.ts';
import { definePolicy } from './kind.ts';
import { standingSum } from './sums.ts';

/** What lies beneath plus what each concurrent edit added or took away: 100, +20 here and -50 there make 70. */
export const counter = definePolicy({
  name: 'counter',
  summary: 'Adds up what each side added or took away.',
  suits: ['integer', 'decimal'],
  traits: { additive: true, combines: true, commutes: true, synthetic: true },
  options: z.undefined(),
  make: () => (view) => {
    const added = addedUp('counter', view.question);
    return 'sum' in added ? settled('counter', standingSum(view, added.sum), added.reason) : added;
  },
});
