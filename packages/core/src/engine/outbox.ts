import type { EntityName, RecordId } from '../ids.ts';
import type { DeliveryRow } from '../ports/plan.ts';

/** One system's queue of deliveries, in memory: at most one for each record; the ledger holds the truth. */
export interface Outbox {
  put(row: DeliveryRow): void;
  drop(record: RecordId): void;
  /** All of an entity: the ledger keeps them. */
  dropAll(entity: EntityName): void;
  get(record: RecordId): DeliveryRow | undefined;
  /** Takes the next one that is due and whose entity is open. */
  take(nowMs: number, isOpen: (entity: EntityName) => boolean): DeliveryRow | undefined;
  /** When the next one that must wait is due; `undefined` when none waits. */
  nextDueMs(): number | undefined;
  readonly size: number;
  sizeOf(entity: EntityName): number;
}

export function openOutbox(): Outbox {
  const ready = new Map<RecordId, DeliveryRow>();
  const delayed = new Map<RecordId, DeliveryRow>();

  function ripen(nowMs: number): void {
    for (const [record, row] of delayed) {
      if (row.dueAtMs > nowMs) continue;
      delayed.delete(record);
      ready.set(record, row);
    }
  }

  return {
    put(row) {
      ready.delete(row.record);
      delayed.set(row.record, row);
    },
    drop(record) {
      ready.delete(record);
      delayed.delete(record);
    },
    dropAll(entity) {
      for (const waiting of [ready, delayed]) for (const [record, row] of waiting) if (row.entity === entity) waiting.delete(record);
    },
    get: (record) => ready.get(record) ?? delayed.get(record),
    take(nowMs, isOpen) {
      ripen(nowMs);
      for (const [record, row] of ready) {
        if (!isOpen(row.entity)) continue;
        ready.delete(record);
        return row;
      }
      return undefined;
    },
    nextDueMs() {
      const times = [...delayed.values()].map((row) => row.dueAtMs);
      return times.length > 0 ? times.reduce((a, b) => Math.min(a, b)) : undefined;
    },
    sizeOf(entity) {
      let size = 0;
      for (const queue of [ready, delayed]) for (const row of queue.values()) if (row.entity === entity) size += 1;
      return size;
    },
    get size() {
      return ready.size + delayed.size;
    },
  };
}
