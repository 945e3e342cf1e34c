import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeRecord } from '@concord/core';
import Sqlite from '../../../packages/adapters/src/shared/sqlite.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sqliteLedger } from '../../../packages/adapters/src/ledgers/sqlite/ledger.ts';
import {
  CE,
  sampleChange,
  sampleCommit,
  sampleDelivery,
  sampleId,
  samplePlan,
  sampleRecord,
} from '../../../packages/core/src/contract/ledger-samples.ts';

const RECORDS = 300;
const BATCH = 50;
/** So many records may be ahead of their tables. */
const AHEAD = 200;
/** Room for the texts of so many: half as many, each with what is told of it. */
const RECORDS_AHEAD = 200;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'concord-write-back-'));
});
afterEach(() => rm(folder, { recursive: true }));

function batch(from: number, revision: number): Parameters<ReturnType<typeof sqliteLedger>['commit']>[0] {
  const ids = Array.from({ length: BATCH }, (_, index) => sampleId(from + index));
  return sampleCommit(
    ids.map((id) =>
      samplePlan(sampleRecord(id, revision), {
        changes: [sampleChange(id, revision)],
        deliveries: new Map([[CE, revision === 2 ? sampleDelivery(id) : undefined]]),
      }),
    ),
  );
}

/** What a crash would leave of an open ledger. */
async function crashedCopy(file: string): Promise<string> {
  const crashed = join(folder, 'crashed.db');
  for (const end of ['', '-wal']) await copyFile(`${file}${end}`, `${crashed}${end}`);
  return crashed;
}

/** How many records the tables have in an earlier revision. */
function behindIn(file: string, revision: number): number {
  const tables = new Sqlite(file, { readonly: true });
  const behind = tables.prepare<[number], number>('SELECT count(*) FROM records WHERE revision < ?').pluck().get(revision) ?? 0;
  tables.close();
  return behind;
}

test('what has been in the journal for longest goes into the tables when too much is there; a crash in the midst of it loses nothing', async () => {
  const file = join(folder, 'ledger.db');
  const ledger = sqliteLedger({ file, ahead: { records: AHEAD } });
  for (const revision of [1, 2, 3]) {
    for (let from = 1; from <= RECORDS; from += BATCH) await ledger.commit(batch(from, revision));
  }
  const crashed = await crashedCopy(file);
  await ledger.close();
  const behind = behindIn(crashed, 3);
  expect(behind).toBeGreaterThan(0);
  expect(behind).toBeLessThanOrEqual(AHEAD + BATCH);
  for (const left of [crashed, file]) {
    const again = sqliteLedger({ file: left });
    expect(await again.counts()).toMatchObject({ records: RECORDS, changes: 3 * RECORDS, due: 0 });
    for (const id of [1, BATCH, RECORDS].map(sampleId)) {
      expect(await again.record(id)).toMatchObject({ revision: 3 });
      expect((await again.changes(id, { limit: 2 })).items.map(({ seq }) => seq)).toEqual([1, 2]);
      expect((await again.changes(id, { limit: 9, fromSeq: 2 })).items.map(({ seq }) => seq)).toEqual([2, 3]);
    }
    await again.close();
  }
  const closed = new Sqlite(file, { readonly: true });
  expect(closed.prepare<[], number>('SELECT count(*) FROM journal').pluck().get()).toBe(0);
  closed.close();
});

test('what is ahead is measured with the records themselves, which stand in memory as well', async () => {
  const file = join(folder, 'ledger.db');
  const bytes = RECORDS_AHEAD * encodeRecord(sampleRecord(sampleId(1), 3)).length;
  const ledger = sqliteLedger({ file, ahead: { bytes } });
  for (const revision of [1, 2]) for (let from = 1; from <= RECORDS; from += BATCH) await ledger.commit(batch(from, revision));
  const crashed = await crashedCopy(file);
  await ledger.close();
  const behind = behindIn(crashed, 2);
  expect(behind).toBeGreaterThan(0);
  expect(behind).toBeLessThanOrEqual(RECORDS_AHEAD / 2 + BATCH);
});
