import { z } from 'zod';
import { rulingOf, settled } from './answers.ts';
import { earliestOf, instant, isEmpty } from './edits.ts';
import { definePolicy } from './kind.ts';
import { must } from '../errors/must.ts';

/**
 * The value that was set first of all stands, by the authors' own clocks: it may be heard of last. Later edits are undone, unless they are a
 * person's. `immutable` keeps what Concord knew first instead, which never changes under anybody's eyes.
 */
export const first = definePolicy({
  name: 'first',
  summary: 'The value that was set first of all stands, however late it is heard of.',
  traits: { gate: true, first: true },
  options: z.undefined(),
  make: () => (view) => {
    const ruling = rulingOf(view.frontier);
    if (ruling) return settled('first', ruling.value, 'a person corrected it');
    const filled = [...view.frontier, ...(view.first ? [view.first] : [])].filter((edit) => !isEmpty(edit.value));
    const known = view.first && !isEmpty(view.first.value);
    if (!known && view.base !== undefined && !isEmpty(view.base)) return settled('first', view.base, 'it was set before');
    const winner = earliestOf(filled) ?? must(earliestOf(view.frontier), 'a frontier has at least one edit');
    return settled('first', winner.value, `${winner.system} set it first (${instant(winner.stamp.ms)})`);
  },
});
