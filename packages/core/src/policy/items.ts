import { z } from 'zod';
import type { Json } from '../values.ts';
import { held } from './answers.ts';
import { isList, isObject, jsonText } from './json-text.ts';
import { allHeld, mergeSpot, paths, rulesOf, type Rules } from './json-merge.ts';
import { answerOf, isAllJson } from './json.ts';
import { mergeKeyed } from './keyed.ts';
import { valuesIn } from './places.ts';
import { definePolicy } from './kind.ts';
import type { Question } from '../register/answer.ts';
import type { Resolution, View } from './policy.ts';
import { sequenceOf } from './sequence.ts';
import { block, innerPolicy } from './spec.ts';
import { alike, changedSides, readTold, spotOf, type Outcome, type Spot, type Told } from './spots.ts';

const options = block({
  key: z.string().min(1).describe('The member by which items are matched.'),
  paths,
  then: innerPolicy.default('latest').describe('Decides about members without a path; default latest.'),
  delete: z
    .enum(['delete-wins', 'update-wins', 'manual'])
    .default('update-wins')
    .describe('When one side takes out an item that the other changes.'),
}).describe('The member by which items are matched, and the policies of their members.');

type Deletes = z.output<typeof options>['delete'];

/** A list of things with a key of their own, such as lines: each is merged by itself, wherever it stands in the list. */
export const items = definePolicy({
  name: 'items',
  summary: 'Merges a JSON list item by item, matched by a key.',
  suits: ['json'],
  traits: { combines: true, synthetic: true },
  options,
  make: (words, setting) => {
    const rules = rulesOf(setting, words.paths, words.then);
    return (view) => {
      if (view.question) return itemsOver(view, view.question, words, rules);
      const spot = spotOf(view);
      if (!spot) return held('items', 'not every value is JSON', 'C17');
      const lists = [spot.base, ...spot.sides.flatMap(({ value, on }) => [value, on])];
      if (!lists.every((list) => isKeyed(list, words.key))) {
        return held('items', `not every value is a list of items, each with its own "${words.key}"`, 'C17');
      }
      return answerOf('items', mergeItems(spot, words.key, rules, words.delete, view), `merged item by item, by "${words.key}"`);
    };
  },
});

/** The same over a register. */
function itemsOver(view: View, question: Question, { key, delete: deletes }: z.output<typeof options>, rules: Rules): Resolution {
  if (!isAllJson(question)) return held('items', 'not every value is JSON', 'C17');
  if (!valuesIn(question).every((value) => isKeyed(readTold(value), key)))
    return held('items', `not every value is a list of items, each with its own "${key}"`, 'C17');
  const itemsOf = (list: Told): ReadonlyMap<string, Told> =>
    new Map((isList(list) ? list : []).map((item) => [keyOf(item, key) ?? '', item]));
  return answerOf('items', mergeKeyed(question, { itemsOf, rules, deletes, view }), `merged item by item, by "${key}"`);
}

function mergeItems(spot: Spot, key: string, rules: Rules, deletes: Deletes, view: View): Outcome {
  const changed = changedSides(spot);
  const [first] = changed;
  if (!first) return { kind: 'value', value: spot.base };
  if (changed.every(({ value }) => value === undefined)) return { kind: 'value', value: undefined };
  const keysOf = (told: Told): readonly string[] => (isList(told) ? told.map((item) => keyOf(item, key) ?? '') : []);
  const names = [...new Set([...keysOf(spot.base), ...spot.sides.flatMap(({ value }) => keysOf(value))])].toSorted();
  const merged = new Map(names.map((name) => [name, mergeItem(itemOf(spot, key, name), rules, deletes, view)]));
  const open = [...merged].flatMap(([name, outcome]) =>
    outcome.kind === 'held' ? [{ ...outcome, reason: `${name} ${outcome.reason}` }] : [],
  );
  if (open.length > 0) return allHeld(open);
  const left = new Map(
    [...merged].flatMap(([name, outcome]) => (outcome.kind === 'value' && outcome.value !== undefined ? [[name, outcome.value]] : [])),
  );
  const order = sequenceOf(
    keysOf(spot.base),
    spot.sides.map(({ value }) => keysOf(value)),
    new Set(left.keys()),
  );
  return { kind: 'value', value: order.flatMap((name) => left.get(name) ?? []) };
}

function mergeItem(spot: Spot, rules: Rules, deletes: Deletes, view: View): Outcome {
  const changed = changedSides(spot);
  const gone = changed.filter(({ value }) => value === undefined);
  if (gone.length === 0 || gone.length === changed.length) return mergeSpot(spot, rules, view);
  if (deletes === 'delete-wins') return { kind: 'value', value: undefined };
  if (deletes === 'manual') return { kind: 'held', reason: `item ${spot.path.slice(1)} is taken out and changed`, code: 'C04' };
  return mergeSpot({ ...spot, sides: spot.sides.filter(({ value }) => value !== undefined) }, rules, view);
}

/** One item of all sides. Its members are named from the item on: `/price`. */
function itemOf(spot: Spot, key: string, name: string): Spot {
  const pick = (told: Told): Told => (isList(told) ? told.find((item) => keyOf(item, key) === name) : undefined);
  const sides = spot.sides.map(({ edit, value, on }) => ({ edit, value: pick(value), on: pick(on) }));
  return { path: '', sides, base: pick(spot.base), based: spot.based };
}

/** The key as text; a number and a text are two keys. */
function keyOf(item: Json, key: string): string | undefined {
  if (!isObject(item) || !Object.hasOwn(item, key)) return undefined;
  const value = item[key];
  return typeof value === 'string' || typeof value === 'number' ? jsonText(value) : undefined;
}

function isKeyed(told: Told, key: string): boolean {
  if (told === undefined || alike(told, [])) return true;
  if (!isList(told)) return false;
  const keys = told.map((item) => keyOf(item, key));
  return !keys.includes(undefined) && new Set(keys).size === keys.length;
}
