import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOnlyLedger, sqliteLedger } from '@concord/adapters';
import { ConcordError } from '@concord/core';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FNO, tableOf } from '../../kit/tables.ts';
import { edit, pull, worldOf } from '../../kit/world.ts';

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
  expect(record?.registers['name']?.value).toBe('Acme');
  expect(record && (await ledger.changes(record.id, { limit: 10 })).items).toHaveLength(1);
  expect(await ledger.counts()).toMatchObject({ records: 1, changes: 1 });
  await ledger.close();
  expect(readFileSync(file).equals(before)).toBe(true);
});

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
