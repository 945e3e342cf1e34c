import type { DeliveryRow, RecordId } from '@concord/core';
import type { Database } from 'better-sqlite3';
import type { Queued } from './journal.ts';

/** Brings the queue's table up to what became of a record's deliveries: at most one a system. */
export function prepareQueue(db: Database): (record: RecordId, queued: Queued) => void {
  type Row = [string, string, string, string, string, string, number, number, string | null, string | null, number | null];
  const remove = db.prepare<[string, string]>('DELETE FROM deliveries WHERE record = ? AND system = ?');
  const replace = db.prepare<Row>('INSERT OR REPLACE INTO deliveries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const put = (record: RecordId, system: string, row: DeliveryRow | undefined): void => {
    if (row === undefined) remove.run(record, system);
    else {
      const { id, entity, state, kind, dueAtMs, attempts, words = null, code = null, sinceMs = null } = row;
      replace.run(record, system, id, entity, state, kind, dueAtMs, attempts, words, code, sinceMs);
    }
  };
  return (record, queued) => {
    for (const [system, row] of queued) put(record, system, row);
  };
}
