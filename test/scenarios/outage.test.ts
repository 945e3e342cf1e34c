import { afterEach, describe, expect, test } from 'vitest';
import { objectsOf, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { customerIn } from '../kit/town-rows.ts';
import { account } from '../kit/town-tables.ts';
import { ask, counted, openTown, ownWrites, recordOf, untilEqual, untilRead, type Town } from '../kit/town.ts';
import { sideBySide, until } from '../kit/until.ts';

const CUSTOMERS = 20;
const ROUNDS = 5;
const ALL = Array.from({ length: CUSTOMERS }, (_, index) => account(index));
const ONE = account(1);

let town: Town;
afterEach(() => town.close());

describe('while one system is down', () => {
  test.each([
    { up: 'ce', down: 'fno', by: 'anna', column: 'name' },
    { up: 'fno', down: 'ce', by: 'ben', column: 'OrganizationName' },
  ] as const)(
    'the people of $up notice nothing, and when $down is back it gets only the last value of each field',
    async ({ up, down, by, column }) => {
      town = await openTown(CUSTOMERS);
      const { url } = await town.startInside();
      await untilEqual(town, url);
      town[down].faults.down(true);
      for (let round = 1; round <= ROUNDS; round += 1) {
        await sideBySide(ALL, 8, (one) => town[by].edit(one, { [column]: `${one} round ${round}` }));
      }
      await untilRead(url, up);
      expect(ownWrites(town[down])).toBe(0);
      await until(async () => (textOf(await ask(url, '/healthz'), 'status') === 'degraded' ? undefined : 'health does not tell of it'));
      expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'degraded' });
      town[down].faults.down(false);
      await untilEqual(town, url);
      expect(ALL.map((one) => customerIn(town, one)[down]?.['name'])).toEqual(ALL.map((one) => `${one} round ${ROUNDS}`));
      expect(ownWrites(town[down])).toBe(CUSTOMERS);
      expect(await counted(url, 'held')).toBe(0);
    },
  );
});

describe('a system that asks for time', () => {
  test('gets no write before the time has come', async () => {
    town = await openTown(CUSTOMERS, { writesMax: 1 });
    const { url } = await town.startInside();
    await untilEqual(town, url);
    town.fno.faults.add({ principal: 'concord', method: 'PATCH', action: { kind: 'throttled', retryAfterSeconds: 3600 } });
    await sideBySide(ALL, 8, (one) => town.anna.edit(one, { name: `${one} new` }));
    await until(async () => (pausedIn(await ask(url, '/healthz')).includes('fno') ? undefined : 'not paused'));
    // The other direction goes on meanwhile, in both systems' feeds: there was time enough to try again.
    for (let round = 1; round <= ROUNDS; round += 1) {
      await town.ben.edit(ONE, { PrimaryContactPhone: `+1 555 ${round}` });
      await until(() => (customerIn(town, ONE).ce?.['phone'] === `+1 555 ${round}` ? undefined : 'not there'));
    }
    expect(town.fno.stats().principals['concord']?.rejectedByStatus).toEqual({ 429: 1 });
    // The last write of the other direction is there a moment before it is known to be.
    await until(async () => ((await counted(url, 'due')) <= CUSTOMERS ? undefined : 'something is still on its way'));
    expect(await counted(url, 'due'), 'nothing is lost').toBe(CUSTOMERS);
  });

  test('gets everything when the time has come', async () => {
    town = await openTown(CUSTOMERS, { writesMax: 2 });
    const { url } = await town.startInside();
    await untilEqual(town, url);
    town.fno.faults.add({ principal: 'concord', times: 4, action: { kind: 'throttled', retryAfterSeconds: 1 } });
    town.ce.faults.add({ principal: 'concord', times: 4, action: { kind: 'throttled', retryAfterSeconds: 1 } });
    await sideBySide(ALL, 8, (one) =>
      Promise.all([town.anna.edit(one, { name: `${one} new` }), town.ben.edit(one, { PrimaryContactPhone: one })]),
    );
    await untilEqual(town, url);
    expect(ALL.map((one) => customerIn(town, one).fno?.['name'])).toEqual(ALL.map((one) => `${one} new`));
    expect(ALL.map((one) => customerIn(town, one).ce?.['phone'])).toEqual(ALL);
  });
});

function pausedIn(health: Parameters<typeof objectsOf>[0]): readonly (string | undefined)[] {
  return objectsOf(health, 'deliveries')
    .filter((queue) => queue['paused'] === 'throttled')
    .map((queue) => textOf(queue, 'system'));
}

describe('a write that a system refuses', () => {
  test('parks only its record, where everybody can see it, while the rest flows; the next edit takes it up again', async () => {
    town = await openTown(CUSTOMERS, { phoneChars: 200 });
    const { url } = await town.startInside();
    await untilEqual(town, url);
    await town.anna.edit(ONE, { telephone1: 'a number that is far too long for the other system' });
    await until(async () => ((await counted(url, 'parked')) === 1 ? undefined : 'nothing is parked'));
    await sideBySide(ALL.slice(2), 8, (one) => town.anna.edit(one, { telephone1: `+1 ${one}` }));
    await until(() =>
      ALL.slice(2).every((one) => customerIn(town, one).fno?.['phone'] === `+1 ${one}`) ? undefined : 'the rest does not flow',
    );
    expect(await recordOf(url, ONE)).toMatchObject({ systems: { fno: { parked: { kind: 'update', registers: ['phone'] } } } });
    expect(await counted(url, 'parked')).toBe(1);
    await town.anna.edit(ONE, { telephone1: '+1 555 0123' });
    await untilEqual(town, url);
    expect(await counted(url, 'parked')).toBe(0);
    expect(customerIn(town, ONE).fno?.['phone']).toBe('+1 555 0123');
  });
});

describe('a record that refers to another', () => {
  test('waits until that one exists in the other system, and is released then', async () => {
    town = await openTown(CUSTOMERS);
    const { url } = await town.startInside();
    await untilEqual(town, url);
    // The other system wants a name of its customers: without one the new customer stays where it is.
    await town.anna.addCustomer('C-NEW', { telephone1: '+1 555 0123' });
    await until(async () => ((await counted(url, 'parked')) === 1 ? undefined : 'the customer is not parked'));
    const customer = town.ce.rows('accounts').find((row) => row['accountnumber'] === 'C-NEW')?.['accountid'];
    await town.anna.addOrder({ name: 'Curtains', 'customerid_account@odata.bind': `/accounts(${String(customer)})` });
    await until(async () => ((await counted(url, 'waiting')) === 1 ? undefined : 'the order does not wait'));
    expect(town.fno.rows('SalesOrderHeadersV2')).toEqual([]);
    await town.anna.edit('C-NEW', { name: 'New Ltd' });
    await until(() => (town.fno.rows('SalesOrderHeadersV2').length === 1 ? undefined : 'the order has not arrived'));
    await untilEqual(town, url);
    expect(town.fno.rows('SalesOrderHeadersV2')[0]).toMatchObject({ SalesOrderName: 'Curtains', OrderingCustomerAccountNumber: 'C-NEW' });
  });
});

describe('a delta token that expires', () => {
  test('has everything listed again: what changed meanwhile arrives, and nothing else is written', async () => {
    town = await openTown(CUSTOMERS);
    const { url, ledger } = await town.startInside();
    await untilEqual(town, url);
    const { changes } = await ledger.counts();
    town.ce.expireDeltaTokens();
    await town.anna.edit(ONE, { name: 'New Ltd' });
    await untilEqual(town, url);
    expect(customerIn(town, ONE).fno?.['name']).toBe('New Ltd');
    expect([ownWrites(town.ce), ownWrites(town.fno)]).toEqual([0, 1]);
    expect((await ledger.counts()).changes).toBe(changes + 1);
  });
});
