import type { ConflictId, EntityName, RecordId, SystemId } from '../ids.ts';
import type { ConflictCode } from '../register/code.ts';
import type { ConflictState, Plan } from './plan.ts';

/** That something became so, for those who follow along: whatever it says can be read where it is kept. Never a value of a record. */
export type NewsItem =
  | {
      readonly kind: 'version';
      readonly record: RecordId;
      readonly entity: EntityName;
      readonly version: number;
      /** Whose change it is. */
      readonly system: SystemId;
    }
  | {
      readonly kind: 'conflict';
      readonly record: RecordId;
      readonly entity: EntityName;
      readonly conflict: ConflictId;
      readonly state: ConflictState;
      readonly code: ConflictCode;
      readonly fields: readonly string[];
    };

export type News = NewsItem & {
  /** Counts from 1 over the whole ledger, without gaps, in the order of commits. */
  readonly number: number;
};

/** So many are kept, about: whoever comes back later than that has to read anew what there is. */
export const NEWS_KEPT_MAX = 1_000_000;

/** What a plan has to tell. */
export function newsIn({ record: { id: record, entity }, changes, conflicts }: Plan): readonly NewsItem[] {
  const versions = changes.map(({ seq, system }) => ({ kind: 'version' as const, record, entity, version: seq, system }));
  const rows = conflicts.map(({ id: conflict, state, code, fields }) => ({
    kind: 'conflict' as const,
    record,
    entity,
    conflict,
    state,
    code,
    fields,
  }));
  return rows.length === 0 ? versions : [...versions, ...rows];
}
