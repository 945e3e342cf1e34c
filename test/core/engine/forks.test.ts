import { entityName, valueIn } from '@concord/core';
import { afterEach, expect, test } from 'vitest';
import { breaking, openHouse, type House } from '../../kit/house.ts';
import { until } from '../../kit/until.ts';

const REMARKS = `
  customer:
    a: { set: customers, id: [id] }
    b: { set: customers, id: [id] }
    key: [number]
    fields:
      number: { a: number, b: number }
      remark: { a: remark, b: remark, policy: { fork: { into: note, field: text, link: about } } }
  note:
    a: { set: notes, id: [id] }
    b: { set: notes, id: [id] }
    key: [name]
    fields:
      name: { a: name, b: name }
      text: { a: text, b: text }
      about: { type: { reference: customer }, a: { column: about, by: number }, b: { column: about, by: number } }
`;

let house: House;
afterEach(() => house.stop());

const rowsAre = (system: string, entity: string, count: number) =>
  until(() => (house.rows(system, entity).length === count ? undefined : `${house.rows(system, entity).length} ${entity} in ${system}`));

/** Both systems have a customer, and both edit its remark before either hears of the other. */
async function bothEdit(ledger?: Parameters<typeof openHouse>[1]): Promise<void> {
  house = openHouse(REMARKS, ledger);
  house.put('a', 'customer', 'a1', { number: 'C1', remark: 'old' });
  await house.start();
  await rowsAre('b', 'customer', 1);
  await until(async () => ((await house.ledger.counts()).due === 0 ? undefined : 'not all is written'));
  await house.stop();
  house.put('a', 'customer', 'a1', { number: 'C1', remark: 'pays late' });
  house.pass(60_000);
  const [row] = house.system('b').rows(entityName('customer'));
  house.put('b', 'customer', row?.key ?? '', { number: 'C1', remark: 'pays in time' });
}

const notes = async () =>
  (await house.records('note')).map((record) => ({ text: valueIn(record, 'text'), about: valueIn(record, 'about') }));

async function expectTaken(): Promise<void> {
  await rowsAre('a', 'note', 1);
  await rowsAre('b', 'note', 1);
  const [customer] = await house.records('customer');
  const [note, ...more] = await notes();
  expect(more).toEqual([]);
  expect(note?.about).toBe(customer?.id);
  expect(house.rows('a', 'note')).toMatchObject([{ text: note?.text, about: 'C1' }]);
  expect(house.rows('b', 'note')).toEqual(house.rows('a', 'note'));
  await until(() => {
    const remarks = ['a', 'b'].flatMap((system) => house.rows(system, 'customer')).map(({ remark }) => remark);
    return new Set(remarks).size === 1 && remarks[0] !== note?.text ? undefined : `${remarks.join()} beside ${String(note?.text)}`;
  });
  await until(async () => {
    const left = (await house.records('customer'))[0]?.relations?.marks ?? [];
    return left.length === 0 ? undefined : `marked ${left.join()}`;
  });
}

test('fork: the value that loses becomes a record of its own, in every system, which leads back', async () => {
  await bothEdit();
  expect(await notes()).toEqual([]);
  await house.start();
  await expectTaken();
});

test('fork: a crash before the record was made makes it after the start, and once', async () => {
  let broken = true;
  await bothEdit(breaking((plan) => broken && plan.record.entity === 'note'));
  await house.start();
  await until(async () => {
    const marks = (await house.records('customer'))[0]?.relations?.marks ?? [];
    return marks.length === 1 ? undefined : 'nothing is marked';
  });
  expect(await notes()).toEqual([]);
  await house.stop();
  broken = false;
  await house.start();
  await expectTaken();
  await house.stop();
  await house.start();
  await expectTaken();
});
