import type { MemorySystem } from '@concord/adapters';
import { afterEach, expect, test } from 'vitest';
import { registerIn, valueIn, type Ledger, type RecordState } from '@concord/core';
import { breaking, byText, openHouse, type House } from '../../kit/house.ts';
import { until } from '../../kit/until.ts';

let house: House;
afterEach(() => house.stop());

const TWO = (fields: string, more = '') => `
  order:
    a: { set: orders, id: [id] }
    b: { set: orders, id: [id] }
    key: [number]
    fields:
      number: { a: number, b: number }
  line:
    a: { set: lines, id: [id] }
    b: { set: lines, id: [id] }
    key: [line]
    ${more}
    fields:
      line: { a: line, b: line }
      text: { a: text, b: text }
      order: { type: { reference: order }, a: { column: order, by: number }, b: { column: order, by: number }, ${fields} }
`;

const rowsAre = (system: string, entity: string, count: number) =>
  until(
    () => (house.rows(system, entity).length === count ? undefined : `${house.rows(system, entity).length} ${entity} in ${system}`),
    5000,
  );

async function withOrder(fields: string, lines: number, more = '', ledger?: Ledger): Promise<void> {
  house = openHouse(TWO(fields, more), ledger);
  house.put('a', 'order', 'o1', { number: 'N1' });
  for (let line = 1; line <= lines; line += 1) house.put('a', 'line', `l${line}`, { line: `L${line}`, text: 'x', order: 'N1' });
  await house.start();
  await rowsAre('b', 'line', lines);
  await rowsAre('b', 'order', 1);
  await until(() => (house.rows('b', 'line').every(({ order }) => order === 'N1') ? undefined : 'not all refer to it'));
}

test('cascade: who deletes a record deletes those that refer to it, everywhere', async () => {
  await withOrder('onParentDeleted: cascade', 3);
  house.remove('a', 'order', 'o1');
  for (const system of ['a', 'b']) {
    await rowsAre(system, 'order', 0);
    await rowsAre(system, 'line', 0);
  }
  expect(await house.held()).toEqual([]);
});

test('a cascade that was cut short is finished after the next start', async () => {
  const broken = { on: false };
  await withOrder(
    'onParentDeleted: cascade',
    3,
    '',
    breaking((plan) => broken.on && plan.record.entity === 'line'),
  );
  broken.on = true;
  house.remove('a', 'order', 'o1');
  await rowsAre('b', 'order', 0);
  await house.stop();
  expect(house.rows('b', 'line')).toHaveLength(3);
  broken.on = false;
  await house.start();
  await rowsAre('a', 'line', 0);
  await rowsAre('b', 'line', 0);
});

test('restrict: the deletion waits in the inbox while others refer to the record, and goes on when none does', async () => {
  await withOrder('onParentDeleted: restrict', 2);
  house.remove('a', 'order', 'o1');
  await until(async () => ((await house.held()).length === 1 ? undefined : 'nothing is held'));
  const [conflict] = await house.held();
  expect(conflict).toMatchObject({
    code: 'C04',
    register: '$life',
    resolution: { rule: 'restrict', reason: '2 line refer to it by order' },
  });
  expect(house.rows('b', 'order')).toHaveLength(1);
  await house.stop();
  await house.start();
  house.remove('a', 'line', 'l1');
  await rowsAre('b', 'line', 1);
  expect(house.rows('b', 'order')).toHaveLength(1);
  house.remove('a', 'line', 'l2');
  await rowsAre('b', 'order', 0);
  expect(await house.held()).toEqual([]);
});

test('restrict: a person may let the record go, or keep it', async () => {
  await withOrder('onParentDeleted: restrict', 1);
  house.remove('a', 'order', 'o1');
  await until(async () => ((await house.held()).length === 1 ? undefined : 'nothing is held'));
  const [conflict] = await house.held();
  if (!conflict) throw new Error('just seen');
  await house.engine().resolve({ conflict: conflict.id, by: 'Mia', choice: { value: 'live' } });
  await rowsAre('a', 'order', 1);
  // Who deletes it then must have seen that it lives on: before that, the two would be weighed against each other.
  await until(() => (house.engine().isQuiet() ? undefined : 'not quiet'));
  house.remove('b', 'order', house.system('b').rows(conflict.entity)[0]?.key ?? '');
  await until(async () => ((await house.held()).length === 1 ? undefined : 'nothing is held'));
  const [second] = await house.held();
  await house.engine().resolve({ conflict: second?.id ?? conflict.id, by: 'Mia', choice: { value: 'deleted' } });
  await rowsAre('a', 'order', 0);
  expect(await house.held()).toEqual([]);
});

test('orphan: those that refer to a deleted record refer to nothing', async () => {
  await withOrder('onParentDeleted: orphan', 2);
  house.remove('a', 'order', 'o1');
  await until(() => (house.rows('b', 'line').every(({ order }) => order === null) ? undefined : 'they still refer'));
  await until(() => (house.rows('a', 'line').every(({ order }) => order === null) ? undefined : 'they still refer in a'));
  expect(house.rows('b', 'line')).toHaveLength(2);
});

test('hold: a person decides what becomes of each', async () => {
  await withOrder('onParentDeleted: hold', 1);
  house.remove('a', 'order', 'o1');
  await until(async () => ((await house.held()).length === 1 ? undefined : 'nothing is held'));
  const [conflict] = await house.held();
  expect(conflict).toMatchObject({ entity: 'line', code: 'C04' });
  await house.engine().resolve({ conflict: conflict?.id ?? never(), by: 'Mia', choice: { value: 'deleted' } });
  await rowsAre('b', 'line', 0);
});

test('a cascade beyond what the guard of the children allows asks first', async () => {
  await withOrder('onParentDeleted: cascade', 3, 'guard: { deletes: { most: 2 } }');
  house.remove('a', 'order', 'o1');
  await until(async () => ((await house.held()).length === 1 ? undefined : 'nothing is held'));
  expect((await house.held())[0]).toMatchObject({ entity: 'order', code: 'C20' });
  expect(house.rows('b', 'line')).toHaveLength(3);
});

const UNIQUE = (rule: string) => `
  item:
    a: { set: items, id: [id] }
    b: { set: items, id: [id] }
    key: [code]
    unique: [${rule}]
    fields:
      code: { a: code, b: code }
      number: { a: number, b: number }
      text: { a: text, b: text }
`;

test('of two records that claim one unique value the older keeps it; the newer waits, and gets it when it is free', async () => {
  house = openHouse(UNIQUE('[number]'));
  house.put('a', 'item', 'i1', { code: 'A', number: '7' });
  await house.start();
  await rowsAre('b', 'item', 1);
  house.put('a', 'item', 'i2', { code: 'B', number: '7', text: 'goes on' });
  await until(async () => ((await house.held()).length === 1 ? undefined : 'nothing is held'));
  expect(await house.held()).toMatchObject([{ code: 'C07', register: 'number', resolution: { rule: 'unique' } }]);
  await until(() => (house.rows('b', 'item').some(({ text }) => text === 'goes on') ? undefined : 'the rest is not written'));
  expect(house.rows('b', 'item').filter(({ number }) => number === '7')).toHaveLength(1);
  await house.stop();
  await house.start();
  house.put('a', 'item', 'i1', { number: '8' });
  await until(() =>
    house
      .rows('b', 'item')
      .map(({ number }) => number)
      .map(String)
      .toSorted(byText)
      .join() === '7,8'
      ? undefined
      : 'b has other numbers',
  );
  expect(await house.held()).toEqual([]);
});

/** Refuses a number that another row has, as business systems do; the writes that it took are kept. */
function strict(writes: (readonly [string, unknown])[]): (system: MemorySystem) => MemorySystem {
  return (system) => ({
    ...system,
    write: async (write) => {
      const { number } = write.columns;
      const isTaken =
        number !== undefined && system.rows(write.entity).some((row) => row.key !== write.key && row.columns['number'] === number);
      if (isTaken) return { kind: 'refused', why: 'duplicate-key', words: `there is a row with the number ${String(number)}` };
      if (number !== undefined) writes.push([system.id, number]);
      return system.write(write);
    },
  });
}

test.each([2, 3])(
  '%i records that pass their unique values on in a circle are written one after another, over a value that nobody has',
  async (count) => {
    const writes: (readonly [string, unknown])[] = [];
    house = openHouse(UNIQUE('[number]'), undefined, strict(writes));
    for (let item = 0; item < count; item += 1) house.put('a', 'item', `i${item}`, { code: `C${item}`, number: `${item}` });
    await house.start();
    await rowsAre('b', 'item', count);
    house.system('b').reach(false);
    for (let item = 0; item < count; item += 1) house.put('a', 'item', `i${item}`, { number: `${(item + 1) % count}` });
    const numbers = async () =>
      (await house.records('item'))
        .toSorted((x, y) => (String(valueIn(x, 'code')) < String(valueIn(y, 'code')) ? -1 : 1))
        .map((record) => valueIn(record, 'number'));
    const wantedNumbers = Array.from({ length: count }, (_, item) => `${(item + 1) % count}`).join();
    await until(
      async () =>
        (await house.held()).length === 0 && (await numbers()).join() === wantedNumbers
          ? undefined
          : `read ${(await numbers()).join()}, held ${(await house.held()).length}`,
      3000,
    );
    writes.length = 0;
    house.system('b').reach(true);
    const wanted = Array.from({ length: count }, (_, item) => [`C${item}`, `${(item + 1) % count}`]);
    await until(
      () =>
        JSON.stringify(house.rows('b', 'item').map(({ code, number }) => [code, number])) === JSON.stringify(wanted)
          ? undefined
          : JSON.stringify(house.rows('b', 'item')),
      9000,
    );
    const temporary = writes.filter(([, number]) => String(number).startsWith('~'));
    expect(temporary, 'one of them steps aside').toHaveLength(1);
    expect(
      house
        .rows('a', 'item')
        .map(({ number }) => number)
        .map(String)
        .toSorted(byText),
      'nobody takes that for an edit',
    ).toEqual([...Array(count).keys()].map(String));
    expect(await house.held()).toEqual([]);
  },
);

test('a reference to a record that waits itself goes without it and follows, also in a circle', async () => {
  house = openHouse(`
  staff:
    a: { set: staff, id: [id] }
    b: { set: staff, id: [id], correlation: id2 }
    key: [name]
    fields:
      name: { a: name, b: name }
      partner: { type: { reference: staff }, a: partner, b: partner }
`);
  house.put('a', 'staff', 'p1', { name: 'Ann', partner: 'p2' });
  house.put('a', 'staff', 'p2', { name: 'Ben', partner: 'p1' });
  await house.start();
  await rowsAre('b', 'staff', 2);
  await until(() => (house.rows('b', 'staff').every(({ partner }) => typeof partner === 'string') ? undefined : 'no partners'));
  const people = await house.records('staff');
  const b = (name: string) => people.find((record: RecordState) => valueIn(record, 'name') === name)?.links['b']?.key;
  expect(house.rows('b', 'staff').map(({ name, partner }) => [name, partner])).toEqual([
    ['Ann', b('Ben')],
    ['Ben', b('Ann')],
  ]);
});

test('null: what refers to a record that is not there is written without, and the reference follows', async () => {
  house = openHouse(TWO('onMissing: "null"').replace('b: { set: orders, id: [id] }', 'b: { set: orders, id: [id], only: read }'));
  house.put('a', 'order', 'o1', { number: 'N1' });
  house.put('a', 'line', 'l1', { line: 'L1', order: 'N1' });
  await house.start();
  await rowsAre('b', 'line', 1);
  expect(house.rows('b', 'line')[0]?.['order'] ?? null).toBe(null);
  house.put('b', 'order', 'x1', { number: 'N1' });
  await until(() => (house.rows('b', 'line')[0]?.['order'] === 'N1' ? undefined : 'no reference'));
});

test('hold: a write that waits too long for another record is told as C08 and parked, and goes on when that comes, also after a restart', async () => {
  house = openHouse(TWO('waitAtMost: 1h').replace('b: { set: orders, id: [id] }', 'b: { set: orders, id: [id], only: read }'));
  house.put('a', 'order', 'o1', { number: 'N1' });
  house.put('a', 'line', 'l1', { line: 'L1', order: 'N1' });
  await house.start();
  // The row may first wait to be read again, for the order that its own system has: that is another wait.
  const waiting = async () => (await house.ledger.deliveries({ state: 'waiting', limit: 5 })).items;
  await until(async () => ((await waiting()).some(({ words }) => words?.includes('not in b yet')) ? undefined : 'nothing waits'));
  house.pass(3_700_000);
  await until(async () => ((await house.ledger.counts()).parked === 1 ? undefined : 'nothing is parked'));
  const [parked] = (await house.ledger.deliveries({ state: 'parked', limit: 5 })).items;
  expect(parked).toMatchObject({ code: 'C08', words: 'order refers to a order that is not in b yet' });
  expect((await house.ledger.failures({ limit: 5 })).items).toMatchObject([{ code: 'C08' }]);
  await house.stop();
  await house.start();
  house.put('b', 'order', 'x1', { number: 'N1' });
  await rowsAre('b', 'line', 1);
  await until(async () => ((await house.ledger.counts()).parked === 0 ? undefined : 'still parked'));
});

test('stub: a name that no row has becomes a record, and its row fills it in', async () => {
  house = openHouse(TWO('onMissing: stub'));
  house.put('a', 'line', 'l1', { line: 'L1', order: 'N9' });
  await house.start();
  await rowsAre('b', 'line', 1);
  expect(house.rows('b', 'order')).toEqual([{ number: 'N9' }]);
  const [line] = await house.records('line');
  expect(line && registerIn(line, 'order')?.value).toBe((await house.records('order'))[0]?.id);
});

function never(): never {
  throw new Error('it was there a moment ago');
}
