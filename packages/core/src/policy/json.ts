import { held, settled } from './answers.ts';
import { JSON_CHARS_MAX, jsonText } from './json-text.ts';
import { paths, rulesOf, type Rules } from './json-merge.ts';
import { definePolicy } from './kind.ts';
import type { Question } from '../register/answer.ts';
import { mergePlace, valuesIn } from './places.ts';
import type { Resolution, View } from './policy.ts';
import { block, innerPolicy } from './spec.ts';
import { readTold, type Outcome } from './spots.ts';

const options = block({ paths, then: innerPolicy.default('latest').describe('Decides everywhere else; default latest.') })
  .default({ paths: {}, then: 'latest' })
  .describe('Policies of places within the value, and of the rest.');

/** JSON is merged member by member against the common base. Lists are one place, unless their path has a policy for lists. */
export const json = definePolicy({
  name: 'json',
  summary: 'Merges JSON member by member; each place may have its own policy.',
  suits: ['json'],
  traits: { combines: true, synthetic: true },
  options,
  make: (words, setting) => {
    const rules = rulesOf(setting, words.paths, words.then);
    return (view) => jsonOver(view, rules);
  },
});

/** Each place is a register of its own: its edits are those that changed it, with the causes that they have. */
function jsonOver(view: View, rules: Rules): Resolution {
  const { question } = view;
  if (!isAllJson(question)) return held('json', 'not every value is JSON', 'C17');
  return answerOf('json', mergePlace(question, { path: '', rules, view }), 'merged member by member');
}

/** Whether everything that was told can be read. */
export function isAllJson(question: Question): boolean {
  return valuesIn(question).every((value) => value === null || value === undefined || readTold(value) !== undefined);
}

/** A merged JSON value as a register's. */
export function answerOf(rule: string, outcome: Outcome, reason: string): Resolution {
  if (outcome.kind === 'held') return held(rule, outcome.reason, outcome.code);
  const text = outcome.value === undefined || outcome.value === null ? null : jsonText(outcome.value);
  if (text !== null && text.length > JSON_CHARS_MAX) return held(rule, `longer than ${JSON_CHARS_MAX} characters`, 'C17');
  return settled(rule, text, reason);
}
