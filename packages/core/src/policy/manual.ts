import { ask, held } from './answers.ts';
import { definePolicy } from './kind.ts';
import { block, innerPolicy } from './spec.ts';

const options = block({ provisional: innerPolicy.describe('Says what is written meanwhile.') })
  .optional()
  .describe('What is written until a person has decided; left out: nothing.');

/** Every conflict waits for a person. */
export const manual = definePolicy({
  name: 'manual',
  summary: 'A person decides every conflict.',
  options,
  make: (words, setting) => {
    const meanwhile = words && setting.inner(words.provisional, ['provisional'], { weighs: 'edits' });
    return (view) => {
      const resolution = meanwhile && ask(meanwhile, view);
      if (resolution?.kind !== 'settled') return held('manual', 'a person decides here');
      const reason = `a person decides here; until then ${resolution.rule}: ${resolution.reason}`;
      return { ...held('manual', reason), provisional: resolution.value };
    };
  },
});
