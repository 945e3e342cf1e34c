import { HABIT_EDITS_MIN } from '../suggest.ts';
import { finding, known, policyLine, registers, type LintRule } from './rule.ts';

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
    return known(registers(subject)).flatMap((place) => {
      const { lastByRule, edits } = place.facts;
      const { name } = place.used;
      const last = lastOf(lastByRule, name);
      if (name === 'latest' || edits < HABIT_EDITS_MIN || lastMs - last < DAYS_QUIET * DAY_MS) return [];
      const evidence = `${edits} edits, and none of the last ${DAYS_QUIET} days was decided by ${name}`;
      return [finding('PL19', place, { severity: 'notice', evidence, change: policyLine(place, 'latest') })];
    });
  },
};

/** Policies of the user's own are told with a mark of the text that they had then. */
function lastOf(lastByRule: ReadonlyMap<string, number>, policy: string): number {
  const times = [...lastByRule].filter(([rule]) => rule === policy || rule.startsWith(`custom:${policy}@`)).map(([, ms]) => ms);
  return Math.max(Number.NEGATIVE_INFINITY, ...times);
}
