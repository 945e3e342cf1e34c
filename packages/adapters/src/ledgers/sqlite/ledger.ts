import { ConcordError, type Ledger } from '@concord/core';
import { prepareCommit } from './commit.ts';
import { speaking } from './faults.ts';
import { prepareLists } from './lists.ts';
import { openLedgerFile } from './open.ts';
import { prepareReads } from './reads.ts';
import { openRecords } from './records.ts';

export interface SqliteLedgerOptions {
  /** The path of the ledger file; made when it does not exist. Its folder must exist. */
  readonly file: string;
}

/**
 * The embedded ledger: one SQLite file, held by one process.
 *
 * A commit is on the disk when it resolves. Throws LEDGER_LOCKED, LEDGER_FOREIGN, LEDGER_NEWER, LEDGER_UNREACHABLE or
 * LEDGER_NOT_DURABLE when the file cannot be used. Copy it only by SQLite's own backup: a plain copy misses what is still in the log.
 */
export function sqliteLedger({ file }: SqliteLedgerOptions): Ledger {
  const db = openLedgerFile(file);
  const [reads, lists] = [prepareReads(db, file), prepareLists(db, file)];
  const records = openRecords(reads.record);
  const commitAll = prepareCommit(db, records);
  const whileOpen = async <Answer>(work: () => Answer): Promise<Answer> => {
    if (!db.open) throw new ConcordError('LEDGER_CLOSED');
    return speaking(file, work);
  };
  return {
    record: (id) => whileOpen(() => records.get(id)),
    linked: (system, entity, key) => whileOpen(() => reads.linked(system, entity, key)),
    identified: (entity, identity) => whileOpen(() => reads.identified(entity, identity)),
    commit: (commit) => whileOpen(() => commitAll(commit)),
    cursor: (system, entity) => whileOpen(() => reads.cursor(system, entity)),
    links: (system, entity, ask) => whileOpen(() => lists.links(system, entity, ask)),
    deliveries: (ask) => whileOpen(() => lists.deliveries(ask)),
    records: (ask) => whileOpen(() => lists.records(ask)),
    changes: (record, ask) => whileOpen(() => lists.changes(record, ask)),
    conflicts: (ask) => whileOpen(() => lists.conflicts(ask)),
    conflict: (id) => whileOpen(() => reads.conflict(id)),
    failures: (ask) => whileOpen(() => lists.failures(ask)),
    acts: (ask) => whileOpen(() => lists.acts(ask)),
    counts: () => whileOpen(() => reads.counts()),
    close: async () => {
      db.close();
    },
  };
}
