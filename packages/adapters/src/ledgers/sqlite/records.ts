import type { RecordId, RecordState, SystemId, DeliveryRow } from '@concord/core';
import { LRUCache } from 'lru-cache';
import type { ChangeText } from './history.ts';
import type { Entry } from './journal.ts';

/** So many records that nothing is pending for are kept in memory: those that are edited are mostly edited again. */
const RECORDS_CACHED_MAX = 4_096;

/** And at the most so many characters of their texts. In memory a record takes up three times its text. */
const CHARS_CACHED_MAX = 16 * 1_048_576;

/** A record with its number in the table. */
export interface Kept {
  readonly number: number;
  readonly state: RecordState;
  /** So long is its text, about. */
  readonly chars: number;
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
  /** Its table was changed by others. Nothing may be pending for it. */
  forget(id: RecordId): void;
  /**
   * What the journal now tells: on the disk, but not in the tables. The lists of the entry are taken over, and grow here. Chars: of the record
   * as its table has it.
   */
  follow(number: number, state: RecordState, entry: Entry, chars: number): void;
  /** Longest pending first. */
  readonly pending: ReadonlyMap<RecordId, Pending>;
  /** About so much room do the pending ones take. */
  readonly size: number;
  /** The number of the latest commit in the journal; 0 before the first. */
  readonly latest: number;
  /** The tables hold everything of it now, and the record with so many characters. */
  done(pending: Pending, chars: number): void;
}

export function openRecords(read: (id: RecordId) => Kept | undefined): Records {
  const cache = new LRUCache<RecordId, Kept>({
    max: RECORDS_CACHED_MAX,
    maxSize: CHARS_CACHED_MAX,
    sizeCalculation: ({ chars }) => Math.max(1, chars),
  });
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
    forget: (id) => void cache.delete(id),
    follow(number, state, entry, chars) {
      const known = pending.get(state.id);
      const more = sizeOf(entry) + (known ? 0 : chars);
      size += more;
      latest = number;
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
        chars,
        since: number,
        changes: entry.changes,
        queued: entry.queued,
        size: more,
      });
    },
    done({ number, state, size: less }, chars) {
      size -= less;
      pending.delete(state.id);
      cache.set(state.id, { number, state, chars });
    },
  };
}

function sizeOf({ step, changes }: Entry): number {
  let size = step.length;
  for (const { told, chunk } of changes) size += told.length + chunk.length;
  return size;
}
