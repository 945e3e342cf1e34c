import { parseConfig, RATE_DEFAULT, type Config } from '@concord/core';
import { expect, test } from 'vitest';
import { ENV, SAMPLE } from './sample.ts';

function parsed(text: string): Config {
  const answer = parseConfig(text, { file: 'concord.yaml', env: ENV });
  expect(answer).toMatchObject({ kind: 'ok' });
  if (answer.kind === 'ok') return answer.config;
  throw new Error(JSON.stringify(answer.faults));
}

test('a right configuration has neither faults nor warnings', () => {
  expect(parseConfig(SAMPLE, { file: 'concord.yaml', env: ENV })).toMatchObject({ kind: 'ok', warnings: [] });
});

test('variables are taken from the surroundings, also within a text and within a block in braces', () => {
  const { systems } = parsed(SAMPLE);
  expect(systems).toEqual({
    fno: { id: 'fno', adapter: 'finops', options: { url: ENV.FNO_URL, company: 'abct', auth: { client: 'concord', secret: 'hidden' } } },
    ce: { id: 'ce', adapter: 'dataverse', options: { url: 'http://127.0.0.1:2/api' } },
  });
});

test('what a variable holds is text, never configuration', () => {
  const odd = '${CE_URL} }, evil: { adapter: x';
  const answer = parseConfig(SAMPLE, { file: 'concord.yaml', env: { ...ENV, FNO_URL: odd } });
  expect(answer).toMatchObject({ kind: 'ok', config: { systems: { fno: { options: { url: odd } } } } });
});

test('each side of an entity says what is read, what filters, and what is set at a create', () => {
  const [customer, order] = parsed(SAMPLE).entities;
  expect(customer?.sides['fno']).toEqual({
    system: 'fno',
    entity: 'customer',
    set: 'CustomersV3',
    id: ['dataAreaId', 'CustomerAccount'],
    columns: ['CustomerAccount', 'OrganizationName', 'CreditLimit', 'OnHoldStatus', 'Street', 'City', 'PartyType'],
    where: { PartyType: 'Organization' },
    constants: {},
  });
  expect(order?.sides).toMatchObject({ fno: { correlation: 'CustomersOrderReference' }, ce: { only: 'read' } });
});

test("the company of a key is the system's own, so the key names fields alone", () => {
  expect(parsed(SAMPLE).entities.map(({ key }) => key)).toEqual([['account'], ['number']]);
});

test('every field is a register of its own or a member of a group', () => {
  const [customer] = parsed(SAMPLE).entities;
  const registers = customer?.registers.map(({ name, fields, policy }) => [name, fields.map((field) => field.name), policy.name]);
  expect(registers).toEqual([
    ['account', ['account'], 'immutable'],
    ['name', ['name'], 'latest'],
    ['creditLimit', ['creditLimit'], 'owner'],
    ['onHold', ['onHold'], 'rank'],
    ['address', ['street', 'city'], 'latest'],
  ]);
});

test('a value map in short form gives the first system the symbol itself, in long form what is written', () => {
  const fields = parsed(SAMPLE).entities.flatMap(({ registers }) => registers.flatMap((register) => register.fields));
  const sides = (name: string): unknown => fields.find((field) => field.name === name)?.sides;
  expect(sides('onHold')).toMatchObject({
    fno: { values: { No: 'No', Invoice: 'Invoice', All: 'All' } },
    ce: { values: { No: '192350000', Invoice: '192350001', All: '192350002' } },
  });
  expect(sides('tags')).toMatchObject({ fno: { values: { wool: 'W', silk: 'S' } }, ce: { values: { wool: '1', silk: '2' } } });
});

test.each([
  ['text', undefined, { kind: 'text' }],
  ['integer', 'integer', { kind: 'integer' }],
  ['decimal(0)', 'decimal(0)', { kind: 'decimal', scale: 0 }],
  ['decimal(4)', 'decimal(4)', { kind: 'decimal', scale: 4 }],
  ['date', 'date', { kind: 'date' }],
  ['datetime', 'datetime', { kind: 'datetime' }],
  ['yesno', 'yesno', { kind: 'yesno' }],
  ['choice', 'choice', { kind: 'choice' }],
  ['choices', 'choices', { kind: 'choices' }],
  ['json', 'json', { kind: 'json' }],
  ['a reference', '{ reference: salesOrder }', { kind: 'reference', entity: 'salesOrder' }],
])('the type %s is understood', (_title, words, type) => {
  const field = words === undefined ? '{ fno: A, ce: a }' : `{ fno: A, ce: a, type: ${words} }`;
  const [customer] = parsed(SAMPLE.replace('{ fno: OrganizationName, ce: name }', field)).entities;
  expect(customer?.registers.find(({ name }) => name === 'name')?.fields[0].type).toEqual(type);
});

test('a policy keeps the options that it was given', () => {
  const policies = parsed(SAMPLE).entities.flatMap(({ registers }) => registers.map(({ name, policy }) => [name, policy] as const));
  expect(Object.fromEntries(policies)).toMatchObject({
    creditLimit: { name: 'owner', options: 'fno' },
    onHold: { name: 'rank', options: ['No', 'Invoice', 'All'] },
    memo: { name: 'text', options: 'lines' },
    tags: { name: 'set' },
  });
});

test('what is left out has a default that is safe', () => {
  const { ledger, server, limits, entities } = parsed(SAMPLE.slice(0, SAMPLE.indexOf('ledger:')));
  expect({ ledger, server, limits }).toEqual({
    ledger: { file: 'concord.db' },
    server: { host: '127.0.0.1', port: 8085, keys: 'concord.keys.json', hooks: {}, rate: RATE_DEFAULT },
    limits: {},
  });
  expect(entities.map((entity) => entity.delete)).toEqual(['manual', 'update-wins']);
});

test('a port may come from a variable', () => {
  const answer = parseConfig(SAMPLE.replace('8090', '${PORT}'), { file: 'concord.yaml', env: { ...ENV, PORT: '9000' } });
  expect(answer).toMatchObject({ kind: 'ok', config: { server: { port: 9000 } } });
});

test('an anchor may be used again', () => {
  const text = SAMPLE.replace('where: { PartyType: Organization }', 'where: &w { PartyType: Organization }').replace(
    'constants: { customertypecode: 3 }',
    'constants: *w',
  );
  expect(parsed(text).entities[0]?.sides['ce']?.constants).toEqual({ PartyType: 'Organization' });
});

test('two systems are usual, three are possible', () => {
  const third = SAMPLE.replace('\nentities:', '  shop: { adapter: memory }\n\nentities:')
    .replace('    key: [company, account]', '    shop: { set: buyers }\n    key: [account]')
    .replace('ce: accountnumber,', 'ce: accountnumber, shop: code,');
  expect(Object.keys(parsed(third).entities[0]?.sides ?? {})).toEqual(['fno', 'ce', 'shop']);
});

test('an adapter that does not exist is told where the adapters are known', () => {
  const answer = parseConfig(SAMPLE, { file: 'concord.yaml', env: ENV, adapters: ['finops', 'dataverses'] });
  expect(answer).toMatchObject({
    kind: 'faults',
    faults: [{ line: 3, path: 'systems.ce.adapter', suggestion: 'Did you mean "dataverses"?' }],
  });
});

test('a field may be sensitive, but not one that rows are named by: keys are told to everybody', () => {
  const name = SAMPLE.replace('name: { fno: OrganizationName, ce: name }', 'name: { fno: OrganizationName, ce: name, sensitive: true }');
  expect(parsed(name).entities[0]?.registers.find((register) => register.name === 'name')?.fields[0].sensitive).toBe(true);
  const account = SAMPLE.replace('ce: accountnumber,', 'ce: accountnumber, sensitive: true,');
  expect(parseConfig(account, { file: 'concord.yaml', env: ENV })).toMatchObject({
    kind: 'faults',
    faults: [{ path: 'entities.customer.fields.account.sensitive', text: expect.stringContaining('is in the key') }],
  });
});
