import { ask, through } from './answers.ts';
import { definePolicy } from './kind.ts';
import { block, innerPolicy } from './spec.ts';

const options = block({ then: innerPolicy }).default({ then: 'latest' }).describe('Which of the wholes stands; default latest.');

/** A value that is taken as it is or not at all: nothing looks inside, and nothing new is made of two. */
export const opaque = definePolicy({
  name: 'opaque',
  summary: 'A value that only its own system understands: one whole stands, never a mixture.',
  options,
  make: ({ then }, setting) => {
    const inner = setting.inner(then, ['then'], { weighs: 'edits' });
    if (inner.traits.synthetic)
      setting.wrong(['then'], 'This policy makes up values.', 'Use one that chooses among edits, such as latest.');
    return (view) => through('opaque', ask(inner, view), 'taken as a whole');
  },
});
