import type { RecordId, RecordState, SystemId, DeliveryRow } from '@concord/core';
import { LRUCache } from 'lru-cache';
import type { ChangeText } from './history.ts';
import type { Entry } from './journal.ts';

/** So many records that nothing is pending for are kept in memory, some kilobytes each: those that are edited are mostly edited again. */
const RECORDS_CACHED_MAX = 8_192;

/** A record with its number in the table. */
export interface Kept {
  readonly number: number;
  readonly state: RecordState;
}

/** A record of which the journal tells more than the tables do. */
export interface Pending extends Kept {
  /** The latest. */
  state: RecordState;
  /** The number of the first commit in the journal that the tables do not hold. */
  readonly since: number;
  readonly changes: ChangeText[];
  /** What the queue's table does not hold yet. */
  readonly queued: Map<SystemId, DeliveryRow | undefined>;
  /** About so much room, in characters and bytes. */
  size: number;
}

/** The records of the file, the latest used ones from memory. No other process can change them: the file is locked. */
export interface Records {
  get(id: RecordId): Kept | undefined;
  /** As it is on the disk, and in its table. */
  keep(kept: Kept): void;
  /** What the journal now tells: on the disk, but not in the tables. The lists of the entry are taken over, and grow here. */
  follow(number: number, state: RecordState, entry: Entry): void;
  /** Longest pending first. */
  readonly pending: ReadonlyMap<RecordId, Pending>;
  /** About so much room do the pending ones take. */
  readonly size: number;
  /** The number of the latest commit in the journal; 0 before the first. */
  readonly latest: number;
  /** The tables hold everything of it now. */
  done(pending: Pending): void;
}

export function openRecords(read: (id: RecordId) => Kept | undefined): Records {
  const cache = new LRUCache<RecordId, Kept>({ max: RECORDS_CACHED_MAX });
  const pending = new Map<RecordId, Pending>();
  let size = 0;
  let latest = 0;
  return {
    pending,
    get latest() {
      return latest;
    },
    get size() {
      return size;
    },
    get(id) {
      const known = pending.get(id) ?? cache.get(id);
      if (known) return known;
      const found = read(id);
      if (found) cache.set(id, found);
      return found;
    },
    keep: (kept) => void cache.set(kept.state.id, kept),
    follow(number, state, entry) {
      const more = sizeOf(entry);
      size += more;
      latest = number;
      const known = pending.get(state.id);
      if (known) {
        // It stays in its place: the longest pending one is the first.
        known.state = state;
        known.size += more;
        for (const change of entry.changes) known.changes.push(change);
        for (const [system, row] of entry.queued) known.queued.set(system, row);
        return;
      }
      pending.set(state.id, {
        number: entry.record,
        state,
        since: number,
        changes: entry.changes,
        queued: entry.queued,
        size: more,
      });
    },
    done(item) {
      size -= item.size;
      pending.delete(item.state.id);
      cache.set(item.state.id, { number: item.number, state: item.state });
    },
  };
}

function sizeOf({ step, changes }: Entry): number {
  let size = step.length;
  for (const { told, chunk } of changes) size += told.length + chunk.length;
  return size;
}
