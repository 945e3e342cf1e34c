import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConcordError, recordId } from '@concord/core';
import Sqlite from '../../../packages/adapters/src/shared/sqlite.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { holderOf } from '../../kit/holder.ts';
import { fullPlan, sampleCommit, sampleId } from '../../../packages/core/src/contract/ledger-samples.ts';
import { sqliteLedger } from '../../../packages/adapters/src/ledgers/sqlite/ledger.ts';
import { APPLICATION_ID, SCHEMA_VERSION } from '../../../packages/adapters/src/ledgers/sqlite/migrations.ts';
import { assertSettings, openLedgerFile } from '../../../packages/adapters/src/ledgers/sqlite/open.ts';

let folder = '';
let file = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'concord-sqlite-'));
  file = join(folder, 'ledger.db');
});

afterEach(() => rm(folder, { recursive: true }));

test('a ledger runs with write-ahead log, full synchronisation, exclusive lock, foreign keys and no trust in the schema', () => {
  const db = openLedgerFile(file);
  const setting = (name: string): unknown => db.pragma(name, { simple: true });
  expect(['journal_mode', 'synchronous', 'locking_mode', 'foreign_keys', 'trusted_schema'].map(setting)).toEqual([
    'wal',
    2,
    'exclusive',
    1,
    0,
  ]);
  expect([setting('application_id'), setting('user_version')]).toEqual([APPLICATION_ID, SCHEMA_VERSION]);
  db.close();
});

test('a ledger that would lose commits in a power cut is not used', () => {
  const db = openLedgerFile(file);
  db.pragma('synchronous = NORMAL');
  expect(() => assertSettings(db, file)).toThrow(/synchronous = 1, and needs 2/u);
  db.close();
});

test('a file whose making was interrupted between its first page and the removal of its journal is made anew', async () => {
  const half = join(folder, 'half.db');
  const maker = new Sqlite(half);
  maker.pragma('cache_size = 2');
  maker.exec('BEGIN; CREATE TABLE t (x)');
  for (let row = 0; row < 50; row += 1) maker.prepare('INSERT INTO t VALUES (?)').run('x'.repeat(4000));
  for (const end of ['', '-journal']) await copyFile(`${half}${end}`, `${file}${end}`);
  maker.close();
  const reader = new Sqlite(file, { readonly: true });
  expect(() => reader.pragma('user_version'), 'it is half made').toThrow(/readonly/u);
  reader.close();
  await ledgerWith(fullPlan(sampleId(1)));
  expect(existsSync(`${file}-journal`)).toBe(false);
});

test('a second opener is told that the ledger is in use, and the first goes on', async () => {
  const first = sqliteLedger({ file });
  expect(caught(() => sqliteLedger({ file }))).toMatchObject({
    code: 'LEDGER_LOCKED',
    remedy: expect.stringContaining('Stop the other sidecar'),
  });
  await expect(first.commit(sampleCommit([fullPlan(sampleId(1))]))).resolves.toEqual([{ kind: 'committed' }]);
  await first.close();
});

test('a ledger that was only opened keeps others out too', async () => {
  await sqliteLedger({ file }).close();
  const first = sqliteLedger({ file });
  expect(caught(() => sqliteLedger({ file }))).toMatchObject({ code: 'LEDGER_LOCKED' });
  await first.close();
  await sqliteLedger({ file }).close();
});

test('a second process is kept out, and the lock of a killed process is free', async () => {
  await ledgerWith(fullPlan(sampleId(1)));
  const holder = await holderOf(file);
  expect(caught(() => sqliteLedger({ file }))).toMatchObject({ code: 'LEDGER_LOCKED' });
  await holder.kill();
  const ledger = sqliteLedger({ file });
  await expect(ledger.record(sampleId(1))).resolves.toEqual(fullPlan(sampleId(1)).record);
  await ledger.close();
});

test('a file of another application is refused and left as it is', async () => {
  const other = new Sqlite(file);
  other.exec('CREATE TABLE invoices (id INTEGER PRIMARY KEY); INSERT INTO invoices VALUES (7)');
  other.pragma('user_version = 1');
  other.close();
  await expect(refusal()).resolves.toEqual({ code: 'LEDGER_FOREIGN', untouched: true });
});

test('a file that is no database is refused and left as it is', async () => {
  await writeFile(file, 'systems:\n  fno: { adapter: finops }\n'.repeat(100));
  await expect(refusal()).resolves.toEqual({ code: 'LEDGER_FOREIGN', untouched: true });
});

test('a ledger of a later Concord is refused and left as it is', async () => {
  await sqliteLedger({ file }).close();
  const later = new Sqlite(file);
  later.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
  later.close();
  await expect(refusal()).resolves.toEqual({ code: 'LEDGER_NEWER', untouched: true });
});

test('a folder that does not exist is told as such', () => {
  const error = caught(() => sqliteLedger({ file: join(folder, 'nowhere', 'ledger.db') }));
  expect(error).toMatchObject({ code: 'LEDGER_UNREACHABLE', remedy: expect.stringContaining('folder exists') });
});

test('an empty file becomes a ledger', async () => {
  await writeFile(file, '');
  const ledger = sqliteLedger({ file });
  await expect(ledger.counts()).resolves.toMatchObject({ records: 0 });
  await ledger.close();
});

test('a commit that throws half-way leaves nothing, and the next one is taken', async () => {
  const ledger = sqliteLedger({ file });
  const [good, bad] = [fullPlan(sampleId(1)), fullPlan(sampleId(2))];
  const twice = { ...bad, changes: [...bad.changes, ...bad.changes] };
  await expect(ledger.commit(sampleCommit([good, twice]))).rejects.toThrow(/does not come after/u);
  await expect(ledger.counts()).resolves.toMatchObject({ records: 0, changes: 0, held: 0, due: 0 });
  await expect(ledger.commit(sampleCommit([good, bad]))).resolves.toHaveLength(2);
  await ledger.close();
});

test('a record that something else overwrote is reported as damage, not guessed', async () => {
  await ledgerWith(fullPlan(sampleId(1)));
  const other = new Sqlite(file);
  other.exec(`UPDATE records SET state = '{"id":1}'; UPDATE changes SET told = 'x'; UPDATE conflicts SET told = '{'`);
  other.close();
  const ledger = sqliteLedger({ file });
  await expect(ledger.record(sampleId(1))).rejects.toMatchObject({ code: 'LEDGER_DAMAGED' });
  await expect(ledger.changes(sampleId(1), { limit: 5 })).rejects.toMatchObject({ code: 'LEDGER_DAMAGED' });
  await expect(ledger.conflicts({ limit: 5 })).rejects.toMatchObject({ code: 'LEDGER_DAMAGED' });
  await expect(ledger.record(recordId('nobody'))).resolves.toBeUndefined();
  await ledger.close();
});

async function ledgerWith(plan: ReturnType<typeof fullPlan>): Promise<void> {
  const ledger = sqliteLedger({ file });
  await ledger.commit(sampleCommit([plan]));
  await ledger.close();
}

/** How opening the file is refused, and whether the file is then what it was. */
async function refusal(): Promise<{ readonly code: string | undefined; readonly untouched: boolean }> {
  const before = await readFile(file);
  const error = caught(() => sqliteLedger({ file }));
  return { code: error?.code, untouched: before.equals(await readFile(file)) };
}

function caught(work: () => unknown): ConcordError | undefined {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof ConcordError) return thrown;
    throw thrown;
  }
  return undefined;
}
