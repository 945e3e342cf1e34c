import type { ASTNode } from '@marcbachmann/cel-js';
import type { FieldTypes } from './expression.ts';
import type { Held, Type } from './value.ts';

/** What an expression is evaluated in: its fields, and the member that a macro looks at. */
export interface Scope {
  field(name: string): Held;
  readonly item: Held;
}

/** A part of an expression, its type judged, ready to run. */
export interface Part {
  readonly type: Type;
  readonly node: ASTNode;
  run(scope: Scope): Held;
}

/** What parts are judged in. */
export interface Around {
  readonly fields: FieldTypes;
  /** Every field that the expression reads is added. */
  readonly reads: Set<string>;
  /** The variable of the macro that the part stands in. */
  readonly item?: { readonly name: string; readonly type: Type };
  judge(node: ASTNode, around: Around): Part;
  /** Keeps the complaint, and answers a part that fits everywhere, so that one fault is not told twice. */
  wrong(node: ASTNode, words: string): Part;
}

const EXCERPT_CHARS_MAX = 60;

/** The text that a node was made of. */
export function excerpt(node: ASTNode): string {
  const text = node.input.slice(node.start, node.end).replaceAll(/\s+/gu, ' ');
  return text.length > EXCERPT_CHARS_MAX ? `${text.slice(0, EXCERPT_CHARS_MAX)}…` : text;
}
