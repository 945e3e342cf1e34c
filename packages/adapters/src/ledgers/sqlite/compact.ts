import type { CompactedRecord } from '@concord/core';
import type { Database } from 'better-sqlite3';
import { changeText, placesOf, prepareAppend } from './history.ts';
import { prepareState } from './puts.ts';
import { prepareQueue } from './queue.ts';
import type { Pending, Records } from './records.ts';

/**
 * Puts a record with a shorter history in the place of what it was, and its place in the queue with it. What the journal tells of it is of an
 * earlier revision from then on, and is passed over by whoever reads it back; what is pending of others stays so.
 */
export function prepareCompact(db: Database, records: Records): (compacted: CompactedRecord) => 'compacted' | 'moved' {
  const putState = prepareState(db);
  const held = db.prepare<[number, number], number | null>(COUNT).pluck();
  const remove = db.prepare<[number, number]>('DELETE FROM changes WHERE place BETWEEN ? AND ?');
  const count = db.prepare<[number]>('UPDATE totals SET changes = changes + ?');
  const append = prepareAppend(db);
  const enqueue = prepareQueue(db);

  const take = db.transaction(({ record, changes }: CompactedRecord, number: number, pending: Pending | undefined): number => {
    const before = (held.get(...placesOf(number)) ?? 0) + (pending?.changes.length ?? 0);
    const chars = putState(number, record);
    remove.run(...placesOf(number));
    append(number, changes.map(changeText));
    if (pending) enqueue(record.id, pending.queued);
    count.run(changes.length - before);
    return chars;
  });
  return (compacted) => {
    const { record } = compacted;
    const known = records.get(record.id);
    if (known?.state.revision !== record.revision - 1) return 'moved';
    const pending = records.pending.get(record.id);
    const chars = take(compacted, known.number, pending);
    if (pending) records.done({ ...pending, state: record }, chars);
    else records.forget(record.id);
    return 'compacted';
  };
}

/** Of the changes that share rows. */
const COUNT = 'SELECT sum(json_array_length(told)) FROM changes WHERE place BETWEEN ? AND ?';

/** Has the file give back the room that nothing stands in any more. Needs as much free room as the ledger takes meanwhile. */
export function shrink(db: Database): void {
  db.exec('VACUUM');
  db.pragma('wal_checkpoint(TRUNCATE)');
}
