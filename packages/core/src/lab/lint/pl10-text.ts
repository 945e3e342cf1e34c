import { z } from 'zod';
import { HABIT_EDITS_MIN } from '../suggest.ts';
import { finding, known, policyLine, uses, type LintRule } from './rule.ts';

/** Shorter texts are names and codes. */
const CHARS_MIN = 33;

/** What `text` itself reads its options as. */
const options = z.object({ unit: z.enum(['words', 'lines']) });

/** A name put together from two people's words is nobody's name. */
export const shortText: LintRule = {
  code: 'PL10',
  title: 'texts so short that they are codes or names are merged word by word',
  needs: 'ledger',
  check: (subject) =>
    known(uses(subject, ['text'])).flatMap((place) => {
      const { charsMax, edits, copies } = place.facts;
      const told = edits + [...copies.values()].reduce((total, count) => total + count, 0);
      if (told < HABIT_EDITS_MIN || charsMax === 0 || charsMax >= CHARS_MIN || options.parse(place.used.options).unit !== 'words')
        return [];
      const evidence = `the longest of ${told} values has ${charsMax} characters`;
      return [finding('PL10', place, { severity: 'warning', evidence, change: policyLine(place, 'latest') })];
    }),
};
