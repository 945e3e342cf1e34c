import { entityName, systemId } from '@concord/core';
import { afterEach, expect, test } from 'vitest';
import { memoryLedger } from '@concord/adapters';
import { ITEM_YAML, openHouse, type House } from '../../kit/house.ts';
import { until } from '../../kit/until.ts';

let house: House;
afterEach(() => house.stop());

const ITEM = entityName('item');
const A = systemId('a');

async function withItems(count: number, guard: string): Promise<void> {
  house = openHouse(ITEM_YAML.replace('a: { set: items, id: [id] }', `a: { set: items, id: [id], guard: ${guard} }`));
  for (let item = 0; item < count; item += 1) house.put('a', 'item', `i${item}`, { code: `C${item}`, text: 'old' });
  await house.start();
  await inB(count);
}

const inB = (count: number) =>
  until(() => (house.rows('b', 'item').length === count ? undefined : `${house.rows('b', 'item').length} in b`), 5000);
const map = () =>
  house
    .engine()
    .status()
    .maps.find(({ system }) => system === A);
const guarded = () => until(() => (map()?.state === 'guarded' ? undefined : `it is ${map()?.state}`), 5000);
const live = () => until(() => (map()?.state === 'live' ? undefined : `it is ${map()?.state}`), 5000);

function removeItems(from: number, to: number): void {
  for (let item = from; item < to; item += 1) house.remove('a', 'item', `i${item}`);
}

test('deletions beyond the bound wait, also over a restart, and pass when a person says so', async () => {
  await withItems(10, '{ deletes: { most: 3 } }');
  removeItems(0, 2);
  await inB(8);
  removeItems(2, 6);
  await guarded();
  house.put('a', 'item', 'i9', { text: 'new' });
  expect(map()?.guard).toMatchObject([{ kind: 'deletes', counted: expect.any(Number), most: 3, rows: expect.any(Number) }]);
  expect((await house.ledger.failures({ limit: 5 })).items[0]).toMatchObject({ code: 'C20' });
  await house.stop();
  await house.start();
  await guarded();
  expect(house.rows('b', 'item').length).toBeGreaterThanOrEqual(7);
  expect(await house.engine().guard(A, ITEM, { decision: 'pass', by: 'Mia' })).toBe('decided');
  await inB(4);
  await live();
  await until(() => (house.rows('b', 'item').some(({ text }) => text === 'new') ? undefined : 'what came behind is not there'));
  expect(await house.engine().guard(A, ITEM, { decision: 'pass', by: 'Mia' })).toBe('idle');
  expect((await house.ledger.acts({ limit: 5 })).items).toMatchObject([{ operator: 'Mia', act: 'guard pass' }]);
});

test('what was counted in a window still counts after a restart', async () => {
  await withItems(8, '{ deletes: { most: 3 }, within: 1h }');
  removeItems(0, 2);
  await inB(6);
  await house.stop();
  await house.start();
  removeItems(2, 4);
  await guarded();
  expect(map()?.guard).toMatchObject([{ kind: 'deletes', most: 3 }]);
  expect(house.rows('b', 'item').length).toBeGreaterThanOrEqual(5);
});

test('refused, the rows are made again where they are missing, and nothing is deleted elsewhere', async () => {
  await withItems(6, '{ deletes: { most: 1 } }');
  const cut = house.system('a').rows(ITEM).length;
  house.system('a').reach(false);
  removeItems(0, 5);
  house.system('a').reach(true);
  await guarded();
  expect(await house.engine().guard(A, ITEM, { decision: 'refuse', by: 'Mia', note: 'a script ran wild' })).toBe('decided');
  await until(() => (house.rows('a', 'item').length === cut ? undefined : `${house.rows('a', 'item').length} in a`), 5000);
  await inB(6);
  expect(house.rows('a', 'item').map(({ code }) => code)).toEqual(['C0', 'C1', 'C2', 'C3', 'C4', 'C5']);
});

test('updates beyond the bound wait; refused, what stood before is written back, and the edits are in the history', async () => {
  await withItems(6, '{ updates: { most: 2 }, within: 1h }');
  house.system('a').reach(false);
  for (let item = 0; item < 5; item += 1) house.put('a', 'item', `i${item}`, { text: 'wrong' });
  house.system('a').reach(true);
  await guarded();
  expect(house.rows('b', 'item').every(({ text }) => text === 'old')).toBe(true);
  await house.engine().guard(A, ITEM, { decision: 'refuse', by: 'Mia' });
  await until(() => (house.rows('a', 'item').every(({ text }) => text === 'old') ? undefined : 'a is wrong'), 5000);
  expect(house.rows('b', 'item').every(({ text }) => text === 'old')).toBe(true);
  const [record] = await house.records('item');
  const edits = (await house.ledger.changes(record?.id ?? never(), { limit: 50 })).items.flatMap((change) => change.edits);
  expect(edits.filter(({ register }) => register === 'text').map(({ value }) => value)).toContain('old');
});

test('what happens in another window is counted anew', async () => {
  await withItems(6, '{ deletes: { most: 2 }, within: 10m }');
  removeItems(0, 2);
  await inB(4);
  house.pass(700_000);
  removeItems(2, 4);
  await inB(2);
  expect(map()?.state).toBe('live');
});

test('a share of all rows is believed beyond the number', async () => {
  await withItems(10, '{ deletes: { most: 1, share: 0.5 } }');
  removeItems(0, 5);
  await inB(5);
  expect(map()?.guard).toBeUndefined();
});

test('a side that looks empty is not believed', async () => {
  await withItems(4, '{ deletes: { most: 20 } }');
  await house.stop();
  await house.ledger.commit({ plans: [], cursors: [{ system: A, entity: ITEM, cursor: undefined, listed: true }], failures: [], acts: [] });
  removeItems(0, 4);
  await house.start();
  await guarded();
  expect(map()?.words).toContain('no item at all, where 4 are known');
  await inB(4);
  await house.engine().guard(A, ITEM, { decision: 'pass', by: 'Mia' });
  await inB(0);
});

function never(): never {
  throw new Error('it was there a moment ago');
}

test('rows that are known to be gone do not count as missing: a deletion that no feed tells is found, however many there were before', async () => {
  house = openHouse(ITEM_YAML);
  for (let item = 0; item < 30; item += 1) house.put('a', 'item', `i${item}`, { code: `C${item}` });
  await house.start();
  await inB(30);
  removeItems(0, 25);
  await inB(5);
  await house.stop();
  removeItems(25, 26);
  await house.ledger.commit({ plans: [], cursors: [{ system: A, entity: ITEM, cursor: undefined, listed: true }], failures: [], acts: [] });
  await house.start();
  await inB(4);
  expect((await house.ledger.failures({ limit: 5 })).items).toEqual([]);
});

/** A house whose system `a` tells everything again at each look, so that what is gone shows by its absence alone. */
async function withListings(count: number): Promise<void> {
  house = openHouse(ITEM_YAML, memoryLedger(), (system) =>
    system.id === A ? { ...system, changes: (entity) => system.changes(entity, undefined) } : system,
  );
  for (let item = 0; item < count; item += 1) house.put('a', 'item', `i${item}`, { code: `C${item}`, text: 'old' });
  await house.start();
  await inB(count);
}

test('rows that a listing does not tell any more are not believed to be gone, if they are many, until a person says so; the rest goes on', async () => {
  await withListings(30);
  removeItems(0, 25);
  await guarded();
  expect(map()).toMatchObject({
    guard: [{ kind: 'deletes', counted: 25 }],
    words: expect.stringContaining('25 of 30 rows of item are missing from the listing of a'),
  });
  house.put('a', 'item', 'i29', { text: 'new' });
  await until(() => (house.rows('b', 'item').some(({ text }) => text === 'new') ? undefined : 'it does not go on'));
  expect(house.rows('b', 'item')).toHaveLength(30);
  await house.stop();
  await house.start();
  await guarded();
  expect((await house.ledger.failures({ limit: 500 })).items.filter(({ code }) => code === 'C20')).toHaveLength(1);
  expect(await house.engine().guard(A, ITEM, { decision: 'pass', by: 'Mia', note: 'the branch was sold' })).toBe('decided');
  await inB(5);
  await live();
  expect(await house.engine().guard(A, ITEM, { decision: 'pass', by: 'Mia' })).toBe('idle');
  expect((await house.ledger.acts({ limit: 5 })).items).toMatchObject([{ operator: 'Mia', act: 'guard pass' }]);
});

test('rows that were missing and are told again need no decision; those that a person wants back are made again', async () => {
  await withListings(30);
  removeItems(0, 25);
  await guarded();
  for (let item = 0; item < 25; item += 1) house.put('a', 'item', `i${item}`, { code: `C${item}`, text: 'old' });
  await live();
  removeItems(0, 25);
  await guarded();
  expect(await house.engine().guard(A, ITEM, { decision: 'refuse', by: 'Mia' })).toBe('decided');
  await until(() => (house.rows('a', 'item').length === 30 ? undefined : `${house.rows('a', 'item').length} in a`), 10_000);
  await live();
  expect(house.rows('b', 'item')).toHaveLength(30);
});
