import type { Binding, Json } from '@concord/core';
import { entityName } from '@concord/core';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hintsIn as dataverse } from '../../../packages/adapters/src/systems/dataverse/hints.ts';
import { hintsIn as finops } from '../../../packages/adapters/src/systems/finops/hints.ts';

const bound = (name: string, set: string): Binding => ({ entity: entityName(name), set, columns: [], where: {}, constants: {} });
const customer = bound('customer', 'accounts');
const order = bound('order', 'salesorders');
const ID = '2E451703-c789-e711-80ea-00155d000001';

describe('a webhook of Dataverse', () => {
  const names = new Map([
    [customer, 'account'],
    [order, 'salesorder'],
  ]);
  const known = (binding: Binding) => {
    const logicalName = names.get(binding);
    return logicalName === undefined ? undefined : ({ kind: 'table', logicalName, id: `${logicalName}id` } as const);
  };
  const read = (body: Json, headers: Readonly<Record<string, string>> = {}) => dataverse(body, headers, [customer, order], known);

  test.each<readonly [string, Json, readonly object[]]>([
    ['names its row', { PrimaryEntityName: 'account', PrimaryEntityId: ID }, [{ entity: 'customer' }]],
    ['is of a table that is not mirrored', { PrimaryEntityName: 'task', PrimaryEntityId: ID }, []],
    ['tells nothing', {}, [{ entity: 'customer' }, { entity: 'order' }]],
    ['is no object', 'what?', [{ entity: 'customer' }, { entity: 'order' }]],
    [
      'is a list',
      [{ PrimaryEntityName: 'account', PrimaryEntityId: ID }, { PrimaryEntityName: 'salesorder' }],
      [{ entity: 'customer' }, { entity: 'order' }],
    ],
  ])('that %s', (_name, body, hints) => {
    expect(read(body)).toEqual(hints);
  });

  test('whose table only the header names', () => {
    expect(read({ PrimaryEntityId: ID }, { 'x-ms-dynamics-entity-name': 'Account' })).toEqual([{ entity: 'customer' }]);
  });

  test('of any shape at all is read without a throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        expect(Array.isArray(read(JSON.parse(JSON.stringify(body))))).toBe(true);
      }),
    );
  });
});

const attributes = (pairs: Readonly<Record<string, Json>>): Json => Object.entries(pairs).map(([key, value]) => ({ key, value }));
const event = (target: Json, image?: Json): Json => ({
  MessageName: 'OnExternalUpdated',
  PrimaryEntityName: 'mserp_custcustomerv3entity',
  PrimaryEntityId: '00000000-0000-0000-0000-000000000000',
  InputParameters: [
    { key: 'Target', value: { Attributes: target } },
    ...(image === undefined ? [] : [{ key: 'PreImage', value: { Attributes: image } }]),
  ],
});

describe('an event of the finance service', () => {
  const facts = {
    bindings: [customer, order],
    company: 'abct',
    known: (binding: Binding) =>
      ({ kind: 'table', keys: ['dataAreaId', binding === customer ? 'CustomerAccount' : 'SalesOrderNumber'] }) as const,
  };
  const hit = [{ entity: 'customer', key: "dataAreaId='abct',CustomerAccount='O''Neil'" }];

  test.each<readonly [string, Json, readonly object[]]>([
    ['a data event', event(attributes({ mserp_customeraccount: "O'Neil", mserp_dataareaid: 'ABCT' })), hit],
    ['a deletion, told by its image alone', event(null, attributes({ mserp_customeraccount: "O'Neil", mserp_dataareaid: 'abct' })), hit],
    ['another company', event(attributes({ mserp_customeraccount: 'C-1', mserp_dataareaid: 'usmf' })), []],
    ['another entity', event(attributes({ mserp_itemnumber: 'X', mserp_dataareaid: 'abct' })), []],
    ['a key that is no text', event(attributes({ mserp_customeraccount: { Value: 1 }, mserp_dataareaid: 'abct' })), []],
    ['a stripped body', event(null), [{ entity: 'customer' }, { entity: 'order' }]],
    [
      'a business event',
      { BusinessEventId: 'X', LegalEntity: 'ABCT', SalesOrderNumber: 'SO-1' },
      [{ entity: 'order', key: "dataAreaId='abct',SalesOrderNumber='SO-1'" }],
    ],
    ['a business event of another company', { BusinessEventId: 'X', LegalEntity: 'USMF', SalesOrderNumber: 'SO-1' }, []],
    ['a business event without a document', { BusinessEventId: 'X', LegalEntity: 'ABCT' }, [{ entity: 'customer' }, { entity: 'order' }]],
  ])('%s', (_name, body, hints) => {
    expect(finops(body, facts)).toEqual(hints);
  });

  test('of any shape at all is read without a throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        expect(Array.isArray(finops(JSON.parse(JSON.stringify(body)), facts))).toBe(true);
      }),
    );
  });
});
