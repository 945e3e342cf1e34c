import type { ChangeRow, Ledger, PageOf, RecordId } from '@concord/core';
import type { Database } from 'better-sqlite3';
import { prepareCommit } from './commit.ts';
import { prepareCompact } from './compact.ts';
import { finishErasing, prepareTake } from './erase.ts';
import { speaking } from './faults.ts';
import { prepareHistory } from './history.ts';
import { openJournal } from './journal.ts';
import { prepareLists } from './lists.ts';
import { prepareNews, type NewsBoard } from './news.ts';
import { openLedgerFile } from './open.ts';
import { followQueue } from './queue-counts.ts';
import { prepareQueue } from './queue.ts';
import { prepareReads } from './reads.ts';
import { openRecords, type Pending, type Records } from './records.ts';
import { recover } from './recover.ts';
import { prepareWriteBack, type Ahead } from './write-back.ts';

export interface InsideOptions {
  readonly file: string;
  readonly ahead?: Partial<Ahead> | undefined;
  readonly newsMax?: number | undefined;
}

/** The number of no record. */
const NOBODY = 0;

/** So many records are written back in one transaction when the ledger is opened or closed. */
const WRITTEN_AT_ONCE_MAX = 1_000;
/** And so many where somebody waits. */
const WRITTEN_BETWEEN_MAX = 50;

/** One opening of a ledger's file: all that is prepared on it, and all of it that is in memory. */
export interface Inside {
  readonly db: Database;
  readonly reads: ReturnType<typeof prepareReads>;
  readonly records: Records;
  readonly lists: ReturnType<typeof prepareLists>;
  readonly news: NewsBoard;
  readonly commit: ReturnType<typeof prepareCommit>;
  changes(id: RecordId, ask: Parameters<Ledger['changes']>[1]): PageOf<ChangeRow>;
  readonly compact: ReturnType<typeof prepareCompact>;
  readonly takeErasure: ReturnType<typeof prepareTake>;
  /** Brings the queue's table up to date, so that it can be listed and counted: what is queued mostly has left again before. */
  readonly settleQueue: () => void;
  readonly writeAllBack: () => void;
  /** Answers whether hardly anything is left. */
  writeSomeBack(): boolean;
  close(): void;
}

/** Opens the file, and reads back what a crash has left behind the tables. Throws as `openLedgerFile` does. */
export function openInside({ file, ahead, newsMax }: InsideOptions): Inside {
  const db = openLedgerFile(file);
  const reads = prepareReads(db, file, followQueue(db));
  const [records, journal] = [openRecords(reads.record), openJournal(db)];
  const lists = prepareLists(db, file, (id) => records.pending.get(id)?.state);
  const writeBack = prepareWriteBack(db, records, journal, ahead);
  const news = prepareNews(db, file, newsMax);
  const history = prepareHistory(db, file);
  const some = db.transaction((most: number) => writeBack.some(most));
  const writeAllBack = (): void => {
    while (records.pending.size > 0) some(WRITTEN_AT_ONCE_MAX).apply();
  };

  speaking(file, () => {
    recover(db, file, records, journal);
    writeAllBack();
    finishErasing(db);
  });
  return {
    db,
    reads,
    records,
    lists,
    news,
    commit: prepareCommit(db, records, journal, writeBack, news),
    changes: (id: RecordId, ask: Parameters<Ledger['changes']>[1]): PageOf<ChangeRow> =>
      history({ id, number: records.get(id)?.number ?? NOBODY }, records.pending.get(id)?.changes ?? [], ask),
    compact: prepareCompact(db, records),
    takeErasure: prepareTake(db, records),
    settleQueue: prepareSettling(db, records),
    writeAllBack,
    writeSomeBack(): boolean {
      if (records.pending.size > 0) some(WRITTEN_BETWEEN_MAX).apply();
      return records.pending.size <= WRITTEN_BETWEEN_MAX;
    },
    close(): void {
      try {
        if (db.open) speaking(file, writeAllBack);
      } finally {
        // The journal has it all: the next start writes back what could not be written back now.
        db.close();
      }
    },
  };
}

function prepareSettling(db: Database, records: Records): () => void {
  const enqueue = prepareQueue(db);
  return () => {
    const unsettled = [...records.pending.values()].filter(({ queued }) => queued.size > 0);
    if (unsettled.length === 0) return;
    db.transaction(() => unsettled.forEach(({ state, queued }) => enqueue(state.id, queued)))();
    unsettled.forEach((item: Pending) => item.queued.clear());
  };
}
