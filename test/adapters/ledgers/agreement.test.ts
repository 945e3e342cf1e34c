import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { keyOf, type Commit, type Erasure, type Ledger, type Plan } from '@concord/core';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { memoryLedger } from '../../../packages/adapters/src/ledgers/memory/ledger.ts';
import { sqliteLedger } from '../../../packages/adapters/src/ledgers/sqlite/ledger.ts';
import { openLedgerFile } from '../../../packages/adapters/src/ledgers/sqlite/open.ts';
import { KEYS } from '../../../packages/adapters/src/ledgers/sqlite/touched.ts';
import {
  CE,
  CUSTOMER,
  FNO,
  sampleChange,
  sampleCommit,
  sampleConflict,
  sampleDelivery,
  sampleFailure,
  sampleId,
  samplePlan,
  sampleRecord,
} from '../../../packages/core/src/contract/ledger-samples.ts';

/** Few records, keys and names, so that plans get into each other's way often. */
const number = fc.integer({ min: 1, max: 3 });
const keys = fc.array(fc.record({ system: fc.constantFrom(FNO, CE), key: fc.constantFrom('a', 'b', 'c').map(keyOf) }), { maxLength: 2 });

const plan: fc.Arbitrary<Plan> = fc
  .record({
    number,
    revision: fc.integer({ min: 1, max: 4 }),
    identity: fc.option(fc.constantFrom('x', 'y', 'z')),
    keys,
    gone: keys,
    queue: fc.boolean(),
  })
  .map(({ number: nth, revision, identity, keys: linked, gone: unlinked, queue }) => {
    const id = sampleId(nth);
    return samplePlan(sampleRecord(id, revision, identity === null ? {} : { identity }), {
      changes: [sampleChange(id, revision)],
      conflicts: [sampleConflict(id, Math.ceil(revision / 2), { state: queue ? 'held' : 'resolved', openedAtMs: revision % 2 })],
      deliveries: new Map([[CE, queue ? sampleDelivery(id, { dueAtMs: revision % 2 }) : undefined]]),
      linked,
      unlinked,
      failures: [sampleFailure(`${nth} ${revision}`)],
    });
  });

const commits: fc.Arbitrary<readonly Commit[]> = fc.array(
  fc.array(plan, { maxLength: 6 }).map((plans) => sampleCommit(plans)),
  { minLength: 1, maxLength: 12 },
);

/** What a compaction puts in a record's place is nobody's business but its own: here, its last change alone. */
const compactions = fc.array(fc.record({ number, behind: fc.nat({ max: 11 }) }), { maxLength: 4 });

async function compact(ledger: Ledger, nth: number): Promise<string> {
  const record = await ledger.record(sampleId(nth));
  const last = record && (await ledger.changes(record.id, { limit: 500 })).items.at(-1);
  return last ? ledger.compact({ record: { ...record, revision: record.revision + 1 }, changes: [last] }) : 'nothing';
}

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

test('the ledgers take and refuse the same plans, and tell the same afterwards', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'concord-agreement-'));
  folders.push(folder);
  let run = 0;
  await fc.assert(
    fc.asyncProperty(commits, async (batches) => {
      run += 1;
      const [memory, sqlite] = [memoryLedger(), sqliteLedger({ file: join(folder, `${run}.db`) })];
      for (const batch of batches) expect(await sqlite.commit(batch)).toEqual(await memory.commit(batch));
      expect(await told(sqlite)).toEqual(await told(memory));
      await sqlite.close();
    }),
    { numRuns: 60 },
  );
});

test('whatever was acknowledged is there after a crash at any moment, and after a close: tables, journal and memory tell one story', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'concord-crash-'));
  folders.push(folder);
  let run = 0;
  await fc.assert(
    fc.asyncProperty(commits, fc.boolean(), compactions, async (batches, isListed, compacted) => {
      run += 1;
      const file = join(folder, `${run}.db`);
      const [memory, sqlite] = [memoryLedger(), sqliteLedger({ file })];
      for (const [index, batch] of batches.entries()) {
        await Promise.all([memory.commit(batch), sqlite.commit(batch)]);
        for (const { number: nth } of compacted.filter(({ behind }) => behind === index))
          expect(await compact(sqlite, nth)).toBe(await compact(memory, nth));
        // A list of what is queued brings its table up to date, ahead of the others.
        if (isListed) await sqlite.deliveries({ limit: 500 });
      }
      const crashed = join(folder, `${run}-crashed.db`);
      for (const end of ['', '-wal']) await copyFile(`${file}${end}`, `${crashed}${end}`);
      await sqlite.close();
      for (const left of [crashed, file]) {
        const ledger = sqliteLedger({ file: left });
        expect(await told(ledger)).toEqual(await told(memory));
        await ledger.close();
      }
    }),
    { numRuns: 40 },
  );
});

test(
  'a file that is written anew while it is in use tells all that was committed before, meanwhile and behind',
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'concord-anew-'));
    folders.push(folder);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(commits, commits, commits, async (before, meanwhile, behind) => {
        run += 1;
        const file = join(folder, `${run}.db`);
        const [memory, sqlite] = [memoryLedger(), sqliteLedger({ file, ahead: { commits: 3 } })];
        const both = async (batches: readonly Commit[]): Promise<void> => {
          for (const batch of batches) {
            await Promise.all([memory.commit(batch), sqlite.commit(batch)]);
            await turn();
          }
        };
        await both(before);
        const over = new AbortController();
        // What is erased is nobody's business here: that it is makes the file be written anew.
        const erased = sqlite.erase(NOTHING).finally(() => over.abort());
        await memory.erase(NOTHING);
        while (!over.signal.aborted) await both(meanwhile);
        expect(await erased).toBe('erased');
        await both(behind);
        expect(await told(sqlite)).toEqual(await told(memory));
        await sqlite.close();
        const again = sqliteLedger({ file });
        expect(await told(again)).toEqual(await told(memory));
        expect(await again.note('erasing')).toBe(undefined);
        await again.close();
      }),
      { numRuns: 8 },
    );
    expect(
      (await readdir(folder)).filter((name) => /copied|anew/u.test(name)),
      'nothing is left beside',
    ).toEqual([]);
  },
);

const NOTHING: Erasure = { records: [], scrub: (words) => words, act: { atMs: 1, operator: 'Ann', act: 'erase' } };

test('every table of a ledger is brought over', () => {
  const db = openLedgerFile(join(folders[0] ?? '', 'tables.db'));
  const tables = db.prepare<[], string>(`SELECT name FROM main.sqlite_schema WHERE type = 'table'`).pluck().all();
  db.close();
  expect(tables.toSorted()).toEqual(Object.keys(KEYS).toSorted());
});

/** Everything that a ledger of these plans can be asked. */
async function told(ledger: Ledger): Promise<unknown> {
  const page = { limit: 500 };
  const ids = [1, 2, 3].map(sampleId);
  return {
    records: await ledger.records(page),
    changes: await Promise.all(ids.map((id) => ledger.changes(id, page))),
    links: await Promise.all([FNO, CE].map((system) => ledger.links(system, CUSTOMER, page))),
    identities: await Promise.all(['x', 'y', 'z'].map((identity) => ledger.identified(CUSTOMER, identity))),
    deliveries: await ledger.deliveries(page),
    queues: await Promise.all([FNO, CE].map((system) => ledger.queued(system, CUSTOMER, page))),
    conflicts: await ledger.conflicts(page),
    failures: await ledger.failures(page),
    counts: await ledger.counts(),
  };
}
