import { ask, rulingOf, settled, through } from './answers.ts';
import { definePolicy } from './kind.ts';
import { block, innerPolicy } from './spec.ts';
import { isEmpty } from '../values.ts';

const options = block({ then: innerPolicy.describe('Decides among first values.') })
  .default({ then: 'latest' })
  .describe('What decides among first values; default latest.');

/** Once filled, it is left alone; as long as it is empty, another policy decides who fills it. A person may still correct it. */
export const fill = definePolicy({
  name: 'fill',
  summary: 'May be filled while it is empty; edits of what was filled before are undone.',
  traits: { gate: true },
  options,
  make: ({ then }, setting) => {
    const inner = setting.inner(then, ['then'], { weighs: 'edits' });
    return (view) => {
      const ruling = rulingOf(view.frontier);
      if (ruling) return settled('fill', ruling.value, 'a person corrected it');
      if (view.base !== undefined && !isEmpty(view.base)) return settled('fill', view.base, 'it was filled before');
      const filled = view.frontier.filter((edit) => !isEmpty(edit.value));
      return through('fill', ask(inner, { ...view, frontier: filled.length > 0 ? filled : view.frontier }), 'it was empty');
    };
  },
});
