import type { ConflictCode } from '../register/code.ts';
import type { Edit } from '../record/record.ts';
import type { FieldType } from '../map/type.ts';
import type { Question } from '../register/answer.ts';
import type { Kept } from '../register/register.ts';
import type { Scalar, Value } from '../values.ts';

/** What a policy sees: facts only. */
export interface View {
  /** The edits of which none is in another's past, in a fixed order; at least one. Equal values may occur. */
  readonly frontier: readonly Edit[];
  /** The latest merged value that every author in the frontier had seen. Absent at a birth. */
  readonly base?: Value;
  readonly type: FieldType;
  /** The record's fields, for conditions: those decided before this one as they are now, the others as they were last merged. */
  readonly fields?: Readonly<Record<string, Scalar>>;
  /** The register that is asked about: what each open edit changed, and what its author had seen. Policies that combine look at it. */
  readonly question: Question;
}

export type Resolution =
  | {
      readonly kind: 'settled';
      readonly value: Value;
      readonly rule: string;
      readonly reason: string;
      readonly code?: ConflictCode;
      /** What the register keeps of closed edits beside the value: a sum before it was bounded. */
      readonly kept?: Kept;
    }
  | {
      readonly kind: 'held';
      readonly rule: string;
      readonly reason: string;
      readonly code?: ConflictCode;
      /** Written to every system meanwhile; absent: the last agreed value stays. */
      readonly provisional?: Value;
    };

/**
 * A pure rule from concurrent edits to a resolution. It reads no clock, no chance, no arrival order; it answers for any number of systems,
 * for nulls, and for the same edits always the same.
 */
export type Policy = (view: View) => Resolution;

/** What a policy is, apart from its rule. */
export interface PolicyTraits {
  /** It decides even when only one edit stands: owner and immutable undo an edit that had no rival. */
  readonly gate: boolean;
  /** It adds up what each edit changed: two sales of five are a sale of ten. No other policy may hide edits from it. */
  readonly additive: boolean;
  /** It looks at the question: equal values are not one value, and a single edit is not the whole answer. Sets, sums, texts. */
  readonly combines: boolean;
  /** It adds up what each edit changed, whatever its author had seen of the others. It does so only if all policies within it do. */
  readonly commutes: boolean;
  /** It may answer with a value that nobody set. Such policies cannot decide a group. */
  readonly synthetic: boolean;
  /** It weighs the first edit that was ever made. No other policy may hide edits from it. */
  readonly first: boolean;
  /** Each system tells a part of its own in one column, and is told what stands in another. No other policy may hide edits from it. */
  readonly parts: boolean;
  /** It is kept in the history and written to no system. */
  readonly local: boolean;
}
