import { compileExpression } from '../expression/compile.ts';
import type { Expression, FieldTypes } from '../expression/expression.ts';
import type { FieldType } from '../map/type.ts';
import type { EntityFields } from './entity.ts';
import type { Path } from './fault.ts';
import type { Reading } from './reading.ts';
import { hasVariable } from './variables.ts';

/** What a CEL text is to be. */
export interface Wanted {
  readonly result: FieldType;
  readonly path: Path;
}

/** Compiles a CEL text over an entity's fields; `undefined` after a complaint. Fields that were complained of themselves are no news. */
export function readExpression(reading: Reading, text: string, { fields, names }: EntityFields, wanted: Wanted): Expression | undefined {
  if (refuseVariables(reading, text, wanted.path)) return undefined;
  const compiled = compileExpression(text, typesOf(fields), wanted.result);
  if (compiled.kind === 'expression') return compiled.expression;
  if (fields.size < names.length && compiled.words.startsWith('there is no field')) return undefined;
  reading.wrong(wanted.path, sentence(compiled.words));
  return undefined;
}

/** A variable's value would be read as a part of the expression, and could change what it means. Answers whether there was one. */
export function refuseVariables(reading: Reading, text: string, path: Path): boolean {
  if (!hasVariable(text)) return false;
  reading.wrong(path, 'An expression cannot hold variables of the environment.', 'Write the value itself.');
  return true;
}

function typesOf(fields: EntityFields['fields']): FieldTypes {
  return Object.fromEntries([...fields.values()].map(({ name, type }) => [name, type]));
}

/** Words that were made to stand behind a colon, as a sentence. */
export function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.?!]$/u.test(words) ? '' : '.'}`;
}
