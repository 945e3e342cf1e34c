import { memoryLedger } from '@concord/adapters';
import { entityName, keyOf } from '@concord/core';
import { afterEach, expect, test } from 'vitest';
import { openCounted, type Counted } from '../../kit/counted.ts';
import { openHouse, type House } from '../../kit/house.ts';
import { until } from '../../kit/until.ts';

/** So many pulls of each feed are looked at: as many polls as a minute of operation has. */
const POLLS = 12;
const FEEDS = 8;
const HOUR_MS = 3_600_000;

/** `b` numbers its rows; `seen` keeps rows out; a line's key refers to its order. */
const YAML = (fields = '') => `
  customer:
    a: { set: customers, id: [id], where: { kind: seen } }
    b: { set: customers, id: [id] }
    key: [account]
    unique: [[tax]]
    review: [[name]]
    fields:
      account: { a: account, b: account }
      name: { a: name, b: name }
      tax: { a: tax, b: tax }
  order:
    a: { set: orders, id: [id] }
    b: { set: orders, id: [id] }
    key: [number]
    fields:
      number: { a: number, b: number }
      text: { a: text, b: text }
      customer: { type: { reference: customer }, a: { column: customer, by: account }, b: { column: customer }, ${fields} }
  item:
    a: { set: items, id: [id] }
    b: { set: items, id: [id] }
    key: [code]
    fields:
      code: { a: code, b: code }
      parent: { type: { reference: item }, a: { column: parent, by: code }, b: { column: parent, by: code } }
  line:
    a: { set: lines, id: [id] }
    b: { set: lines, id: [id] }
    key: [order, place]
    fields:
      place: { a: place, b: place }
      order: { type: { reference: order }, a: { column: order, by: number }, b: { column: order, by: number } }
`;

const CUSTOMER = entityName('customer');
const ORDER = entityName('order');

let house: House;
let counted: Counted;
afterEach(() => house.stop());

async function open(fields?: string): Promise<void> {
  counted = openCounted();
  house = openHouse(YAML(fields), counted.ledger(memoryLedger()), counted.around);
  await house.start();
}

const quiet = () => until(() => (house.engine().isQuiet() ? undefined : JSON.stringify(house.engine().status().deliveries)), 5000);
const waiting = async (): Promise<readonly string[]> =>
  (await house.ledger.deliveries({ state: 'waiting', limit: 50 })).items.map(({ system, words }) => `${system}: ${words}`);
const ordersInB = () => house.rows('b', 'order');

/** Forgets what was counted, and lets every feed be pulled so often. */
async function pulled(times: number): Promise<void> {
  counted.reset();
  await until(() => (counted.counts.pulls >= times * FEEDS ? undefined : `${counted.counts.pulls} pulls`), 20_000);
}

/** Nothing is asked for but feeds, and nothing is kept. */
async function staysStill(): Promise<void> {
  await quiet();
  // The feeds tell what was written last, too.
  await pulled(2);
  await quiet();
  await pulled(POLLS);
  expect({ reads: counted.counts.reads, writes: counted.counts.writes.length, commits: counted.counts.commits }).toEqual({
    reads: 0,
    writes: 0,
    commits: 0,
  });
}

const order = (number: string, customer: string, more = {}) => house.put('a', 'order', number, { number, text: 'x', customer, ...more });
const customer = (account: string, more = {}) =>
  house.put('a', 'customer', account, { account, name: account, kind: 'seen', tax: null, ...more });

test('a reference that leads nowhere costs nothing while it waits, and is followed as soon as it leads somewhere', async () => {
  await open();
  customer('C9', { kind: 'left out' });
  order('N1', 'C9');
  await until(async () => ((await waiting()).length === 2 ? undefined : (await waiting()).join()));
  expect((await waiting()).toSorted()).toEqual([
    'a: customer refers to customer C9, which is not mirrored',
    'b: customer refers to customer C9, which is not mirrored',
  ]);
  await staysStill();
  expect(ordersInB()).toEqual([]);
  customer('C9');
  await until(() => (ordersInB().length === 1 ? undefined : 'the order is not in b'));
  const made = counted.counts.writes.find(({ entity, kind }) => entity === 'order' && kind === 'create');
  expect(made?.columns['customer'], 'the order is made with its customer').toBe(house.system('b').rows(CUSTOMER)[0]?.key);
  expect(await waiting()).toEqual([]);
  await staysStill();
});

test('what is typed beside a reference that leads nowhere goes on, and the reference is not written over', async () => {
  await open();
  customer('C1');
  order('N1', 'C1');
  await until(() => (ordersInB().length === 1 ? undefined : 'the order is not in b'));
  order('N1', 'C9');
  await until(async () => ((await waiting()).length === 1 ? undefined : (await waiting()).join()));
  const [row] = house.system('b').rows(ORDER);
  if (row) house.put('b', 'order', row.key, { text: 'from b' });
  await until(() => (house.rows('a', 'order')[0]?.['text'] === 'from b' ? undefined : 'the text is not in a'));
  expect(house.rows('a', 'order')[0]?.['customer']).toBe('C9');
  await staysStill();
  customer('C9');
  await until(() => (new Set(counted.counts.writes.map(({ entity }) => String(entity))).has('order') ? undefined : 'b was not told'));
  await quiet();
  expect(ordersInB()[0]?.['customer']).toBe(
    house
      .system('b')
      .rows(CUSTOMER)
      .find(({ columns }) => columns['account'] === 'C9')?.key,
  );
});

test('a row that is deleted while it waits leaves nothing in the queue', async () => {
  await open();
  order('N1', 'C9');
  await until(async () => ((await waiting()).length === 2 ? undefined : (await waiting()).join()));
  house.remove('a', 'order', 'N1');
  await until(async () => ((await waiting()).length === 0 ? undefined : (await waiting()).join()));
  await staysStill();
  expect(await house.ledger.counts()).toMatchObject({ due: 0, waiting: 0, parked: 0 });
});

test('C08 is told once, after the time that it is to be told after, also when the row changes or the engine starts anew meanwhile', async () => {
  await open('waitAtMost: 1h');
  order('N1', 'C9');
  await until(async () => ((await waiting()).length === 2 ? undefined : (await waiting()).join()));
  house.pass(HOUR_MS / 2);
  order('N1', 'C9', { text: 'changed' });
  await until(async () => ((await house.values('order', 'text')).join() === 'changed' ? undefined : 'the edit is not read'));
  await staysStill();
  await house.stop();
  await house.start();
  house.pass(HOUR_MS / 2 - 60_000);
  await staysStill();
  expect(await house.ledger.counts(), 'before the hour is over').toMatchObject({ waiting: 2, parked: 0 });
  expect((await house.ledger.failures({ limit: 5 })).items).toEqual([]);
  house.pass(120_000);
  await until(async () => ((await house.ledger.counts()).parked === 2 ? undefined : 'it is not told'));
  await staysStill();
  expect((await house.ledger.failures({ limit: 5 })).items.map(({ code, system }) => `${code} ${system}`).toSorted()).toEqual([
    'C08 a',
    'C08 b',
  ]);
  house.pass(5 * HOUR_MS);
  await staysStill();
  customer('C9');
  await until(() => (ordersInB().length === 1 ? undefined : 'the order is not in b'));
  await staysStill();
  expect(await house.ledger.counts()).toMatchObject({ waiting: 0, parked: 0 });
});

test('a line whose order is not there is not asked for again and again, and comes as soon as the order does', async () => {
  await open();
  house.put('a', 'line', 'L1', { place: '1', order: 'N1' });
  await staysStill();
  house.put('a', 'order', 'N1', { number: 'N1', text: 'x', customer: null });
  await until(() => (house.rows('b', 'line').length === 1 ? undefined : 'the line is not in b'));
  await staysStill();
  expect(house.rows('b', 'line')).toEqual([{ place: '1', order: 'N1' }]);
});

test('a question that waits for a person costs nothing, and what waits for the answer goes on with it', async () => {
  await open();
  customer('C1', { name: 'Double Looms' });
  house.system('b').put(CUSTOMER, keyOf('x'), { id: 'x', account: 'B1', name: 'double  looms' });
  await until(async () => ((await house.held()).length === 1 ? undefined : 'nobody is asked'));
  await staysStill();
  const [conflict] = await house.held();
  if (conflict) await house.engine().resolve({ conflict: conflict.id, choice: { apart: true }, by: 'mia' });
  await until(() => (house.rows('a', 'customer').length === 2 && house.rows('b', 'customer').length === 2 ? undefined : 'not both'));
  await staysStill();
  expect(await house.held()).toEqual([]);
});

test('who waits for a unique value costs nothing, and takes it when it is free', async () => {
  await open();
  customer('C1', { tax: 'T1' });
  await until(() => (house.rows('b', 'customer').length === 1 ? undefined : 'C1 is not in b'));
  customer('C2', { tax: 'T1' });
  await until(async () => ((await house.held()).length === 1 ? undefined : 'it is not held'));
  await staysStill();
  customer('C1', { tax: 'T2' });
  await until(() =>
    house
      .rows('b', 'customer')
      .map(({ tax }) => tax)
      .join() === 'T2,T1'
      ? undefined
      : JSON.stringify(house.rows('b', 'customer')),
  );
  await staysStill();
  expect(await house.held()).toEqual([]);
});

test('rows that refer to each other, or to themselves, are made, and their references follow', async () => {
  await open();
  house.put('a', 'item', 'i1', { code: 'I1', parent: 'I1' });
  house.put('a', 'item', 'i2', { code: 'I2', parent: 'I3' });
  house.put('a', 'item', 'i3', { code: 'I3', parent: 'I2' });
  const told = () => house.rows('b', 'item').map(({ code, parent }) => `${String(code)} ${String(parent)}`);
  await until(() => (told().join() === 'I1 I1,I2 I3,I3 I2' ? undefined : told().join()));
  await staysStill();
  expect(told()).toHaveLength(3);
});
