import { z } from 'zod';
import { ask, holds, rulingOf, settled, through } from './answers.ts';
import { definePolicy } from './kind.ts';
import { block, innerPolicy } from './spec.ts';

const options = block({
  when: z.string().describe('A condition over the fields of the record, such as status == "Invoiced".'),
  then: innerPolicy.default('latest').describe('Decides before; default latest.'),
}).describe('When the field may no longer change, and what decides before.');

/** From a certain point on the field stands still, and edits are undone; a person may still correct it. Before, another policy decides. */
export const freeze = definePolicy({
  name: 'freeze',
  summary: 'Once a condition holds, edits are undone.',
  traits: { gate: true },
  options,
  make: ({ when, then }, setting) => {
    const condition = setting.condition(when, ['when']);
    const inner = setting.inner(then, ['then']);
    return (view) => {
      const ruling = rulingOf(view.frontier);
      if (ruling && view.frontier.every((edit) => edit.system === 'person'))
        return settled('freeze', ruling.value, 'a person corrected it');
      const frozen = view.base === undefined ? false : holds('freeze', condition, view);
      if (typeof frozen === 'object') return frozen;
      if (!frozen || view.base === undefined) return through('freeze', ask(inner, view), 'it is not frozen');
      return settled('freeze', ruling?.value ?? view.base, ruling ? 'a person corrected it' : `it stands still: ${when}`);
    };
  },
});
