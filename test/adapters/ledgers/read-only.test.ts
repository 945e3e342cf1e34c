import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOnlyLedger, sqliteLedger, type ReadOnlyLedger } from '@concord/adapters';
import { ConcordError, valueIn } from '@concord/core';
import Sqlite from '../../../packages/adapters/src/shared/sqlite.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CE, FNO, tableOf } from '../../kit/tables.ts';
import { calm, deliver, edit, pull, worldOf } from '../../kit/world.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'concord-read-'));
  file = join(folder, 'ledger.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

function codeOf(open: () => unknown): string {
  try {
    open();
  } catch (thrown) {
    if (thrown instanceof ConcordError) return thrown.code;
    throw thrown;
  }
  return 'opened';
}

async function filled(): Promise<void> {
  const world = worldOf(tableOf({ account: {}, name: {} }));
  edit(world, FNO, { account: 'a', name: 'Acme' });
  pull(world, FNO);
  const ledger = sqliteLedger({ file });
  await ledger.commit({ plans: world.plans, cursors: [], failures: [], acts: [] });
  await ledger.close();
}

test('what a sidecar wrote is read, and the file stays as it is, byte for byte', async () => {
  await filled();
  const before = readFileSync(file);
  const ledger = readOnlyLedger({ file });
  const [record] = (await ledger.records({ limit: 10 })).items;
  expect(record && valueIn(record, 'name')).toBe('Acme');
  expect(record && (await ledger.changes(record.id, { limit: 10 })).items).toHaveLength(1);
  expect(await ledger.counts()).toMatchObject({ records: 1, changes: 1 });
  await ledger.close();
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('after a kill, what the journal alone tells is read as well, and neither file is written to', async () => {
  const world = worldOf(tableOf({ account: {}, name: {} }));
  edit(world, FNO, { account: 'a', name: 'Acme' });
  pull(world, FNO);
  deliver(world, CE);
  calm(world);
  edit(world, FNO, { name: 'Bolt' });
  pull(world, FNO);
  const live = sqliteLedger({ file });
  for (const plan of world.plans) await live.commit({ plans: [plan], cursors: [], failures: [], acts: [] });
  // As the disk is when the process is gone: what it held in memory is lost.
  const copy = join(folder, 'killed.db');
  for (const end of ['', '-wal'] as const) copyFileSync(file + end, copy + end);
  const id = world.plans[0]?.record.id ?? raise();
  const asked = async (ledger: Omit<ReadOnlyLedger, 'unsound' | 'isErasing' | 'lines' | 'proveActs' | 'proveSums'>) => [
    await ledger.record(id),
    await ledger.records({ limit: 10 }),
    await ledger.changes(id, { limit: 1 }),
    await ledger.changes(id, { limit: 10 }),
    await ledger.deliveries({ limit: 10 }),
    await ledger.counts(),
  ];
  const held = await asked(live);
  await live.close();
  const before = ['', '-wal'].map((end) => readFileSync(copy + end));
  const ledger = readOnlyLedger({ file: copy });
  expect(await asked(ledger)).toEqual(held);
  const [record] = (await ledger.records({ limit: 10 })).items;
  expect(record && valueIn(record, 'name')).toBe('Bolt');
  expect((await ledger.deliveries({ limit: 10 })).items).toMatchObject([{ system: 'ce', kind: 'update' }]);
  expect(await ledger.counts()).toMatchObject({ due: 1 });
  await ledger.close();
  expect(existsSync(`${copy}-wal`)).toBe(true);
  expect(['', '-wal'].map((end, index) => readFileSync(copy + end).equals(before[index] ?? raise()))).toEqual([true, true]);
});

function raise(): never {
  throw new Error('it was just made');
}

test('a file that is not there is told, and not made', () => {
  expect(codeOf(() => readOnlyLedger({ file }))).toBe('LEDGER_MISSING');
  expect(readdirSync(folder)).toEqual([]);
});

test('a ledger that somebody holds, one of another version, and a file of something else are refused', async () => {
  await filled();
  const held = sqliteLedger({ file });
  expect(codeOf(() => readOnlyLedger({ file }))).toBe('LEDGER_LOCKED');
  await held.close();
  const db = new Sqlite(file);
  const version = Number(db.pragma('user_version', { simple: true }));
  for (const [other, code] of [
    [version - 1, 'LEDGER_OLDER'],
    [version + 1, 'LEDGER_NEWER'],
  ] as const) {
    db.pragma(`user_version = ${other}`);
    expect(codeOf(() => readOnlyLedger({ file }))).toBe(code);
  }
  db.close();
  writeFileSync(join(folder, 'other.txt'), 'not a database, but long enough to be read as one: '.repeat(50));
  expect(codeOf(() => readOnlyLedger({ file: join(folder, 'other.txt') }))).toBe('LEDGER_FOREIGN');
});
