import { HABIT_EDITS_MIN } from '../suggest.ts';
import { finding, known, policyLine, type LintRule } from './rule.ts';

const DAY_MS = 86_400_000;
const DAYS_QUIET = 90;

/** A rule that is never asked is a line that everybody has to read. */
export const unused: LintRule = {
  code: 'PL19',
  title: 'a policy has not decided anything for a long time',
  needs: 'ledger',
  check: (subject) => {
    const { firstMs = 0, lastMs = 0 } = subject.facts ?? {};
    if (lastMs - firstMs < DAYS_QUIET * DAY_MS) return [];
    return known(subject).flatMap((place) => {
      const { lastByRule, edits } = place.facts;
      const last = lastByRule.get(place.policy) ?? Number.NEGATIVE_INFINITY;
      if (place.policy === 'latest' || edits < HABIT_EDITS_MIN || lastMs - last < DAYS_QUIET * DAY_MS) return [];
      const evidence = `${edits} edits, and none of the last ${DAYS_QUIET} days was decided by ${place.policy}`;
      return [finding('PL19', place, { severity: 'notice', evidence, change: policyLine(place, 'latest') })];
    });
  },
};
