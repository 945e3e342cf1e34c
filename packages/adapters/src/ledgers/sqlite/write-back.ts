import type { Database } from 'better-sqlite3';
import { prepareAppend } from './history.ts';
import type { Journal } from './journal.ts';
import { prepareState } from './puts.ts';
import { prepareQueue } from './queue.ts';
import type { Pending, Records } from './records.ts';

/**
 * The journal runs ahead of the tables by so much at the most. More would spare more writes of busy records, but stands in memory, and a
 * start after a crash has more to read.
 */
export interface Ahead {
  readonly records: number;
  /** Of these, and of what the journal tells of them, about. */
  readonly bytes: number;
  readonly commits: number;
}

const AHEAD_MAX: Ahead = { records: 12_288, bytes: 96 * 1_048_576, commits: 8_192 };

/** The journal is trimmed by so many commits at a time: each trimming costs a little of its own. */
const TRIM_COMMITS = 16;

/** What a write-back did, within a transaction of the caller's. */
export interface Written {
  readonly records: number;
  /** To be called once the transaction is on the disk: only then may memory forget. */
  apply(): void;
}

/** Takes what the journal tells into the tables, longest pending first. */
export interface WriteBack {
  /** As much as is pending beyond the limits. */
  surplus(): Written;
  /** So many records at the most. */
  some(records: number): Written;
}

export function prepareWriteBack(db: Database, records: Records, journal: Journal, limits: Partial<Ahead> = {}): WriteBack {
  const most = { ...AHEAD_MAX, ...limits };
  const putState = prepareState(db);
  const append = prepareAppend(db);
  const enqueue = prepareQueue(db);
  let trimmed = 0;

  /** Answers how long the record's text is. */
  function put({ number, state, changes, queued }: Pending): number {
    const chars = putState(number, state);
    append(number, changes);
    enqueue(state.id, queued);
    return chars;
  }

  function write(items: readonly Pending[], next: Pending | undefined): Written {
    const chars = items.map(put);
    const needed = next?.since ?? records.latest + 1;
    const trims = items.length > 0 && (next === undefined || needed - trimmed >= TRIM_COMMITS);
    if (trims) journal.trim(needed);
    return {
      records: items.length,
      apply() {
        items.forEach((item, index) => records.done(item, chars[index] ?? 0));
        // In an empty journal the numbers begin anew.
        if (trims) trimmed = next === undefined ? 0 : needed;
      },
    };
  }

  /** Those from the front of the line for which `more` holds, and the first one behind them. */
  function split(more: (item: Pending, taken: number, size: number) => boolean): readonly [readonly Pending[], Pending | undefined] {
    const items: Pending[] = [];
    let size = 0;
    for (const item of records.pending.values()) {
      if (!more(item, items.length, size)) return [items, item];
      items.push(item);
      size += item.size;
    }
    return [items, undefined];
  }

  return {
    surplus: () =>
      write(
        ...split(
          ({ since }, taken, size) =>
            records.pending.size - taken > most.records || records.size - size > most.bytes || records.latest - since > most.commits,
        ),
      ),
    some: (count) => write(...split((_item, taken) => taken < count)),
  };
}
