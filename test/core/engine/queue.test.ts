import { memoryLedger } from '@concord/adapters';
import { entityName, systemId, type Ledger } from '@concord/core';
import { afterEach, expect, test } from 'vitest';
import { openHouse, type House } from '../../kit/house.ts';
import { until } from '../../kit/until.ts';

let house: House;
afterEach(() => house.stop());

const B = systemId('b');
const ITEMS = `
  item:
    a: { set: items, id: [id] }
    b: { set: items, id: [id], correlation: own }
    key: [code]
    fields:
      code: { a: code, b: code }
      text: { a: text, b: text }
      parent: { a: parent, b: parent, type: { reference: item } }
`;
const FEW = { atHandMax: 4 };
const MANY = 60;

const planned = () =>
  house
    .engine()
    .status()
    .deliveries.find(({ system }) => system === B)?.waiting;
const inB = () => house.rows('b', 'item').length;
const untilAll = (rows: number) => until(() => (inB() === rows ? undefined : `${inB()} of ${rows} in b, ${planned()} planned`), 10_000);
const untilQuiet = () => until(() => (house.engine().isQuiet() ? undefined : `${planned()} planned`), 5000);

/** Counts the rows of queues that were read. */
function counting(): { readonly ledger: Ledger; readonly read: () => number } {
  const ledger = memoryLedger();
  let read = 0;
  const queued: Ledger['queued'] = async (...asked) => {
    const page = await ledger.queued(...asked);
    read += page.items.length;
    return page;
  };
  return { ledger: { ...ledger, queued }, read: () => read };
}

function fill(): void {
  for (let item = 0; item < MANY; item += 1) house.put('a', 'item', String(item), { code: `C${item}`, text: 'fine' });
}

test('of many planned writes only a few are at hand; the others are counted, and read from the ledger and written in their turn', async () => {
  const { ledger, read } = counting();
  house = openHouse(ITEMS, ledger, undefined, FEW);
  house.put('b', 'item', 'own', { code: 'C0', text: 'other' });
  house.system('b').reach(false);
  fill();
  await house.open();
  await until(async () => ((await house.records('item')).length === MANY ? undefined : 'not all are read'));
  expect(inB()).toBe(1);
  house.system('b').reach(true);
  await untilAll(MANY);
  await untilQuiet();
  expect(planned()).toBe(0);
  expect(read()).toBeGreaterThanOrEqual(MANY - FEW.atHandMax);
  expect((await ledger.queued(B, entityName('item'), { limit: 5 })).items).toEqual([]);
});

test('what was planned and not at hand is written after a restart, and what is edited meanwhile is written once, as it is then', async () => {
  house = openHouse(ITEMS, memoryLedger(), undefined, FEW);
  await house.start();
  house.system('b').reach(false);
  fill();
  await until(() => (planned() === MANY ? undefined : `${planned()} planned`));
  await house.stop();
  house.put('a', 'item', '50', { text: 'late' });
  await house.start();
  expect(planned()).toBe(MANY);
  house.put('a', 'item', '51', { text: 'later' });
  house.system('b').reach(true);
  await untilAll(MANY);
  await untilQuiet();
  expect(
    house
      .rows('b', 'item')
      .map(({ text }) => String(text))
      .toSorted((a, b) => (a < b ? -1 : 1))
      .slice(-3),
  ).toEqual(['fine', 'late', 'later']);
});

test('writes that wait for others fill nothing up: what they wait for is found behind them', async () => {
  house = openHouse(ITEMS, memoryLedger(), undefined, FEW);
  await house.start();
  house.system('b').reach(false);
  // Each refers to the one that is told after it, so that nearly all must wait.
  for (let item = 0; item < 24; item += 1)
    house.put('a', 'item', String(item), { code: `C${item}`, ...(item === 23 ? {} : { parent: String(item + 1) }) });
  await until(() => (planned() === 24 ? undefined : `${planned()} planned`));
  house.system('b').reach(true);
  await until(() => (inB() === 24 ? undefined : `${inB()} in b`), 60_000);
  await until(() => (house.engine().isQuiet() ? undefined : `${planned()} planned`), 20_000);
  expect(planned()).toBe(0);
});
