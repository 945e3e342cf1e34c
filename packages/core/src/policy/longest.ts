import { z } from 'zod';
import type { Edit } from '../record/record.ts';
import { isTuple } from '../values.ts';
import { settled } from './answers.ts';
import { latestOf } from './edits.ts';
import { definePolicy, type PolicyKind } from './kind.ts';
import { must } from '../errors/must.ts';

/** The edit with the largest score stands; of equal ones the latest. */
function best(name: string, summary: string, suits: PolicyKind['suits'], score: (edit: Edit) => number, unit: string): PolicyKind {
  return definePolicy({
    name,
    summary,
    ...(suits ? { suits } : {}),
    options: z.undefined(),
    make: () => (view) => {
      const most = Math.max(...view.frontier.map(score));
      const winner = must(latestOf(view.frontier.filter((edit) => score(edit) === most)), 'a frontier has at least one edit');
      return settled(name, winner.value, `${winner.system} has most (${most} ${unit})`);
    },
  });
}

/** Characters, whatever they are made of; outer blanks do not count. */
export const longest = best(
  'longest',
  'Of concurrent texts, the longest stands.',
  ['text'],
  ({ value }) => (typeof value === 'string' ? Array.from(value.trim()).length : 0),
  'characters',
);

export const mostComplete = best(
  'most-complete',
  'Of concurrent edits of a group, the one with the most filled fields stands.',
  ['group'],
  ({ value }) => (isTuple(value) ? value.filter((member) => member !== null).length : value === null ? 0 : 1),
  'fields filled',
);
