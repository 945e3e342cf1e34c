import { memoryLedger, type MemorySystem } from '@concord/adapters';
import { entityName, keyOf, must, recordId, systemId, type Row, verifyRecord, valueIn, type PutBackAsk } from '@concord/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openHouse, type House } from '../../kit/house.ts';
import { until } from '../../kit/until.ts';

const [A, B, ITEM] = [systemId('a'), systemId('b'), entityName('item')];
const YAML = `
  item:
    a: { set: items, id: [id] }
    b: { set: items, id: [id] }
    key: [code]
    fields:
      code: { a: code, b: code }
      text: { a: text, b: text }
      memo: { a: memo, b: memo }
`;

let house: House;
let writesToA = 0;
beforeEach(() => {
  writesToA = 0;
  house = openHouse(YAML, memoryLedger(), (system) => ({
    ...system,
    write(write) {
      if (system.id === A) writesToA += 1;
      return system.write(write);
    },
  }));
});
afterEach(() => house.stop());

const ask = (choice: PutBackAsk['choice']): PutBackAsk => ({ choice, by: 'Mia', note: 'change 4711' });
const quiet = () => until(() => (house.engine().isQuiet() ? undefined : 'busy'), 5000);
const textsIn = (system: string, field = 'text') =>
  house
    .rows(system, 'item')
    .map((row) => `${String(row['code'])} ${String(row[field])}`)
    .toSorted();
const agreed = () =>
  until(() => {
    const [a, b] = ['a', 'b'].map((id) => JSON.stringify(house.rows(id, 'item')));
    return a === b && house.engine().isQuiet() ? undefined : `${a}\n${b}`;
  }, 5000);
const mapOf = (system = A) =>
  house
    .engine()
    .status()
    .maps.find((map) => map.system === system);
const noticed = () => until(() => (mapOf()?.state === 'put-back' ? undefined : `a is ${mapOf()?.state}`), 5000);
const report = () => house.engine().putBack(A, ITEM)?.report;
const reported = () => until(() => (report()?.state === 'done' ? undefined : `the report is ${report()?.state}`), 5000);
const over = () => until(() => (mapOf()?.putBack ? 'a is still put back' : undefined), 5000);

function put(system: string, code: string, columns: Record<string, string>): void {
  const row = house
    .system(system)
    .rows(ITEM)
    .find((one) => one.columns['code'] === code);
  house.put(system, 'item', row?.key ?? `i${code}`, { code, ...columns });
}

async function recordOf(code: string) {
  const record = (await house.records('item')).find((one) => valueIn(one, 'code') === code);
  return record?.id ?? recordId('nobody');
}

async function historyOf(code: string): Promise<readonly unknown[]> {
  return (await house.ledger.changes(await recordOf(code), { limit: 100 })).items.flatMap(({ edits }) => edits.map(({ value }) => value));
}

/** What was agreed on before, and what both edited after the backup of `a` was made: then `a` is put back, and edited there. */
async function restored(): Promise<void> {
  for (const code of ['C0', 'C1', 'C2', 'C3', 'C4']) put('a', code, { text: 'first', memo: 'old' });
  await house.start();
  await agreed();
  const back = house.system('a').backup();
  put('a', 'C0', { text: 'by a' });
  put('b', 'C1', { text: 'by b' });
  put('b', 'C2', { text: 'by b', memo: 'new' });
  house.remove(
    'b',
    'item',
    house
      .system('b')
      .rows(ITEM)
      .find((row) => row.columns['code'] === 'C3')?.key ?? '',
  );
  await until(() => (textsIn('a').includes('C1 by b') ? undefined : 'not yet'));
  put('a', 'C9', { text: 'made in a', memo: 'late' });
  put('b', 'C8', { text: 'made in b', memo: 'late' });
  await agreed();
  back();
  writesToA = 0;
  // Since then.
  put('a', 'C2', { memo: 'typed since' });
  put('a', 'C7', { text: 'born since', memo: 'since' });
}

test('a system that was put back is noticed: nothing of it is taken or written, and a report tells what differs', async () => {
  await restored();
  await noticed();
  await reported();
  put('b', 'C4', { text: 'while it waits' });
  await until(async () => ((await house.values('item', 'text')).includes('while it waits') ? undefined : 'not heard'), 5000);
  await quiet();
  expect(writesToA).toBe(0);
  expect(textsIn('b')).toEqual(['C0 by a', 'C1 by b', 'C2 by b', 'C4 while it waits', 'C8 made in b', 'C9 made in a']);
  expect(report()).toMatchObject({
    state: 'done',
    rows: 6,
    same: 1,
    newRows: 1,
    lost: { text: { count: 3 } },
    edited: { memo: { count: 1, examples: [{ shows: 'typed since', stands: 'new' }] } },
    lostRows: { count: 2 },
    missingRows: { count: 0 },
    againRows: { count: 1 },
  });
  const failures = (await house.ledger.failures({ limit: 50 })).items.filter(({ code }) => code === 'PUT_BACK');
  expect(failures).toHaveLength(1);
  expect(failures[0]?.words).toContain('concord put-back show item a');
});

test('given back, the system holds what the ledger holds, with what was edited there since', async () => {
  await restored();
  await noticed();
  await reported();
  expect(await house.engine().settlePutBack(A, ITEM, ask('give-back'))).toBe('begun');
  await over();
  await agreed();
  expect(textsIn('a')).toEqual(['C0 by a', 'C1 by b', 'C2 by b', 'C4 first', 'C7 born since', 'C8 made in b', 'C9 made in a']);
  expect(textsIn('a', 'memo')).toContain('C2 typed since');
  expect(await historyOf('C2')).toEqual(expect.arrayContaining(['new', 'typed since', 'by b']));
  expect((await house.ledger.acts({ limit: 5 })).items).toMatchObject([
    { operator: 'Mia', act: 'put back: give-back', note: 'item in a: change 4711' },
  ]);
  for (const record of await house.records('item')) {
    const { items } = await house.ledger.changes(record.id, { limit: 500 });
    expect(verifyRecord(must(house.tables[0], 'one table'), record, items)).toEqual([]);
  }
});

test('taken over, its older state stands everywhere, and what stood before is in the history', async () => {
  await restored();
  await noticed();
  await reported();
  expect(await house.engine().settlePutBack(A, ITEM, ask('take-over'))).toBe('begun');
  await over();
  await agreed();
  expect(textsIn('b')).toEqual(['C0 first', 'C1 first', 'C2 first', 'C3 first', 'C4 first', 'C7 born since']);
  expect(textsIn('b', 'memo')).toContain('C2 typed since');
  expect(await historyOf('C1')).toEqual(expect.arrayContaining(['first', 'by b']));
});

test('held, each difference waits for a person, and nothing is written before they decided', async () => {
  await restored();
  await noticed();
  await reported();
  expect(await house.engine().settlePutBack(A, ITEM, ask('hold'))).toBe('begun');
  await over();
  await until(() => (textsIn('b').includes('C7 born since') ? undefined : 'not yet'), 5000);
  await quiet();
  const held = await house.held();
  expect(held.map(({ register, code }) => `${register} ${code}`).toSorted()).toEqual([
    '$life C04',
    '$life C04',
    '$life C04',
    'memo C19',
    'text C19',
    'text C19',
    'text C19',
  ]);
  expect(writesToA).toBe(0);
  expect(textsIn('b')).toEqual(['C0 by a', 'C1 by b', 'C2 by b', 'C4 first', 'C7 born since', 'C8 made in b', 'C9 made in a']);
  for (const { id, register } of held)
    await house.engine().resolve({ conflict: id, choice: { value: register === '$life' ? 'live' : 'by Mia' }, by: 'Mia' });
  await agreed();
  expect(textsIn('a')).toEqual([
    'C0 by Mia',
    'C1 by Mia',
    'C2 by Mia',
    'C3 first',
    'C4 first',
    'C7 born since',
    'C8 made in b',
    'C9 made in a',
  ]);
});

test('it outlasts a restart, before and after the choice; who chooses before there is a report is told so', async () => {
  await restored();
  await noticed();
  const since = mapOf()?.putBack?.sinceMs;
  await house.stop();
  await house.open();
  expect(mapOf()).toMatchObject({ state: 'put-back', putBack: { sinceMs: since } });
  await reported();
  house.system('a').reach(false);
  expect(house.engine().reportPutBack(A, ITEM)).toBe('begun');
  expect(await house.engine().settlePutBack(A, ITEM, ask('give-back'))).toBe('reading');
  house.system('a').reach(true);
  await reported();
  expect(await house.engine().settlePutBack(A, ITEM, ask('give-back'))).toBe('begun');
  expect(await house.engine().settlePutBack(A, ITEM, ask('take-over'))).toBe('idle');
  await house.stop();
  await house.open();
  await over();
  await agreed();
  expect(textsIn('b')).toContain('C1 by b');
  expect(await house.engine().settlePutBack(A, entityName('other'), ask('give-back'))).toBe('unknown');
  expect(await house.engine().settlePutBack(B, ITEM, ask('give-back'))).toBe('idle');
});

test('a write that meets an older row is noticed as well, and so is what a person says', async () => {
  put('a', 'C0', { text: 'first', memo: 'old' });
  await house.start();
  await agreed();
  const back = house.system('a').backup();
  put('b', 'C0', { text: 'by b' });
  await agreed();
  back();
  // Its feed goes on as if nothing had been: as far as it was read, there was more.
  house.system('a').put(ITEM, keyOf('iC5'), { id: 'iC5', code: 'C5', text: 'since', memo: '' });
  put('b', 'C0', { memo: 'next' });
  await noticed();
  await reported();
  await house.engine().settlePutBack(A, ITEM, ask('give-back'));
  await over();
  await agreed();
  expect(house.rows('a', 'item')[0]).toEqual({ code: 'C0', text: 'by b', memo: 'next' });
  expect(await house.engine().declarePutBack(systemId('nobody'), { by: 'Mia' })).toBe('unknown');
  expect(await house.engine().declarePutBack(A, { by: 'Mia' })).toBe('begun');
  expect(mapOf()).toMatchObject({ state: 'put-back', words: 'Mia said so' });
});

const DAY_MS = 86_400_000;
const STEP_MS = 20 * 60_000;

/** As Finance & Operations is: versions can only be told apart, and a row says when it was changed. Each change is twenty minutes after the one before. */
function unordered(system: MemorySystem, isTold: (row: Row) => number): MemorySystem {
  const told = (row: Row): Row => ({ ...row, modifiedAtMs: isTold(row) });
  const { compareVersions: _none, ...rest } = system;
  return {
    ...rest,
    async read(entity, key) {
      const read = await system.read(entity, key);
      return read.kind === 'row' ? { kind: 'row', row: told(read.row) } : read;
    },
    async changes(entity, from) {
      const pull = await system.changes(entity, from);
      if (pull.kind !== 'page') return pull;
      return { ...pull, sightings: pull.sightings.map((one) => (one.kind === 'row' ? { kind: 'row', row: told(one.row) } : one)) };
    },
  };
}

test.each([
  ['two rows that went back in time prove it', ['C0', 'C1'], 'put-back'],
  ['one may be anything, and is taken as the edit that it looks like', ['C0'], 'live'],
] as const)('where versions have no order, %s', async (_name, lost, state) => {
  await house.stop();
  const startMs = Date.now() - 30 * DAY_MS;
  house = openHouse(YAML, memoryLedger(), (system) =>
    system.id === A ? unordered(system, ({ version }) => startMs + Number(version.slice(1)) * STEP_MS) : system,
  );
  for (const code of ['C0', 'C1', 'C2']) put('a', code, { text: 'first', memo: 'old' });
  await house.start();
  await agreed();
  const back = house.system('a').backup();
  for (const code of lost) put('a', code, { text: 'later' });
  await agreed();
  back();
  await until(
    () => (mapOf()?.state === state && (state === 'put-back' || textsIn('b').includes('C0 first')) ? undefined : 'not yet'),
    5000,
  );
  await quiet();
  expect(textsIn('b')).toEqual(state === 'put-back' ? ['C0 later', 'C1 later', 'C2 first'] : ['C0 first', 'C1 first', 'C2 first']);
});

test('a row that is gone is no deletion where other rows prove that its system was put back', async () => {
  put('a', 'C0', { text: 'first', memo: 'old' });
  await house.start();
  await agreed();
  const back = house.system('a').backup();
  put('a', 'C0', { text: 'later' });
  put('a', 'C1', { text: 'made since', memo: 'late' });
  await agreed();
  back();
  // As far as its feed was read, there is nothing new.
  for (let row = 0; row < 4; row += 1) put('a', `N${row}`, { text: 'new', memo: '' });
  put('b', 'C1', { memo: 'to a row that is not there' });
  await noticed();
  await reported();
  expect(report()).toMatchObject({ lostRows: { count: 1 } });
  await house.engine().settlePutBack(A, ITEM, ask('give-back'));
  await over();
  await agreed();
  expect(textsIn('a', 'memo')).toContain('C1 to a row that is not there');
});
