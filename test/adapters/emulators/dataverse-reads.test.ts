import type { JsonObject } from '@concord/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDataverse } from '../../../packages/adapters/src/emulators/index.ts';
import type { DataverseSettings, Emulator } from '../../../packages/adapters/src/emulators/index.ts';
import { CE, readAll, signIn, textAt, wordsIn } from './caller.ts';
import type { Caller } from './caller.ts';
import { LITTLE_CE } from './little-org.ts';

const ACCOUNTS = `${CE}/accounts`;
const guid = (n: number): string => `00000000-0000-4000-a000-${String(n).padStart(12, '0')}`;
const accounts: readonly JsonObject[] = Array.from({ length: 12 }, (_none, n) => ({
  accountid: guid(n),
  accountnumber: `A${n}`,
  name: n % 2 === 0 ? `Even ${n}` : `odd ${n}`,
  creditlimit: n * 100,
  since: `2024-01-${String(n + 1).padStart(2, '0')}`,
  calledat: `2024-01-01T${String(n).padStart(2, '0')}:00:00Z`,
  vip: n === 3,
  rating: (n % 2) + 1,
  _parent_value: n === 0 ? null : guid(0),
}));

let emulator: Emulator<DataverseSettings>;
let concord: Caller;

beforeAll(async () => {
  emulator = await startDataverse({ seed: { ...LITTLE_CE, rows: { accounts } } });
  concord = await signIn(emulator);
});
afterAll(() => emulator.close());

const numbersOf = (rows: readonly JsonObject[]): readonly unknown[] => rows.map((row) => Number(textAt(row, 'accountnumber').slice(1)));

test.each([
  ["name eq 'EVEN 2'", [2]],
  ["startswith(name,'odd') and creditlimit gt 500", [7, 9, 11]],
  ["contains(name,'1') or vip eq true", [1, 3, 10, 11]],
  ["not endswith(name,'0') and creditlimit le 100", [1]],
  ['since ge 2024-01-11', [10, 11]],
  ['calledat lt 2024-01-01T02:00:00Z', [0, 1]],
  ['_parent_value eq null', [0]],
  [`accountid eq ${guid(4)}`, [4]],
  ['(rating eq 1 or creditlimit eq 100) and creditlimit lt 300', [0, 1, 2]],
  ["parentaccountid/name eq 'even 0' and creditlimit ge 1100", [11]],
  ["accountnumber ne 'A1' and creditlimit lt 300", [0, 2]],
])('$filter=%s finds its rows', async (filter, found) => {
  const told = await concord.get(`${ACCOUNTS}?$select=accountnumber&$filter=${encodeURIComponent(filter)}`);
  expect(numbersOf(told.rows)).toEqual(found);
});

test.each([
  ["$filter=nosuch eq 'x'", "Could not find a property named 'nosuch'"],
  ['$filter=name eq', 'ends too early'],
  ["$filter=name = 'x'", 'Syntax error'],
  ['$select=nosuch', "Could not find a property named 'nosuch'"],
  ['$select=parent', "Could not find a property named 'parent'"],
  ['$orderby=nosuch', "Could not find a property named 'nosuch'"],
  ['$skip=1', 'Skip Clause is not supported'],
  ['$skiptoken=forged', 'Malformed Skip Token'],
])('%s is refused with 400 in words', async (query, words) => {
  const told = await concord.get(`${ACCOUNTS}?${query}`);
  expect([told.status, wordsIn(told)]).toEqual([400, expect.stringContaining(words)]);
});

test('a row tells its selected columns, its id, its version, and the currency of an amount', async () => {
  const told = await concord.get(`${ACCOUNTS}?$select=name,_parent_value&$top=1&$orderby=creditlimit desc`);
  expect(told.rows).toEqual([
    { '@odata.etag': expect.stringMatching(/^W\/"\d+"$/), name: 'odd 11', _parent_value: guid(0), accountid: guid(11) },
  ]);
  expect(textAt(told.json, '@odata.context')).toMatch(/\/api\/data\/v9\.2\/\$metadata#accounts\(name,_parent_value\)$/);
});

test('annotations tell labels and what a look-up points at', async () => {
  const told = await concord.get(`${ACCOUNTS}(${guid(3)})?$select=rating,_parent_value,vip`, { prefer: 'odata.include-annotations="*"' });
  expect(told.json).toMatchObject({
    'rating@OData.Community.Display.V1.FormattedValue': 'Cold',
    'vip@OData.Community.Display.V1.FormattedValue': 'Yes',
    '_parent_value@OData.Community.Display.V1.FormattedValue': 'Even 0',
    '_parent_value@Microsoft.Dynamics.CRM.lookuplogicalname': 'account',
    '_parent_value@Microsoft.Dynamics.CRM.associatednavigationproperty': 'parentaccountid',
  });
});

test('$expand tells the row that a look-up points at, with its own columns', async () => {
  const told = await concord.get(
    `${ACCOUNTS}(${guid(3)})?$select=name&$expand=parentaccountid($select=name;$expand=parentaccountid($select=name))`,
  );
  expect(told.json['parentaccountid']).toMatchObject({ name: 'Even 0', accountid: guid(0), parentaccountid: null });
});

describe('conditional reads', () => {
  test('the version that the client has is answered with 304, another one with the row', async () => {
    const first = await concord.get(`${ACCOUNTS}(${guid(1)})`);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toBe(first.json['@odata.etag']);
    expect((await concord.get(`${ACCOUNTS}(${guid(1)})`, { 'if-none-match': etag })).status).toBe(304);
    expect((await concord.get(`${ACCOUNTS}(${guid(1)})`, { 'if-none-match': 'W/"1"' })).status).toBe(200);
  });

  test('with $expand the row is always told', async () => {
    const at = `${ACCOUNTS}(${guid(1)})?$expand=parentaccountid`;
    const etag = textAt((await concord.get(at)).json, '@odata.etag');
    expect((await concord.get(at, { 'if-none-match': etag })).status).toBe(200);
  });
});

describe('pages', () => {
  test.each([1, 5, 12, 50])('of %i rows together tell each row once', async (size) => {
    const read = await readAll(concord, `${ACCOUNTS}?$select=accountnumber`, { prefer: `odata.maxpagesize=${size}` });
    expect(numbersOf(read.rows)).toEqual(accounts.map((_row, n) => n));
    expect(read.pages).toBe(Math.ceil(12 / size));
  });

  test('keep the order that was asked for', async () => {
    const read = await readAll(concord, `${ACCOUNTS}?$select=accountnumber&$orderby=rating,creditlimit desc`, {
      prefer: 'odata.maxpagesize=5',
    });
    expect(numbersOf(read.rows)).toEqual([10, 8, 6, 4, 2, 0, 11, 9, 7, 5, 3, 1]);
  });

  test('say which size was applied, and pass it over with $top', async () => {
    const paged = await concord.get(ACCOUNTS, { prefer: 'odata.maxpagesize=5' });
    const top = await concord.get(`${ACCOUNTS}?$top=7`, { prefer: 'odata.maxpagesize=5' });
    expect(paged.headers.get('preference-applied')).toBe('odata.maxpagesize=5');
    expect([top.rows.length, top.headers.get('preference-applied'), '@odata.nextLink' in top.json]).toEqual([7, null, false]);
  });

  test('a row that is deleted between two pages moves no other row out of sight', async () => {
    const extra = await Promise.all(
      [1, 2, 3].map((n) => concord.call('POST', `${CE}/notes`, { text: `n${n}` }, { prefer: 'return=representation' })),
    );
    const first = await concord.get(`${CE}/notes`, { prefer: 'odata.maxpagesize=1' });
    await concord.call('DELETE', `${CE}/notes(${textAt(first.rows[0], 'noteid')})`);
    const rest = await readAll(concord, textAt(first.json, '@odata.nextLink'), { prefer: 'odata.maxpagesize=1' });
    const told = [...first.rows, ...rest.rows].map((row) => row['noteid']);
    expect(new Set(told)).toEqual(new Set(extra.map((one) => one.json['noteid'])));
  });
});

test('$count counts what the filter finds, beside the rows or alone', async () => {
  const beside = await concord.get(`${ACCOUNTS}?$count=true&$top=1&$filter=rating eq 1`);
  const alone = await concord.get(`${ACCOUNTS}/$count?$filter=rating eq 1`);
  expect([beside.json['@odata.count'], alone.text]).toEqual([6, '6']);
});

test('a path that leads nowhere is 404, a method that does not fit 405', async () => {
  expect((await concord.get(`${CE}/nosuch`)).status).toBe(404);
  expect((await concord.call('DELETE', ACCOUNTS)).status).toBe(405);
});

describe('metadata', () => {
  test('a table is found by its set name, with the columns that were selected', async () => {
    const told = await concord.get(`${CE}/EntityDefinitions?$select=LogicalName,PrimaryIdAttribute&$filter=EntitySetName eq 'accounts'`);
    expect(told.rows).toEqual([{ MetadataId: expect.any(String), LogicalName: 'account', PrimaryIdAttribute: 'accountid' }]);
  });

  test('a table by logical name tells its attributes and keys', async () => {
    const told = await concord.get(
      `${CE}/EntityDefinitions(LogicalName='account')?$select=EntitySetName,ChangeTrackingEnabled&$expand=Attributes($select=LogicalName,AttributeType,IsValidForUpdate),Keys($select=LogicalName,KeyAttributes)`,
    );
    expect(told.json).toMatchObject({ EntitySetName: 'accounts', ChangeTrackingEnabled: true });
    expect(told.json['Attributes']).toContainEqual(
      expect.objectContaining({ LogicalName: 'total', AttributeType: 'Money', IsValidForUpdate: false }),
    );
    expect(told.json['Keys']).toEqual([expect.objectContaining({ LogicalName: 'abc_number', KeyAttributes: ['accountnumber'] })]);
  });

  test('$metadata names types, keys and look-ups', async () => {
    const { text } = await concord.get(`${CE}/$metadata`);
    expect(text).toContain('<EntityType Name="account"><Key><PropertyRef Name="accountid" /></Key>');
    expect(text).toContain('<NavigationProperty Name="customerid_account" Type="mscrm.account">');
  });
});
