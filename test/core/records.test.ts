import { isResting, LIFE, must, recordId, registerIn, resolve, valueIn, type SystemId, type TableMap, type Value } from '@concord/core';
import { expect, test } from 'vitest';
import { CE, FNO, POS, tableOf, type FieldPlan } from '../kit/tables.ts';
import { calm, deliver, edit, pull, remove, worldOf, type World } from '../kit/world.ts';

const whole = { kind: 'integer' } as const;

type Act = readonly [system: SystemId, changes: Readonly<Record<string, Value>>];

interface Plan {
  readonly fields: Readonly<Record<string, FieldPlan>>;
  readonly options?: Parameters<typeof tableOf>[1];
  readonly before: Readonly<Record<string, Value>>;
}

function ready({ fields, options, before }: Plan): World {
  const world = worldOf(tableOf({ account: {}, ...fields }, options));
  edit(world, FNO, { account: 'a', ...before });
  calm(world);
  return world;
}

/** The values of a field after the same acts in each of these orders. */
function afterEach(plan: Plan, field: string, acts: readonly Act[], orders: readonly (readonly number[])[]): readonly unknown[] {
  return orders.map((order) => {
    const world = ready(plan);
    const base = world.nowMs;
    for (const index of order) {
      const [system, changes] = must(acts[index], 'an order of these acts');
      world.nowMs = base + 1000 * index;
      edit(world, system, changes);
      pull(world, system);
    }
    return valueIn(must(world.record, 'made'), field);
  });
}

test('a field that waits counts as what all had agreed on, whoever was heard of first', () => {
  const plan: Plan = {
    fields: { status: { policy: { name: 'manual', options: undefined } }, note: {} },
    options: { derived: [{ field: 'note', text: 'status + "!"' }] },
    before: { status: 'green' },
  };
  const acts: readonly Act[] = [
    [FNO, { status: 'red' }],
    [CE, { status: 'blue' }],
  ];
  expect(
    afterEach(plan, 'note', acts, [
      [0, 1],
      [1, 0],
    ]),
  ).toEqual(['green!', 'green!']);
});

test('what one author made in several steps is no ground for others, whether each step was heard of or only the last', () => {
  const policy = { name: 'when', options: [{ if: 'status == "red"', then: { owner: 'fno' } }, { else: 'latest' }] };
  const plan: Plan = { fields: { status: {}, name: { policy } }, before: { status: 'blue', name: 'x' } };
  const acts: readonly Act[] = [
    [CE, { name: 'y' }],
    [FNO, { status: 'red' }],
    [CE, { name: 'z' }],
  ];
  expect(
    afterEach(plan, 'name', acts, [
      [0, 1, 2],
      [1, 0, 2],
      [0, 2, 1],
    ]),
  ).toEqual(['x', 'x', 'x']);
});

test('what is computed follows from what the invariants left', () => {
  const world = ready({
    fields: { quantity: { type: whole }, price: { type: whole }, total: { type: whole }, double: { type: whole } },
    options: {
      derived: [
        { field: 'total', text: 'quantity * price' },
        { field: 'double', text: 'total * 2' },
      ],
      invariants: [{ check: 'total <= 30', onViolation: { kind: 'revert' } }],
    },
    before: { quantity: 2, price: 5 },
  });
  edit(world, CE, { quantity: 9, total: 45 });
  calm(world);
  expect(['quantity', 'total', 'double'].map((name) => world.rows.get(CE)?.values.get(name))).toEqual([2, 10, 20]);
});

test('a value that gave way is not brought back by a look at the fields beside it', () => {
  const world = ready({
    fields: { name: {}, price: { type: whole } },
    options: {
      systems: [FNO, CE, POS],
      refused: 'revert',
      invariants: [{ check: 'price < 100 || name != "x"', onViolation: { kind: 'hold' } }],
    },
    before: { name: 'Acme', price: 5 },
  });
  world.refuse = (system, { price }) => (system === CE && price === 50 ? 'too dear' : undefined);
  edit(world, FNO, { price: 50 });
  pull(world, FNO);
  deliver(world, CE);
  edit(world, CE, { name: 'Acme Ltd' });
  pull(world, CE);
  expect(valueIn(must(world.record, 'made'), 'price')).toBe(5);
});

const PARTED: Plan = { fields: { name: {} }, options: { systems: [FNO, CE, POS], delete: 'unlink' }, before: { name: 'Acme' } };

test('nobody waits for a system in which a record is no longer mirrored', () => {
  const world = ready(PARTED);
  remove(world, FNO);
  calm(world);
  edit(world, CE, { name: 'Acme Ltd' });
  calm(world);
  const record = must(world.record, 'made');
  expect([record.links[FNO]?.state, world.rows.get(POS)?.values.get('name')]).toEqual(['unlinked', 'Acme Ltd']);
  const registers = Object.entries(record.registers).filter(([name]) => name !== LIFE);
  for (const [name, stored] of registers) expect([name, isResting(stored)]).toEqual([name, true]);
});

test('two rows that were there before are matched, and once they agree nothing of the record is remembered but what stands', () => {
  const world = worldOf(tableOf({ account: {}, name: {} }));
  for (const system of [FNO, CE]) edit(world, system, { account: 'a', name: 'Acme' });
  calm(world);
  const registers = Object.entries(must(world.record, 'matched').registers);
  expect(registers.map(([name, stored]) => [name, isResting(stored)])).toEqual(registers.map(([name]) => [name, true]));
  expect(world.writes).toBe(0);
});

test('a row that is made anew where the record had been unlinked is mirrored again', () => {
  const world = ready(PARTED);
  remove(world, FNO);
  calm(world);
  edit(world, FNO, { account: 'a', name: 'Acme & Sons' });
  calm(world);
  expect([FNO, CE, POS].map((system) => world.rows.get(system)?.values.get('name'))).toEqual(Array(3).fill('Acme & Sons'));
});

test('a record that ended everywhere comes back to all systems when somebody makes it anew', () => {
  const world = ready(PARTED);
  for (const system of [FNO, CE, POS]) remove(world, system);
  calm(world);
  expect(registerIn(must(world.record, 'made'), LIFE)?.value).toBe('deleted');
  edit(world, CE, { account: 'a', name: 'Acme' });
  calm(world);
  expect([FNO, CE, POS].map((system) => world.rows.get(system)?.values.get('name'))).toEqual(['Acme', 'Acme', 'Acme']);
});

test.each<TableMap['delete']>([{ owner: FNO }, 'restore', 'unlink', 'later-wins'])('%j: a person who deletes passes every rule', (rule) => {
  const world = ready({ fields: { name: {} }, options: { delete: rule }, before: { name: 'Acme' } });
  const context = { nowMs: world.nowMs, newRecord: recordId('unused'), neverSent: () => true };
  world.record = resolve(must(world.record, 'made'), { register: LIFE, value: 'deleted', by: 'mia' }, world.table, context).record;
  calm(world);
  expect([FNO, CE].map((system) => world.rows.get(system))).toEqual([undefined, undefined]);
});
