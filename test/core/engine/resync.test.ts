import { memory, memoryLedger, type MemorySystem } from '@concord/adapters';
import { entityName, keyOf, recordId, systemId, type Row } from '@concord/core';
import { afterEach, expect, test } from 'vitest';
import { ITEM_YAML, openHouse, type House } from '../../kit/house.ts';
import { until } from '../../kit/until.ts';

let house: House;
afterEach(() => house.stop());

const [A, B, ITEM] = [systemId('a'), systemId('b'), entityName('item')];
const BY = { by: 'Mia', note: 'restored behind our back' };
const ITEMS = 12;

/** What system `a` tells of rows by now, though their versions are as they were. */
const secretly = new Map<string, string>();
const told = (row: Row): Row => ({ ...row, columns: { ...row.columns, text: secretly.get(row.key) ?? row.columns['text'] ?? null } });
let writes = 0;

async function open(): Promise<void> {
  secretly.clear();
  house = openHouse(ITEM_YAML, memoryLedger(), (system) => ({
    ...system,
    write: (write) => {
      writes += 1;
      return system.write(write);
    },
    ...(system.id === A
      ? {
          async read(entity, key) {
            const read = await system.read(entity, key);
            return read.kind === 'row' ? { kind: 'row' as const, row: told(read.row) } : read;
          },
          async changes(entity, from) {
            const pull = await system.changes(entity, from);
            if (pull.kind !== 'page') return pull;
            const sightings = pull.sightings.map((one) => (one.kind === 'row' ? { kind: 'row' as const, row: told(one.row) } : one));
            return { ...pull, sightings };
          },
        }
      : {}),
  }));
  for (let item = 0; item < ITEMS; item += 1) house.put('a', 'item', `i${item}`, { code: `C${item}`, text: 'old' });
  await house.start();
  await until(() => (house.rows('b', 'item').length === ITEMS && house.engine().isQuiet() ? undefined : 'not all in b'));
  writes = 0;
}

const recordOf = async (code: string) => {
  const record = (await house.records('item')).find(({ identity }) => identity === JSON.stringify([code.toLowerCase()]));
  return record?.id ?? recordId('nobody');
};
const textIn = (system: string, code: string) => house.rows(system, 'item').find((row) => row['code'] === code)?.['text'];
const quiet = () => until(() => (house.engine().isQuiet() ? undefined : 'not quiet'));

test('a record is read again in spite of its version: a true difference is an edit and is written; nothing else is', async () => {
  await open();
  expect(await house.engine().resyncRecord(await recordOf('C3'), BY)).toEqual({
    systems: { a: 'read', b: 'read' },
    differing: 0,
    writes: [],
  });
  secretly.set('i3', 'secret');
  const done = await house.engine().resyncRecord(await recordOf('C3'), BY);
  expect(done).toMatchObject({ differing: 1, writes: [B] });
  await until(() => (textIn('b', 'C3') === 'secret' ? undefined : 'not written'));
  await quiet();
  expect(writes).toBe(1);
  expect((await house.ledger.acts({ limit: 5 })).items).toMatchObject([{ operator: 'Mia', act: 'resync' }, {}]);
  house.system('b').reach(false);
  expect(await house.engine().resyncRecord(await recordOf('C3'), BY)).toMatchObject({ systems: { a: 'read', b: 'unreachable' } });
  expect(await house.engine().resyncRecord(recordId('nobody'), BY)).toBe('unknown');
});

test('an entity is listed again by every system; only what differs is written, and the history of the rest is as it was', async () => {
  await open();
  const before = (await house.ledger.counts()).changes;
  secretly.set('i3', 'secret').set('i7', 'other');
  expect(await house.engine().resyncEntity(ITEM, BY)).toEqual([A, B]);
  await until(() =>
    house
      .engine()
      .status()
      .maps.every(({ resync }) => resync?.state === 'done')
      ? undefined
      : 'not done',
  );
  await quiet();
  const maps = house.engine().status().maps;
  expect(maps.map(({ system, resync }) => [system, resync?.rows, resync?.differing])).toEqual([
    ['a', ITEMS, 2],
    ['b', ITEMS, 0],
  ]);
  expect([textIn('b', 'C3'), textIn('b', 'C7'), textIn('b', 'C1')]).toEqual(['secret', 'other', 'old']);
  expect([writes, (await house.ledger.counts()).changes]).toEqual([2, before + 2]);
});

/** System `a` is put back to what it was, with versions that begin anew. */
async function putBack(text: string): Promise<MemorySystem> {
  const [table] = house.tables;
  const side = table?.map.sides['a'];
  if (!side) throw new Error('there is no such side');
  const restored = memory({ id: A, bindings: [side] });
  for (let item = 0; item < ITEMS; item += 1) restored.put(ITEM, keyOf(`i${item}`), { id: `i${item}`, code: `C${item}`, text });
  return restored;
}

test.each(['all rows are compared', 'somebody edits there'] as const)(
  'a system that was put back is found out, and nothing there is passed over: %s',
  async (how) => {
    let now: MemorySystem | undefined;
    house = openHouse(ITEM_YAML, memoryLedger(), (system) =>
      system.id === A
        ? {
            ...system,
            read: (entity, key) => (now ?? system).read(entity, key),
            changes: (entity, from) => (now ?? system).changes(entity, from),
            write: (write) => (now ?? system).write(write),
          }
        : system,
    );
    for (let item = 0; item < ITEMS; item += 1) house.put('a', 'item', `i${item}`, { code: `C${item}`, text: 'first' });
    await house.start();
    for (const text of ['second', 'third']) {
      for (let item = 0; item < ITEMS; item += 1) house.put('a', 'item', `i${item}`, { text });
      await until(() =>
        house.rows('b', 'item').every((row) => row['text'] === text) && house.engine().isQuiet() ? undefined : `not ${text}`,
      );
    }
    now = await putBack('first');
    if (how === 'all rows are compared') await house.engine().resyncEntity(ITEM, BY);
    else now.put(ITEM, keyOf('i3'), { text: 'since then' });
    const mapNow = () =>
      house
        .engine()
        .status()
        .maps.find(({ system }) => system === A);
    await until(() => (house.engine().putBack(A, ITEM)?.report?.state === 'done' ? undefined : `it is ${mapNow()?.state}`));
    expect(mapNow()).toMatchObject({ state: 'put-back', olderRows: expect.any(Number) });
    expect(mapNow()?.olderRows, 'its cursor is of another life, so that it is listed').toBeGreaterThan(0);
    expect(textIn('b', 'C3'), 'nothing is taken yet').toBe('third');
    await house.engine().settlePutBack(A, ITEM, { choice: 'take-over', by: 'Mia' });
    const wanted = how === 'all rows are compared' ? 'first' : 'since then';
    await until(() => (textIn('b', 'C3') === wanted ? undefined : `b has ${String(textIn('b', 'C3'))}`));
    await quiet();
    expect(mapNow()?.state).toBe('live');
    const failures = (await house.ledger.failures({ limit: 50 })).items.filter(({ code }) => code === 'PUT_BACK');
    expect(failures, 'once').toHaveLength(1);
    expect(failures[0]?.words).toContain('older than one that a answered before');
    const values = (await house.ledger.changes(await recordOf('C3'), { limit: 50 })).items.flatMap(({ edits }) =>
      edits.map(({ value }) => value),
    );
    expect(values, 'what stood before is told').toContain('third');
  },
);
