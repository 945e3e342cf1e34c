import { z } from 'zod';
import type { Open } from '../register/open.ts';
import { addedBy, addedUp } from './additions.ts';
import { held, rulingOf, settled } from './answers.ts';
import { definePolicy } from './kind.ts';
import { Exact } from './order.ts';
import type { Resolution, View } from './policy.ts';
import { standingSum, type Amount } from './sums.ts';

const WHOLE = 100;
const options = z
  .record(z.string(), z.int().min(0).max(WHOLE))
  .refine((shares) => Object.values(shares).reduce((sum, share) => sum + share, 0) <= WHOLE, 'Expected shares that come to 100 at the most')
  .describe('By system, the percentage of what is there that it may take away before the others have heard of it.');

/**
 * A counter that cannot be overdrawn: each system has a share of what is there, and may take no more than that unseen. As long as everybody
 * keeps to it the sum stays above zero, in whatever order the news arrive. Taking more waits for a person, also without a rival.
 */
export const reserve = definePolicy({
  name: 'reserve',
  summary: 'A counter of which each system may take away no more than its share.',
  suits: ['integer', 'decimal'],
  traits: { gate: true, additive: true, combines: true, synthetic: true },
  options,
  mentions: (shares) => ({ systems: Object.keys(shares) }),
  make: (shares) => (view) => reserved(view, shares),
});

type Shares = z.output<typeof options>;

/** What each system took away since what all had seen, in however many steps: many small ones are one large one. */
function reserved(view: View, shares: Shares): Resolution {
  const added = addedUp('reserve', view.question);
  if (!('sum' in added)) return added;
  const { sum, from, changes, reason } = added;
  if (view.frontier.length === 1 && rulingOf(view.frontier)) return settled('reserve', standingSum(view, sum), 'a person set it');
  const over = Object.entries(takenBy(changes)).find(([system, taken]) =>
    taken.times(WHOLE).greaterThan(Exact.max(from, 0).times(shareOf(shares, system))),
  );
  if (!over) return settled('reserve', standingSum(view, sum), reason);
  return held('reserve', `${over[0]} took more than its ${shareOf(shares, over[0])} percent of ${from.toFixed()}`, 'C11');
}

function shareOf(shares: Shares, system: string): number {
  return Object.hasOwn(shares, system) ? (shares[system] ?? 0) : 0;
}

/** By system, what it took away. What is closed and became an edit again is nobody's own. */
function takenBy(changes: readonly Open[]): Readonly<Record<string, Amount>> {
  const taken: Record<string, Amount> = {};
  for (const open of changes) {
    const { author, adrift } = open.edit;
    if (adrift === undefined) taken[author] = (taken[author] ?? new Exact(0)).minus(addedBy(open) ?? 0);
  }
  return taken;
}
