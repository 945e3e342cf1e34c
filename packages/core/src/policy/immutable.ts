import { z } from 'zod';
import { earliestOf, latestOf } from './edits.ts';
import { definePolicy } from './kind.ts';
import { must } from '../errors/must.ts';
import { isEmpty } from '../values.ts';

/** The first value that is not empty stands for ever; a person may still correct it. */
export const immutable = definePolicy({
  name: 'immutable',
  summary: 'The first value stands; later edits are undone.',
  traits: { gate: true },
  options: z.undefined(),
  make: () => (view) => {
    const ruling = latestOf(view.frontier.filter((edit) => edit.system === 'person'));
    if (ruling) return { kind: 'settled', value: ruling.value, rule: 'immutable', reason: 'a person corrected it' };
    if (view.base !== undefined && !isEmpty(view.base)) {
      return { kind: 'settled', value: view.base, rule: 'immutable', reason: 'it was set before and cannot change' };
    }
    const filled = view.frontier.filter((edit) => !isEmpty(edit.value));
    const first = must(earliestOf(filled.length > 0 ? filled : view.frontier), 'a frontier has at least one edit');
    return { kind: 'settled', value: first.value, rule: 'immutable', reason: `${first.system} set it first` };
  },
});
