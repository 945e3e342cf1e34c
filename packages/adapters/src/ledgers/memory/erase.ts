import type { ErasedRecord, Erasure, FailureRow } from '@concord/core';
import { scrubFailure, scrubNote } from '../scrub.ts';
import { linkPlace, place, type Store } from './store.ts';

/** Puts records without some of their values in the place of what they were. */
export function eraseAll(store: Store, { records, scrub, act }: Erasure): 'erased' | 'moved' {
  if (records.some(({ record }) => store.records.get(record.id)?.revision !== record.revision - 1)) return 'moved';
  for (const erased of records) put(store, erased);
  const ids = new Set(records.map(({ record }) => record.id));
  replaceAll(store.failures, (row: FailureRow) => scrubFailure(row, ids, scrub));
  replaceAll(store.acts, (row) => (row.note === undefined ? row : { ...row, note: scrub(row.note) }));
  for (const [name, note] of store.notes) store.notes.set(name, scrubNote(note, scrub));
  for (const [where, row] of store.deliveries)
    if (row.words !== undefined) store.deliveries.set(where, { ...row, words: scrub(row.words) });
  store.acts.push(act);
  return 'erased';
}

function put(store: Store, { record, changes, conflicts, unlinked }: ErasedRecord): void {
  const before = store.records.get(record.id);
  if (before?.identity !== undefined && record.identity === undefined) store.identities.delete(place(before.entity, before.identity));
  store.records.set(record.id, record);
  store.changes.set(record.id, [...changes]);
  for (const { system, key } of unlinked) store.links.get(linkPlace(system, record.entity))?.delete(key);
  for (const row of conflicts) {
    const known = store.conflicts.get(row.id);
    if (known) store.conflicts.set(row.id, { ...known, row });
  }
}

function replaceAll<Row>(rows: Row[], change: (row: Row) => Row): void {
  for (const [index, row] of rows.entries()) rows[index] = change(row);
}
