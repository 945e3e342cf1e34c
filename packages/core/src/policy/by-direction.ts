import { z } from 'zod';
import { ask, through } from './answers.ts';
import { latestOf } from './edits.ts';
import { definePolicy } from './kind.ts';
import { innerPolicy } from './spec.ts';
import { must } from '../errors/must.ts';

const OTHERS = 'else';
const options = z
  .record(z.string(), innerPolicy)
  .refine((ways) => Object.keys(ways).length > 0, 'Expected a policy by system')
  .describe('By system, the policy that decides when its edit was the last; `else` for the others, default latest.');

/** The way that the news goes says which policy decides: where the last of the concurrent edits was made. */
export const byDirection = definePolicy({
  name: 'by-direction',
  summary: 'The system of the last edit says which policy decides.',
  options,
  mentions: (ways) => ({ systems: Object.keys(ways).filter((name) => name !== OTHERS) }),
  make: (ways, setting) => {
    const made = new Map(Object.entries(ways).map(([system, words]) => [system, setting.inner(words, [system])]));
    const rest = made.get(OTHERS) ?? setting.inner('latest', [OTHERS]);
    return (view) => {
      const { system } = must(latestOf(view.frontier), 'a frontier has at least one edit');
      return through(
        'by-direction',
        ask((system === OTHERS ? undefined : made.get(system)) ?? rest, view),
        `the last edit was made in ${system}`,
      );
    };
  },
});
