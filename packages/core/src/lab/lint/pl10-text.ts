import { HABIT_EDITS_MIN } from '../suggest.ts';
import { finding, known, policyLine, type LintRule } from './rule.ts';

/** Shorter texts are names and codes. */
const CHARS_MIN = 33;

/** A name put together from two people's words is nobody's name. */
export const shortText: LintRule = {
  code: 'PL10',
  title: 'texts so short that they are codes or names are merged word by word',
  needs: 'ledger',
  check: (subject) =>
    known(subject, ['text']).flatMap((place) => {
      const { charsMax, edits, copies } = place.facts;
      const told = edits + [...copies.values()].reduce((total, count) => total + count, 0);
      if (told < HABIT_EDITS_MIN || charsMax === 0 || charsMax >= CHARS_MIN) return [];
      const evidence = `the longest of ${told} values has ${charsMax} characters`;
      return [finding('PL10', place, { severity: 'warning', evidence, change: policyLine(place, 'latest') })];
    }),
};
