import { ask, through } from './answers.ts';
import { definePolicy } from './kind.ts';
import { block, innerPolicy } from './spec.ts';
import { isEmpty } from '../values.ts';

const options = block({ then: innerPolicy.describe('Decides among the edits that are not empty.') })
  .default({ then: 'latest' })
  .describe('What decides among the edits that are not empty; default latest.');

/** An edit that clears the field loses to any that fills it. Cleared without a rival it is empty: otherwise nobody could ever clear it. */
export const notEmpty = definePolicy({
  name: 'not-empty',
  summary: 'Among concurrent edits, one that fills the field beats one that clears it.',
  options,
  make: ({ then }, setting) => {
    const inner = setting.inner(then, ['then'], { weighs: 'edits' });
    return (view) => {
      const filled = view.frontier.filter((edit) => !isEmpty(edit.value));
      const why =
        filled.length === view.frontier.length ? 'none was empty' : filled.length === 0 ? 'all were empty' : 'empty edits do not count';
      return through('not-empty', ask(inner, { ...view, frontier: filled.length > 0 ? filled : view.frontier }), why);
    };
  },
});
