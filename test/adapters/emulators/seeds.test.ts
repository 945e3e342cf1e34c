import { readFile } from 'node:fs/promises';
import type { JsonObject } from '@concord/core';
import { expect, test } from 'vitest';
import { parseSeed, startDataverse, startFinops } from '../../../packages/adapters/src/emulators/index.ts';
import type { Seed } from '../../../packages/adapters/src/emulators/index.ts';
import { CE, readAll, signIn } from './caller.ts';

const seedOf = async (name: string): Promise<Seed> =>
  parseSeed(JSON.parse(await readFile(new URL(`../../../examples/abctextiles/seed/${name}.json`, import.meta.url), 'utf8')));
const [ce, fno] = [await seedOf('dataverse'), await seedOf('finops')];
const rowsOf = (seed: Seed, set: string): readonly JsonObject[] => seed.rows[set] ?? [];

/** For each entity: both sets, the column that pairs their rows, and pairs of columns that hold the same text or number. */
test.each([
  [
    'CustomersV3',
    'accounts',
    ['CustomerAccount', 'accountnumber'],
    [
      ['OrganizationName', 'name'],
      ['CreditLimit', 'creditlimit'],
      ['PrimaryContactPhone', 'telephone1'],
      ['DeliveryAddressStreet', 'address1_line1'],
      ['SalesMemo', 'description'],
    ],
  ],
  [
    'ReleasedProductsV2',
    'products',
    ['ItemNumber', 'productnumber'],
    [
      ['ProductName', 'name'],
      ['SalesPrice', 'price'],
      ['ABCFabric', 'abc_fabric'],
      ['ABCCareInstructions', 'abc_careinstructions'],
    ],
  ],
  [
    'SalesOrderHeadersV2',
    'salesorders',
    ['SalesOrderNumber', 'msdyn_salesordernumber'],
    [
      ['CustomersOrderReference', 'abc_correlationid'],
      ['SalesOrderName', 'name'],
      ['OrderTotalAmount', 'totalamount'],
    ],
  ],
  [
    'SalesOrderLines',
    'salesorderdetails',
    ['InventoryLotId', 'abc_inventorylotid'],
    [
      ['LineCreationSequenceNumber', 'sequencenumber'],
      ['OrderedSalesQuantity', 'quantity'],
      ['SalesPrice', 'priceperunit'],
      ['LineAmount', 'extendedamount'],
    ],
  ],
  [
    'ABCFabricBolts',
    'abc_fabricbolts',
    ['BoltNumber', 'abc_boltnumber'],
    [
      ['BoltsOnHand', 'abc_boltsonhand'],
      ['ItemNumber', 'abc_itemnumber'],
    ],
  ],
  [
    'ABCProductFeedbackEntities',
    'feedback',
    ['FeedbackId', 'feedbackid'],
    [
      ['Title', 'title'],
      ['Comments', 'comments'],
      ['Rating', 'rating'],
    ],
  ],
] as const)('%s and %s hold the same facts', (fnoSet, ceSet, [fnoKey, ceKey], pairs) => {
  const others = new Map(rowsOf(ce, ceSet).map((row) => [row[ceKey], row]));
  expect(others.size).toBe(rowsOf(fno, fnoSet).length);
  for (const row of rowsOf(fno, fnoSet)) {
    const other = others.get(row[fnoKey] ?? null);
    for (const [mine, theirs] of pairs) expect(other?.[theirs] ?? '').toBe(row[mine]);
  }
});

test('every look-up in Dataverse points at a row that is there', () => {
  const ids = new Set(ce.tables.flatMap((table) => rowsOf(ce, table.set).map((row) => row[table.primaryId ?? ''])));
  const links = Object.values(ce.rows).flatMap((rows) =>
    rows.flatMap((row) => Object.entries(row).flatMap(([name, value]) => (name.startsWith('_') ? [value] : []))),
  );
  expect(links.length).toBeGreaterThan(100);
  for (const link of links) expect(ids).toContain(link);
});

test('both systems take their seed and tell it over the wire', async () => {
  const [one, two] = [await startDataverse({ seed: ce }), await startFinops({ seed: fno })];
  const [concord, clerk] = [await signIn(one), await signIn(two)];
  for (const table of ce.tables) expect((await readAll(concord, `${CE}/${table.set}`)).rows).toHaveLength(rowsOf(ce, table.set).length);
  for (const table of fno.tables)
    expect((await readAll(clerk, `/data/${table.set}?cross-company=true`)).rows).toHaveLength(rowsOf(fno, table.set).length);
  await one.close();
  await two.close();
});

test('the next order is numbered after those of the seed', async () => {
  const two = await startFinops({ seed: fno });
  const clerk = await signIn(two);
  const told = await clerk.call('POST', '/data/SalesOrderHeadersV2?cross-company=true', {
    dataAreaId: 'abct',
    OrderingCustomerAccountNumber: 'C-001001',
  });
  expect([told.status, told.json['SalesOrderNumber']]).toEqual([201, 'SO-000016']);
  await two.close();
});
