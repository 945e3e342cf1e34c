import type { CompactedRecord } from '@concord/core';
import type { Database } from 'better-sqlite3';
import { changeText, placesOf, prepareAppend } from './history.ts';
import { prepareState } from './puts.ts';
import type { Records } from './records.ts';

/** Puts a record with a shorter history in the place of what it was. `writeAllBack` brings the tables to where the journal is. */
export function prepareCompact(
  db: Database,
  records: Records,
  writeAllBack: () => void,
): (compacted: CompactedRecord) => 'compacted' | 'moved' {
  const putState = prepareState(db);
  const held = db.prepare<[number, number], string>('SELECT told FROM changes WHERE place BETWEEN ? AND ?').pluck();
  const remove = db.prepare<[number, number]>('DELETE FROM changes WHERE place BETWEEN ? AND ?');
  const count = db.prepare<[number]>('UPDATE totals SET changes = changes + ?');
  const append = prepareAppend(db);

  const take = db.transaction(({ record, changes }: CompactedRecord, number: number) => {
    const before = held.all(...placesOf(number)).reduce((sum, told) => sum + countIn(told), 0);
    putState(number, record);
    remove.run(...placesOf(number));
    append(number, changes.map(changeText));
    count.run(changes.length - before);
  });
  return (compacted) => {
    const { record } = compacted;
    const known = records.get(record.id);
    if (known?.state.revision !== record.revision - 1) return 'moved';
    // Steps in the journal are told of the state before: the tables must hold them all.
    if (records.pending.size > 0) writeAllBack();
    take(compacted, known.number);
    records.forget(record.id);
    return 'compacted';
  };
}

function countIn(told: string): number {
  const changes: readonly unknown[] = JSON.parse(told);
  return changes.length;
}

/** Has the file give back the room that nothing stands in any more. Needs as much free room as the ledger takes meanwhile. */
export function shrink(db: Database): void {
  db.exec('VACUUM');
  db.pragma('wal_checkpoint(TRUNCATE)');
}
