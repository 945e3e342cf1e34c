import { z } from 'zod';
import type { Json, Value } from '../values.ts';
import { held } from './answers.ts';
import { isList, jsonText } from './json-text.ts';
import { answerOf } from './json.ts';
import { definePolicy } from './kind.ts';
import type { Resolution } from './policy.ts';
import { sequenceOf } from './sequence.ts';
import { readTold, type Told } from './spots.ts';
import { mergeVersions } from './versions.ts';

/** An ordered list whose items are taken as they are: members as in `set`, an addition wins; their order by who moved them last. */
export const list = definePolicy({
  name: 'list',
  summary: 'Merges an ordered JSON list: additions and removals of all sides, in the order that was given last.',
  suits: ['json'],
  traits: { combines: true, synthetic: true },
  options: z.undefined(),
  make: () => (view) => mergeVersions(view, merge),
});

function merge(before: Value | undefined, values: readonly Value[]): Resolution {
  const all = [before, ...values];
  const told = all.map(readTold);
  if (!all.every((value, index) => value === null || value === undefined || isList(told[index])))
    return held('list', 'not every value is a list', 'C17');
  const named = told.map(namesOf);
  const [base = new Map(), ...sides] = named;
  const known = new Map(named.flatMap((side) => [...side]));
  const stays = (name: string): boolean => (base.has(name) ? sides.every((side) => side.has(name)) : true);
  const order = sequenceOf(
    [...base.keys()],
    sides.map((side) => [...side.keys()]),
    new Set([...known.keys()].filter(stays)),
  );
  const whole = order.flatMap((name) => (known.has(name) ? [known.get(name) ?? null] : []));
  const isGone = whole.length === 0 && values.every((value) => value === null);
  return answerOf('list', { kind: 'value', value: isGone ? undefined : whole }, 'additions and removals of all sides');
}

/** Items by name; the second of two equal ones has a name of its own. */
function namesOf(told: Told): ReadonlyMap<string, Json> {
  const counts = new Map<string, number>();
  return new Map(
    (isList(told) ? told : []).map((item) => {
      const text = jsonText(item);
      const count = (counts.get(text) ?? 0) + 1;
      counts.set(text, count);
      return [`${count} ${text}`, item] as const;
    }),
  );
}
