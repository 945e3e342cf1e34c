import { setImmediate as turn } from 'node:timers/promises';
import { ConcordError, type Erasure, type Ledger, type RecordId } from '@concord/core';
import { removeRests, writeAnew } from './anew.ts';
import { backUp, type BackedUp, type Progress } from './backup.ts';
import { shrink } from './compact.ts';
import { isUnfinished, unfinished, UNFINISHED } from './erase.ts';
import { exportLines, historyLines } from './export.ts';
import { speaking } from './faults.ts';
import { openInside, type Inside } from './inside.ts';
import type { Ahead } from './write-back.ts';

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
  /** What one record tells, as it stands in such lines; none where there is no such record. */
  historyLines(record: RecordId): Generator<string>;
}

/**
 * The embedded ledger: one SQLite file, held by one process.
 *
 * A commit is on the disk when it resolves. Throws LEDGER_LOCKED, LEDGER_FOREIGN, LEDGER_OLDER, LEDGER_NEWER, LEDGER_UNREACHABLE or
 * LEDGER_NOT_DURABLE when the file cannot be used. Copy it only by SQLite's own backup: a plain copy misses what is still in the log.
 */
export function sqliteLedger(options: SqliteLedgerOptions): SqliteLedger {
  const { file } = options;
  removeRests(file);
  let [inside, isClosing, isClosed]: [Inside, boolean, boolean] = [openInside(options), false, false];

  const opened = (): Inside => {
    if (isClosed) throw new ConcordError('LEDGER_CLOSED');
    // Behind a change of files somebody else may have been quicker to look into it.
    if (!inside.db.open) inside = openInside(options);
    return inside;
  };
  const whileOpen = async <Answer>(work: (now: Inside) => Answer): Promise<Answer> => speaking(file, () => work(opened()));
  const { alone, finishErasing, taken } = openCopying(file, opened, () => isClosing);

  async function erase(erasure: Erasure): Promise<'erased' | 'moved'> {
    // The tables are brought to where the journal is, which tells values too.
    while (!(await whileOpen((now) => now.writeSomeBack()))) await turn();
    const answer = await whileOpen((now) => {
      now.writeAllBack();
      return now.takeErasure(erasure);
    });
    if (answer === 'moved') return answer;
    taken();
    await alone(finishErasing);
    return answer;
  }

  return {
    ...asksOf(whileOpen),
    erase,
    compact: (compacted) => whileOpen((now) => now.compact(compacted)),
    lines: () => {
      const { db, records, lists, changes, writeAllBack } = opened();
      writeAllBack();
      return exportLines({ db, records: lists.records, record: (id) => records.get(id)?.state, changes }, undefined);
    },
    *historyLines(id) {
      const record = opened().records.get(id)?.state;
      if (record) yield* historyLines({ changes: (of, ask) => opened().changes(of, ask) }, record);
    },
    shrink: () => whileOpen(({ db }) => shrink(db)),
    backUp: (to, progress) =>
      alone(async () => {
        await finishErasing();
        return backUp(opened().db, to, progress);
      }),
    close: async () => {
      isClosing = true;
      // Who makes a copy hears of it.
      await alone(async () => undefined);
      if (isClosed) return;
      isClosed = true;
      inside.close();
    },
  };
}

interface Copying {
  alone<Answer>(work: () => Promise<Answer>): Promise<Answer>;
  finishErasing(): Promise<void>;
  /** Another erasure was. */
  taken(): void;
}

/** What needs the whole file, while it is in use. */
function openCopying(file: string, opened: () => Inside, isClosing: () => boolean): Copying {
  let [erasures, copying]: [number, Promise<unknown>] = [0, Promise.resolve()];

  /** Copies of the file are made one after another. */
  function alone<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const mine = copying.then(work);
    copying = mine.catch(() => undefined);
    return mine;
  }

  /** Has the bytes of what was erased leave the file, while it is in use. Throws ERASE_UNFINISHED; the next one tries again, or the next start. */
  async function finishErasing(): Promise<void> {
    if (!isUnfinished(opened().db)) return;
    const [now, before] = [opened(), erasures];
    const settle = (): void => {
      // One that was taken meanwhile is not done with this.
      if (before === erasures) now.db.prepare<[string]>('DELETE FROM anew.notes WHERE name = ?').run(UNFINISHED);
    };
    try {
      await writeAnew(
        { db: now.db, someBack: now.writeSomeBack, allBack: now.writeAllBack, settle, leave: now.close },
        { file, isOver: isClosing },
      );
    } catch (cause) {
      throw unfinished(cause);
    } finally {
      if (!isClosing()) opened();
    }
  }

  return { alone, finishErasing, taken: () => void (erasures += 1) };
}

/** What is asked of a ledger, or put into it, at one moment. */
function asksOf(whileOpen: <Answer>(work: (now: Inside) => Answer) => Promise<Answer>): Omit<Ledger, 'erase' | 'compact' | 'close'> {
  const queued = <Answer>(work: (now: Inside) => Answer): Promise<Answer> =>
    whileOpen((now) => {
      now.settleQueue();
      return work(now);
    });
  return {
    record: (id) => whileOpen(({ records }) => records.get(id)?.state),
    linked: (system, entity, key) => whileOpen(({ reads }) => reads.linked(system, entity, key)),
    identified: (entity, identity) => whileOpen(({ reads }) => reads.identified(entity, identity)),
    commit: (commit) => whileOpen((now) => now.commit(commit)),
    cursor: (system, entity) => whileOpen(({ reads }) => reads.cursor(system, entity)),
    links: (system, entity, ask) => whileOpen(({ lists }) => lists.links(system, entity, ask)),
    queued: (system, entity, ask) => queued(({ lists }) => lists.queued(system, entity, ask)),
    deliveries: (ask) => queued(({ lists }) => lists.deliveries(ask)),
    records: (ask) => whileOpen(({ lists }) => lists.records(ask)),
    changes: (id, ask) => whileOpen((now) => now.changes(id, ask)),
    conflicts: (ask) => whileOpen(({ lists }) => lists.conflicts(ask)),
    conflict: (id) => whileOpen(({ reads }) => reads.conflict(id)),
    failures: (ask) => whileOpen(({ lists }) => lists.failures(ask)),
    acts: (ask) => whileOpen(({ lists }) => lists.acts(ask)),
    marked: (entity, mark, ask) => whileOpen(({ lists }) => lists.marked(entity, mark, ask)),
    marks: (entity, ask) => whileOpen(({ lists }) => lists.marks(entity, ask)),
    note: (name) => whileOpen(({ reads }) => reads.note(name)),
    news: (after, limit) => whileOpen(({ news }) => news.after(after, limit)),
    latestNews: () => whileOpen(({ news }) => news.latest()),
    counts: () => queued(({ reads }) => reads.counts()),
  };
}
