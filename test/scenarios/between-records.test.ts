import { afterEach, expect, test } from 'vitest';
import { member, objectsOf } from '../../packages/adapters/src/shared/json/look.ts';
import { customerIn } from '../kit/town-rows.ts';
import { account } from '../kit/town-tables.ts';
import { ask, askList, counted, openTown, untilEqual, type Town } from '../kit/town.ts';
import { sideBySide, until } from '../kit/until.ts';

const CUSTOMERS = 20;
const ONE = account(1);
/** Two starts of a process take their time. */
const LONG_MS = 120_000;

let town: Town;
afterEach(() => town.close());

async function conflictOf(url: string): Promise<Readonly<Record<string, unknown>>> {
  await until(async () => ((await counted(url, 'held')) === 1 ? undefined : `${await counted(url, 'held')} are held`));
  const [conflict] = await askList(url, '/v1/conflicts');
  return conflict ?? {};
}

async function stateOf(url: string, system: string): Promise<unknown> {
  const map = objectsOf(await ask(url, '/healthz'), 'maps').find((one) => one['system'] === system && one['entity'] === 'customer');
  return map && { state: map['state'], guard: map['guard'] };
}

test(
  'a mass deletion in one system stops there, also when Concord is killed, until a person lets it pass',
  { timeout: LONG_MS },
  async () => {
    town = await openTown(CUSTOMERS, { customer: ['guard: { deletes: { most: 3 }, within: 1h }'] });
    const first = await town.startOutside();
    await untilEqual(town, first.url);
    town.hook(undefined);
    const gone = Array.from({ length: 10 }, (_, index) => account(index));
    await sideBySide(gone, 4, (one) => town.anna.remove(one));
    await until(async () => (JSON.stringify(await stateOf(first.url, 'ce'))?.includes('guarded') ? undefined : 'ce is not guarded'));
    expect(town.fno.rows('CustomersV3').length).toBeGreaterThanOrEqual(CUSTOMERS - 3);
    await first.end('SIGKILL');
    const { url: at } = await town.startOutside();
    await until(async () => (JSON.stringify(await stateOf(at, 'ce'))?.includes('guarded') ? undefined : 'ce is not guarded any more'));
    expect(await ask(at, '/healthz')).toMatchObject({ status: 'degraded' });
    expect(await ask(at, '/v1/maps/customer/ce/guard', { decision: 'pass', by: 'cleo' })).toEqual({ decision: 'pass' });
    await untilEqual(town, at);
    expect(town.fno.rows('CustomersV3')).toHaveLength(CUSTOMERS - gone.length);
  },
);

test('customers that only look alike wait for a person before either is made where the other is; kept apart, both are', async () => {
  town = await openTown(2, { customer: ['review: [[name, city]]'] });
  await Promise.all([
    town.anna.addCustomer('E-2', { name: 'Double Looms', address1_city: 'York', address1_line1: '2 High Street' }),
    town.ben.addCustomer('F-2', { OrganizationName: 'DOUBLE  looms', DeliveryAddressCity: 'York', DeliveryAddressStreet: '2 High St' }),
  ]);
  const { url } = await town.startInside();
  const conflict = await conflictOf(url);
  expect(conflict).toMatchObject({ code: 'C06', state: 'held', fields: ['name', 'city'] });
  expect([customerIn(town, 'E-2').fno, customerIn(town, 'F-2').ce]).toEqual([undefined, undefined]);
  await expect(ask(url, `/v1/conflicts/${String(conflict['id'])}/resolve`, { row: 'x', by: 'cleo' })).rejects.toThrow(
    'RULING_CHOICE_UNKNOWN',
  );
  await ask(url, `/v1/conflicts/${String(conflict['id'])}/resolve`, { apart: true, by: 'cleo', note: 'two companies' });
  await until(() => (customerIn(town, 'E-2').fno && customerIn(town, 'F-2').ce ? undefined : 'not both in both'));
  await untilEqual(town, url);
  expect(await counted(url, 'held')).toBe(0);
});

test('a customer that orders refer to is not deleted before a person says so', async () => {
  town = await openTown(2, { reference: 'onParentDeleted: restrict' });
  const { url } = await town.startInside();
  await untilEqual(town, url);
  await town.ben.addOrder({ SalesOrderName: 'First', OrderingCustomerAccountNumber: ONE });
  await until(() => (town.ce.rows('salesorders').length === 1 ? undefined : 'the order is not in ce'));
  await untilEqual(town, url);
  await town.anna.remove(ONE);
  const conflict = await conflictOf(url);
  expect(conflict).toMatchObject({ code: 'C04', rule: 'restrict', reason: '1 order refer to it by customer' });
  expect(customerIn(town, ONE).fno).toBeDefined();
  await ask(url, `/v1/conflicts/${String(conflict['id'])}/resolve`, { values: { $life: 'live' }, by: 'cleo' });
  await until(() => (customerIn(town, ONE).ce ? undefined : 'not made again'));
  expect(member(await ask(url, '/healthz'), 'status')).toBe('ok');
});
