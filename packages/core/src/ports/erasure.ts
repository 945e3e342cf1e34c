import type { Key, SystemId } from '../ids.ts';
import type { RecordState } from '../record/record.ts';
import type { ChangeRow, ConflictRow, OperatorAct } from './plan.ts';

/** What is written in the place of words that told, or may have told, an erased value. */
export const ERASED_WORDS = '(erased)';

/** A record without the values that are erased: everything that the ledger holds of it, to stand in the place of what it held. */
export interface ErasedRecord {
  /** Afterwards. Its revision is one more than that of the record that it was made from. */
  readonly record: RecordState;
  /** All of them. Numbers, authors and operations are as before; the hashes are not. */
  readonly changes: readonly ChangeRow[];
  readonly conflicts: readonly ConflictRow[];
  /** Keys that told an erased value, of rows that are no more. */
  readonly unlinked: readonly { readonly system: SystemId; readonly key: Key }[];
}

/** Values that leave the ledger, in one transaction or not at all. */
export interface Erasure {
  /** The record, and those that were folded into it. */
  readonly records: readonly ErasedRecord[];
  /** Takes the erased values out of words that others wrote. */
  readonly scrub: (words: string) => string;
  readonly act: OperatorAct;
}
