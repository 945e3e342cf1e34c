import { afterEach, describe, expect, test } from 'vitest';
import { openTown, untilEqual, type Town } from '../kit/town.ts';
import { until } from '../kit/until.ts';

const CUSTOMERS = 3;
const ORDERS = { ce: 'salesorders', fno: 'SalesOrderHeadersV2' } as const;

let town: Town;
afterEach(() => town.close());

/** The person of the first system orders; the other system is where Concord makes the second copy. */
const directions = [
  { from: 'ce', to: 'fno' },
  { from: 'fno', to: 'ce' },
] as const;

async function order(from: 'ce' | 'fno', title: string): Promise<void> {
  if (from === 'fno') return void (await town.ben.addOrder({ SalesOrderName: title, OrderingCustomerAccountNumber: 'C-00001' }));
  const customer = town.ce.rows('accounts').find((row) => row['accountnumber'] === 'C-00001')?.['accountid'];
  await town.anna.addOrder({ name: title, 'customerid_account@odata.bind': `/accounts(${String(customer)})` });
}

function loseTheAnswer(system: 'ce' | 'fno'): void {
  town[system].faults.add({ principal: 'concord', method: 'POST|PATCH', path: ORDERS[system], times: 1, action: { kind: 'dropAfter' } });
}

function ordersIn(system: 'ce' | 'fno'): number {
  return town[system].rows(ORDERS[system]).length;
}

describe.each(directions)('an order made in $from', ({ from, to }) => {
  test(`arrives in ${to} once, under one number, with its customer`, async () => {
    town = await openTown(CUSTOMERS);
    const { url } = await town.startInside();
    await untilEqual(town, url);
    await order(from, 'Curtains');
    await until(() => (ordersIn(to) === 1 ? undefined : 'no order has arrived'));
    await untilEqual(town, url);
    expect([ordersIn('ce'), ordersIn('fno')]).toEqual([1, 1]);
    expect(town.fno.rows(ORDERS.fno)[0]).toMatchObject({ SalesOrderName: 'Curtains', OrderingCustomerAccountNumber: 'C-00001' });
    const customer = town.ce.rows('accounts').find((row) => row['accountnumber'] === 'C-00001')?.['accountid'];
    expect(town.ce.rows(ORDERS.ce)[0]).toMatchObject({ name: 'Curtains', _customerid_value: customer });
  });

  test(`never becomes a second order in ${to} when the answer to its making is lost`, async () => {
    town = await openTown(CUSTOMERS);
    const { url } = await town.startInside();
    await untilEqual(town, url);
    loseTheAnswer(to);
    await order(from, 'Curtains');
    await until(() => (ordersIn(to) > 0 ? undefined : 'no order has arrived'));
    await untilEqual(town, url);
    expect([ordersIn('ce'), ordersIn('fno')]).toEqual([1, 1]);
    expect(town[to].faults.list(), 'an answer was lost').toEqual([]);
  });

  test(
    `never becomes a second order in ${to} when Concord is killed between the lost answer and the next try`,
    { timeout: 60_000 },
    async () => {
      town = await openTown(CUSTOMERS);
      const first = await town.startOutside();
      await untilEqual(town, first.url);
      loseTheAnswer(to);
      await order(from, 'Curtains');
      await until(() => (ordersIn(to) > 0 ? undefined : 'no order has arrived'));
      await first.end('SIGKILL');
      const second = await town.startOutside();
      await untilEqual(town, second.url);
      expect([ordersIn('ce'), ordersIn('fno')]).toEqual([1, 1]);
    },
  );
});
