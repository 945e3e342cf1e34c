import { memory } from '@concord/adapters';
import {
  compileTable,
  entityName,
  identityText,
  keyOf,
  policies,
  recordId,
  referencesOf,
  systemId,
  toColumns,
  translateRow,
  version,
  type FieldMap,
  type JsonObject,
  type References,
  type RegisterMap,
  type Scalar,
  type Value,
} from '@concord/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const [FNO, CE] = [systemId('fno'), systemId('ce')];
const ACME = recordId('acme-record');
const { dialect } = memory({ id: CE, bindings: [] });

const account: FieldMap = {
  name: 'account',
  type: { kind: 'text' },
  sides: { fno: { column: 'CustomerAccount' }, ce: { column: 'accountnumber' } },
};
const hold: FieldMap = {
  name: 'hold',
  type: { kind: 'choice' },
  sides: {
    fno: { column: 'OnHold', values: { No: 'No', All: 'All' } },
    ce: { column: 'onhold', values: { No: '192350000', All: '192350002' } },
  },
};
const seasons: FieldMap = {
  name: 'seasons',
  type: { kind: 'choices' },
  sides: { fno: { column: 'Seasons' }, ce: { column: 'seasons', values: { Summer: '1', Winter: '2' } } },
};
const parent: FieldMap = {
  name: 'parent',
  type: { kind: 'reference', entity: 'customer' },
  sides: {
    fno: { column: 'ParentAccount', by: 'account' },
    ce: { column: '_parent_value', write: 'parent@odata.bind', as: '/accounts({})' },
  },
};
const street: FieldMap = { name: 'street', type: { kind: 'text' }, sides: { ce: { column: 'street' }, fno: { column: 'Street' } } };
const city: FieldMap = { name: 'city', type: { kind: 'text' }, sides: { ce: { column: 'city' }, fno: { column: 'City' } } };
const credit: FieldMap = {
  name: 'credit',
  type: { kind: 'decimal', scale: 2 },
  sides: { ce: { column: 'credit' }, fno: { column: 'Credit', only: 'write' } },
};

const latest = { name: 'latest', options: undefined };
const registers: readonly RegisterMap[] = [
  ...[account, hold, seasons, parent, credit].map((field): RegisterMap => ({ name: field.name, fields: [field], policy: latest })),
  { name: 'address', fields: [street, city], policy: latest },
];
const entity = entityName('customer');
const binding = { entity, set: 'customers', columns: [], where: {}, constants: {} };
const table = compileTable(
  {
    entity,
    sides: { fno: { system: FNO, ...binding }, ce: { system: CE, ...binding } },
    key: ['account'],
    delete: 'update-wins',
    registers,
  },
  policies,
);

/** Acme is known: `A-1` by its account, `guid-1` by its key in ce. */
const references: References = {
  toRecord: (_system, { by, text }) => (text === (by === undefined ? 'guid-1' : 'A-1') ? ACME : undefined),
  toText: (system, { by, record }) => (record !== ACME ? undefined : by === undefined ? `guid-1` : system === FNO ? 'A-1' : undefined),
  recordIn: (value: Scalar) => (typeof value === 'string' ? recordId(value) : undefined),
};

const read = (columns: JsonObject, system = CE) =>
  translateRow(table, system, { key: keyOf('k'), version: version('v1'), columns }, dialect, references);
const write = (name: string, value: Value, system = CE) => toColumns(table, system, new Map([[name, { value }]]), dialect, references);

describe('value maps', () => {
  test('each system says a choice in its own words, and both mean the same', () => {
    expect(read({ onhold: '192350002' }).values.get('hold')).toBe('All');
    expect(read({ OnHold: 'All' }, FNO).values.get('hold')).toBe('All');
    expect(write('hold', 'All')).toEqual({ kind: 'columns', columns: { onhold: '192350002' } });
  });

  test('a symbol that the value map does not name counts as not told, and is reported', () => {
    const row = read({ onhold: '7', accountnumber: 'A-1' });
    expect(row.values.has('hold')).toBe(false);
    expect(row.unreadable).toEqual([{ register: 'hold', words: 'onhold holds "7", which the value map does not name' }]);
    expect(row.values.get('account')).toBe('A-1');
  });

  test('a value that a system has no symbol for is not written to it', () => {
    expect(write('hold', 'Invoice')).toMatchObject({ kind: 'not-representable' });
    expect(write('hold', 'toString')).toMatchObject({ kind: 'not-representable' });
    expect(write('seasons', '["Summer","Monsoon"]')).toMatchObject({ kind: 'not-representable' });
  });

  test('all that does not fit is told by register, and what fits is not the worse for it', () => {
    const both = new Map<string, { value: Value }>([
      ['hold', { value: 'Invoice' }],
      ['account', { value: 'A-1' }],
      ['seasons', { value: '["Monsoon"]' }],
    ]);
    expect(toColumns(table, CE, both, dialect, references)).toMatchObject({
      kind: 'not-representable',
      registers: { hold: expect.stringContaining('Invoice'), seasons: expect.stringContaining('Monsoon') },
    });
  });

  test('sets are translated choice by choice', () => {
    expect(read({ seasons: '["1","2"]' }).values.get('seasons')).toBe('["Summer","Winter"]');
    expect(write('seasons', '["Summer","Winter"]')).toEqual({ kind: 'columns', columns: { seasons: '["1","2"]' } });
    expect(read({ seasons: '["1","9"]' }).unreadable).toHaveLength(1);
  });
});

describe('references', () => {
  test('whatever a system calls the other record, it is one and the same record', () => {
    expect(read({ _parent_value: 'guid-1' }).values.get('parent')).toBe(ACME);
    expect(read({ ParentAccount: 'A-1' }, FNO).values.get('parent')).toBe(ACME);
  });

  test('a look-up is read in one column and written in another', () => {
    expect(write('parent', ACME)).toEqual({ kind: 'columns', columns: { 'parent@odata.bind': '/accounts(guid-1)' } });
    expect(write('parent', ACME, FNO)).toEqual({ kind: 'columns', columns: { ParentAccount: 'A-1' } });
    expect(write('parent', null)).toEqual({ kind: 'columns', columns: { 'parent@odata.bind': null } });
  });

  test('a record that is not mirrored yet is waited for: in a row, and in a write', () => {
    const row = read({ _parent_value: 'guid-9' });
    expect(row.values.has('parent')).toBe(false);
    expect(row.waitsFor).toEqual([{ register: 'parent', entity: 'customer', text: 'guid-9' }]);
    expect(write('parent', 'another-record')).toMatchObject({ kind: 'waits', record: 'another-record' });
  });

  test('what a row refers to is known before it is translated', () => {
    expect(referencesOf(table, FNO, { ParentAccount: 'A-1' }, dialect)).toEqual([{ entity: 'customer', text: 'A-1', by: 'account' }]);
    expect(referencesOf(table, CE, { _parent_value: null }, dialect)).toEqual([]);
  });
});

describe('what was not told', () => {
  test('a column that is missing is not told, and an empty one is told to be empty', () => {
    expect([...read({ accountnumber: null }).values]).toEqual([['account', null]]);
  });

  test('a column that is only written is never read', () => {
    expect(read({ Credit: '5.00' }, FNO).values.has('credit')).toBe(false);
    expect(read({ credit: '5.00' }).values.get('credit')).toBe('5.00');
  });

  test('a column that cannot be understood is named with what it holds', () => {
    expect(read({ credit: 'plenty' }).unreadable).toEqual([{ register: 'credit', words: 'credit holds "plenty", which is no decimal' }]);
  });
});

describe('groups', () => {
  test('a group is told whole or not at all', () => {
    expect(read({ street: 'Elm Street 1', city: 'Leeds' }).values.get('address')).toEqual(['Elm Street 1', 'Leeds']);
    expect(read({ street: 'Elm Street 1' }).values.has('address')).toBe(false);
    expect(read({ street: 'Elm Street 1', city: 5 }).unreadable).toHaveLength(1);
  });

  test('of a group only the members that differ from what is stored are written', () => {
    const wanted = new Map([['address', { value: ['Elm Street 1', 'Leeds'], stored: ['Elm Street 1', 'York'] }]]);
    expect(toColumns(table, CE, wanted, dialect, references)).toEqual({ kind: 'columns', columns: { city: 'Leeds' } });
  });
});

test('a new row is created without its empty columns', () => {
  const wanted = new Map<string, { readonly value: Value }>([
    ['account', { value: 'A-2' }],
    ['credit', { value: null }],
    ['address', { value: ['Elm Street 1', null] }],
  ]);
  const told = toColumns(table, CE, wanted, dialect, references, { leaveOutEmpty: true });
  expect(told).toEqual({ kind: 'columns', columns: { accountnumber: 'A-2', street: 'Elm Street 1' } });
});

test('the natural key does not tell upper from lower case, nor outer blanks; without it there is no identity', () => {
  expect(read({ accountnumber: ' Acme ' }).identity).toBe(identityText(['ACME']));
  expect(read({ accountnumber: null }).identity).toBeUndefined();
});

test('what was written reads back as the same value', () => {
  const values: Readonly<Record<string, fc.Arbitrary<Value>>> = {
    account: fc.option(fc.string({ unit: 'grapheme' })),
    hold: fc.constantFrom('No', 'All', null),
    seasons: fc.constantFrom('["Summer"]', '["Summer","Winter"]', null),
    credit: fc.constantFrom('0.00', '-12345678901234567890.12', null),
    address: fc.array(fc.option(fc.string()), { minLength: 2, maxLength: 2 }),
  };
  const some = fc.constantFrom(...Object.keys(values)).chain((name) => fc.tuple(fc.constant(name), values[name] ?? fc.constant(null)));
  fc.assert(
    fc.property(some, ([name, value]) => {
      const told = write(name, value);
      expect(told.kind === 'columns' && read(told.columns).values.get(name)).toEqual(value);
    }),
  );
});
