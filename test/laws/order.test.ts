import fc from 'fast-check';
import { policies, registerIn, type FieldType, type PolicySpec, type SystemId, type Value } from '@concord/core';
import { expect, test } from 'vitest';
import { CE, FNO, POS, tableOf } from '../kit/tables.ts';
import { calm, edit, pull, worldOf, type World } from '../kit/world.ts';

const words = fc.constantFrom<Value>('red', 'blue', 'red blue', 'green blue', null);
const numbers = fc.integer({ min: -50, max: 50 });
const amounts = fc.constantFrom<Value>('0.10', '12345678901234567890.12', '-3.00', '2.50', null);
const sets = fc.constantFrom<Value>('["a"]', '["a","b"]', '["b","c"]', null);
const steps = fc.constantFrom<Value>('Active', 'Confirmed', 'Picked', 'Delivered', 'Canceled');

const text: FieldType = { kind: 'text' };
const cases: Readonly<Record<string, { readonly spec: PolicySpec; readonly type: FieldType; readonly values: fc.Arbitrary<Value> }>> = {
  latest: { spec: { name: 'latest', options: undefined }, type: text, values: words },
  prefer: { spec: { name: 'prefer', options: ['ce', 'fno'] }, type: text, values: words },
  owner: { spec: { name: 'owner', options: 'fno' }, type: text, values: words },
  immutable: { spec: { name: 'immutable', options: undefined }, type: text, values: words },
  max: { spec: { name: 'max', options: undefined }, type: { kind: 'decimal', scale: 2 }, values: amounts },
  min: { spec: { name: 'min', options: undefined }, type: { kind: 'decimal', scale: 2 }, values: amounts },
  rank: {
    spec: { name: 'rank', options: { order: ['Active', 'Confirmed', 'Picked', 'Delivered'], until: { Canceled: 'Picked' } } },
    type: { kind: 'choice' },
    values: steps,
  },
  counter: { spec: { name: 'counter', options: undefined }, type: { kind: 'integer' }, values: numbers },
  set: { spec: { name: 'set', options: undefined }, type: { kind: 'choices' }, values: sets },
  text: { spec: { name: 'text', options: 'words' }, type: text, values: words },
  manual: { spec: { name: 'manual', options: undefined }, type: text, values: words },
};

test('every policy of the registry is held to these laws', () => {
  expect(Object.keys(cases).toSorted()).toEqual(Object.keys(policies).toSorted());
});

interface Told {
  readonly system: SystemId;
  readonly value: Value;
}

/** Several orders in which the same edits may be heard of: each system's own order stays, everything else is free. */
function orders(systems: readonly SystemId[], values: fc.Arbitrary<Value>) {
  const each = fc.tuple(
    ...systems.map((system) => fc.array(values, { maxLength: 3 }).map((list) => list.map((value): Told => ({ system, value })))),
  );
  const choices = fc.array(fc.nat(), { minLength: 12, maxLength: 12 });
  return fc
    .tuple(values, each, choices, choices)
    .map(([start, lists, a, b]) => ({ start, one: interleave(lists, a), other: interleave(lists, b) }));
}

function interleave(lists: readonly (readonly Told[])[], choices: readonly number[]): readonly Told[] {
  const left = lists.map((list) => [...list]);
  return choices.flatMap((choice) => {
    const open = left.filter((list) => list.length > 0);
    return open[choice % Math.max(1, open.length)]?.splice(0, 1) ?? [];
  });
}

for (const [name, { spec, type, values }] of Object.entries(cases)) {
  for (const systems of [
    [FNO, CE],
    [FNO, CE, POS],
  ]) {
    test(`${name}, ${systems.length} systems: in whatever order concurrent edits are heard of, they come to the same`, () => {
      const table = tableOf({ account: {}, field: { policy: spec, type } }, { systems });

      function heard(start: Value, order: readonly Told[]): World {
        const world = worldOf(table);
        edit(world, FNO, { account: 'a', field: start });
        calm(world);
        const base = world.nowMs;
        // The time of an edit is its author's, however late it is heard of.
        const made = new Map<SystemId, number>();
        for (const { system, value } of order) {
          const count = (made.get(system) ?? 0) + 1;
          made.set(system, count);
          world.nowMs = base + 10_000 * count + 100 * systems.indexOf(system);
          edit(world, system, { field: value });
          pull(world, system);
        }
        return world;
      }

      fc.assert(
        fc.property(orders(systems, values), ({ start, one, other }) => {
          const [first, second] = [heard(start, one), heard(start, other)].map(({ record }) => record && registerIn(record, 'field'));
          expect(first?.held === undefined).toBe(second?.held === undefined);
          if (!first?.held) expect(first?.value).toEqual(second?.value);
        }),
        { numRuns: 150 },
      );
    });
  }
}
