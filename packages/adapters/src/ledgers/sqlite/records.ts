import type { EncodedRecord, RecordId, RecordState } from '@concord/core';
import { LRUCache } from 'lru-cache';

/** So many records are kept in memory as they are on the disk, some kilobytes each: those that are edited are mostly edited again. */
const RECORDS_CACHED_MAX = 2_000;

/** The records of the file, the latest used ones from memory. No other process can change them: the file is locked. */
export interface Records {
  get(id: RecordId): RecordState | undefined;
  /** As the record was written last, if that is remembered. */
  encoded(id: RecordId): EncodedRecord | undefined;
  /** Only for what is on the disk. */
  remember(record: EncodedRecord): void;
}

export function openRecords(read: (id: RecordId) => RecordState | undefined): Records {
  const cache = new LRUCache<RecordId, { readonly state: RecordState; readonly encoded?: EncodedRecord }>({ max: RECORDS_CACHED_MAX });
  return {
    get(id) {
      const known = cache.get(id);
      if (known) return known.state;
      const state = read(id);
      if (state) cache.set(id, { state });
      return state;
    },
    encoded: (id) => cache.get(id)?.encoded,
    remember: (encoded) => void cache.set(encoded.state.id, { state: encoded.state, encoded }),
  };
}
