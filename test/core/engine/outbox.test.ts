import { deliveryId, entityName, recordId, systemId, type DeliveryRow } from '@concord/core';
import { expect, test } from 'vitest';
import { openOutbox } from '../../../packages/core/src/engine/outbox.ts';
import { openBacklog } from '../../../packages/core/src/engine/tally.ts';

const [ITEM, OTHER, B] = [entityName('item'), entityName('other'), systemId('b')];
const AT_HAND = 8;
const nothingSent = (): number => 0;
const all = (): boolean => true;

function row(number: number, more: Partial<DeliveryRow> = {}): DeliveryRow {
  const record = recordId(`r${String(number).padStart(5, '0')}`);
  return { id: deliveryId(record, B, 1), record, entity: ITEM, system: B, kind: 'update', state: 'due', dueAtMs: 0, attempts: 0, ...more };
}

const rows = (count: number): readonly DeliveryRow[] => Array.from({ length: count }, (_, number) => row(number));

test('however many are planned, so many are at hand, and all are counted', () => {
  const outbox = openOutbox(AT_HAND);
  for (const one of [...rows(1000), ...rows(1000)]) outbox.put(one);
  expect([outbox.size, outbox.sizeOf(ITEM), outbox.sizeOf(OTHER)]).toEqual([1000, 1000, 0]);
  expect(rows(1000).filter(({ record }) => outbox.get(record))).toHaveLength(AT_HAND);
  for (const { record } of rows(1000)) outbox.drop(ITEM, record);
  expect(outbox.size).toBe(0);
});

test('more is fetched when little of what is at hand is ready, and only as long as it is', () => {
  const outbox = openOutbox(AT_HAND);
  for (const one of rows(20)) outbox.put(one);
  const isLacking = (): boolean => outbox.lacking(1, all, nothingSent) !== undefined;
  expect(isLacking()).toBe(false);
  for (let taken = 0; taken < AT_HAND - 2; taken += 1) outbox.take(1, all);
  expect(isLacking()).toBe(false);
  outbox.take(1, all);
  expect([isLacking(), outbox.lacking(1, () => false, nothingSent)]).toEqual([true, undefined]);
  for (let number = AT_HAND; isLacking(); number += 1) expect(outbox.fetched(row(number))).toBe(true);
  expect(rows(20).filter(({ record }) => outbox.get(record))).toHaveLength(2);
  expect(outbox.fetched(row(99)), 'nobody planned it').toBe(false);
});

test('those that wait give way to those behind them, but for what only is to be retried', () => {
  const outbox = openOutbox(AT_HAND);
  for (const one of rows(20)) outbox.put({ ...one, state: 'waiting', dueAtMs: 1000 });
  outbox.putBack(row(0, { dueAtMs: 1000 }));
  expect(outbox.lacking(1, all, nothingSent)).toBe(ITEM);
  outbox.makeRoom(ITEM);
  expect(rows(20).filter(({ record }) => outbox.get(record))).toHaveLength(6);
  expect(outbox.get(row(0).record)).toMatchObject({ state: 'due' });
  expect([outbox.size, outbox.nextDueMs()]).toEqual([20, 1000]);
});

test('of several entities the one that was put first goes first, and one that is closed keeps no other waiting', () => {
  const outbox = openOutbox(AT_HAND);
  for (const one of rows(AT_HAND)) outbox.put({ ...one, entity: one.record === row(3).record ? OTHER : ITEM });
  const taken = Array.from({ length: 4 }, () => outbox.take(1, all)?.record);
  expect(taken).toEqual(rows(4).map(({ record }) => record));
  for (const one of rows(1000)) outbox.put(one);
  outbox.put(row(5000, { entity: OTHER }));
  expect(outbox.take(1, (entity) => entity === OTHER)?.record).toBe(row(5000).record);
});

test('a lag is told as since the oldest that is known, and behind those as since the first that is not', () => {
  const backlog = openBacklog();
  const many = rows(10_002);
  many.forEach((one, index) => backlog.put(one, index));
  let planned = many.length;
  const oldest = (): number | undefined => backlog.oldest(() => planned).get(ITEM);
  expect(oldest()).toBe(0);
  for (const { record } of many.slice(0, 10_000)) backlog.drop(ITEM, record);
  planned = 2;
  expect(oldest()).toBe(10_000);
  planned = 0;
  expect(oldest()).toBeUndefined();
});
