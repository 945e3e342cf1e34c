import { recordId, type ChangeRow, type ConflictRow, type FailureRow, type LabLedger, type RecordState } from '@concord/core';
import type { World } from './world.ts';

/** A ledger for reading, of records that were played; it remembers how it was asked. */
export interface Shelf extends LabLedger {
  /** The most rows that were asked for at a time. */
  asked(): number;
  /** How many pages were asked for. */
  pages(): number;
}

interface Rows {
  readonly conflicts?: readonly ConflictRow[];
  readonly failures?: readonly FailureRow[];
}

export function shelfOf(worlds: readonly World[], { conflicts = [], failures = [] }: Rows = {}): Shelf {
  const records = worlds.flatMap(({ record }, index) => (record ? [{ ...record, id: idOf(index) }] : []));
  const histories = new Map(
    worlds.map(({ changes }, index) => [idOf(index), changes.map((change) => ({ ...change, record: idOf(index) }))]),
  );
  return openShelf({
    records: (from) => records.slice(from),
    changes: (id, from) => (histories.get(id) ?? []).slice(from),
    conflicts,
    failures,
  });
}

export interface Stored extends Rows {
  /** Those behind the first `from`. */
  readonly records: (from: number) => Iterable<RecordState>;
  readonly changes: (record: RecordState['id'], from: number) => Iterable<ChangeRow>;
}

export function openShelf({ records, changes, conflicts = [], failures = [] }: Stored): Shelf {
  let [most, pages] = [0, 0];
  const page = async <Item>(items: Iterable<Item>, limit: number, from: number) => {
    most = Math.max(most, limit);
    // Whether a history was told short meanwhile is asked of its first change alone: that is no page.
    if (limit > 1) pages += 1;
    const taken: Item[] = [];
    for (const item of items) {
      if (taken.length === limit) return { items: taken, next: String(from + limit) };
      taken.push(item);
    }
    return { items: taken };
  };
  return {
    asked: () => most,
    pages: () => pages,
    record: async (id) => [...records(0)].find((record) => record.id === id),
    records: ({ limit, after, entity }) => page(only(records(Number(after ?? 0)), entity), limit, Number(after ?? 0)),
    changes: (id, { limit, after }) => page(changes(id, Number(after ?? 0)), limit, Number(after ?? 0)),
    conflicts: ({ limit, state }) =>
      page(
        conflicts.filter((row) => row.state === state),
        limit,
        0,
      ),
    failures: ({ limit }) => page(failures, limit, 0),
    counts: async () => ({ records: 0, changes: 0, held: 0, due: 0, waiting: 0, parked: 0 }),
  };
}

function* only(records: Iterable<RecordState>, entity: string | undefined): Iterable<RecordState> {
  for (const record of records) if (entity === undefined || record.entity === entity) yield record;
}

function idOf(index: number): RecordState['id'] {
  return recordId(`record-${String(index).padStart(6, '0')}`);
}
