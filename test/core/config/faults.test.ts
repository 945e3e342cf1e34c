import { parseConfig, tellFault, type Fault } from '@concord/core';
import { expect, test } from 'vitest';
import { ENV, SAMPLE } from './sample.ts';

function faultsOf(text: string, env: Readonly<Record<string, string>> = ENV): readonly Fault[] {
  const answer = parseConfig(text, { file: 'concord.yaml', env });
  return answer.kind === 'faults' ? answer.faults : [];
}

/** What is written instead of what, the line that the one fault must name, and what it and its suggestion must say. */
type Broken = readonly [title: string, from: string, to: string, line: number, text: string, suggestion: string];

const broken: readonly Broken[] = [
  ['a mistyped word in an entity', 'delete: manual', 'delet: manual', 10, '"delet" is not known here.', 'Did you mean "delete"?'],
  ['a mistyped word in a field', 'policy: immutable', 'polcy: immutable', 12, '"polcy" is not known here.', 'Did you mean "policy"?'],
  ['a mistyped system in a field', 'ce: creditlimit', 'cee: creditlimit', 14, '"cee" is not known here.', 'Did you mean "ce"?'],
  [
    'a mistyped system in an entity',
    'ce: { set: salesorders, only: read }',
    'cf: { set: salesorders }',
    26,
    '"cf" is not known here.',
    'Did you mean "ce"?',
  ],
  ['a mistyped word at the top', 'server:', 'sever:', 38, '"sever" is not known here.', 'Did you mean "server"?'],
  ['a mistyped word of a side', 'as: /accounts', 'at: /accounts', 32, '"at" is not known here.', 'Did you mean "as"?'],
  ['a mistyped limit', 'pollMs: 2000', 'polMs: 2000', 39, '"polMs" is not known here.', 'Did you mean "pollMs"?'],
  [
    'a policy that does not exist',
    'policy: immutable',
    'policy: imutable',
    12,
    'There is no policy "imutable".',
    'Did you mean "immutable"?',
  ],
  [
    'a policy that needs options',
    'policy: { owner: fno }',
    'policy: owner',
    14,
    'The policy "owner" needs more than its name.',
    'Write policy: { owner: … }.',
  ],
  ['a policy of a system that does not exist', '{ owner: fno }', '{ owner: fnno }', 14, 'The policy names "fnno"', 'Did you mean "fno"?'],
  [
    'a policy of a value that does not exist',
    '[No, Invoice, All]',
    '[No, Invoce, All]',
    19,
    'The policy names the value "Invoce"',
    'Did you mean "Invoice"?',
  ],
  ['two policies at once', '{ owner: fno }', '{ owner: fno, latest: 1 }', 14, 'A policy is one name', 'Write policy: latest'],
  ['policy options of the wrong kind', '{ owner: fno }', '{ owner: [fno] }', 14, 'Expected a text; found ["fno"].', ''],
  [
    'a policy that cannot decide the type',
    'policy: { text: lines }',
    'policy: counter',
    35,
    'The policy "counter" cannot decide a field of type text.',
    'It is for integer, decimal.',
  ],
  [
    'a set policy on a single choice',
    'policy: { rank: [No, Invoice, All] }',
    'policy: set',
    19,
    'The policy "set" cannot decide a field of type choice.',
    'It is for choices.',
  ],
  [
    'a policy that cannot decide a group',
    '[street, city], policy: latest',
    '[street, city], policy: text',
    23,
    'The policy "text" cannot decide a group',
    'Use latest',
  ],
  [
    'a ranking of a group',
    '[street, city], policy: latest',
    '[street, city], policy: { rank: [a, b] }',
    23,
    'The policy "rank" cannot decide a group',
    'Use latest',
  ],
  [
    'a group of a field that does not exist',
    '[street, city]',
    '[stret, city, street]',
    23,
    'There is no field "stret".',
    'Did you mean "street"?',
  ],
  ['a group of one', '[street, city]', '[street]', 23, 'Expected a list of 2 or more; found ["street"].', ''],
  [
    'a field twice in a group',
    '[street, city]',
    '[street, city, city]',
    23,
    'The field "city" is in this group twice.',
    'Keep it in one place.',
  ],
  [
    'a field in two groups',
    'policy: latest }\n',
    'policy: latest }\n      where: { fields: [name, city] }\n',
    24,
    'The field "city" is in the group "address" too.',
    'Keep it in one place.',
  ],
  ['a group that is called like a field', 'address: {', 'name: {', 23, 'A field is called "name" too.', 'Give the group another name.'],
  [
    'a member with a policy of its own',
    'ce: address1_city',
    'ce: address1_city, policy: latest',
    21,
    'The field is decided by the group "address".',
    'Leave its own policy out.',
  ],
  [
    'a group over different systems',
    '{ fno: City, ce: address1_city }',
    '{ fno: { column: City, only: read } }',
    23,
    '"city" is in fno, "street" is in fno and ce.',
    'Group fields of the same systems.',
  ],
  [
    'a key of a field that does not exist',
    '[company, account]',
    '[company, acount]',
    9,
    'There is no field "acount".',
    'Did you mean "account"?',
  ],
  ['a key of the company alone', '[company, account]', '[company]', 9, 'A key of the company alone', 'Add the field that names a row.'],
  [
    'a key field in a group',
    '[company, account]',
    '[account, city]',
    9,
    'The field "city" is in the group "address"',
    'Take it out of the group.',
  ],
  ['a key field twice', '[company, account]', '[account, account]', 9, '"account" is in the key twice.', 'Keep one of the two.'],
  [
    'a key field that one system does not tell',
    '{ fno: CustomerAccount, ce: accountnumber, policy: immutable }',
    '{ fno: { column: CustomerAccount, only: read } }',
    9,
    'not read in ce',
    'could not be matched',
  ],
  ['a type that does not exist', 'decimal(2)', 'decmal(2)', 14, '"decmal(2)" is not a type.', 'Did you mean "decimal(2)"?'],
  ['a type of another language', 'type: decimal(2)', 'type: money', 14, '"money" is not a type.', 'Write decimal(2)'],
  ['too many digits', 'decimal(2)', 'decimal(16)', 14, '"decimal(16)" is not a type.', '15 at the most'],
  [
    'a reference to an entity that does not exist',
    '{ reference: customer }',
    '{ reference: custmer }',
    33,
    'There is no entity "custmer".',
    'Did you mean "customer"?',
  ],
  [
    'a reference by a field that does not exist',
    'by: account',
    'by: acount',
    31,
    '"customer" has no field "acount".',
    'Did you mean "account"?',
  ],
  ['a reference by a field that is not the key', 'by: account', 'by: name', 31, '"name" is not the key of "customer".', 'Refer by its key'],
  [
    '"by" without a reference',
    'ce: name }',
    'ce: { column: name, by: account } }',
    13,
    '"by" is for references.',
    'type: { reference: … }',
  ],
  ['a template without a place', '/accounts({})', '/accounts()', 32, 'does not say where the value goes', 'Put {} there once'],
  [
    'a value map that is not one to one',
    'All: 192350002',
    'All: 192350001',
    18,
    '"192350001" of ce stands for both "Invoice" and "All".',
    'Give each symbol one of its own.',
  ],
  ['a value without a symbol in one system', '{ fno: S, ce: 2 }', '{ fno: S }', 34, '"silk" has no symbol in ce.', 'Add "ce: …".'],
  [
    'a value of a system that does not exist',
    '{ fno: S, ce: 2 }',
    '{ fno: S, ce: 2, cf: 3 }',
    34,
    '"cf" does not have this field.',
    'Did you mean "ce"?',
  ],
  [
    'a value map of a text',
    'ce: name }',
    'ce: name, type: text, values: { a: b } }',
    13,
    'A field of type text has no value map.',
    'Make it a choice',
  ],
  [
    'two fields that write one column',
    'ce: name }',
    'ce: creditlimit }',
    14,
    'The field "name" writes the column "creditlimit" of ce too.',
    'only: read',
  ],
  [
    'a field without any column',
    '{ fno: OrganizationName, ce: name }',
    '{ type: text }',
    13,
    'The field has no column in any system.',
    'Add "fno: column".',
  ],
  [
    'a field that nobody tells',
    '{ fno: OrganizationName, ce: name }',
    '{ fno: { column: A, only: write }, ce: { column: a, only: write } }',
    13,
    'No system is read for this field.',
    'Leave out "only: write"',
  ],
  [
    'a system that the entity is not in',
    '    ce: { set: salesorders, only: read }\n',
    '',
    24,
    'The entity is in fno alone',
    'Add "ce: { set: … }".',
  ],
  ['a missing set', 'ce: { set: accounts, ', 'ce: { ', 8, '"set" is missing.', 'Add "set: …".'],
  ['a missing adapter', 'adapter: dataverse, ', '', 3, '"adapter" is missing.', 'Add "adapter: …".'],
  ['a variable that is not set', '${FNO_URL}', '${FNO_URI}', 2, 'The variable FNO_URI is not set.', 'Did you mean "FNO_URL"?'],
  ['a variable that is no variable', '"${CE_URL}/api"', '"${CE-URL}/api"', 3, 'is not a variable', 'Write ${NAME}'],
  ['a secret in the file', 'secret: ${FNO_SECRET}', 'secret: hunter2', 2, 'A secret stands in the file.', 'environment variable'],
  [
    'half a secret in the file',
    'secret: ${FNO_SECRET}',
    'secret: "x${FNO_SECRET}"',
    2,
    'A secret stands in the file.',
    'environment variable',
  ],
  ['a name that a key word has', 'name: { fno', 'company: { fno', 13, '"company" is reserved', 'Use another name.'],
  ['a name that every object has', 'name: { fno', 'constructor: { fno', 13, '"constructor" is reserved', 'Use another name.'],
  ['a name that begins with a dollar', 'name: { fno', '$life: { fno', 13, '"$life" cannot be the name of a field.', 'Use a letter'],
  ['a name with a dot', 'name: { fno', 'na.me: { fno', 13, '"na.me" cannot be the name of a field.', 'Use a letter'],
  [
    'a delete policy that does not exist',
    'delete: manual',
    'delete: update_wins',
    10,
    'Expected one of a few words; found "update_wins".',
    'Did you mean "update-wins"?',
  ],
  ['a port that is none', 'port: 8090', 'port: 80900', 38, 'Expected 65535 at the most; found 80900.', ''],
  ['a time that is no number', 'pollMs: 2000', 'pollMs: soon', 39, 'Expected a number; found "soon".', ''],
  [
    'a number that cannot be kept',
    'No: 192350000',
    'No: 12345678901234567890',
    18,
    'This number cannot be kept exactly.',
    'Put it into quotes.',
  ],
  ['the same name twice', 'name: { fno', 'account: { fno', 13, 'The same name stands here twice.', 'Keep one of the two.'],
  ['a tab', '      name: { fno', '\tname: { fno', 13, 'indented with a tab', 'Use spaces.'],
  ['a bracket that is not closed', '[company, account]', '[company, account', 10, 'This is no YAML', ''],
  ['an alias without its anchor', '[company, account]', '*nowhere', 1, 'An alias cannot be followed', 'Write out'],
  [
    'a list in place of a block',
    'ledger: { file: there.db }',
    'ledger: [there.db]',
    37,
    'Expected a block of settings; found ["there.db"].',
    '',
  ],
];

test.each(broken)('%s is told with its line, and nothing besides', (_title, from, to, line, text, suggestion) => {
  expect(SAMPLE).toContain(from);
  const faults = faultsOf(SAMPLE.replace(from, () => to));
  expect(faults.map(tellFault)).toHaveLength(1);
  expect(faults[0]).toMatchObject({ file: 'concord.yaml', line, text: expect.stringContaining(text) });
  expect(faults[0]?.suggestion ?? '').toContain(suggestion);
});

test('a reserved name of a system is told', () => {
  const faults = faultsOf(SAMPLE.replace('  ce: { adapter', '  person: { adapter'));
  expect(faults[0]).toMatchObject({ line: 3, text: expect.stringContaining('"person" is reserved'), path: 'systems.person' });
});

test('all faults are told at once, in the order of the lines', () => {
  const text = SAMPLE.replace('policy: immutable', 'policy: imutable')
    .replace('type: decimal(2)', 'type: money')
    .replace('port: 8090', 'prt: 8090');
  expect(faultsOf(text).map(({ line, path }) => [line, path])).toEqual([
    [12, 'entities.customer.fields.account.policy'],
    [14, 'entities.customer.fields.creditLimit.type'],
    [38, 'server.prt'],
  ]);
});

test('one bad field does not hide what is wrong elsewhere in its entity', () => {
  const text = SAMPLE.replace('{ fno: OrganizationName, ce: name }', '7')
    .replace('[street, city]', '[street, cty]')
    .replace('[company, account]', '[acount]');
  expect(faultsOf(text).map(({ line }) => line)).toEqual([9, 13, 23]);
});

test('a fault is one line for a person', () => {
  const [fault] = faultsOf(SAMPLE.replace('delete: manual', 'delet: manual'));
  expect(fault && tellFault(fault)).toBe('concord.yaml:10:5  "delet" is not known here. Did you mean "delete"?');
});

test('a fault never tells what a variable holds', () => {
  const env = { ...ENV, FNO_SECRET: 'open sesame', PORT: 'open sesame' };
  const places = [
    ['adapter: finops', 'adapter: [${FNO_SECRET}]'],
    ['secret: ${FNO_SECRET}', 'secret: "${FNO_SECRET}!"'],
    ['policy: immutable', 'policy: ${FNO_SECRET}'],
    ['type: choices', 'type: ${FNO_SECRET}'],
    ['port: 8090', 'port: ${PORT}'],
  ] as const;
  for (const [from, to] of places) {
    const faults = faultsOf(
      SAMPLE.replace(from, () => to),
      env,
    );
    expect(faults).not.toEqual([]);
    expect(JSON.stringify(faults)).not.toContain('sesame');
  }
});

test('an empty file is told what a configuration begins with', () => {
  expect(faultsOf('').map(({ text }) => text)).toEqual(['"entities" is missing.', '"systems" is missing.']);
});

test('of very many faults the first are told, and how many follow', () => {
  const fields = Array.from({ length: 150 }, (_, number) => `      f${number}: { fno: A${number}, ce: a${number}, polcy: x }\n`).join('');
  const faults = faultsOf(SAMPLE.replace('    fields:\n', () => `    fields:\n${fields}`));
  expect(faults).toHaveLength(101);
  expect(faults.at(-1)?.text).toBe('50 more faults follow.');
});

test.each([
  ['a field that is in one system alone', 'ce: name }', '}', 13, 'mirrored nowhere'],
  [
    'a field that is read everywhere',
    '{ fno: OrganizationName, ce: name }',
    '{ fno: { column: A, only: read }, ce: { column: a, only: read } }',
    13,
    'written nowhere',
  ],
])('%s is allowed, with a warning', (_title, from, to, line, text) => {
  const answer = parseConfig(
    SAMPLE.replace(from, () => to),
    { file: 'concord.yaml', env: ENV },
  );
  expect(answer).toMatchObject({ kind: 'ok', warnings: [{ line, text: expect.stringContaining(text) }] });
});

test('a field of one system that says so is no cause for a warning', () => {
  const text = SAMPLE.replace('{ fno: OrganizationName, ce: name }', '{ fno: { column: A, only: read } }');
  expect(parseConfig(text, { file: 'concord.yaml', env: ENV })).toMatchObject({ kind: 'ok', warnings: [] });
});
