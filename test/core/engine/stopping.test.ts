import { entityName, STOPPED_IN_ORDER } from '@concord/core';
import { afterEach, expect, test } from 'vitest';
import { ITEM_YAML, openHouse, type House } from '../../kit/house.ts';
import { until } from '../../kit/until.ts';

let house: House;
afterEach(() => house.stop());

const ITEM = entityName('item');
const STOCKED = `${ITEM_YAML}      stock: { a: stock, b: stock, type: integer, policy: counter }
`;

const stocks = () => ['a', 'b'].map((system) => house.rows(system, 'item').map(({ stock }) => stock));

/** Twenty are taken in a, and b cannot be reached; then the engine is stopped. */
async function stoppedWithAWritePlanned(): Promise<void> {
  house = openHouse(STOCKED);
  house.put('a', 'item', '1', { code: 'x', stock: 100 });
  await house.start();
  await until(() => (house.rows('b', 'item').length === 1 ? undefined : 'it is not in b'));
  house.system('b').reach(false);
  house.put('a', 'item', '1', { stock: 80 });
  await until(() =>
    house
      .engine()
      .status()
      .deliveries.some(({ waiting }) => waiting > 0)
      ? undefined
      : 'nothing is planned',
  );
  await house.stop();
}

/** As after a crash. */
async function forgetNote(): Promise<void> {
  await house.ledger.commit({ plans: [], cursors: [], failures: [], acts: [], notes: [{ name: STOPPED_IN_ORDER, value: undefined }] });
}

/** Five are taken in b, from the hundred that are seen there, before anybody looks. */
async function startedBehindAnEdit(): Promise<void> {
  const [row] = house.system('b').rows(ITEM);
  house.put('b', 'item', String(row?.key), { stock: 95 });
  house.system('b').reach(true);
  await house.start();
}

test('after a stop in order it is known what was not sent: what both sides took from a stock is taken, and nobody is asked', async () => {
  await stoppedWithAWritePlanned();
  await startedBehindAnEdit();
  await until(() => (JSON.stringify(stocks()) === '[[75],[75]]' ? undefined : JSON.stringify(stocks())));
  expect(await house.held()).toEqual([]);
});

test('the note of a stop counts for one start, and without it every planned write may have been sent: a person is asked', async () => {
  await stoppedWithAWritePlanned();
  expect(await house.ledger.note(STOPPED_IN_ORDER)).toEqual([]);
  await forgetNote();
  await startedBehindAnEdit();
  await until(async () => ((await house.held()).length === 1 ? undefined : 'nobody is asked'));
  expect(await house.held()).toMatchObject([{ register: 'stock', code: 'C19', resolution: { rule: 'unknown-base' } }]);
  expect(await house.ledger.note(STOPPED_IN_ORDER)).toBeUndefined();
});

test('what was in doubt before a stop in order is in doubt after it', async () => {
  await stoppedWithAWritePlanned();
  await forgetNote();
  await house.open();
  await house.stop();
  expect(await house.ledger.note(STOPPED_IN_ORDER)).toHaveLength(1);
  await startedBehindAnEdit();
  await until(async () => ((await house.held()).length === 1 ? undefined : 'nobody is asked'));
});
