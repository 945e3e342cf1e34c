import { PERSON } from '../../register/actors.ts';
import { HABIT_EDITS_MIN } from '../suggest.ts';
import { finding, known, outermost, policyLine, uses, type LintRule } from './rule.ts';

const FOREIGN_SHARE_MAX = 0.01;

/** What one system alone edits is better owned by it: a stray edit elsewhere would win by being last. */
export const unowned: LintRule = {
  code: 'PL02',
  title: 'a field that practically one system edits is left to whoever edits last',
  needs: 'ledger',
  check: (subject) =>
    known(outermost(uses(subject, ['latest']))).flatMap((place) => {
      const editors = [...place.facts.bySystem].filter(([system]) => system !== PERSON).toSorted(([, a], [, b]) => b - a);
      const all = editors.reduce((total, [, edits]) => total + edits, 0);
      const [[system, edits] = [undefined, 0]] = editors;
      if (system === undefined || all < HABIT_EDITS_MIN || (all - edits) / all >= FOREIGN_SHARE_MAX) return [];
      const evidence = `${edits} of ${all} edits were made in ${system}`;
      return [finding('PL02', place, { severity: 'notice', evidence, change: policyLine(place, `{ owner: ${system} }`) })];
    }),
};
