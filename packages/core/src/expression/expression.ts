import type { FieldType } from '../map/type.ts';
import type { Scalar } from '../values.ts';

/** The fields that an expression may read, by name. */
export type FieldTypes = Readonly<Record<string, FieldType>>;

/** The values of these fields; a field that is missing is empty. */
export type FieldValues = Readonly<Record<string, Scalar>>;

export type Evaluated = { readonly kind: 'value'; readonly value: Scalar } | { readonly kind: 'fault'; readonly words: string };

/** A checked CEL expression over a record's fields. Pure: no clock, no chance, no I/O. It never throws. */
export interface Expression {
  readonly text: string;
  /** The fields that it reads, in the order of their names. */
  readonly reads: readonly string[];
  /** The answer as documents hold values of the expression's type; a fault where the values allow none (a division by zero). */
  evaluate(fields: FieldValues): Evaluated;
}

/** What a text compiles to: an expression, or what is wrong with it and what to do. */
export type Compiled =
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'wrong'; readonly words: string };
