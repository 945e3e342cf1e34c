import { existsSync } from 'node:fs';
import { ConcordError, type LabLedger } from '@concord/core';
import Sqlite from 'better-sqlite3';
import { speaking } from './faults.ts';
import { prepareLists } from './lists.ts';
import { APPLICATION_ID, SCHEMA_VERSION } from './migrations.ts';
import { prepareReads } from './reads.ts';

/** As long as a start waits for a file that somebody holds. */
const BUSY_WAIT_MS_MAX = 250;

/** A ledger that can be read, and nothing else. */
export type ReadOnlyLedger = LabLedger & { close(): Promise<void> };

/**
 * Opens a ledger file without being able to write to it: nothing is made, and no schema is brought up to date. Throws LEDGER_MISSING,
 * LEDGER_LOCKED while a sidecar holds it, LEDGER_FOREIGN, LEDGER_NEWER or LEDGER_OLDER.
 */
export function readOnlyLedger({ file }: { readonly file: string }): ReadOnlyLedger {
  if (!existsSync(file)) throw new ConcordError('LEDGER_MISSING', { file });
  return speaking(file, () => {
    const db = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: BUSY_WAIT_MS_MAX });
    try {
      const found = Number(db.pragma('user_version', { simple: true }));
      if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) throw new ConcordError('LEDGER_FOREIGN', { file });
      if (found > SCHEMA_VERSION) throw new ConcordError('LEDGER_NEWER', { file, found, known: SCHEMA_VERSION });
      if (found < SCHEMA_VERSION) throw new ConcordError('LEDGER_OLDER', { file, found, known: SCHEMA_VERSION });
      const [reads, lists] = [prepareReads(db, file), prepareLists(db, file)];
      return {
        record: async (id) => speaking(file, () => reads.record(id)),
        records: async (ask) => speaking(file, () => lists.records(ask)),
        changes: async (record, ask) => speaking(file, () => lists.changes(record, ask)),
        conflicts: async (ask) => speaking(file, () => lists.conflicts(ask)),
        failures: async (ask) => speaking(file, () => lists.failures(ask)),
        counts: async () => speaking(file, () => reads.counts()),
        close: async () => void db.close(),
      };
    } catch (thrown) {
      db.close();
      throw thrown;
    }
  });
}
