import { z } from 'zod';
import type { Json } from '../values.ts';
import { held } from './answers.ts';
import { isList, isObject, jsonText } from './json-text.ts';
import { paths, rulesOf, type Rules } from './json-merge.ts';
import { answerOf, isAllJson } from './json.ts';
import { mergeKeyed } from './keyed.ts';
import { valuesIn } from './places.ts';
import { definePolicy } from './kind.ts';
import type { Resolution, View } from './policy.ts';
import { block, innerPolicy } from './spec.ts';
import { readTold, type Told } from './spots.ts';

const options = block({
  key: z.string().min(1).describe('The member by which items are matched.'),
  paths,
  then: innerPolicy.default('latest').describe('Decides about members without a path; default latest.'),
  delete: z
    .enum(['delete-wins', 'update-wins', 'manual'])
    .default('update-wins')
    .describe('When one side takes out an item that the other changes.'),
}).describe('The member by which items are matched, and the policies of their members.');

/** A list of things with a key of their own, such as lines: each is merged by itself, wherever it stands in the list. */
export const items = definePolicy({
  name: 'items',
  summary: 'Merges a JSON list item by item, matched by a key.',
  suits: ['json'],
  traits: { combines: true, synthetic: true },
  options,
  make: (words, setting) => {
    const rules = rulesOf(setting, words.paths, words.then);
    return (view) => itemsOver(view, words, rules);
  },
});

function itemsOver(view: View, { key, delete: deletes }: z.output<typeof options>, rules: Rules): Resolution {
  const { question } = view;
  if (!isAllJson(question)) return held('items', 'not every value is JSON', 'C17');
  if (!valuesIn(question).every((value) => isKeyed(readTold(value), key)))
    return held('items', `not every value is a list of items, each with its own "${key}"`, 'C17');
  const itemsOf = (list: Told): ReadonlyMap<string, Told> =>
    new Map((isList(list) ? list : []).map((item) => [keyOf(item, key) ?? '', item]));
  return answerOf('items', mergeKeyed(question, { itemsOf, rules, deletes, view }), `merged item by item, by "${key}"`);
}

/** The key as text; a number and a text are two keys. */
function keyOf(item: Json, key: string): string | undefined {
  if (!isObject(item) || !Object.hasOwn(item, key)) return undefined;
  const value = item[key];
  return typeof value === 'string' || typeof value === 'number' ? jsonText(value) : undefined;
}

function isKeyed(told: Told, key: string): boolean {
  if (told === undefined) return true;
  if (!isList(told)) return false;
  const keys = told.map((item) => keyOf(item, key));
  return !keys.includes(undefined) && new Set(keys).size === keys.length;
}
