import { afterEach, expect, test } from 'vitest';
import { keyOf, recordId, valueIn } from '@concord/core';
import { breaking, openHouse, type House } from '../../kit/house.ts';
import { until } from '../../kit/until.ts';

const CUSTOMERS = (more: string) => `
  customer:
    a: { set: customers, id: [id] }
    b: { set: customers, id: [id] }
    ${more}
    fields:
      account: { a: account, b: account }
      name: { a: name, b: name }
      city: { a: city, b: city }
      email: { a: email, b: email }
      phone: { a: phone, b: phone }
`;

let house: House;
afterEach(() => house.stop());

async function opened(rules: string): Promise<void> {
  house = openHouse(CUSTOMERS(rules));
}

const counts = (records: number, a: number, b: number) =>
  until(async () => {
    const living = (await house.records('customer')).filter(({ relations }) => relations?.mergedInto === undefined).length;
    const [inA, inB] = [house.rows('a', 'customer').length, house.rows('b', 'customer').length];
    return living === records && inA === a && inB === b ? undefined : `${living} records, ${inA} rows in a, ${inB} in b`;
  }, 5000);

test('a further key joins rows where the first one does not tell, normalised as it says', async () => {
  await opened('key: [account]\n    match: [[email], { fields: [phone], digits: true }]');
  house.put('a', 'customer', 'r1', { account: 'A1', name: 'Acme', email: ' Ann@Example.com ', phone: null });
  house.put('b', 'customer', 'x', { account: null, name: 'Acme', email: 'ann@example.COM', phone: '+1 (5)' });
  house.put('a', 'customer', 'r2', { account: 'A2', name: 'Blue', email: null, phone: '+49 30 12' });
  house.put('b', 'customer', 'y', { account: null, name: 'Blue', email: null, phone: '0049-30/12'.replace('00', '') });
  await house.start();
  await counts(2, 2, 2);
  expect(await house.values('customer', 'account')).toEqual(['A1', 'A2']);
});

test('a key that comes before tells apart what a later one would join', async () => {
  await opened('key: [account]\n    match: [[email]]');
  house.put('a', 'customer', 'r1', { account: 'A1', email: 'info@example.com' });
  house.put('b', 'customer', 'x', { account: 'A2', email: 'info@example.com' });
  await house.start();
  await counts(2, 2, 2);
  expect(await house.held()).toEqual([]);
});

test('rows that a weak key alone brings together stay apart and are asked about; joined, they are one record with one row each', async () => {
  await opened('review: [[name, city]]');
  house.put('a', 'customer', 'r1', { name: 'Acme', city: 'Leeds', phone: '1' });
  house.put('b', 'customer', 'x', { name: 'ACME', city: 'Leeds', email: 'ann@example.com' });
  await house.start();
  await until(async () => ((await house.held()).length === 1 ? undefined : 'nothing is asked'));
  const [conflict] = await house.held();
  if (conflict?.about?.kind !== 'candidates') throw new Error('candidates were expected');
  expect(conflict).toMatchObject({ code: 'C06', fields: ['name', 'city'] });
  const other = conflict.about.records[0];
  expect([house.rows('a', 'customer').length, house.rows('b', 'customer').length], 'nothing is made before it is answered').toEqual([1, 1]);
  const decision = { conflict: conflict.id, by: 'Mia' };
  expect(await house.engine().resolve({ ...decision, choice: { row: keyOf('r1') } })).toMatchObject({ kind: 'no-such-choice' });
  expect(await house.engine().resolve({ ...decision, choice: { join: other ?? recordId('') } })).toMatchObject({ kind: 'resolved' });
  await until(() => (house.rows('a', 'customer')[0]?.['email'] === 'ann@example.com' ? undefined : 'not merged'));
  await until(() => (house.rows('b', 'customer')[0]?.['phone'] === '1' ? undefined : 'not merged'));
  await counts(1, 1, 1);
  expect(house.rows('b', 'customer')).toMatchObject([{ city: 'Leeds', phone: '1', email: 'ann@example.com' }]);
  expect(await house.held()).toEqual([]);
  expect(await house.engine().resolve({ ...decision, choice: { apart: true } })).toMatchObject({ kind: 'closed' });
});

test('kept apart, each gets its row in the other system, and nobody is asked again, also after a restart', async () => {
  await opened('review: [[name, city]]');
  house.put('a', 'customer', 'r1', { name: 'Acme', city: 'Leeds', phone: '1' });
  house.put('b', 'customer', 'x', { name: 'Acme', city: 'Leeds', phone: '2' });
  await house.start();
  await until(async () => ((await house.held()).length === 1 ? undefined : 'nothing is asked'));
  await house.stop();
  await house.start();
  const [conflict] = await house.held();
  if (!conflict) throw new Error('it is still asked');
  await house.engine().resolve({ conflict: conflict.id, by: 'Mia', choice: { apart: true } });
  await counts(2, 2, 2);
  house.put('a', 'customer', 'r1', { city: 'York' });
  await until(() => (house.rows('b', 'customer').some(({ city }) => city === 'York') ? undefined : 'not there'));
  house.put('a', 'customer', 'r1', { city: 'Leeds' });
  await until(() => (house.rows('b', 'customer').some(({ city }) => city === 'York') ? 'still York' : undefined));
  expect(await house.held()).toEqual([]);
});

test('records that turn out to be one are folded, also when that is cut short and found out at the next start', async () => {
  const broken = { on: true };
  const quiet = CUSTOMERS('match: [[email]]').replaceAll('id: [id] }', 'id: [id], only: read }');
  house = openHouse(
    quiet,
    breaking((plan) => broken.on && plan.record.relations?.mergedInto !== undefined),
  );
  house.put('a', 'customer', 'r1', { name: 'Acme', email: 'ann@example.com', phone: '1' });
  house.put('b', 'customer', 'x', { name: 'Acme', email: null, city: 'Leeds' });
  await house.start();
  await counts(2, 1, 1);
  const before = await house.records('customer');
  house.put('b', 'customer', 'x', { email: 'ann@example.com' });
  await until(async () =>
    (await house.values('customer', 'email')).every((email) => email === 'ann@example.com') ? undefined : 'not read',
  );
  await house.stop();
  broken.on = false;
  await house.start();
  await counts(1, 1, 1);
  const records = await house.records('customer');
  const survivor = records.find(({ relations }) => relations?.mergedInto === undefined);
  const alias = records.find(({ relations }) => relations?.mergedInto !== undefined);
  expect(alias?.relations?.mergedInto).toBe(survivor?.id);
  expect(survivor?.relations?.aliases).toEqual([alias?.id]);
  expect(Object.keys(survivor?.links ?? {}).toSorted()).toEqual(['a', 'b']);
  expect([survivor && valueIn(survivor, 'city'), survivor && valueIn(survivor, 'phone')]).toEqual(['Leeds', '1']);
  expect(alias && (await house.ledger.changes(alias.id, { limit: 10 })).items.length, 'it keeps its history').toBeGreaterThan(0);
  expect(before.map(({ id }) => id).toSorted()).toEqual(records.map(({ id }) => id).toSorted());
});

test('of two rows of one system with one key a person chooses, and the other is not mirrored', async () => {
  await opened('key: [account]');
  house.put('a', 'customer', 'r1', { account: 'A1', name: 'First' });
  await house.start();
  await counts(1, 1, 1);
  house.put('a', 'customer', 'r2', { account: 'A1', name: 'Second' });
  await until(async () => ((await house.held()).length === 1 ? undefined : 'nothing is asked'));
  const [conflict] = await house.held();
  expect(conflict).toMatchObject({ code: 'C07', state: 'held', about: { kind: 'rows', system: 'a', keys: ['r1', 'r2'] } });
  if (!conflict) throw new Error('just seen');
  await house.stop();
  await house.start();
  expect(await house.held()).toHaveLength(1);
  expect(await house.engine().resolve({ conflict: conflict.id, by: 'Mia', choice: { row: keyOf('r2') } })).toMatchObject({
    kind: 'resolved',
  });
  await until(() => (house.rows('b', 'customer')[0]?.['name'] === 'Second' ? undefined : 'b has the old name'));
  house.put('a', 'customer', 'r1', { name: 'Third' });
  house.put('a', 'customer', 'r2', { name: 'Fourth' });
  await until(() => (house.rows('b', 'customer')[0]?.['name'] === 'Fourth' ? undefined : 'b has an old name'));
  expect(await house.held()).toEqual([]);
  expect(await house.records('customer')).toHaveLength(1);
});

test('where two rows meet for the first time, the seed says what stands', async () => {
  await opened('key: [account]\n    seed: a');
  house.put('a', 'customer', 'r1', { account: 'A1', name: 'From a', city: null });
  house.put('b', 'customer', 'x', { account: 'A1', name: 'From b', city: 'Leeds' });
  await house.start();
  await until(() => (house.rows('b', 'customer')[0]?.['name'] === 'From a' ? undefined : 'b has its own name'));
  await until(() => (house.rows('a', 'customer')[0]?.['city'] === 'Leeds' ? undefined : 'a has no city'));
  const [settled] = (await house.ledger.conflicts({ state: 'settled', limit: 5 })).items;
  expect(settled).toMatchObject({ code: 'C06', resolution: { rule: 'seed' } });
});
