import { decodeRecord, encodeRecord, must, registerIn, valueIn, type ConflictRow } from '@concord/core';
import { expect, test } from 'vitest';
import { CE, FNO, POS, tableOf, type FieldPlan } from '../kit/tables.ts';
import { calm, deliver, edit, pull, ruleHeld, worldOf, type World } from '../kit/world.ts';

const whole = { kind: 'integer' } as const;
const COUNTER: FieldPlan = { type: whole, policy: { name: 'counter', options: undefined } };

function ready(fields: Readonly<Record<string, FieldPlan>>, before: Readonly<Record<string, string | number>>): World {
  const world = worldOf(tableOf({ account: {}, ...fields }, { systems: [FNO, CE, POS] }));
  edit(world, FNO, { account: 'a', ...before });
  calm(world);
  return world;
}

/** What fno sets is written to ce, and nobody hears that it arrived. */
function lost(world: World, changes: Readonly<Record<string, string | number>>): void {
  edit(world, FNO, changes);
  pull(world, FNO);
  deliver(world, CE, 'answer');
}

function openIn(world: World, name: string): ConflictRow | undefined {
  const id = registerIn(must(world.record, 'made'), name)?.held?.id;
  return world.plans.flatMap(({ conflicts }) => conflicts).findLast((conflict) => conflict.id === id);
}

const standing = (world: World, name: string): unknown => valueIn(must(world.record, 'made'), name);

test('what was added on top of a write that nobody heard of is not counted twice: a person is asked, and told both sums', () => {
  const world = ready({ stock: COUNTER, note: {} }, { stock: 100, note: 'x' });
  lost(world, { stock: 80 });
  edit(world, CE, { stock: 75, note: 'y' });
  calm(world);
  expect(openIn(world, 'stock')).toMatchObject({ code: 'C19', resolution: { rule: 'unknown-base', kind: 'held' } });
  expect(openIn(world, 'stock')?.resolution.reason).toMatch(/on top of 100 or.*of 80: the first makes it 55, the second makes it 75/u);
  // What all of them had seen stands meanwhile.
  expect([standing(world, 'stock'), standing(world, 'note')]).toEqual([100, 'y']);
  ruleHeld(world, () => 75);
  calm(world);
  expect([FNO, CE, POS].map((system) => world.rows.get(system)?.values.get('stock'))).toEqual([75, 75, 75]);
});

test('further counts on both sides do not end the doubt, and a ruling is what later ones are added to', () => {
  const world = ready({ stock: COUNTER }, { stock: 100 });
  lost(world, { stock: 80 });
  edit(world, CE, { stock: 75 });
  pull(world, CE);
  edit(world, CE, { stock: 70 });
  pull(world, CE);
  edit(world, FNO, { stock: 90 });
  calm(world);
  expect(openIn(world, 'stock')?.resolution.reason).toMatch(/the first makes it 60, the second makes it 80/u);
  ruleHeld(world, () => 80);
  calm(world);
  edit(world, CE, { stock: 79 });
  edit(world, FNO, { stock: 85 });
  calm(world);
  expect(standing(world, 'stock')).toBe(84);
});

test('a value that somebody typed over a write that nobody heard of is not beaten by it because a clock is behind', () => {
  const world = ready({ name: {} }, { name: 'green' });
  lost(world, { name: 'red' });
  edit(world, CE, { name: 'blue' });
  const row = must(world.rows.get(CE), 'there');
  row.version -= 600_000;
  pull(world, CE);
  expect(openIn(world, 'name')).toMatchObject({ code: 'C19' });
  expect(standing(world, 'name')).toBe('green');
});

test('an edit that bears an earlier time, by less than a minute, has not seen what was written: both met, and the later one wins', () => {
  const world = ready({ name: {} }, { name: 'green' });
  lost(world, { name: 'red' });
  edit(world, CE, { name: 'blue' });
  must(world.rows.get(CE), 'there').version -= 5000;
  calm(world);
  const [told] = world.plans.flatMap(({ conflicts }) => conflicts);
  expect(told).toMatchObject({ code: 'C01', state: 'settled', resolution: { value: 'red', losers: [{ system: CE, value: 'blue' }] } });
  expect([FNO, CE, POS].map((system) => world.rows.get(system)?.values.get('name'))).toEqual(['red', 'red', 'red']);
});

test('a sum does not ask for the time, and so clocks are no evidence of what was added to what', () => {
  const world = ready({ stock: COUNTER }, { stock: 100 });
  lost(world, { stock: 80 });
  edit(world, CE, { stock: 75 });
  must(world.rows.get(CE), 'there').version -= 5000;
  pull(world, CE);
  expect(openIn(world, 'stock')).toMatchObject({ code: 'C19' });
});

test('nobody is asked where it does not matter: the later value wins on either, and an owner puts it back on either', () => {
  const world = ready({ name: {}, state: { policy: { name: 'owner', options: 'fno' } } }, { name: 'green', state: 'a' });
  lost(world, { name: 'red', state: 'b' });
  edit(world, CE, { name: 'blue', state: 'c' });
  calm(world);
  expect(world.plans.flatMap(({ conflicts }) => conflicts).filter(({ state }) => state === 'held')).toEqual([]);
  expect([standing(world, 'name'), standing(world, 'state')]).toEqual(['blue', 'b']);
});

test('a doubt ends with an edit that is later than all of them', () => {
  const world = ready({ name: {} }, { name: 'green' });
  lost(world, { name: 'red' });
  edit(world, CE, { name: 'blue' });
  must(world.rows.get(CE), 'there').version -= 600_000;
  pull(world, CE);
  edit(world, CE, { name: 'yellow' });
  calm(world);
  expect(openIn(world, 'name')).toBeUndefined();
  expect(standing(world, 'name')).toBe('yellow');
});

test('what an edit was perhaps made on is kept with the record', () => {
  const world = ready({ stock: COUNTER }, { stock: 100 });
  lost(world, { stock: 80 });
  edit(world, CE, { stock: 75 });
  pull(world, CE);
  const record = must(world.record, 'made');
  const read = decodeRecord(encodeRecord(record));
  expect(registerIn(read, 'stock')).toEqual(registerIn(record, 'stock'));
  expect(registerIn(read, 'stock')?.log.map(({ or }) => or)).toEqual([undefined, [{ saw: 2, before: 80 }]]);
});
