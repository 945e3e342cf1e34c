import type { JsonObject } from '@concord/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startFinops } from '../../../packages/adapters/src/emulators/index.ts';
import type { Emulator, FinopsSettings } from '../../../packages/adapters/src/emulators/index.ts';
import { virtualId } from '../../../packages/adapters/src/emulators/finops/events.ts';
import { signIn } from './caller.ts';
import type { Caller } from './caller.ts';
import { LITTLE_FNO } from './little-org.ts';
import { listener } from './listener.ts';

const CROSS = 'cross-company=true';

let emulator: Emulator<FinopsSettings>;
let ben: Caller;
let receiver: Awaited<ReturnType<typeof listener>>;

beforeEach(async () => {
  emulator = await startFinops({ seed: LITTLE_FNO });
  receiver = await listener();
  ben = await signIn(emulator, 'ben');
});
afterEach(async () => {
  await emulator.close();
  await receiver.close();
});

const make = (set: string, row: JsonObject) => ben.call('POST', `/data/${set}?${CROSS}`, { dataAreaId: 'abct', ...row });

test('data events tell a create, an update and a deletion as a virtual table does', async () => {
  emulator.hooks.add({ url: receiver.url, set: 'CustomersV3' });
  const at = `/data/CustomersV3(dataAreaId='abct',CustomerAccount='C-0001')?${CROSS}`;
  await make('CustomersV3', { CustomerGroupId: 'W', OnHoldStatus: 'Invoice', IsVip: 'Yes' });
  await ben.call('PATCH', at, { CreditLimit: 5, Since: '2024-05-01' });
  await ben.call('DELETE', at);
  await emulator.hooks.idle();
  expect(receiver.heard.map((one) => one.json['MessageName'])).toEqual(['OnExternalCreated', 'OnExternalUpdated', 'OnExternalDeleted']);
  const [created, updated, deleted] = receiver.heard.map((one) => one.json);
  expect(created).toMatchObject({
    PrimaryEntityName: 'mserp_custcustomerv3entity',
    PrimaryEntityId: '00000000-0000-0000-0000-000000000000',
  });
  expect(created?.['InputParameters']).toMatchObject([
    {
      key: 'Target',
      value: {
        Id: expect.stringMatching(/^00004951-0000-0000-[0-9a-f]{4}-[0-9a-f]{12}$/),
        Attributes: expect.arrayContaining([
          { key: 'mserp_dataareaid', value: 'abct' },
          { key: 'mserp_customeraccount', value: 'C-0001' },
          { key: 'mserp_onholdstatus', value: expect.objectContaining({ Value: 200_000_001 }) },
          { key: 'mserp_isvip', value: expect.objectContaining({ Value: 200_000_001 }) },
        ]),
      },
    },
  ]);
  expect(receiver.heard[0]?.text).not.toContain('mserp_since');
  expect(receiver.heard[1]?.text).toContain('mserp_since');
  for (const told of [updated, deleted]) expect(told?.['InputParameters']).toMatchObject([{ key: 'Target' }, { key: 'PreImage' }]);
});

test('the id of a virtual row is the table number and the record number with its lowest byte first', () => {
  expect(virtualId(0x4951, 5_637_151_326)).toBe('00004951-0000-0000-5e1a-005001000000');
});

test('a business event is told when its moment comes, once, with rising control numbers', async () => {
  emulator.hooks.add({ url: receiver.url, kind: 'business' });
  for (const number of ['SO-000001', 'SO-000002']) {
    await make('SalesOrderHeadersV2', {});
    const at = `/data/SalesOrderHeadersV2(dataAreaId='abct',SalesOrderNumber='${number}')?${CROSS}`;
    await ben.call('PATCH', at, { Status: 'Confirmed' });
    await ben.call('PATCH', at, { Status: 'Confirmed' });
  }
  await emulator.hooks.idle();
  const told = receiver.heard.map((one) => one.json);
  expect(told).toMatchObject([
    { BusinessEventId: 'SalesOrderConfirmedBusinessEvent', BusinessEventLegalEntity: 'ABCT', SalesOrderNumber: 'SO-000001' },
    { BusinessEventId: 'SalesOrderConfirmedBusinessEvent', LegalEntity: 'ABCT', SalesOrderNumber: 'SO-000002' },
  ]);
  expect(Number(told[1]?.['ControlNumber'])).toBeGreaterThan(Number(told[0]?.['ControlNumber']));
  expect(told[0]?.['EventId']).not.toBe(told[1]?.['EventId']);
});
