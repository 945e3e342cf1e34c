import { must } from '../errors/must.ts';
import type { FieldType } from '../map/type.ts';
import type { Compiled, FieldTypes, FieldValues } from './expression.ts';
import { fromField, toField, typeOf } from './field-value.ts';
import { judge } from './judge.ts';
import { parse } from './parse.ts';
import type { Around, Part, Scope } from './part.ts';
import { isNumber, tell, UNKNOWN, type Held, type Type } from './value.ts';

/**
 * Makes a CEL text ready to run over fields of these types, or says what is wrong with it. The library reads the text; types are judged and
 * values computed here, because amounts must stay exact and every field may be empty, which touches every operator.
 *
 * Empty fields: to `==`, `!=` and `in`, empty is a value like any other, equal to null alone. `&&`, `||` and `?:` answer wherever what is
 * there decides. To anything else an empty operand makes the answer empty; `isEmpty(x)` and `orElse(x, y)` ask first.
 */
export function compileExpression(text: string, fields: FieldTypes, result: FieldType): Compiled {
  const parsed = parse(text);
  if ('wrong' in parsed) return { kind: 'wrong', words: parsed.wrong };
  const reads = new Set<string>();
  const faults: string[] = [];
  const part = judge(parsed.node, aroundOf(fields, reads, faults));
  const [words = misfit(part.type, result)] = faults;
  if (words !== undefined) return { kind: 'wrong', words };
  const names = [...reads].toSorted();
  return {
    kind: 'expression',
    expression: { text, reads: names, evaluate: (values) => toField(result, part.run(openScope(fields, values))) },
  };
}

function aroundOf(fields: FieldTypes, reads: Set<string>, faults: string[]): Around {
  return {
    fields,
    reads,
    judge,
    wrong: (node, words): Part => {
      faults.push(words);
      return { node, type: UNKNOWN, run: () => null };
    },
  };
}

function misfit(type: Type, result: FieldType): string | undefined {
  const wanted = typeOf(result);
  const isFit = type.list === wanted.list && (type.of === wanted.of || (type.of === 'integer' && isNumber(wanted)));
  if (isFit || (type.list && wanted.list && type.of === 'empty')) return undefined;
  const remedy = wanted.of === 'yesno' ? 'write a condition, as in status == "Open"' : conversion(wanted, result);
  return `the expression is ${tell(type)}, where ${tell(wanted)} is needed: ${remedy}`;
}

function conversion(wanted: Type, result: FieldType): string {
  if (wanted.list) return 'write a list, as in ["A", "B"]';
  if (wanted.of === 'text') return 'string(…) makes a text of a number';
  return wanted.of === 'integer' ? 'int(…) makes an integer of a whole number' : `dec(…) makes a ${result.kind} of a text`;
}

/** Each field is converted once, and only when it is asked for: what does not decide cannot be at fault. */
function openScope(types: FieldTypes, values: FieldValues): Scope {
  const known = new Map<string, Held>();
  const field = (name: string): Held => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const type = must(types[name], `field "${name}" was found when the expression was judged`);
    const value = fromField(name, type, Object.hasOwn(values, name) ? values[name] : undefined);
    known.set(name, value);
    return value;
  };
  return { field, item: null };
}
