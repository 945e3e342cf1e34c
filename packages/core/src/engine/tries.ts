import type { RecordId } from '../ids.ts';

/** So many records are kept count of; they are those that failed last. */
const RECORDS_MAX = 10_000;

/** Counts how often a record's write came to nothing while its system answered others: only then is it the write that is at fault. */
export interface Tries {
  /** `answers`: how often the system has answered anything. Answers how often it failed by its own fault. */
  failed(record: RecordId, answers: number): number;
  ended(record: RecordId): void;
}

export function openTries(): Tries {
  const counts = new Map<RecordId, { readonly count: number; readonly answers: number }>();
  return {
    failed(record, answers) {
      const before = counts.get(record);
      const count = before === undefined ? 1 : before.count + (answers > before.answers ? 1 : 0);
      counts.delete(record);
      counts.set(record, { count, answers });
      const [oldest] = counts.keys();
      if (counts.size > RECORDS_MAX && oldest !== undefined) counts.delete(oldest);
      return count;
    },
    ended: (record) => void counts.delete(record),
  };
}
