import type { ASTNode, BinaryOperator } from '@marcbachmann/cel-js';
import { add, type Amount, divide, fromWhole, multiply, subtract, whole } from './amount.ts';
import { excerpt, type Around, type Part, type Scope } from './part.ts';
import { strict, type Present } from './strict.ts';
import { common, DECIMAL, fault, INTEGER, isAmount, isFault, isList, isNumber, same, tell, TEXT, UNKNOWN, YESNO } from './value.ts';
import type { Fault, Held, Type } from './value.ts';

/** No text grows longer while it is computed. */
const TEXT_CHARS_MAX = 1_000_000;

export function judgeBinary(op: BinaryOperator, node: ASTNode, left: Part, right: Part, around: Around): Part {
  if (op === '==' || op === '!=') return judgeEqual(op, node, left, right, around);
  if (op === 'in') return judgeIn(node, left, right, around);
  const types = [left.type, right.type];
  if (types.some(({ of }) => of === 'unknown')) return { node, type: UNKNOWN, run: () => null };
  if (['<', '<=', '>', '>='].includes(op)) {
    if (!types.every(isNumber) && !types.every(isPlainText)) return around.wrong(node, misfit(node, op, left, right, ORDERED));
    return { node, type: YESNO, run: (scope) => strict([left.run(scope), right.run(scope)], (a, b) => ordered(op, a, b)) };
  }
  const type = sumType(op, left.type, right.type);
  if (!type) return around.wrong(node, misfit(node, op, left, right, op === '+' ? ADDED : COUNTED));
  const exact = type.of === 'decimal';
  return { node, type, run: (scope) => strict([left.run(scope), right.run(scope)], (a, b) => count(op, a, b, exact)) };
}

const ORDERED = 'compare numbers with numbers, and texts or dates with texts';
const ADDED = 'add numbers, or put texts together; string(…) makes a text of a number';
const COUNTED = 'it is for numbers; dec(…) makes a number of a text';

function misfit(node: ASTNode, op: string, left: Part, right: Part, remedy: string): string {
  return `"${excerpt(node)}": "${op}" does not go between ${tell(left.type)} and ${tell(right.type)}: ${remedy}`;
}

function isPlainText({ of, list }: Type): boolean {
  return of === 'text' && !list;
}

function judgeEqual(op: '==' | '!=', node: ASTNode, left: Part, right: Part, around: Around): Part {
  if (!common(left.type, right.type))
    return around.wrong(node, `"${excerpt(node)}": ${tell(left.type)} is never equal to ${tell(right.type)}: compare values of one type`);
  const run = (scope: Scope): Held => {
    const [a, b] = [left.run(scope), right.run(scope)];
    return isFault(a) ? a : isFault(b) ? b : same(a, b) === (op === '==');
  };
  return { node, type: YESNO, run };
}

function judgeIn(node: ASTNode, left: Part, right: Part, around: Around): Part {
  const isKnown = left.type.of !== 'unknown' && right.type.of !== 'unknown';
  if (isKnown && (left.type.list || !right.type.list || !common({ ...left.type, list: true }, right.type)))
    return around.wrong(node, `"${excerpt(node)}": "in" looks for a value in a list of such values, as in status in ['Open', 'Paid']`);
  const run = (scope: Scope): Held => {
    const [item, list] = [left.run(scope), right.run(scope)];
    if (isFault(item) || isFault(list)) return isFault(item) ? item : list;
    return isList(list) && list.some((member) => same(member, item));
  };
  return { node, type: YESNO, run };
}

function ordered(op: string, a: Present, b: Present): boolean {
  const order = compare(a, b);
  if (op === '<') return order < 0;
  if (op === '<=') return order <= 0;
  return op === '>' ? order > 0 : order >= 0;
}

/** Numbers by size, texts by code unit: in this order dates stand in the order of time. */
export function compare(a: Present, b: Present): number {
  if (isNumeric(a) && isNumeric(b) && (isAmount(a) || isAmount(b))) return toAmount(a).comparedTo(toAmount(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

export function isNumeric(value: Held): value is bigint | Amount {
  return typeof value === 'bigint' || isAmount(value);
}

export function toAmount(value: bigint | Amount): Amount {
  return typeof value === 'bigint' ? fromWhole(value) : value;
}

function sumType(op: string, a: Type, b: Type): Type | undefined {
  if (isNumber(a) && isNumber(b)) {
    const isWhole = a.of === 'integer' && b.of === 'integer';
    return isWhole ? INTEGER : op === '%' ? undefined : DECIMAL;
  }
  if (op !== '+') return undefined;
  if (isPlainText(a) && isPlainText(b)) return TEXT;
  return a.list && b.list ? common(a, b) : undefined;
}

function count(op: string, a: Present, b: Present, exact: boolean): Held {
  if (isList(a) && isList(b)) return [...a, ...b];
  if (typeof a === 'string' && typeof b === 'string') return a.length + b.length > TEXT_CHARS_MAX ? tooLong() : a + b;
  if (!isNumeric(a) || !isNumeric(b)) return fault('counts with what is no number');
  if (exact || typeof a !== 'bigint' || typeof b !== 'bigint') return countExactly(op, toAmount(a), toAmount(b));
  if ((op === '/' || op === '%') && b === 0n) return fault('divides by zero');
  return whole(countWhole(op, a, b));
}

function countExactly(op: string, a: Amount, b: Amount): Held {
  if (op === '+') return add(a, b);
  if (op === '-') return subtract(a, b);
  return op === '*' ? multiply(a, b) : divide(a, b);
}

function countWhole(op: string, a: bigint, b: bigint): bigint {
  if (op === '+') return a + b;
  if (op === '-') return a - b;
  if (op === '*') return a * b;
  return op === '/' ? a / b : a % b;
}

function tooLong(): Fault {
  return fault(`a text grows longer than ${TEXT_CHARS_MAX} characters`);
}
