import { memoryLedger } from '@concord/adapters';
import { changesOf, ConcordError, verifyRecord, type ChangeRow, type Ledger, type RecordState, type RetentionOptions } from '@concord/core';
import { afterEach, expect, test } from 'vitest';
import { ITEM_YAML, openHouse, type House } from '../../kit/house.ts';
import { until } from '../../kit/until.ts';

const BY = { by: 'Ann', archives: false };
const FUTURE_MS = Date.now() + 3_600_000;
let house: House;
afterEach(() => house.stop());

/** Records that were edited a few times, and have come to rest. */
async function lived(records: number, options: RetentionOptions = {}, ledger: Ledger = memoryLedger()): Promise<void> {
  house = openHouse(ITEM_YAML, ledger, undefined, {}, { retention: options });
  await house.start();
  for (const text of ['first', 'second', 'third']) {
    for (let nth = 0; nth < records; nth += 1) house.put('a', 'item', `${nth}`, { code: `c${nth}`, text: `${text} ${nth}` });
    await settled(records, text);
  }
}

function settled(records: number, text: string): Promise<void> {
  return until(() => {
    const there = house.rows('b', 'item').filter((row) => String(row['text']).startsWith(text)).length;
    return there === records && house.engine().isQuiet() ? undefined : `${there} of ${records} tell ${text}`;
  });
}

const passed = (): Promise<void> => until(() => (house.engine().retention()?.endedAtMs === undefined ? 'it is under way' : undefined));

async function historyOf({ id }: Pick<RecordState, 'id'>): Promise<readonly ChangeRow[]> {
  const changes: ChangeRow[] = [];
  for await (const change of changesOf(house.ledger, id)) changes.push(change);
  return changes;
}

test('histories are told short while edits go on, and everything comes to what it would have', async () => {
  await lived(30);
  expect(await house.engine().compact({ beforeMs: FUTURE_MS, ...BY })).toBe('begun');
  expect(await house.engine().compact({ beforeMs: FUTURE_MS, ...BY }), 'one at a time').toBe('busy');
  for (let nth = 0; nth < 30; nth += 1) house.put('a', 'item', `${nth}`, { text: `last ${nth}` });
  await passed();
  await settled(30, 'last');
  expect(house.engine().retention()).toMatchObject({ records: 30, wrong: 0, long: 0, by: 'Ann' });
  expect(house.engine().retention()?.compacted).toBeGreaterThan(10);
  const [table] = house.tables;
  for (const record of await house.records('item')) {
    const changes = await historyOf(record);
    expect(changes.length).toBeLessThan(4);
    expect(table && verifyRecord(table, record, changes)).toEqual([]);
  }
  const [act] = (await house.ledger.acts({ limit: 1 })).items;
  expect(act).toMatchObject({ operator: 'Ann', act: 'compact', note: expect.stringContaining('changes from before') });
});

test('what was begun goes on behind a restart, and a ledger that cannot be written is waited for', async () => {
  let [puts, isFull] = [0, false];
  const ledger = memoryLedger();
  const compact: Ledger['compact'] = async (compacted) => {
    if (isFull || puts === 5) throw new ConcordError('LEDGER_FULL', { file: 'it' });
    puts += 1;
    return ledger.compact(compacted);
  };
  await lived(12, {}, { ...ledger, compact });
  await house.engine().compact({ beforeMs: FUTURE_MS, ...BY });
  await until(() => (puts === 5 ? undefined : 'it has not come that far'));
  await house.stop();
  isFull = true;
  await house.start();
  puts = 6;
  isFull = false;
  await passed();
  expect(house.engine().retention()).toMatchObject({ records: 12, compacted: 7, by: 'Ann' });
});

test('what is older than the configuration keeps is told short by itself, again and again', async () => {
  await lived(3, { keepMs: 60_000, everyMs: 600_000 });
  await passed();
  expect(house.engine().retention(), 'nothing is that old').toMatchObject({ compacted: 0, by: 'concord' });
  house.pass(700_000);
  await house.stop();
  await house.start();
  await until(() => (house.engine().retention()?.compacted === 3 ? undefined : 'they are as they were'));
});

test('a record that is edited each time is held once, and what was archived of it in vain is taken back', async () => {
  const archived: string[] = [];
  const archive = {
    put: async (record: string) => {
      archived.push(record);
      return async () => void archived.pop();
    },
    close: async () => undefined,
  };
  const ledger = memoryLedger();
  let refused = 0;
  const compact: Ledger['compact'] = async (compacted) => ((refused += 1) < 3 ? 'moved' : ledger.compact(compacted));
  await lived(1, { archive }, { ...ledger, compact });
  await house.engine().compact({ beforeMs: FUTURE_MS, by: 'Ann', archives: true });
  await passed();
  expect(house.engine().retention()).toMatchObject({ compacted: 1, moved: 0 });
  expect(archived).toHaveLength(1);
});

test('the value of a pin is told as long as it is pinned', async () => {
  await lived(1);
  const [record] = await house.records('item');
  if (!record) throw new Error('there is none');
  await house.engine().pin({ record: record.id, register: 'text', by: 'Ann', untilMs: FUTURE_MS, value: 'pinned' });
  await settled(1, 'pinned');
  for (const text of ['other', 'else']) {
    house.put('a', 'item', '0', { text });
    await settled(1, 'pinned');
  }
  await house.engine().compact({ beforeMs: FUTURE_MS, ...BY });
  await passed();
  house.put('a', 'item', '0', { text: 'once more' });
  await until(() => (house.rows('a', 'item').some((row) => row['text'] === 'once more') ? 'it was not put back' : undefined));
  expect(house.engine().pins()).toHaveLength(1);
});

test('a history that is told short between two of its pages is not put together from both', async () => {
  await lived(1);
  const [record] = await house.records('item');
  if (!record) throw new Error('there is none');
  const reading = changesOf(house.ledger, record.id, { pageRows: 1 });
  await reading.next();
  await house.engine().compact({ beforeMs: FUTURE_MS, ...BY });
  await passed();
  await expect(reading.next()).rejects.toMatchObject({ code: 'HISTORY_MOVED' });
});
