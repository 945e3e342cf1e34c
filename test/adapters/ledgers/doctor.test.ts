import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectLedger, mendLog, sqliteLedger } from '@concord/adapters';
import { ConcordError } from '@concord/core';
import Sqlite from '../../../packages/adapters/src/shared/sqlite.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { holderOf } from '../../kit/holder.ts';
import { fullPlan, sampleCommit, sampleId } from '../../../packages/core/src/contract/ledger-samples.ts';
import { SCHEMA_VERSION } from '../../../packages/adapters/src/ledgers/sqlite/migrations.ts';

const COMMITS = 12;

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'concord-doctor-'));
  file = join(folder, 'ledger.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const faults = async () => (await inspectLedger(file)).filter(({ state }) => state === 'fault');
const told = async () => (await faults()).map(({ words, remedy = '' }) => `${words} → ${remedy}`).join('\n');

/** A ledger as a power cut leaves it: some commits in its file, the rest in its log. */
async function crashed(): Promise<void> {
  const source = join(folder, 'source.db');
  const ledger = sqliteLedger({ file: source });
  for (let number = 1; number <= COMMITS; number += 1) await ledger.commit(sampleCommit([fullPlan(sampleId(number))]));
  copyFileSync(source, file);
  copyFileSync(`${source}-wal`, `${file}-wal`);
  await ledger.close();
}

function refusal(): string | undefined {
  try {
    void sqliteLedger({ file }).close();
    return undefined;
  } catch (thrown) {
    return thrown instanceof ConcordError ? thrown.code : String(thrown);
  }
}

function spoil(name: string, at: number): void {
  const bytes = readFileSync(name);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0x40, at);
  writeFileSync(name, bytes);
}

test('a ledger in order has no fault, also after a crash, and is looked at without being changed', async () => {
  await crashed();
  const content = () => Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]);
  const before = content();
  expect(await faults()).toEqual([]);
  expect((await inspectLedger(file)).map(({ words }) => words).join('\n')).toMatch(
    /commits stand in its log, and can be read[\s\S]*12 records can be read/,
  );
  expect(content().equals(before)).toBe(true);
});

test('a log that is torn in the midst of what was acknowledged is refused, not read in part; mended, what is before the tear stands', async () => {
  await crashed();
  const { size } = statSync(`${file}-wal`);
  spoil(`${file}-wal`, Math.floor(size / 2));
  expect(refusal()).toBe('LEDGER_TORN');
  expect(await told()).toMatch(/its log is torn: \d+ commits behind the tear cannot be read → Restore the last backup; or .*--mend/);
  const mended = mendLog(file, `${file}-wal.torn`);
  expect(mended?.given).toBeGreaterThan(1);
  expect([existsSync(`${file}-wal.torn`), mendLog(file, 'nowhere')]).toEqual([true, undefined]);
  expect(await faults()).toEqual([]);
  const ledger = sqliteLedger({ file });
  const { records } = await ledger.counts();
  expect(records).toBeGreaterThan(0);
  expect(records).toBeLessThan(COMMITS);
  await ledger.close();
});

test('a log whose end was cut off by a power cut is no fault: nobody was told of what is missing', async () => {
  await crashed();
  const bytes = readFileSync(`${file}-wal`);
  writeFileSync(`${file}-wal`, bytes.subarray(0, bytes.length - 1000));
  expect(await faults()).toEqual([]);
  expect(refusal()).toBeUndefined();
});

test('a damaged page is a fault, with what to do', async () => {
  const ledger = sqliteLedger({ file });
  for (let number = 1; number <= COMMITS; number += 1) await ledger.commit(sampleCommit([fullPlan(sampleId(number))]));
  await ledger.close();
  const bytes = readFileSync(file);
  for (let page = 2; page * 4096 < bytes.length; page += 1) bytes.fill(0xa5, page * 4096, page * 4096 + 64);
  writeFileSync(file, bytes);
  expect(await told()).toMatch(/→ Keep a copy of the file, then restore the last backup/);
});

test('a file that is held says so, and by which process', async () => {
  await sqliteLedger({ file }).close();
  const holder = await holderOf(file);
  const findings = await inspectLedger(file);
  await holder.kill();
  const locked = findings.find(({ words }) => words.includes('in use'));
  expect(locked).toMatchObject({ remedy: expect.stringContaining('--url') });
  if (process.platform === 'linux') expect(locked?.words).toContain(`by process ${holder.pid}`);
});

test('a read-only file, a later schema, a foreign file and a missing folder each have their words', async () => {
  await sqliteLedger({ file }).close();
  chmodSync(file, 0o444);
  expect(await told()).toMatch(/the file is read-only → .*chmod u\+w/);
  chmodSync(file, 0o644);
  const later = new Sqlite(file);
  later.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
  later.close();
  expect(await told()).toMatch(/has schema version .* → Start the Concord that wrote it/);
  writeFileSync(file, 'no ledger at all '.repeat(100));
  expect(await told()).toMatch(/no Concord ledger, or its first page is gone → .*restore the last backup/);
  file = join(folder, 'nowhere', 'ledger.db');
  expect(await told()).toMatch(/does not exist → Make it/);
});
