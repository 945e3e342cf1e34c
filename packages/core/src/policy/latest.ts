import { z } from 'zod';
import { instant, latestOf } from './edits.ts';
import { definePolicy } from './kind.ts';
import { must } from '../errors/must.ts';

/** The edit with the greatest stamp stands. */
export const latest = definePolicy({
  name: 'latest',
  summary: 'The edit made last stands.',
  options: z.undefined(),
  make: () => (view) => {
    const winner = must(latestOf(view.frontier), 'a frontier has at least one edit');
    const reason = `${winner.system} edited last (${instant(winner.stamp.ms)})`;
    return { kind: 'settled', value: winner.value, rule: 'latest', reason };
  },
});
