import { z } from 'zod';
import type { Edit } from '../record/record.ts';
import { ask, settled, through } from './answers.ts';
import { latestOf } from './edits.ts';
import { definePolicy } from './kind.ts';
import { block, innerPolicy } from './spec.ts';

const options = block({
  trim: z.boolean().default(false).describe('Outer blanks do not count.'),
  spaces: z.boolean().default(false).describe('One blank is like many.'),
  case: z.boolean().default(false).describe('Upper and lower case are alike.'),
  unicode: z.boolean().default(true).describe('Ways to write one character are alike (NFC).'),
  empty: z.boolean().default(false).describe('Nothing but blanks is like empty.'),
  then: innerPolicy.default('latest').describe('Decides between values that are really different; default latest.'),
}).describe('What does not count as a difference, and what decides about real ones.');
type Rules = z.output<typeof options>;

/**
 * Values that differ only in how they are written are one value, of which the latest writing stands. An edit that changed nothing but the
 * writing is no rival of one that changed the value.
 */
export const normalise = definePolicy({
  name: 'normalise',
  summary: 'Differences that do not count (blanks, case) make no conflict.',
  suits: ['text'],
  options,
  make: (rules, setting) => {
    const inner = setting.inner(rules.then, ['then'], { weighs: 'edits' });
    const form = (value: Edit['value']): Edit['value'] => (typeof value === 'string' ? formOf(rules, value) : value);
    return (view) => {
      const edits = view.frontier;
      const changed = view.base === undefined ? edits : edits.filter((edit) => form(edit.value) !== form(view.base ?? null));
      const real = changed.length > 0 ? changed : edits;
      const latestWriting = (edit: Edit): Edit => latestOf(real.filter((other) => form(other.value) === form(edit.value))) ?? edit;
      const [first] = real;
      if (first && real.every((edit) => form(edit.value) === form(first.value))) {
        return settled('normalise', latestWriting(first).value, 'the values differ only in how they are written');
      }
      return through('normalise', ask(inner, { ...view, frontier: real.map((edit) => ({ ...edit, value: latestWriting(edit).value })) }));
    };
  },
});

function formOf(rules: Rules, value: string): string | null {
  const composed = rules.unicode ? value.normalize('NFC') : value;
  const single = rules.spaces ? composed.replaceAll(/\s+/gu, ' ') : composed;
  const trimmed = rules.trim ? single.trim() : single;
  // Not the lower case of some language: the same everywhere.
  const lower = rules.case ? trimmed.toLowerCase() : trimmed;
  return rules.empty && lower.trim() === '' ? null : lower;
}
