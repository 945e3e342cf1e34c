import { memoryLedger } from '@concord/adapters';
import { entityName, systemId, type Comparison, type Ledger, type Row } from '@concord/core';
import { afterEach, expect, test } from 'vitest';
import { ITEM_YAML, openHouse, type House } from '../../kit/house.ts';
import { until } from '../../kit/until.ts';

let house: House;
afterEach(() => house.stop());

const [A, ITEM] = [systemId('a'), entityName('item')];
const ITEMS = 5;
const HOUR_MS = 3_600_000;
const EVERY_MS = 300;

/** What system `a` holds of rows by now, whatever it told of them; and rows of which its feed says nothing, changed that long ago. */
const secretly = new Map<string, string>();
const unheard = new Map<string, number>();
const held = (row: Row): Row => {
  const agoMs = unheard.get(row.key);
  return {
    ...row,
    columns: { ...row.columns, text: secretly.get(row.key) ?? row.columns['text'] ?? null },
    ...(agoMs === undefined ? {} : { modifiedAtMs: Date.now() - agoMs }),
  };
};

async function open(compareEveryMs?: number, ledger: Ledger = memoryLedger()): Promise<void> {
  secretly.clear();
  unheard.clear();
  const around: Parameters<typeof openHouse>[2] = (system) =>
    system.id === A
      ? {
          ...system,
          async changes(entity, from) {
            const pull = await system.changes(entity, from);
            if (pull.kind !== 'page') return pull;
            const sightings = pull.sightings
              .filter((one) => pull.of === 'listing' || one.kind !== 'row' || !unheard.has(one.row.key))
              .map((one) => (one.kind === 'row' ? { kind: 'row' as const, row: held(one.row) } : one));
            return { ...pull, sightings };
          },
        }
      : system;
  house = openHouse(ITEM_YAML, ledger, around, {}, compareEveryMs === undefined ? {} : { compareEveryMs });
  for (let item = 0; item < ITEMS; item += 1) house.put('a', 'item', `i${item}`, { code: `C${item}`, text: 'old' });
  await house.start();
  await until(() => (house.rows('b', 'item').length === ITEMS && house.engine().isQuiet() ? undefined : 'not all in b'));
}

const textInB = (code: string) => house.rows('b', 'item').find((row) => row['code'] === code)?.['text'];
const ofA = (): readonly Comparison[] =>
  house
    .engine()
    .comparisons()
    .filter(({ system }) => system === A);

async function compared(): Promise<Comparison> {
  const before = ofA().length;
  await house.engine().resyncEntity(ITEM, { by: 'Mia' });
  return until(() => (ofA().length > before ? undefined : 'not compared')).then(() => ofA()[0] ?? Promise.reject(new Error('none')));
}

test('maps are compared by themselves: what differs behind everybody’s back is named, told and written on; then nothing is found', async () => {
  await open(EVERY_MS);
  secretly.set('i3', 'secret');
  await until(() => (ofA().some(({ unexplained }) => unexplained > 0) ? undefined : 'not found'));
  const found = ofA().find(({ unexplained }) => unexplained > 0);
  expect(found).toMatchObject({ entity: ITEM, rows: ITEMS, differing: 1, unexplained: 1, differences: [expect.anything()] });
  expect(found?.by).toBeUndefined();
  const [named] = found?.differences ?? [];
  if (!named) throw new Error('nothing is named');
  const changes = await house.ledger.changes(named.record, { limit: 50 });
  expect(changes.items.find(({ seq }) => seq === named.version)?.edits).toMatchObject([{ system: 'a', value: 'secret', on: 'old' }]);
  await until(() => (textInB('C3') === 'secret' ? undefined : 'not written'));
  const failures = async () => (await house.ledger.failures({ limit: 50 })).items.filter(({ code }) => code === 'DIFFERENCE');
  await until(async () => ((await failures()).length > 0 ? undefined : 'not told'));
  expect(await failures()).toMatchObject([{ system: 'a', entity: 'item' }]);
  await until(() => (ofA()[0]?.unexplained === 0 ? undefined : 'not compared again'));
  expect(
    house
      .engine()
      .comparisons()
      .some(({ system }) => system === systemId('b')),
  ).toBe(true);
});

test('what the feed is only about to tell is no divergence; what it should have told long ago is', async () => {
  await open();
  unheard.set('i1', 0);
  house.put('a', 'item', 'i1', { text: 'just now' });
  expect(await compared()).toMatchObject({ by: 'Mia', differing: 1, unexplained: 0 });
  unheard.set('i2', HOUR_MS);
  house.put('a', 'item', 'i2', { text: 'an hour ago' });
  expect(await compared()).toMatchObject({ differing: 1, unexplained: 1 });
  await until(() => (textInB('C1') === 'just now' && textInB('C2') === 'an hour ago' ? undefined : 'not written'));
});

test('what was compared is known across a restart, and no map begins before its time', async () => {
  const ledger = memoryLedger();
  await open(HOUR_MS, ledger);
  const first = await compared();
  await until(() => (house.engine().comparisons().length === 2 ? undefined : 'b is not compared'));
  await house.stop();
  await house.open();
  expect(ofA()).toEqual([first]);
  await until(() => (house.engine().isQuiet() ? undefined : 'not quiet'));
  expect(house.engine().comparisons()).toHaveLength(2);
});
