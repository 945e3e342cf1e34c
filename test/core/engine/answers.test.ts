import { memoryLedger, type MemorySystem } from '@concord/adapters';
import { entityName, keyOf, type JsonObject, type Outcome, type Write } from '@concord/core';
import { afterEach, describe, expect, test } from 'vitest';
import { openCounted } from '../../kit/counted.ts';
import { openHouse, type House } from '../../kit/house.ts';
import { until } from '../../kit/until.ts';

const ITEM = entityName('item');
const YAML = `
  item:
    a: { set: items, id: [id] }
    b: { set: items, id: [id] }
    key: [code]
    delete: update-wins
    fields:
      code: { a: code, b: code }
      stock: { a: stock, b: stock, type: integer, policy: counter }
      text: { a: text, b: text }
      mode: { a: mode, b: mode }
`;

type Answer = (write: Write, own: () => Promise<Outcome>, b: MemorySystem) => Promise<Outcome>;

let house: House;
afterEach(() => house.stop());

/** `answer` stands in front of `b`, as its adapter and the network do. */
async function open(answer: Answer, first?: JsonObject): Promise<void> {
  const counted = openCounted((system, write, own) => (system === 'b' ? answer(write, own, house.system('b')) : own()));
  house = openHouse(YAML, memoryLedger(), counted.around);
  if (first) for (const system of ['a', 'b']) house.put(system, 'item', 'i1', { code: 'C1', ...first });
  await house.start();
  await quiet();
}

const quiet = () => until(() => (house.engine().isQuiet() ? undefined : JSON.stringify(house.engine().status().deliveries)), 5000);
const of = (system: string, column: string) => house.rows(system, 'item').map((row) => row[column]);
const both = (column: string, value: unknown) =>
  until(() => {
    const told = [of('a', column), of('b', column)];
    return JSON.stringify(told) === JSON.stringify([[value], [value]]) && house.engine().isQuiet() ? undefined : JSON.stringify(told);
  }, 5000);
const put = (system: string, columns: JsonObject) => house.put(system, 'item', 'i1', columns);

/** Who edited what, as the history tells it. */
async function edits(register: string): Promise<readonly string[]> {
  const [record] = await house.records('item');
  if (!record) return [];
  const { items } = await house.ledger.changes(record.id, { limit: 100 });
  return items.flatMap((change) =>
    change.edits.filter((edit) => edit.register === register).map((edit) => `${edit.system} ${String(edit.value)}`),
  );
}

/** Once. */
function once(): () => boolean {
  let left = true;
  return () => left && !(left = false);
}

describe('a refused write was not made', () => {
  test('also where the row cannot be read behind it, and a user had typed the very number that was to be written', async () => {
    const first = once();
    await open(
      async (write, own, b) => {
        if (write.kind !== 'update' || !first()) return own();
        // Right before our write a user of b adds six as well; the answer to it tells no row, and the row cannot be read for a while.
        put('b', { stock: 106 });
        const outcome = await own();
        expect(outcome.kind).toBe('stale');
        b.reach(false);
        return { kind: 'stale' };
      },
      { stock: 100 },
    );
    put('a', { stock: 106 });
    await until(() =>
      house
        .engine()
        .status()
        .deliveries.some(({ waiting }) => waiting > 0)
        ? undefined
        : 'nothing waits',
    );
    house.system('b').reach(true);
    await both('stock', 112);
    expect(await house.held()).toEqual([]);
  });

  test('where it was refused as outdated again and again although it is not, it waits longer each time, and is parked in the end', async () => {
    let count = 0;
    await open(
      async (write, own) => {
        if (write.kind !== 'update') return own();
        count += 1;
        return { kind: 'stale' };
      },
      { text: 'x' },
    );
    put('a', { text: 'y' });
    house.put('a', 'item', 'i2', { code: 'C2', text: 'z' });
    await until(() => (of('b', 'code').length === 2 ? undefined : 'the other one is not in b'));
    await until(async () => {
      house.put('a', 'item', `i${count + 10}`, { code: `C${count + 10}` });
      return (await house.ledger.counts()).parked === 1 ? undefined : `tried ${count} times`;
    });
    expect(count).toBeLessThan(50);
    const [parked] = (await house.ledger.deliveries({ state: 'parked', limit: 5 })).items;
    expect(parked?.words).toContain('refused as outdated, but the row is in the version that was expected');
  });
});

describe('an answer that promises nothing', () => {
  test('where the write was applied, it is nobody’s edit, and no sum counts it twice', async () => {
    const first = once();
    await open(
      async (write, own) => {
        const outcome = await own();
        return write.kind === 'update' && first() ? { kind: 'unknown', words: 'HTTP 503', unable: { retryAfterMs: 40 } } : outcome;
      },
      { stock: 100 },
    );
    put('a', { stock: 106 });
    await both('stock', 106);
    put('b', { stock: 108 });
    await both('stock', 108);
    expect((await edits('stock')).filter((edit) => edit.startsWith('b'))).toEqual(['b 108']);
  });

  test('a system that says that it cannot work is left alone for as long as it asked', async () => {
    let count = 0;
    await open(
      async (write, own) => {
        if (write.kind !== 'update') return own();
        count += 1;
        return { kind: 'unknown', words: 'HTTP 503', unable: { retryAfterMs: 600_000 } };
      },
      { text: 'x' },
    );
    put('a', { text: 'y' });
    await until(() =>
      house
        .engine()
        .status()
        .deliveries.find(({ system }) => system === 'b')?.circuit.state === 'open'
        ? undefined
        : 'closed',
    );
    for (let edit = 0; edit < 5; edit += 1) put('a', { text: `y${edit}` });
    await until(async () => ((await house.values('item', 'text')).join() === 'y4' ? undefined : 'the edits are not read'));
    expect(count).toBe(1);
  });
});

describe('a write that was made, and of which nobody knows what came', () => {
  const blind =
    (behind: () => void): Answer =>
    async (write, own) => {
      const outcome = await own();
      if (outcome.kind !== 'written' || write.kind === 'delete') return outcome;
      behind();
      return { kind: 'applied', key: outcome.key };
    };

  test('is no lost answer: what is typed behind it stands on it, and nobody is asked', async () => {
    const first = once();
    await open(
      blind(() => {
        if (first()) put('b', { stock: 109, text: 'typed behind' });
      }),
      { stock: 100, text: 'x' },
    );
    put('a', { stock: 106 });
    await both('stock', 109);
    await both('text', 'typed behind');
    expect(await house.held()).toEqual([]);
  });

  test('a deletion behind it stands', async () => {
    await open(
      blind(() => house.remove('b', 'item', 'i1')),
      { text: 'x' },
    );
    put('a', { text: 'y' });
    await until(() => (house.rows('a', 'item').length === 0 ? undefined : 'it is still in a'), 5000);
    await quiet();
    expect(house.rows('b', 'item')).toEqual([]);
  });

  test('a row that was made so is one row, and is written to under its version from then on', async () => {
    const versions: (string | undefined)[] = [];
    const hide = blind(() => undefined);
    await open((write, own, b) => {
      if (write.kind === 'update') versions.push(write.expected);
      return hide(write, own, b);
    });
    put('a', { code: 'C1', text: 'x' });
    await both('text', 'x');
    put('a', { text: 'y' });
    await both('text', 'y');
    expect(versions.length).toBeGreaterThan(0);
    expect(versions).not.toContain(undefined);
  });

  test('while its row cannot be read, nothing more is written to it', async () => {
    const first = once();
    await open(
      blind(() => {
        if (first()) house.system('b').reach(false);
      }),
      { text: 'x' },
    );
    put('a', { text: 'y' });
    await until(() => (of('b', 'text').join() === 'y' ? undefined : 'it is not written'));
    put('a', { text: 'z' });
    await until(async () => ((await house.values('item', 'text')).join() === 'z' ? undefined : 'the edit is not read'));
    expect(of('b', 'text')).toEqual(['y']);
    house.system('b').reach(true);
    await both('text', 'z');
  });
});

describe('what a system fills in by itself is nobody’s edit', () => {
  /** `b` gives every new row a mode, within the transaction of the write. */
  const filling =
    (meanwhile: () => void): Answer =>
    async (write, own, b) => {
      const outcome = await own();
      if (write.kind !== 'create' || outcome.kind !== 'written' || write.columns['mode'] !== undefined) return outcome;
      b.put(ITEM, outcome.key, { mode: 'standard' });
      meanwhile();
      const read = await b.read(ITEM, outcome.key);
      return read.kind === 'row' ? { kind: 'written', ...read.row } : outcome;
    };

  test('it goes to the others, where nobody has set anything else', async () => {
    await open(filling(() => undefined));
    put('a', { code: 'C1', text: 'x' });
    await both('mode', 'standard');
    expect(await edits('mode')).toEqual(['b standard']);
  });

  test('it does not speak against a deletion that was made meanwhile', async () => {
    await open(filling(() => house.remove('a', 'item', 'i1')));
    put('a', { code: 'C1', text: 'x' });
    await until(() => (house.rows('a', 'item').length + house.rows('b', 'item').length === 0 ? undefined : 'it is still there'), 5000);
    await quiet();
    expect(house.rows('a', 'item')).toEqual([]);
    expect((await house.ledger.conflicts({ limit: 5 })).items).toEqual([]);
  });

  test('it does not speak against a deletion that is heard of later either', async () => {
    await open(filling(() => undefined));
    put('a', { code: 'C1', text: 'x' });
    await until(() => (of('b', 'mode').join() === 'standard' ? undefined : 'it is not in b'));
    house.remove('a', 'item', 'i1');
    await until(() => (house.rows('b', 'item').length === 0 ? undefined : 'it is still in b'), 5000);
    await quiet();
    expect(house.rows('a', 'item')).toEqual([]);
  });

  test('what somebody set meanwhile wins over it', async () => {
    await open(filling(() => put('a', { mode: 'by hand' })));
    put('a', { code: 'C1', text: 'x' });
    await both('mode', 'by hand');
    expect(await house.held()).toEqual([]);
  });
});

describe('records that look alike, made in both systems at once', () => {
  const ALIKE = `
  customer:
    a: { set: customers, id: [id] }
    b: { set: customers, id: [id] }
    key: [account]
    review: [[name]]
    fields:
      account: { a: account, b: account }
      name: { a: name, b: name }
      city: { a: city, b: city }
`;
  const inB = (city: string) =>
    house.system('b').put(entityName('customer'), keyOf('y'), { id: 'y', account: 'B1', name: 'DOUBLE looms', city });
  const inA = () => house.put('a', 'customer', 'x', { account: 'A1', name: 'Double Looms', city: 'York' });

  /** When the other one is made: before anything is read, while the first one is written, and after it was. */
  const MOMENTS = ['before', 'during', 'behind', 'later'] as const;

  async function meet(moment: (typeof MOMENTS)[number]): Promise<string> {
    const first = once();
    const counted = openCounted(async (system, write, own) => {
      if (system !== 'b' || write.kind !== 'create' || !first()) return own();
      if (moment === 'during') inB('Leeds');
      const outcome = await own();
      if (moment === 'behind') inB('Leeds');
      return outcome;
    });
    house = openHouse(ALIKE, memoryLedger(), counted.around);
    inA();
    if (moment === 'before') inB('Leeds');
    await house.start();
    await quiet();
    if (moment === 'later') inB('Leeds');
    await until(async () => ((await house.held()).length > 0 ? undefined : 'nobody is asked'), 5000);
    await quiet();
    const [conflict, ...others] = await house.held();
    expect(others).toEqual([]);
    expect(conflict).toMatchObject({ code: 'C06', register: '$candidates' });
    expect(house.rows('a', 'customer'), 'nothing more is made while the question is open').toHaveLength(1);
    return conflict?.id ?? '';
  }

  test.each(MOMENTS)('%s: a person is asked, and "join" makes them one', async (moment) => {
    const id = await meet(moment);
    const conflict = (await house.held()).find((one) => one.id === id);
    const [other] = conflict?.about?.kind === 'candidates' ? conflict.about.records : [];
    if (!conflict || !other) throw new Error('there is a question with a candidate');
    expect(await house.engine().resolve({ conflict: conflict.id, choice: { join: other }, by: 'mia' })).toMatchObject({ kind: 'resolved' });
    await quiet();
    const records = (await house.records('customer')).filter(({ relations }) => relations?.mergedInto === undefined);
    expect(records).toHaveLength(1);
    const linked = (system: string) =>
      house
        .system(system)
        .rows(entityName('customer'))
        .find(({ key }) => key === records[0]?.links[system]?.key)?.columns['city'];
    expect([house.rows('a', 'customer').length, house.rows('b', 'customer').length]).toEqual([1, moment === 'before' ? 1 : 2]);
    expect(records[0]?.links['b']?.key, 'the row that a person made is mirrored').toBe('y');
    expect(linked('a')).toBe(linked('b'));
    house.put('b', 'customer', 'y', { city: 'Hull' });
    await until(() => (house.rows('a', 'customer')[0]?.['city'] === 'Hull' ? undefined : 'the edit is not in a'), 5000);
    expect(await house.held()).toEqual([]);
  });

  test.each(MOMENTS)('%s: a person is asked, and kept apart both are in both', async (moment) => {
    const id = await meet(moment);
    const conflict = (await house.held()).find((one) => one.id === id);
    if (conflict) await house.engine().resolve({ conflict: conflict.id, choice: { apart: true }, by: 'mia' });
    await until(
      () => (house.rows('a', 'customer').length + house.rows('b', 'customer').length === 4 ? undefined : 'not both in both'),
      5000,
    );
    await quiet();
    expect(await house.held()).toEqual([]);
  });
});
