import {
  AUDITED,
  auditTable,
  changedSince,
  compileTable,
  parseConfig,
  policies,
  systemId,
  tellFault,
  type ColumnFacts,
  type RightFacts,
  type Table,
  type TableFacts,
  type Trouble,
} from '@concord/core';
import { expect, test } from 'vitest';

const [A, B] = [systemId('a'), systemId('b')];

const FIELDS = `
      number: { a: number, b: number }
      name: { a: name, b: { column: name, maxLength: 40 } }
      price: { a: price, b: price, type: decimal(2) }
      day: { a: day, b: day, type: date }
      status: { a: status, b: status, values: { open: { a: Open, b: 1 }, done: { a: Done, b: 2 } } }
      owned: { a: owned, b: owned, policy: { owner: a } }`;

function tableOf(fields = FIELDS, more = '', deletes = ''): Table {
  const text = `systems: { a: { adapter: memory }, b: { adapter: memory } }
entities:
  thing:
    a: { set: things, constants: { kind: 1 } }
    b: { set: things${more} }
    key: [number]
    ${deletes}
    fields:${fields}`;
  const parsed = parseConfig(text, { file: 'audit.yaml', env: {} });
  if (parsed.kind === 'faults') throw new Error(parsed.faults.map(tellFault).join('\n'));
  const [map] = parsed.config.entities;
  if (!map) throw new Error('there is no entity');
  return compileTable(map, policies);
}

const column = (name: string, more: Partial<ColumnFacts> = {}): ColumnFacts => ({
  name,
  kind: 'text',
  told: 'String',
  charsMax: 60,
  isRequired: false,
  canCreate: true,
  canUpdate: true,
  ...more,
});

const right = (name: string, reach: RightFacts['reach'] = 'all', told = 'Global'): RightFacts => ({ name, reach, told });
const RIGHTS = { read: right('prvRead'), create: right('prvCreate'), update: right('prvWrite'), delete: right('prvDelete') };

function factsOf(
  more: Readonly<Record<string, Partial<ColumnFacts> | undefined>> = {},
  symbols: readonly string[] = ['Open', 'Done'],
): TableFacts {
  const plain = {
    number: {},
    name: {},
    price: { kind: 'decimal', told: 'Decimal', scale: 2 },
    day: { kind: 'date', told: 'Date' },
    status: { kind: 'choice', told: 'Picklist', symbols },
    owned: {},
    kind: { kind: 'integer', told: 'Integer' },
  } as const satisfies Record<string, Partial<ColumnFacts>>;
  const all: Readonly<Record<string, Partial<ColumnFacts> | undefined>> = { ...plain, ...more };
  return {
    kind: 'table',
    columns: Object.entries(all).flatMap(([name, facts]) => (facts ? [column(name, facts)] : [])),
    keys: [['number']],
    rights: RIGHTS,
  };
}

const IN_B = ['1', '2'];

function codes(b: TableFacts | Trouble | undefined, table = tableOf(), a: TableFacts = factsOf()): readonly string[] {
  return auditTable(
    table,
    new Map([
      [A, a],
      [B, b],
    ] as const),
  ).map(({ code, severity, system, field, column: name }) => `${severity} ${code} ${system} ${field ?? name ?? ''}`.trim());
}

test('maps and metadata that agree have nothing to be told', () => {
  expect(codes(factsOf({}, IN_B))).toEqual([]);
});

test.each([
  ['a column that is gone', factsOf({ price: undefined }, IN_B), ['error A02 b price']],
  ['another type', factsOf({ price: { kind: 'text' } }, IN_B), ['error A03 b price']],
  ['a length that the map overstates', factsOf({ name: { charsMax: 30 } }, IN_B), ['error A04 b name']],
  ['a text that is shorter on one side', factsOf({ number: { charsMax: 20 } }, IN_B), ['warning A04 b number']],
  ['fewer digits', factsOf({ price: { kind: 'decimal', told: 'Decimal', scale: 1 } }, IN_B), ['warning A05 b price']],
  ['a read-only column', factsOf({ name: { canCreate: false, canUpdate: false } }, IN_B), ['error A06 b name']],
  ['a column that only a create sets', factsOf({ name: { canUpdate: false } }, IN_B), ['warning A06 b name']],
  ['the key, which nobody changes', factsOf({ number: { canUpdate: false } }, IN_B), []],
  ['a required column that is not mapped', factsOf({ vat: { isRequired: true } }, IN_B), ['warning A07 b vat']],
  ['one that the system fills itself', factsOf({ vat: { isRequired: true, canCreate: false } }, IN_B), []],
  ['a choice without an entry', factsOf({}, ['1', '2', '3']), ['warning A08 b status']],
  ['an entry without a choice', factsOf({}, ['1']), ['error A09 b status']],
  ['no key that finds the record', { ...factsOf({}, IN_B), keys: [['id']] }, ['warning A10 b']],
  ['a key of more than the record names', { ...factsOf({}, IN_B), keys: [['number', 'line']] }, ['warning A10 b']],
  ['change tracking that is off', { ...factsOf({}, IN_B), tracksChanges: false }, ['error A11 b']],
  ['a system without metadata', undefined, ['note A13 b']],
  ['no right', { kind: 'denied', words: 'HTTP 403' } as const, ['error A01 b']],
  ['texts of which no length is told', factsOf({ number: { kind: 'id' }, name: { kind: 'id' }, owned: { kind: 'id' } }, IN_B), []],
])('%s', (_title, b, expected) => {
  expect(codes(b)).toEqual(expected);
});

const withRights = (more: Partial<typeof RIGHTS>): TableFacts => ({ ...factsOf({}, IN_B), rights: { ...RIGHTS, ...more } });

test.each([
  ['a right to create that is missing', { create: right('prvCreate', 'none', 'None') }, '', ['error A14 b']],
  ['a right to read that is missing', { read: right('prvRead', 'none', 'None') }, '', ['error A14 b']],
  ['a right to write what some own', { update: right('prvWrite', 'some', 'Basic') }, '', ['warning A14 b']],
  ['a right to create what is its own', { create: right('prvCreate', 'some', 'Basic') }, '', []],
  ['a right to delete that is missing', { delete: right('prvDelete', 'none', 'None') }, '', ['error A14 b']],
  ['the same where deletions stay where they are', { delete: right('prvDelete', 'none', 'None') }, 'delete: unlink', []],
  ['the same where deletions are undone', { delete: right('prvDelete', 'none', 'None') }, 'delete: restore', []],
  ['the same where only this system deletes', { delete: right('prvDelete', 'none', 'None') }, 'delete: { owner: b }', []],
  ['the same where only the other one deletes', { delete: right('prvDelete', 'none', 'None') }, 'delete: { owner: a }', ['error A14 b']],
])('%s', (_title, rights, deletes, expected) => {
  expect(codes(withRights(rights), tableOf(FIELDS, '', deletes))).toEqual(expected);
});

test('where nothing is written, only reading is needed', () => {
  const none = { create: right('prvCreate', 'none'), update: right('prvWrite', 'none'), delete: right('prvDelete', 'none') };
  expect(codes(withRights(none), tableOf(FIELDS, ', only: read'))).toEqual([]);
});

test('a right that is missing is told by its name, with what to do; where rights are not told, that is', () => {
  const facts = (told: TableFacts) =>
    auditTable(
      tableOf(),
      new Map([
        [A, factsOf()],
        [B, told],
      ]),
    );
  const [found] = facts(withRights({ update: right('prvWriteThing', 'none', 'None') }));
  expect(found).toMatchObject({
    words: 'our user may not update rows: it lacks prvWriteThing',
    fix: 'Give it prvWriteThing for the whole organisation, by a security role.',
  });
  const { rights: _rights, ...untold } = factsOf({}, IN_B);
  expect(facts(untold)).toMatchObject([{ code: 'A14', severity: 'note' }]);
});

test('a renamed column is guessed', () => {
  const found = auditTable(
    tableOf(),
    new Map([
      [A, factsOf()],
      [B, factsOf({ price: undefined, prices: { kind: 'decimal' } }, IN_B)],
    ] as const),
  );
  expect(found[0]).toMatchObject({ code: 'A02', fix: 'Was it renamed? There is "prices".' });
});

test("what is given as a constant is given, and a transform is nobody else's to judge", () => {
  expect(codes(factsOf({}, IN_B), tableOf(), factsOf({ kind: { kind: 'integer', isRequired: true } }))).toEqual([]);
  const table = tableOf(FIELDS.replace('b: price, type', () => "b: { column: price, from: '$', to: '$' }, type"));
  expect(codes(factsOf({ price: { kind: 'text' } }, IN_B), table)).toEqual([]);
});

test('where no length is told, that is said once', () => {
  const bare = factsOf({}, IN_B);
  const columns = bare.columns.map(({ charsMax: _charsMax, ...rest }) => rest);
  expect(codes({ ...bare, columns })).toEqual(['note A04 b']);
});

test('since a baseline: what changed in the columns that are used, and what is asked for anew', () => {
  const [before, now] = [
    { ...factsOf({ other: {} }), tracksChanges: true },
    { ...factsOf({ name: { charsMax: 50 }, other: { charsMax: 1 }, vat: { isRequired: true } }, ['Open', 'Shut']), tracksChanges: false },
  ];
  const told = changedSince(tableOf(), A, before, now).map(({ column: name, words }) => `${name ?? 'table'}: ${words}`);
  expect(told).toEqual([
    'name: it held 60 characters and holds 50',
    'status: new choices: Shut, choices that are gone: Done',
    'vat: it is required now',
    'table: change tracking was turned off',
  ]);
  expect(changedSince(tableOf(), A, now, now)).toEqual([]);
});

test('every code says what it is about', () => {
  expect(Object.keys(AUDITED)).toHaveLength(14);
  expect(Object.values(AUDITED).every((words) => words.length > 10)).toBe(true);
});
