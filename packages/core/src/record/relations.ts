import type { ConflictId, Key, RecordId, SystemId } from '../ids.ts';

/** A row by its key in one system. */
export interface RowPlace {
  readonly system: SystemId;
  readonly key: Key;
}

/** What a person is asked about a record as a whole. */
export type Question =
  /** It may be the same thing as these records, but only weak keys say so. */
  | { readonly kind: 'candidates'; readonly records: readonly RecordId[] }
  /** Two rows of one system have its key: the one that is linked, and another. */
  | { readonly kind: 'rows'; readonly system: SystemId; readonly keys: readonly [linked: Key, other: Key] };

/** What a person can answer, as the API takes it. */
export function choicesOf(question: Question): readonly string[] {
  if (question.kind === 'rows') return question.keys.map((key) => `row: ${key}`);
  return [...question.records.map((id) => `join: ${id}`), 'apart: true'];
}

/** A question that is open: its conflict waits in the inbox. */
export type Issue = { readonly id: ConflictId } & Question;

/** How a record stands to other records, and to rows that are not its own. */
export interface Relations {
  /** It turned out to be the same thing as this record, which goes on for both: its links have moved there. */
  readonly mergedInto?: RecordId;
  /** Those that were folded into it. */
  readonly aliases?: readonly RecordId[];
  /** A person said that these are other things. */
  readonly apart?: readonly RecordId[];
  /** Rows with its key that a person chose not to mirror. */
  readonly passedOver?: readonly RowPlace[];
  readonly issues?: readonly Issue[];
  /** Texts under which the ledger finds it: normalised keys, references, and work that is left to do. Sorted. */
  readonly marks?: readonly string[];
}
