import { ConcordError, type ChangeRow, type Ledger, type PageOf, type RecordId } from '@concord/core';
import type { Database } from 'better-sqlite3';
import { backUp, type BackedUp, type Progress } from './backup.ts';
import { prepareCommit } from './commit.ts';
import { prepareCompact, shrink } from './compact.ts';
import { finishErasing, prepareErase } from './erase.ts';
import { exportLines, historyLines } from './export.ts';
import { speaking } from './faults.ts';
import { prepareHistory } from './history.ts';
import { openJournal } from './journal.ts';
import { prepareLists } from './lists.ts';
import { prepareNews } from './news.ts';
import { openLedgerFile } from './open.ts';
import { followQueue } from './queue-counts.ts';
import { prepareQueue } from './queue.ts';
import { prepareReads } from './reads.ts';
import { openRecords, type Pending, type Records } from './records.ts';
import { recover } from './recover.ts';
import { prepareWriteBack, type Ahead } from './write-back.ts';

export interface SqliteLedgerOptions {
  /** The path of the ledger file; made when it does not exist. Its folder must exist. */
  readonly file: string;
  /** How far the journal may run ahead of the tables; the defaults are for millions of records. */
  readonly ahead?: Partial<Ahead>;
  /** So many news are kept, about. */
  readonly newsMax?: number;
}

/** A ledger in a file can be copied while it is in use. */
export interface SqliteLedger extends Ledger {
  /** Throws BACKUP_FAILED, and leaves nothing then. */
  backUp(to: string, progress?: Progress): Promise<BackedUp>;
  /** Gives room back that nothing stands in any more. */
  shrink(): Promise<void>;
  /** All of it, as `importLedger` takes it. Nothing may be committed while it is read. */
  lines(): Generator<string>;
  /** What one record tells, as it stands in such lines; none where there is no such record. To be read at once. */
  historyLines(record: RecordId): Generator<string>;
}

/** The number of no record. */
const NOBODY = 0;

/** So many records are written back in one transaction when the ledger is opened or closed. */
const WRITTEN_AT_ONCE_MAX = 1_000;

/**
 * The embedded ledger: one SQLite file, held by one process.
 *
 * A commit is on the disk when it resolves. Throws LEDGER_LOCKED, LEDGER_FOREIGN, LEDGER_OLDER, LEDGER_NEWER, LEDGER_UNREACHABLE or
 * LEDGER_NOT_DURABLE when the file cannot be used. Copy it only by SQLite's own backup: a plain copy misses what is still in the log.
 */
export function sqliteLedger({ file, ahead, newsMax }: SqliteLedgerOptions): SqliteLedger {
  const db = openLedgerFile(file);
  const reads = prepareReads(db, file, followQueue(db));
  const [records, journal] = [openRecords(reads.record), openJournal(db)];
  const lists = prepareLists(db, file, (id) => records.pending.get(id)?.state);
  const writeBack = prepareWriteBack(db, records, journal, ahead);
  const news = prepareNews(db, file, newsMax);
  const commitAll = prepareCommit(db, records, journal, writeBack, news);
  const history = prepareHistory(db, file);
  const changesIn = (id: RecordId, ask: Parameters<Ledger['changes']>[1]): PageOf<ChangeRow> =>
    history({ id, number: records.get(id)?.number ?? NOBODY }, records.pending.get(id)?.changes ?? [], ask);

  const settleQueue = prepareSettling(db, records);
  const writeAllBack = prepareWritingAll(db, records, writeBack);
  const [erase, compact] = [prepareErase(db, records, writeAllBack), prepareCompact(db, records)];
  const whileOpen = async <Answer>(work: () => Answer): Promise<Answer> => {
    if (!db.open) throw new ConcordError('LEDGER_CLOSED');
    return speaking(file, work);
  };
  const queued = <Answer>(work: () => Answer): Promise<Answer> =>
    whileOpen(() => {
      settleQueue();
      return work();
    });

  speaking(file, () => {
    recover(db, file, records, journal);
    writeAllBack();
    finishErasing(db);
  });
  return {
    record: (id) => whileOpen(() => records.get(id)?.state),
    linked: (system, entity, key) => whileOpen(() => reads.linked(system, entity, key)),
    identified: (entity, identity) => whileOpen(() => reads.identified(entity, identity)),
    commit: (commit) => whileOpen(() => commitAll(commit)),
    cursor: (system, entity) => whileOpen(() => reads.cursor(system, entity)),
    links: (system, entity, ask) => whileOpen(() => lists.links(system, entity, ask)),
    queued: (system, entity, ask) => queued(() => lists.queued(system, entity, ask)),
    deliveries: (ask) => queued(() => lists.deliveries(ask)),
    records: (ask) => whileOpen(() => lists.records(ask)),
    changes: (id, ask) => whileOpen(() => changesIn(id, ask)),
    conflicts: (ask) => whileOpen(() => lists.conflicts(ask)),
    conflict: (id) => whileOpen(() => reads.conflict(id)),
    failures: (ask) => whileOpen(() => lists.failures(ask)),
    acts: (ask) => whileOpen(() => lists.acts(ask)),
    marked: (entity, mark, ask) => whileOpen(() => lists.marked(entity, mark, ask)),
    marks: (entity, ask) => whileOpen(() => lists.marks(entity, ask)),
    note: (name) => whileOpen(() => reads.note(name)),
    news: (after, limit) => whileOpen(() => news.after(after, limit)),
    latestNews: () => whileOpen(news.latest),
    counts: () => queued(() => reads.counts()),
    erase: (erasure) => whileOpen(() => erase(erasure)),
    compact: (compacted) => whileOpen(() => compact(compacted)),
    lines: () => {
      writeAllBack();
      return exportLines({ db, records: lists.records, record: (id) => records.get(id)?.state, changes: changesIn }, undefined);
    },
    *historyLines(id) {
      const record = records.get(id)?.state;
      if (record) yield* historyLines({ changes: changesIn }, record);
    },
    shrink: () => whileOpen(() => shrink(db)),
    backUp: async (to, progress) => {
      if (!db.open) throw new ConcordError('LEDGER_CLOSED');
      finishErasing(db);
      return backUp(db, to, progress);
    },
    close: async () => {
      try {
        if (db.open) speaking(file, writeAllBack);
      } finally {
        // The journal has it all: the next start writes back what could not be written back now.
        db.close();
      }
    },
  };
}

function prepareWritingAll(db: Database, records: Pick<Records, 'pending'>, writeBack: ReturnType<typeof prepareWriteBack>): () => void {
  const some = db.transaction(() => writeBack.some(WRITTEN_AT_ONCE_MAX));
  return () => {
    while (records.pending.size > 0) some().apply();
  };
}

/** Brings the queue's table up to date, so that it can be listed and counted: what is queued mostly has left again before. */
function prepareSettling(db: Database, records: Records): () => void {
  const enqueue = prepareQueue(db);
  return () => {
    const unsettled = [...records.pending.values()].filter(({ queued }) => queued.size > 0);
    if (unsettled.length === 0) return;
    db.transaction(() => unsettled.forEach(({ state, queued }) => enqueue(state.id, queued)))();
    unsettled.forEach((item: Pending) => item.queued.clear());
  };
}
