import type { JsonObject } from '@concord/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startFinops } from '../../../packages/adapters/src/emulators/index.ts';
import type { Emulator, FinopsSettings } from '../../../packages/adapters/src/emulators/index.ts';
import { readAll, signIn, textAt, wordsIn } from './caller.ts';
import type { Caller } from './caller.ts';
import { LITTLE_FNO } from './little-org.ts';

const CROSS = 'cross-company=true';
const CUSTOMERS = '/data/CustomersV3';

let emulator: Emulator<FinopsSettings>;
let concord: Caller;

beforeAll(async () => {
  emulator = await startFinops();
  concord = await signIn(emulator);
});
beforeEach(() => {
  emulator.load(LITTLE_FNO);
  emulator.settings({ staleAs: '412', ifMatch: 'honoured', errorStatus: 400, pageRowsMax: 10_000 });
});
afterAll(() => emulator.close());

const at = (account: string, company = 'abct'): string => `${CUSTOMERS}(dataAreaId='${company}',CustomerAccount='${account}')?${CROSS}`;
const make = (more: JsonObject = {}) =>
  concord.call('POST', `${CUSTOMERS}?${CROSS}`, { dataAreaId: 'abct', CustomerGroupId: 'W', ...more });
const order = (more: JsonObject) => concord.call('POST', `/data/SalesOrderHeadersV2?${CROSS}`, { dataAreaId: 'abct', ...more });
const decoded = (etag: unknown): string => Buffer.from(/^W\/"(.+)"$/.exec(String(etag))?.[1] ?? '', 'base64').toString();

describe('a create', () => {
  test('is answered with 201 and the whole row: numbers, defaults, and the empty value of each type', async () => {
    const told = await make({ OrganizationName: 'Acme' });
    expect(told.status).toBe(201);
    expect(told.json).toMatchObject({
      dataAreaId: 'abct',
      CustomerAccount: 'C-0001',
      OrganizationName: 'Acme',
      CreditLimit: 0,
      OnHoldStatus: 'No',
      IsVip: 'No',
      Since: '1900-01-01T12:00:00Z',
      CalledAt: '1900-01-01T00:00:00Z',
      LanguageId: 'en-us',
      Balance: 7,
      ModifiedDateTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    expect(told.headers.get('location')).toContain("CustomersV3(dataAreaId='abct',CustomerAccount='C-0001')");
  });

  test('takes the number that the client gives, and the sequence steps over it', async () => {
    expect((await make({ CustomerAccount: 'C-0002' })).json['CustomerAccount']).toBe('C-0002');
    expect([(await make()).json['CustomerAccount'], (await make()).json['CustomerAccount']]).toEqual(['C-0001', 'C-0003']);
  });

  test('of a key that exists is refused in the words of the table, with the status of the release', async () => {
    await make({ CustomerAccount: 'X' });
    const told = await make({ CustomerAccount: 'x' });
    expect([told.status, wordsIn(told)]).toEqual([
      400,
      expect.stringContaining('Cannot create a record in Customers (CustTable). Customer account: x. The record already exists.'),
    ]);
    emulator.settings({ errorStatus: 500 });
    expect((await make({ CustomerAccount: 'X' })).status).toBe(500);
  });

  test('of a unique value that exists is refused, an empty one is not', async () => {
    const statuses = [
      await order({ CustomerRequisitionNumber: 'R1' }),
      await order({ CustomerRequisitionNumber: 'R1' }),
      await order({ CustomerRequisitionNumber: '' }),
      await order({ CustomerRequisitionNumber: '' }),
    ].map((told) => told.status);
    expect(statuses).toEqual([201, 400, 201, 201]);
  });

  test.each<readonly [string, JsonObject, string]>([
    ['a field that must be filled in', { CustomerGroupId: '' }, "Field 'Customer group' must be filled in."],
    ['a symbol that the enumeration does not have', { OnHoldStatus: 'Never' }, "Requested value 'Never' was not found."],
    ['a number for an enumeration', { OnHoldStatus: 1 }, "Requested value '1' was not found."],
    ['a boolean for Yes or No', { IsVip: true }, 'NoYes'],
    ['a text for a number', { CreditLimit: '12' }, 'Edm.Decimal'],
    ['a text that is too long', { OrganizationName: 'x'.repeat(41) }, 'maximum length of 40'],
    ['a property that there is not', { Nosuch: 1 }, "The property 'Nosuch' does not exist"],
  ])('with %s is refused with 400', async (_law, more, words) => {
    const told = await make(more);
    expect([told.status, wordsIn(told)]).toEqual([400, expect.stringContaining(words)]);
    expect(emulator.rows('CustomersV3')).toEqual([]);
  });

  test('that names a row which is not there is refused in the words of the related table', async () => {
    const orphan = await order({ OrderingCustomerAccountNumber: 'C-0001' });
    expect([orphan.status, wordsIn(orphan)]).toEqual([
      400,
      expect.stringContaining("The value 'C-0001' in field 'Customer account' is not found in the related table 'Customers'."),
    ]);
    await make();
    expect((await order({ OrderingCustomerAccountNumber: 'C-0001' })).status).toBe(201);
  });
});

test.each([
  ['a date is kept at noon', 'Since', '2024-05-01', '2024-05-01T12:00:00Z'],
  ['no date is the year 1900', 'Since', null, '1900-01-01T12:00:00Z'],
  ['no text is an empty one', 'OrganizationName', null, ''],
  ['the end of a text is trimmed', 'OrganizationName', 'Acme  ', 'Acme'],
  ['a number is rounded', 'CreditLimit', 1.005, 1.01],
  ['a computed value stays', 'Balance', 9, 7],
  ['a time is cut to seconds', 'CalledAt', '2024-05-01T10:00:00.9+02:00', '2024-05-01T08:00:00Z'],
])('%s', async (_law, column, written, stored) => {
  expect((await make({ [column]: written })).json[column]).toBe(stored);
});

describe('ETags', () => {
  test('hold RecVersion and RecId: 1 after the insert, then any number, and the RecId stays', async () => {
    const first = decoded((await make()).json['@odata.etag']);
    expect(first).toMatch(/^'1,56371\d+'$/);
    const versions = new Set<string>();
    for (let n = 0; n < 4; n += 1) {
      await concord.call('PATCH', at('C-0001'), { CreditLimit: 5 });
      versions.add(decoded((await concord.get(at('C-0001'))).headers.get('etag')));
    }
    expect(versions.size).toBe(4);
    for (const version of versions) expect(version.split(',')[1]).toBe(first.split(',')[1]);
  });

  test('of imported rows begin with RecVersion 0', async () => {
    emulator.load({ tables: [], rows: { CustomersV3: [{ dataAreaId: 'abct', CustomerAccount: 'I', CustomerGroupId: 'W' }] } });
    expect(decoded((await concord.get(at('I'))).json['@odata.etag'])).toMatch(/^'0,\d+'$/);
  });

  test.each([
    ['412', 412, 'changed by another user'],
    ['409', 409, 'changed by another user'],
    ['400', 400, 'An update conflict occurred due to another user process'],
  ] as const)('an outdated If-Match is answered the way that is set (%s), and nothing is written', async (staleAs, status, words) => {
    emulator.settings({ staleAs });
    const etag = textAt((await make()).json, '@odata.etag');
    expect((await concord.call('PATCH', at('C-0001'), { CreditLimit: 1 }, { 'if-match': etag })).status).toBe(204);
    for (const method of ['PATCH', 'DELETE']) {
      const told = await concord.call(method, at('C-0001'), method === 'PATCH' ? { CreditLimit: 2 } : undefined, { 'if-match': etag });
      expect([told.status, wordsIn(told)]).toEqual([status, expect.stringContaining(words)]);
    }
    expect(emulator.rows('CustomersV3')).toMatchObject([{ CreditLimit: 1 }]);
  });

  test('an entity that passes over If-Match lets the last write win', async () => {
    emulator.settings({ ifMatch: 'ignored' });
    await make();
    expect((await concord.call('PATCH', at('C-0001'), { CreditLimit: 2 }, { 'if-match': 'W/"x"' })).status).toBe(204);
  });
});

describe('updates and deletions', () => {
  test.each(['PATCH', 'PUT'])('%s is answered with 204 and leaves other columns and the key alone', async (method) => {
    await make({ OrganizationName: 'Acme' });
    expect((await concord.call(method, at('C-0001'), { CreditLimit: 3, CustomerAccount: 'OTHER' })).status).toBe(204);
    expect(emulator.rows('CustomersV3')).toMatchObject([{ CustomerAccount: 'C-0001', OrganizationName: 'Acme', CreditLimit: 3 }]);
  });

  test.each(['PATCH', 'DELETE'])('%s of a missing row is 400 and makes none', async (method) => {
    const told = await concord.call(method, at('NOBODY'), method === 'PATCH' ? { CreditLimit: 1 } : undefined);
    expect([told.status, wordsIn(told)]).toEqual([400, ' No resources were found when selecting for update.']);
    expect(emulator.rows('CustomersV3')).toEqual([]);
  });

  test('DELETE is answered with 204, and then the row is 404', async () => {
    await make();
    expect((await concord.call('DELETE', at('C-0001'))).status).toBe(204);
    expect((await concord.get(at('C-0001'))).status).toBe(404);
  });
});

describe('companies', () => {
  test('without cross-company=true only the default company is seen, read and written', async () => {
    await make();
    await make({ dataAreaId: 'DAT', CustomerAccount: 'D' });
    expect((await concord.get(CUSTOMERS)).rows).toMatchObject([{ dataAreaId: 'dat' }]);
    expect((await concord.get(`${CUSTOMERS}?${CROSS}`)).rows).toHaveLength(2);
    const alone = at('C-0001').replace(`?${CROSS}`, '');
    expect([(await concord.get(alone)).status, (await concord.call('PATCH', alone, { CreditLimit: 1 })).status]).toEqual([404, 400]);
  });

  test('every field of the key must be given', async () => {
    const told = await concord.get(`${CUSTOMERS}(CustomerAccount='C-0001')?${CROSS}`);
    expect([told.status, wordsIn(told)]).toEqual([400, expect.stringContaining('Only 1 of 2 keys provided for lookup')]);
  });
});

const load = (count: number) =>
  emulator.load({
    tables: [],
    rows: {
      CustomersV3: Array.from({ length: count }, (_none, n) => ({
        dataAreaId: n % 2 === 0 ? 'abct' : 'usmf',
        CustomerAccount: `C${n}`,
        OrganizationName: `Name ${n}`,
        CustomerGroupId: 'W',
        CreditLimit: n,
        OnHoldStatus: n > 3 ? 'All' : 'No',
        ModifiedDateTime: `2024-01-0${n + 1}T00:00:00Z`,
      })),
    },
  });
const found = async (query: string): Promise<readonly unknown[]> =>
  (await concord.get(`${CUSTOMERS}?${CROSS}&${query}`)).rows.map((row) => row['CustomerAccount']);

describe('queries', () => {
  test.each([
    ["$filter=dataAreaId eq 'ABCT' and CreditLimit ge 2", ['C2', 'C4']],
    ["$filter=OrganizationName eq '*4'", ['C4']],
    ["$filter=OnHoldStatus eq Microsoft.Dynamics.DataEntities.CustVendorBlocked'All'", ['C4', 'C5']],
    ["$filter=OnHoldStatus ne Microsoft.Dynamics.DataEntities.CustVendorBlocked'No'", ['C4', 'C5']],
    ['$filter=ModifiedDateTime gt 2024-01-05T00:00:00Z', ['C5']],
    ['$orderby=CreditLimit desc&$top=2', ['C5', 'C4']],
    ['$skip=4', ['C4', 'C5']],
    ['$skip=1&$top=2', ['C1', 'C2']],
  ])('%s', async (query, accounts) => {
    load(6);
    expect(await found(query)).toEqual(accounts);
  });

  test.each([
    ["$filter=OnHoldStatus eq 'All'", 'incompatible types'],
    ["$filter=OnHoldStatus gt Microsoft.Dynamics.DataEntities.CustVendorBlocked'No'", 'Only eq and ne'],
    ["$filter=CustomerAccount in ('a')", 'Syntax error'],
    ['$select=Nosuch', "Could not find a property named 'Nosuch'"],
  ])('%s is refused with 400', async (query, words) => {
    const told = await concord.get(`${CUSTOMERS}?${query}`);
    expect([told.status, wordsIn(told)]).toEqual([400, expect.stringContaining(words)]);
  });

  test('pages end in a link, keep filter and order, and tell every row once; there is never a delta link', async () => {
    load(6);
    emulator.settings({ pageRowsMax: 2 });
    const plain = await readAll(concord, `${CUSTOMERS}?${CROSS}&$select=CustomerAccount`, { prefer: 'odata.track-changes' });
    const ordered = await readAll(concord, `${CUSTOMERS}?${CROSS}&$orderby=CreditLimit desc&$top=5`);
    expect(plain.rows.map((row) => row['CustomerAccount'])).toEqual(['C0', 'C1', 'C2', 'C3', 'C4', 'C5']);
    expect(ordered.rows.map((row) => row['CustomerAccount'])).toEqual(['C5', 'C4', 'C3', 'C2', 'C1']);
    expect([plain.deltaLink, plain.rows[0]]).toEqual(['', { '@odata.etag': expect.any(String), CustomerAccount: 'C0' }]);
  });

  test('$count counts what the filter finds', async () => {
    load(6);
    expect((await concord.get(`${CUSTOMERS}?${CROSS}&$count=true&$top=1&$filter=CreditLimit gt 1`)).json['@odata.count']).toBe(4);
    expect((await concord.get(`${CUSTOMERS}/$count?${CROSS}`)).text).toBe('6');
  });
});

describe('metadata', () => {
  test('PublicEntities tells an entity by its set, with its key columns', async () => {
    const told = await concord.get("/Metadata/PublicEntities?$filter=EntitySetName eq 'CustomersV3'");
    expect(told.rows).toMatchObject([{ Name: 'CustomerV3', EntitySetName: 'CustomersV3' }]);
    expect(told.rows[0]?.['Properties']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ Name: 'CustomerAccount', IsKey: true, AllowEdit: false, AllowEditOnCreate: true }),
        expect.objectContaining({ Name: 'Balance', IsKey: false, AllowEdit: false, AllowEditOnCreate: false }),
      ]),
    );
  });

  test('DataEntities and PublicEnumerations tell names and members', async () => {
    expect((await concord.get('/Metadata/DataEntities')).rows[0]).toMatchObject({
      Name: 'CustCustomerV3Entity',
      PublicCollectionName: 'CustomersV3',
    });
    const told = await concord.get("/Metadata/PublicEnumerations('CustVendorBlocked')");
    expect(told.json['Members']).toMatchObject([
      { Name: 'No', Value: 0 },
      { Name: 'Invoice', Value: 1 },
      { Name: 'All', Value: 2 },
    ]);
  });

  test('$metadata names keys and enumerations', async () => {
    const { text } = await concord.get('/data/$metadata');
    expect(text).toContain('<Key><PropertyRef Name="dataAreaId" /><PropertyRef Name="CustomerAccount" /></Key>');
    expect(text).toContain('<EnumType Name="CustVendorBlocked"><Member Name="No" Value="0" />');
  });
});
