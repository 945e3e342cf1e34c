import type { RecordId, RecordState } from '@concord/core';
import { LRUCache } from 'lru-cache';

/** So many records are kept in memory as they are on the disk, some kilobytes each: those that are edited are mostly edited again. */
const RECORDS_CACHED_MAX = 10_000;

/** The records of the file, the latest used ones from memory. No other process can change them: the file is locked. */
export interface Records {
  get(id: RecordId): RecordState | undefined;
  /** Only for a state that is on the disk. */
  remember(state: RecordState): void;
}

export function openRecords(read: (id: RecordId) => RecordState | undefined): Records {
  const cache = new LRUCache<RecordId, RecordState>({ max: RECORDS_CACHED_MAX });
  const remember = (state: RecordState): void => void cache.set(state.id, state);
  return {
    get(id) {
      const known = cache.get(id);
      if (known) return known;
      const state = read(id);
      if (state) remember(state);
      return state;
    },
    remember,
  };
}
