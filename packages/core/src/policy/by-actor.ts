import { z } from 'zod';
import type { Edit } from '../record/record.ts';
import { ask, through } from './answers.ts';
import { definePolicy } from './kind.ts';
import { block, innerPolicy } from './spec.ts';
import { named, names } from './names.ts';

const order = z
  .array(names)
  .min(1)
  .describe('Users, most trusted first; each item is a name, or a list of names of one rank. * stands for anything.');
const options = z
  .union([order.transform((list) => ({ order: list, then: 'latest' as const })), block({ order, then: innerPolicy.default('latest') })])
  .describe('Users, most trusted first, and what decides among equals.');

/** Among concurrent edits, those by the most trusted users go to `then`. Where a system does not tell who it was, the edit comes last. */
export const byActor = definePolicy({
  name: 'by-actor',
  summary: 'Among concurrent edits, the one by the most trusted user stands.',
  options,
  make: ({ order: ranks, then }, setting) => {
    const inner = setting.inner(then, ['then'], { weighs: 'edits' });
    const rank = ({ by }: Edit): number => {
      const found = by === undefined ? -1 : ranks.findIndex((list) => named(list, by));
      return found === -1 ? ranks.length : found;
    };
    return (view) => {
      const best = Math.min(...view.frontier.map(rank));
      const top = view.frontier.filter((edit) => rank(edit) === best);
      const untold = view.frontier.filter((edit) => edit.by === undefined).length;
      const why = best === ranks.length ? 'nobody in the order edited it' : `${ranks[best]?.join(' or ') ?? ''} comes first`;
      const missing = untold === 0 ? '' : ` (${untold} of ${view.frontier.length} edits do not tell who made them)`;
      return through('by-actor', ask(inner, { ...view, frontier: top }), `${why}${missing}`);
    };
  },
});
