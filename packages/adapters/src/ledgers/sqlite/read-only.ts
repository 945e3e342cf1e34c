import { existsSync } from 'node:fs';
import { ConcordError, type LabLedger, type Ledger, type RecordId } from '@concord/core';
import type { Database } from 'better-sqlite3';
import Sqlite from '../../shared/sqlite.ts';
import { proveActs, type ChainTold } from './acts.ts';
import { isUnfinished } from './erase.ts';
import { exportLines } from './export.ts';
import { speaking } from './faults.ts';
import { prepareHistory } from './history.ts';
import { openJournal } from './journal.ts';
import { prepareLists } from './lists.ts';
import { APPLICATION_ID, SCHEMA_VERSION } from './migrations.ts';
import { countQueue } from './queue-counts.ts';
import { prepareQueue } from './queue.ts';
import { prepareReads } from './reads.ts';
import { openRecords, type Records } from './records.ts';
import { recover } from './recover.ts';
import { proveSums } from './sums.ts';
import { assertWhole } from './wal.ts';

/** As long as a start waits for a file that somebody holds. */
const BUSY_WAIT_MS_MAX = 250;

/** The number of no record. */
const NOBODY = 0;

/** A ledger that can be read, and nothing else. */
export type ReadOnlyLedger = LabLedger &
  Pick<Ledger, 'deliveries' | 'linked' | 'acts' | 'note' | 'close'> & {
    /** What is wrong with the pages of the file, in SQLite's words; reads all of it. */
    unsound(): readonly string[];
    /** Rows that do not tell what was written, in words, and how many are from before that could be told; reads all of it. */
    proveSums(): ReturnType<typeof proveSums>;
    /** Whether what people did is all there, as it was done; through `known`, the head that was told earlier. */
    proveActs(known?: string): ChainTold;
    /** An erasure was taken, and the file was not written anew behind it yet. */
    isErasing(): boolean;
    /** All of it, or one record, as `importLedger` takes it. */
    lines(record?: RecordId): Generator<string>;
  };

const UNSOUND_MAX = 20;

/**
 * Opens a ledger file without being able to write to it: nothing is made, nothing is written back, no schema is brought up to date. What the
 * journal tells beyond the tables, after a sidecar was killed, is read into memory. Throws LEDGER_MISSING, LEDGER_LOCKED while a sidecar
 * holds it, LEDGER_FOREIGN, LEDGER_NEWER or LEDGER_OLDER.
 */
export function readOnlyLedger({ file }: { readonly file: string }): ReadOnlyLedger {
  if (!existsSync(file)) throw new ConcordError('LEDGER_MISSING', { file });
  return speaking(file, () => {
    const db = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: BUSY_WAIT_MS_MAX });
    try {
      assertOurs(db, file);
      assertWhole(file);
      return readerOf(db, file);
    } catch (thrown) {
      db.close();
      throw thrown;
    }
  });
}

function assertOurs(db: Database, file: string): void {
  const found = Number(db.pragma('user_version', { simple: true }));
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) throw new ConcordError('LEDGER_FOREIGN', { file });
  if (found > SCHEMA_VERSION) throw new ConcordError('LEDGER_NEWER', { file, found, known: SCHEMA_VERSION });
  if (found < SCHEMA_VERSION) throw new ConcordError('LEDGER_OLDER', { file, found, known: SCHEMA_VERSION });
}

function readerOf(db: Database, file: string): ReadOnlyLedger {
  const tables = prepareReads(db, file, countQueue(db));
  const records = openRecords(tables.record);
  recover(db, file, records, openJournal(db));
  settleQueue(db, records);
  // Prepared once the queue is as the journal has it: their statements then find it by its name.
  const [reads, lists] = [prepareReads(db, file, countQueue(db)), prepareLists(db, file, (id) => records.pending.get(id)?.state)];
  const history = prepareHistory(db, file);
  return {
    record: async (id) => speaking(file, () => records.get(id)?.state),
    records: async (ask) => speaking(file, () => lists.records(ask)),
    changes: async (id, ask) =>
      speaking(file, () => history({ id, number: records.get(id)?.number ?? NOBODY }, records.pending.get(id)?.changes ?? [], ask)),
    conflicts: async (ask) => speaking(file, () => lists.conflicts(ask)),
    failures: async (ask) => speaking(file, () => lists.failures(ask)),
    linked: async (system, entity, key) => speaking(file, () => reads.linked(system, entity, key)),
    unsound: () => unsoundIn(db),
    proveSums: () => proveSums(db),
    proveActs: (known) => proveActs(db, known),
    isErasing: () => isUnfinished(db),
    lines: (only) =>
      exportLines(
        {
          db,
          records: lists.records,
          record: (id) => records.get(id)?.state,
          changes: (id, ask) => history({ id, number: records.get(id)?.number ?? NOBODY }, records.pending.get(id)?.changes ?? [], ask),
        },
        only,
      ),
    note: async (name) => speaking(file, () => reads.note(name)),
    acts: async (ask) => speaking(file, () => lists.acts(ask)),
    deliveries: async (ask) => speaking(file, () => lists.deliveries(ask)),
    counts: async () => speaking(file, () => reads.counts()),
    close: async () => void db.close(),
  };
}

/**
 * Puts a queue that holds what the journal tells in front of the file's own: a temporary table of the same name is no part of the file, and
 * is found first. It is made only where the journal tells of deliveries.
 */
function settleQueue(db: Database, records: Records): void {
  const unsettled = [...records.pending.values()].filter(({ queued }) => queued.size > 0);
  if (unsettled.length === 0) return;
  db.pragma('temp_store = MEMORY');
  const sql = db.prepare<[], string>(`SELECT sql FROM main.sqlite_schema WHERE name = 'deliveries'`).pluck().get() ?? '';
  db.exec(sql.replace('CREATE TABLE', 'CREATE TEMP TABLE'));
  db.exec('INSERT INTO temp.deliveries SELECT * FROM main.deliveries');
  const enqueue = prepareQueue(db);
  for (const { state, queued } of unsettled) enqueue(state.id, queued);
}

function unsoundIn(db: Database): readonly string[] {
  const found = db.prepare<[], string>(`PRAGMA integrity_check(${UNSOUND_MAX})`).pluck().all();
  return found.filter((words) => words !== 'ok');
}
