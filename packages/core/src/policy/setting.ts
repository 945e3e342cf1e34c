import type { FieldTypes } from '../expression/expression.ts';
import type { FieldType } from '../map/type.ts';
import type { Value } from '../values.ts';
import type { Policy, PolicyTraits, View } from './policy.ts';
import type { PolicyWords } from './spec.ts';

/** A place within a policy's options: names of keys and numbers of list items, from the top down. */
export type Place = readonly (string | number)[];

/** What a policy is to decide, and what is around it. */
export interface Around {
  /** `group`: several fields as one. `any`: a place within a JSON value, of which nothing is known before. */
  readonly type: FieldType | 'group' | 'any';
  /** The names of the fields that it decides. */
  readonly own: readonly string[];
  /** The fields of the record, for conditions; absent: some could not be read, so conditions cannot be checked. */
  readonly fields?: FieldTypes;
  /** The systems that have it. */
  readonly systems: readonly string[];
  /** Its canonical symbols, where it has a value map. */
  readonly symbols?: readonly string[];
  /** The systems that are told the outcome in the very column that they are read from. */
  readonly loops?: readonly string[];
}

/** A policy, ready to decide. */
export interface Made {
  readonly policy: Policy;
  /** Its own traits, and those of the policies within it. */
  readonly traits: PolicyTraits;
  /** The fields that its conditions read, without its own. */
  readonly readsFields: readonly string[];
}

/** What a condition answers. */
export type Answer = { readonly kind: 'answer'; readonly holds: boolean } | { readonly kind: 'fault'; readonly words: string };

/** A condition over the fields of the record, of which the decided ones stand for `own`; left out, for what its authors had seen of them. */
export type Condition = (view: View, own?: Value) => Answer;

/** What a policy is made in: what is known of its field, and what it may ask for. What is wrong is told here, and never thrown. */
export interface Setting extends Around {
  /**
   * Another policy. `weighs: 'edits'`: one that weighs nothing but the edits that it is shown, because they are not all there are.
   */
  inner(words: PolicyWords, at: Place, limits?: { readonly weighs?: 'edits'; readonly type?: Around['type'] }): Made;
  /** A yes-no expression over the record's fields. */
  condition(text: string, at: Place): Condition;
  wrong(at: Place, text: string, suggestion?: string): void;
  /** Looks wrong, but is allowed. */
  warn(at: Place, text: string, suggestion: string): void;
}
