import { z } from 'zod';
import { ask, holds, through } from './answers.ts';
import { definePolicy } from './kind.ts';
import { block, innerPolicy } from './spec.ts';

const branch = block({ if: z.string().describe('A condition over the fields of the record.'), then: innerPolicy });
const otherwise = block({ else: innerPolicy.describe('Decides when no condition holds.') });
const options = z
  .array(z.union([branch, otherwise]))
  .min(1)
  .describe('Conditions and policies; the first condition that holds decides which. `else` comes last; without it: latest.');

/** Which policy decides depends on the other fields. The field itself, in a condition, is what the authors of the edits had seen. */
export const when = definePolicy({
  name: 'when',
  summary: 'A condition over the other fields says which policy decides.',
  options,
  make: (branches, setting) => {
    const early = branches.findIndex((item) => 'else' in item);
    if (early !== -1 && early < branches.length - 1)
      setting.wrong([early], 'What stands behind "else" is never asked.', 'Put "else" last.');
    const ways = branches.flatMap((item, index) =>
      'if' in item
        ? [{ words: item.if, condition: setting.condition(item.if, [index, 'if']), policy: setting.inner(item.then, [index, 'then']) }]
        : [],
    );
    const last = branches[early];
    const rest = setting.inner(last && 'else' in last ? last.else : 'latest', [early, 'else']);
    return (view) => {
      for (const { words, condition, policy } of ways) {
        const answer = holds('when', condition, view);
        if (typeof answer === 'object') return answer;
        if (answer) return through('when', ask(policy, view), words);
      }
      return through('when', ask(rest, view), 'no condition holds');
    };
  },
});
