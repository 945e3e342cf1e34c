import fc from 'fast-check';
import { policies, registerIn, type FieldType, type PolicySpec, type SystemId, type Value } from '@concord/core';
import { expect, test, vi } from 'vitest';
import { LONG_MS, runs } from '../kit/runs.ts';
import { CE, FNO, POS, tableOf, type FieldPlan } from '../kit/tables.ts';
import { calm, edit, pull, worldOf, type World } from '../kit/world.ts';

vi.setConfig({ testTimeout: LONG_MS });

const words = fc.constantFrom<Value>('red', 'blue', 'red blue', 'green blue', null);
const numbers = fc.integer({ min: -50, max: 50 });
const amounts = fc.constantFrom<Value>('0.10', '12345678901234567890.12', '-3.00', '2.50', null);
const sets = fc.constantFrom<Value>('["a"]', '["a","b"]', '["b","c"]', null);
const steps = fc.constantFrom<Value>('Active', 'Confirmed', 'Picked', 'Delivered', 'Canceled');

const notes = fc.constantFrom<Value>('one', 'one\ntwo', 'zero\none', 'one\nthree', 'two', null);
const sequences = fc.constantFrom<Value>('["a"]', '["a","b"]', '["b","a"]', '["c","a"]', '[]', null);
const lines = fc.constantFrom<Value>(
  '[{"id":1,"n":1}]',
  '[{"id":1,"n":2},{"id":2,"n":1}]',
  '[{"id":2,"n":1}]',
  '[{"id":2,"n":5},{"id":1,"n":1}]',
  null,
);
const objects = fc.constantFrom<Value>('{"a":1}', '{"a":2,"b":"x"}', '{"b":"y"}', '{"a":1,"b":["x"]}', '{"a":{"c":1}}', null);
const pairs = fc.constantFrom<Value>(['Elm Street', 'Leeds'], ['Oak Lane', null], [null, null], [null, 'York']);

const text: FieldType = { kind: 'text' };
const money: FieldType = { kind: 'decimal', scale: 2 };
const whole: FieldType = { kind: 'integer' };
const oneOf: FieldType = { kind: 'choice' };
const json: FieldType = { kind: 'json' };

interface Case {
  readonly options?: unknown;
  /** `group`: two fields of text, as one. */
  readonly type: FieldType | 'group';
  readonly values: fc.Arbitrary<Value>;
  /** Each system tells a part, and is not told the whole. */
  readonly only?: 'read';
}

const LADDER = { order: ['Active', 'Confirmed', 'Picked', 'Delivered'], until: { Canceled: 'Picked' } };
const STEPS = { Active: ['Confirmed', 'Canceled'], Confirmed: ['Picked', 'Canceled'], Picked: ['Delivered'] };

const cases: readonly (readonly [string, Case])[] = [
  ['latest', { type: text, values: words }],
  ['latest', { options: { within: '5s', then: { prefer: 'ce' } }, type: text, values: words }],
  ['first', { type: text, values: words }],
  ['majority', { type: text, values: words }],
  ['prefer', { options: ['ce', 'fno'], type: text, values: words }],
  ['by-actor', { options: ['Ann'], type: text, values: words }],
  ['trust', { options: { systems: { fno: 60, ce: { from: 90, to: 10, over: '20s', curve: 'early' } } }, type: text, values: words }],
  ['owner', { options: 'fno', type: text, values: words }],
  ['immutable', { type: text, values: words }],
  ['fill', { type: text, values: words }],
  ['freeze', { options: { when: 'field == "red"' }, type: text, values: words }],
  ['local', { options: 'ce', type: text, values: words }],
  ['max', { type: money, values: amounts }],
  ['min', { type: money, values: amounts }],
  ['longest', { type: text, values: words }],
  ['most-complete', { type: 'group', values: pairs }],
  ['not-empty', { type: text, values: words }],
  ['rank', { options: LADDER, type: oneOf, values: steps }],
  [
    'lattice',
    {
      options: [
        ['Active', 'Confirmed', 'Delivered'],
        ['Active', 'Picked', 'Delivered'],
        ['Active', 'Canceled'],
      ],
      type: oneOf,
      values: steps,
    },
  ],
  ['states', { options: { steps: STEPS }, type: oneOf, values: steps }],
  ['states', { options: { steps: STEPS, then: 'latest' }, type: oneOf, values: steps }],
  ['counter', { type: whole, values: numbers }],
  ['counted', { options: 'fno', type: whole, values: numbers }],
  ['bounded', { options: { floor: 0 }, type: whole, values: numbers }],
  ['bounded', { options: { floor: 0, ceiling: 20, onBreach: 'clamp' }, type: whole, values: numbers }],
  ['reserve', { options: { fno: 60, ce: 40 }, type: whole, values: numbers }],
  ['sum', { type: whole, values: numbers, only: 'read' }],
  ['threshold', { options: { percent: 50 }, type: money, values: amounts }],
  ['threshold', { options: { amount: 20, then: 'counter' }, type: whole, values: numbers }],
  ['text', { options: 'words', type: text, values: words }],
  ['text', { options: { unit: 'lines', fallback: 'longest' }, type: text, values: notes }],
  ['append', { type: text, values: notes }],
  ['log', { type: text, values: notes }],
  ['fork', { options: { into: 'note', field: 'text', link: 'about' }, type: text, values: words }],
  [
    'normalise',
    {
      options: { case: true, spaces: true },
      type: text,
      values: fc.constantFrom<Value>('Red', 'red', 'blue', 'red  blue', 'red blue', null),
    },
  ],
  ['set', { type: { kind: 'choices' }, values: sets }],
  ['set', { options: { removals: 'win' }, type: { kind: 'choices' }, values: sets }],
  ['list', { type: json, values: sequences }],
  ['items', { options: { key: 'id', paths: { '/n': 'max' } }, type: json, values: lines }],
  ['json', { options: { paths: { '/a': { prefer: 'ce' } } }, type: json, values: objects }],
  ['opaque', { type: json, values: objects }],
  ['when', { options: [{ if: 'field == "red"', then: { owner: 'fno' } }, { else: 'longest' }], type: text, values: words }],
  ['when', { options: [{ if: 'field > 10', then: 'max' }, { else: 'counter' }], type: whole, values: numbers }],
  ['during', { options: { hours: [0, 12], then: 'max' }, type: text, values: words }],
  ['by-direction', { options: { ce: { owner: 'fno' } }, type: text, values: words }],
  ['chain', { options: ['text', 'latest'], type: text, values: notes }],
  ['manual', { type: text, values: words }],
  ['manual', { options: { provisional: 'latest' }, type: text, values: words }],
];

test('every policy of the registry is held to these laws', () => {
  expect([...new Set(cases.map(([name]) => name))].toSorted()).toEqual(Object.keys(policies).toSorted());
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

for (const [name, { options, type, values, only }] of cases) {
  const spec: PolicySpec = { name, options };
  const fields: Readonly<Record<string, FieldPlan>> =
    type === 'group'
      ? { street: { group: 'field', policy: spec }, city: { group: 'field' } }
      : { field: { policy: spec, type, ...(only ? { only } : {}) } };
  const title = options === undefined ? name : `${name} ${JSON.stringify(options)}`;

  for (const systems of [
    [FNO, CE],
    [FNO, CE, POS],
  ]) {
    test(`${title}, ${systems.length} systems: in whatever order concurrent edits are heard of, they come to the same`, () => {
      const table = tableOf({ account: {}, ...fields }, { systems });

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
        { numRuns: runs(60) },
      );
    });
  }
}
