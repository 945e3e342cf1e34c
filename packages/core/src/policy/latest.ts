import { ask, settled, through } from './answers.ts';
import { duration } from './duration.ts';
import { instant, latestOf } from './edits.ts';
import { definePolicy } from './kind.ts';
import type { Policy, Resolution, View } from './policy.ts';
import { block, innerPolicy } from './spec.ts';
import { must } from '../errors/must.ts';

const options = block({
  within: duration.describe('Edits that are no older than this, seen from the last one, count as made at the same time.'),
  then: innerPolicy.describe('Decides among these.'),
})
  .optional()
  .describe('Clocks are not exact: `within` a few seconds, another policy decides.');

/**
 * The edit with the greatest stamp stands. With a window, the edits that are close to the last one go to another policy. The window is
 * measured from the last edit: closeness is not transitive, so comparing pairs would make the answer depend on the order.
 */
export const latest = definePolicy({
  name: 'latest',
  summary: 'The edit made last stands.',
  options,
  make: (window, setting): Policy => {
    if (!window) return last;
    const then = setting.inner(window.then, ['then'], { weighs: 'edits' });
    return (view) => {
      const end = must(latestOf(view.frontier), 'a frontier has at least one edit').stamp.ms;
      const close = view.frontier.filter((edit) => end - edit.stamp.ms <= window.within);
      return close.length > 1
        ? through('latest', ask(then, { ...view, frontier: close }), `${close.length} edits at almost the same time`)
        : last(view);
    };
  },
});

function last(view: View): Resolution {
  const winner = must(latestOf(view.frontier), 'a frontier has at least one edit');
  return settled('latest', winner.value, `${winner.system} edited last (${instant(winner.stamp.ms)})`);
}
