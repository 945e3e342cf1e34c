import { ConcordError, recordId } from '@concord/core';
import { afterEach, expect, test } from 'vitest';
import { openHouse, type House } from '../../kit/house.ts';
import { until } from '../../kit/until.ts';

let house: House;
afterEach(() => house.stop());

const CUSTOMERS = `
  customer:
    a: { set: customers, id: [id] }
    b: { set: customers, id: [id] }
    review: [[name, city]]
    fields:
      name: { a: name, b: name }
      city: { a: city, b: city }
      email: { a: email, b: email }
      phone: { a: phone, b: phone }
`;
const [MAIL, PHONE] = ['zephyrine@example.test', '+49 555 0173'];

/** All that the ledger tells, as text. */
async function everything(): Promise<string> {
  const { ledger } = house;
  const page = { limit: 500 };
  const records = (await ledger.records(page)).items;
  const changes = (await Promise.all(records.map(({ id }) => ledger.changes(id, page)))).flatMap(({ items }) => items);
  const chunks = changes.map(({ chunk }) => Buffer.from(chunk).toString('latin1'));
  const rest = [(await ledger.conflicts(page)).items, (await ledger.acts(page)).items, (await ledger.failures(page)).items];
  return JSON.stringify([records, changes.map(({ chunk: _chunk, ...told }) => told), chunks, rest]);
}

test('what was folded into a record is erased with it; what went on as another is not erased by its old name', async () => {
  house = openHouse(CUSTOMERS);
  house.put('a', 'customer', 'r1', { name: 'Acme', city: 'Leeds', phone: PHONE });
  house.put('b', 'customer', 'x', { name: 'ACME', city: 'Leeds', email: MAIL });
  await house.start();
  await until(async () => ((await house.held()).length === 1 ? undefined : 'nothing is asked'));
  const [conflict] = await house.held();
  if (conflict?.about?.kind !== 'candidates') throw new Error('candidates were expected');
  await house.engine().resolve({ conflict: conflict.id, by: 'Mia', choice: { join: conflict.about.records[0] ?? recordId('') } });
  await until(() =>
    house.rows('a', 'customer')[0]?.['email'] === MAIL && house.rows('b', 'customer')[0]?.['phone'] === PHONE ? undefined : 'not one',
  );
  house.put('a', 'customer', 'r1', { email: null, phone: null });
  await until(() => (house.rows('b', 'customer')[0]?.['phone'] === null && house.engine().isQuiet() ? undefined : 'not empty'));
  const records = await house.records('customer');
  const [one, folded] = [false, true].map((isFolded) =>
    records.find(({ relations }) => (relations?.mergedInto !== undefined) === isFolded),
  );
  if (!one || !folded) throw new Error('one of two was expected');
  const before = await everything();
  expect([before.includes(MAIL), before.includes(PHONE)]).toEqual([true, true]);
  const ask = { fields: ['email', 'phone'], by: 'Mia' };
  const refused = await house
    .engine()
    .erase({ record: folded.id, ...ask })
    .catch((thrown: unknown) => thrown);
  expect(refused instanceof ConcordError ? refused.code : refused).toBe('ERASE_FOLDED');
  expect(await house.engine().erase({ record: one.id, ...ask })).toMatchObject({ records: [one.id, folded.id] });
  const after = await everything();
  expect([after.includes(MAIL), after.includes(PHONE)]).toEqual([false, false]);
});
