import { must, valueIn, type PolicySpec, type Value } from '@concord/core';
import { expect, test } from 'vitest';
import { CE, FNO, POS, tableOf, type FieldPlan } from '../kit/tables.ts';
import { calm, deliver, edit, pull, worldOf, type World } from '../kit/world.ts';

const SYSTEMS = [FNO, CE];
const own = (world: World, system: typeof FNO): Value => world.rows.get(system)?.values.get('field') ?? null;
const changed = (value: Value, from: string, to: string): string => String(value).replace(from, to);

function ready(field: FieldPlan, start: Value, systems: readonly (typeof FNO)[] = SYSTEMS): World {
  const world = worldOf(tableOf({ account: {}, field }, { systems: [...systems] }));
  edit(world, FNO, { account: 'a', field: start });
  calm(world);
  return world;
}

/** F&O and CE edit at the same time; F&O is told of CE's edit and takes it back; CE, which has heard of nothing, edits again. */
function cross(
  world: World,
  { one, other, back, again }: Readonly<Record<'one' | 'other' | 'back' | 'again', (value: Value) => Value>>,
): void {
  edit(world, FNO, { field: one(own(world, FNO)) });
  edit(world, CE, { field: other(own(world, CE)) });
  pull(world, FNO);
  pull(world, CE);
  deliver(world, FNO);
  edit(world, FNO, { field: back(own(world, FNO)) });
  edit(world, CE, { field: again(own(world, CE)) });
  pull(world, FNO);
  pull(world, CE);
  calm(world);
}

const add =
  (member: string) =>
  (value: Value): Value =>
    JSON.stringify([...JSON.parse(String(value)), member].toSorted((a, b) => (a < b ? -1 : 1)));
const takeOut =
  (member: string) =>
  (value: Value): Value =>
    JSON.stringify(JSON.parse(String(value)).filter((one: unknown) => one !== member));

const sets: readonly (readonly [PolicySpec, FieldPlan['type']])[] = [
  [{ name: 'set', options: undefined }, { kind: 'choices' }],
  [{ name: 'list', options: undefined }, { kind: 'json' }],
];

test.each(sets)('%j: what somebody saw and took out stays out, and what was added meanwhile stays in', (policy, type) => {
  const world = ready({ policy, ...(type ? { type } : {}) }, '["Summer"]');
  cross(world, { one: add('Autumn'), other: add('Spring'), back: takeOut('Spring'), again: add('Winter') });
  const value = valueIn(must(world.record, 'made'), 'field');
  expect(JSON.parse(String(value)).toSorted()).toEqual(['Autumn', 'Summer', 'Winter']);
  expect(SYSTEMS.map((system) => own(world, system))).toEqual([value, value]);
});

test('a word that somebody saw and took out of a memo stays out', () => {
  const world = ready({ policy: { name: 'text', options: 'words' } }, 'the goods arrive on Monday at noon');
  cross(world, {
    one: (value) => changed(value, 'the goods', 'the heavy goods'),
    other: (value) => changed(value, 'Monday', 'next Monday'),
    back: (value) => changed(value, 'next Monday', 'Monday'),
    again: (value) => changed(value, 'at noon', 'at noon sharp'),
  });
  expect(valueIn(must(world.record, 'made'), 'field')).toBe('the heavy goods arrive on Monday at noon sharp');
});

test('of three systems, each takes out only what it was shown', () => {
  const world = ready({ policy: { name: 'set', options: undefined }, type: { kind: 'choices' } }, '["Summer"]', [FNO, CE, POS]);
  edit(world, POS, { field: add('Winter')(own(world, POS)) });
  pull(world, POS);
  deliver(world, FNO);
  cross(world, { one: add('Autumn'), other: add('Spring'), back: takeOut('Winter'), again: (value) => value });
  expect(valueIn(must(world.record, 'made'), 'field')).toBe('["Autumn","Spring","Summer"]');
});
