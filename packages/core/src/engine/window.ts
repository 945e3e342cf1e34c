import type { RecordId } from '../ids.ts';
import type { DeliveryRow } from '../ports/plan.ts';

/** This share of what may be at hand is made room for at a time. */
const ROOM_SHARE = 0.25;

/** The deliveries of one entity that are at hand; how many that may be is for its keeper to see to. */
export interface Window {
  /** `put`: its place in the order of all. */
  put(row: DeliveryRow, put: number): void;
  drop(record: RecordId): void;
  get(record: RecordId): DeliveryRow | undefined;
  /** Those that are due by now get ready. */
  ripen(nowMs: number): void;
  /** The first one that is ready. */
  take(): DeliveryRow | undefined;
  /** Where there is little room, some of those that wait are let go of, oldest first. */
  makeRoom(): void;
  /** Place of the first one that is ready; absent where none is. */
  readonly firstPut: number | undefined;
  readonly nextDueMs: number | undefined;
  readonly ready: number;
  readonly size: number;
}

interface Held {
  readonly row: DeliveryRow;
  readonly put: number;
}

export function openWindow(rowsMax: number): Window {
  const ready = new Map<RecordId, Held>();
  const delayed = new Map<RecordId, Held>();
  // Never later than the earliest of them.
  let nextDueMs = Infinity;

  return {
    put(row, put) {
      ready.delete(row.record);
      delayed.set(row.record, { row, put });
      nextDueMs = Math.min(nextDueMs, row.dueAtMs);
    },
    drop(record) {
      ready.delete(record);
      delayed.delete(record);
    },
    get: (record) => (ready.get(record) ?? delayed.get(record))?.row,
    ripen(nowMs) {
      if (nextDueMs > nowMs) return;
      nextDueMs = Infinity;
      for (const [record, held] of delayed) {
        if (held.row.dueAtMs > nowMs) nextDueMs = Math.min(nextDueMs, held.row.dueAtMs);
        else if (delayed.delete(record)) ready.set(record, held);
      }
    },
    take() {
      const [first] = ready.values();
      if (first) ready.delete(first.row.record);
      return first?.row;
    },
    makeRoom() {
      let surplus = ready.size + delayed.size - rowsMax * (1 - ROOM_SHARE);
      for (const [record, { row }] of delayed) {
        if (surplus <= 0) return;
        // What only waits to be retried is known here alone.
        if (row.state === 'due') continue;
        delayed.delete(record);
        surplus -= 1;
      }
    },
    get firstPut() {
      const [first] = ready.values();
      return first?.put;
    },
    get nextDueMs() {
      return delayed.size > 0 ? nextDueMs : undefined;
    },
    get ready() {
      return ready.size;
    },
    get size() {
      return ready.size + delayed.size;
    },
  };
}
