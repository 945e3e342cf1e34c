import type { Edit } from '../record/record.ts';
import type { FieldType } from '../map/type.ts';
import type { Value } from '../values.ts';

/**
 * What kind of disagreement it was: C01 same field, C02 different fields, C03 equal values, C04 update against delete, C05 delete against
 * delete, C06 create against create, C07 uniqueness, C08 missing reference, C09 invariant, C10 illegal transition, C11 bound, C12 stale
 * write, C13 refused by the target, C14 stored otherwise than written, C15 flapping, C16 suspicious clock, C17 not representable,
 * C18 decided again after a late edit, C19 unknown base, C20 mass change.
 */
export type ConflictCode =
  `C${'01' | '02' | '03' | '04' | '05' | '06' | '07' | '08' | '09' | '10' | '11' | '12' | '13' | '14' | '15' | '16' | '17' | '18' | '19' | '20'}`;

/** What a policy sees: facts only. */
export interface View {
  /** The edits of which none is in another's past, in a fixed order; at least one. Equal values may occur. */
  readonly frontier: readonly Edit[];
  /** The latest merged value that every author in the frontier had seen. Absent at a birth. */
  readonly base?: Value;
  /** The total of everything in the frontier's past, for additive policies. Absent at a birth. */
  readonly beneath?: Value;
  readonly type: FieldType;
}

export type Resolution =
  | {
      readonly kind: 'settled';
      readonly value: Value;
      readonly rule: string;
      readonly reason: string;
      readonly code?: ConflictCode;
    }
  | { readonly kind: 'held'; readonly rule: string; readonly reason: string; readonly code?: ConflictCode };

/**
 * A pure rule from concurrent edits to a resolution. It reads no clock, no chance, no arrival order; it answers for any number of systems,
 * for nulls, and for the same edits always the same.
 */
export type Policy = (view: View) => Resolution;

/** What a policy is, apart from its rule. */
export interface PolicyTraits {
  /** It decides even when only one edit stands: owner and immutable undo an edit that had no rival. */
  readonly gate: boolean;
  /** Equal concurrent values are not one value: two sales of five are a sale of ten. */
  readonly additive: boolean;
  /** It may answer with a value that nobody set. Such policies cannot decide a group. */
  readonly synthetic: boolean;
}
