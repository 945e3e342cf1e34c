import type { CompactedRecord } from '@concord/core';
import type { Store } from './store.ts';

/** Puts a record with a shorter history in the place of what it was. */
export function compactOne(store: Store, { record, changes }: CompactedRecord): 'compacted' | 'moved' {
  if (store.records.get(record.id)?.revision !== record.revision - 1) return 'moved';
  store.records.set(record.id, record);
  store.changes.set(record.id, [...changes]);
  return 'compacted';
}
