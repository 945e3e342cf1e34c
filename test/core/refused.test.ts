import { LIFE, must, registerIn, type TableMap, type Value } from '@concord/core';
import { expect, test } from 'vitest';
import { CE, FNO, tableOf } from '../kit/tables.ts';
import { calm, edit, remove, worldOf, type World } from '../kit/world.ts';

const FIELDS = {
  account: {},
  name: {},
  price: { type: { kind: 'integer' as const } },
  quantity: { type: { kind: 'integer' as const } },
  total: { type: { kind: 'integer' as const } },
};

function ready(options: Partial<TableMap>, fields: Parameters<typeof tableOf>[0] = FIELDS): World {
  const world = worldOf(tableOf(fields, options));
  edit(world, FNO, { account: 'a', name: 'Acme', price: 5, quantity: 2, total: 10 });
  calm(world);
  return world;
}

function held(world: World, name: string): readonly (Value | undefined)[] {
  return [FNO, CE].map((system) => world.rows.get(system)?.values.get(name));
}

function conflicts({ plans }: World): readonly (readonly [string, string, string])[] {
  return plans.flatMap((plan) => plan.conflicts).map(({ register, code, resolution }) => [register, code, resolution.reason] as const);
}

test('what is refused is parked, with the words of the system, where nothing else is said', () => {
  const world = ready({});
  world.refuse = (system) => (system === CE ? 'too dear' : undefined);
  edit(world, FNO, { price: 50 });
  calm(world);
  expect(held(world, 'price')).toEqual([50, 5]);
  expect(world.record?.links[CE]?.parked?.registers).toHaveProperty('price');
});

test('what gives way goes back in both systems, and what was refused is in the history with the words of the system', () => {
  const world = ready({ refused: 'revert' });
  world.refuse = (system, { price }) => (system === CE && price === 50 ? 'too dear' : undefined);
  edit(world, FNO, { price: 50, name: 'Acme Ltd' });
  calm(world);
  expect(held(world, 'price')).toEqual([5, 5]);
  expect(conflicts(world)).toContainEqual(['price', 'C13', 'ce refused it: too dear']);
  const lost = world.changes.flatMap(({ resolutions }) => resolutions).flatMap(({ losers }) => losers);
  expect(lost.map(({ register, value }) => [register, value])).toContainEqual(['price', 50]);
  edit(world, FNO, { price: 20 });
  calm(world);
  expect(held(world, 'price'), 'the next edit is an edit like any other').toEqual([20, 20]);
});

test('only fields that may give way do, and the rest of the write goes through without them', () => {
  const world = ready({}, { ...FIELDS, price: { ...FIELDS.price, refused: 'revert' } });
  world.refuse = (system, { price }) => (system === CE && price === 50 ? 'too dear' : undefined);
  edit(world, FNO, { price: 50, name: 'Acme Ltd' });
  calm(world);
  expect([held(world, 'price'), held(world, 'name')]).toEqual([
    [5, 5],
    ['Acme Ltd', 'Acme Ltd'],
  ]);
});

test('what is computed follows from what gave way', () => {
  const world = ready({ refused: 'revert', derived: [{ field: 'total', text: 'quantity * price' }] });
  world.refuse = (system, { price }) => (system === CE && price === 50 ? 'too dear' : undefined);
  edit(world, FNO, { price: 50 });
  calm(world);
  expect([held(world, 'price'), held(world, 'total')]).toEqual([
    [5, 5],
    [10, 10],
  ]);
});

test('a row that may not be deleted is made again where it was deleted', () => {
  const world = ready({ refused: 'revert' });
  world.refuse = (system, values) => (system === CE && values[LIFE] === 'deleted' ? 'has open orders' : undefined);
  remove(world, FNO);
  calm(world);
  expect(held(world, 'name')).toEqual(['Acme', 'Acme']);
  expect(must(registerIn(must(world.record, 'made'), LIFE), 'has a life').value).toBe('live');
  expect(conflicts(world)).toContainEqual([LIFE, 'C13', 'ce refused it: has open orders']);
});
