import type { Json, JsonObject } from '@concord/core';
import type { Comparison, Expression, Term, TextTest } from './filter-syntax.ts';
import { parseFilter } from './filter-syntax.ts';
import { wordsOf } from './json.ts';

/** How a column is read from a row and in which order its values stand. */
export interface Reader {
  readonly order: 'text' | 'number' | 'time' | 'word';
  /** `*` in a text that is compared for equality stands for anything. */
  readonly wildcard?: boolean;
  read(row: JsonObject): Json | undefined;
}

export type Readers = (path: string) => Reader | undefined;
export type RowTest = (row: JsonObject) => boolean;
export type Compiled<T> =
  | { readonly kind: 'compiled'; readonly run: T }
  | { readonly kind: 'fault'; readonly words: string; readonly column?: string };

/** Turns `$filter` into a test of rows. Texts are compared without regard to case, as both systems do. `check` may refuse what a system cannot do. */
export function compileFilter(
  filter: string | undefined,
  readers: Readers,
  check?: (expression: Expression) => string | undefined,
): Compiled<RowTest> {
  if (filter === undefined) return { kind: 'compiled', run: () => true };
  const parsed = parseFilter(filter);
  if (parsed.kind === 'fault') return parsed;
  const unknown = pathsOf(parsed.expression).find((path) => readers(path) === undefined);
  if (unknown !== undefined) return { kind: 'fault', words: `Could not find a property named '${unknown}'.`, column: unknown };
  const words = check?.(parsed.expression);
  if (words !== undefined) return { kind: 'fault', words };
  return { kind: 'compiled', run: testOf(parsed.expression, readers) };
}

/**
 * The part of a filter that lets only values of the column from some point on through. In the order of that column, no row that passes the filter
 * stands before the first one that passes this.
 */
export function lowerBound(filter: string | undefined, column: string, readers: Readers): RowTest | undefined {
  const parsed = filter === undefined ? undefined : parseFilter(filter);
  const found = parsed?.kind === 'expression' ? conjuncts(parsed.expression).find((part) => isLowerBound(part, column)) : undefined;
  return found && testOf(found, readers);
}

function conjuncts(expression: Expression): readonly Expression[] {
  return expression.kind === 'and' ? [...conjuncts(expression.left), ...conjuncts(expression.right)] : [expression];
}

function isLowerBound(expression: Expression, column: string): boolean {
  if (expression.kind !== 'compare' || (expression.operator !== 'ge' && expression.operator !== 'gt')) return false;
  const { left, right } = expression;
  return left.kind === 'column' && left.path === column && right.kind === 'literal';
}

/** Turns `$orderby` into a comparison of rows. */
export function compileOrder(
  orderBy: string | undefined,
  readers: Readers,
): Compiled<((a: JsonObject, b: JsonObject) => number) | undefined> {
  if (orderBy === undefined) return { kind: 'compiled', run: undefined };
  const keys: { readonly reader: Reader; readonly sign: number }[] = [];
  for (const piece of orderBy.split(',')) {
    const [path = '', direction = 'asc'] = piece.trim().split(/\s+/);
    const reader = readers(path);
    if (reader === undefined) return { kind: 'fault', words: `Could not find a property named '${path}'.`, column: path };
    keys.push({ reader, sign: direction.toLowerCase() === 'desc' ? -1 : 1 });
  }
  const run = (a: JsonObject, b: JsonObject): number => {
    for (const { reader, sign } of keys) {
      const order = inOrder(rank(reader, reader.read(a)), rank(reader, reader.read(b)));
      if (order !== 0) return order * sign;
    }
    return 0;
  };
  return { kind: 'compiled', run };
}

function pathsOf(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return [...pathsOf(expression.left), ...pathsOf(expression.right)];
    case 'not':
      return pathsOf(expression.of);
    case 'call':
      return [expression.column];
    default:
      return [expression.left, expression.right].flatMap((side) => (side.kind === 'column' ? [side.path] : []));
  }
}

function testOf(expression: Expression, readers: Readers): RowTest {
  switch (expression.kind) {
    case 'and': {
      const [left, right] = [testOf(expression.left, readers), testOf(expression.right, readers)];
      return (row) => left(row) && right(row);
    }
    case 'or': {
      const [left, right] = [testOf(expression.left, readers), testOf(expression.right, readers)];
      return (row) => left(row) || right(row);
    }
    case 'not': {
      const inner = testOf(expression.of, readers);
      return (row) => !inner(row);
    }
    case 'call':
      return textTest(expression.name, expression.text.toLowerCase(), readers(expression.column));
    default:
      return comparisonTest(expression.operator, expression.left, expression.right, readers);
  }
}

function textTest(name: TextTest, wanted: string, reader: Reader | undefined): RowTest {
  const textOf = (row: JsonObject): string => wordsOf(reader?.read(row)).toLowerCase();
  if (name === 'contains') return (row) => textOf(row).includes(wanted);
  return name === 'startswith' ? (row) => textOf(row).startsWith(wanted) : (row) => textOf(row).endsWith(wanted);
}

type Rank = string | number | undefined;

function comparisonTest(operator: Comparison, left: Term, right: Term, readers: Readers): RowTest {
  const typed = [left, right].flatMap((side) => (side.kind === 'column' ? [readers(side.path)] : []))[0];
  const order = typed?.order ?? 'text';
  if (typed?.wildcard === true && right.kind === 'literal' && right.value.includes('*') && (operator === 'eq' || operator === 'ne')) {
    const pattern = wildcard(right.value);
    return (row) => pattern.test(wordsOf(typed.read(row))) === (operator === 'eq');
  }
  const [a, b] = [sideOf(left, order, readers), sideOf(right, order, readers)];
  return (row) => holds(operator, a(row), b(row));
}

function sideOf(term: Term, order: Reader['order'], readers: Readers): (row: JsonObject) => Rank {
  if (term.kind === 'column') {
    const reader = readers(term.path);
    return (row) => (reader === undefined ? undefined : rank(reader, reader.read(row)));
  }
  const value = term.type === 'word' && term.value === 'null' ? undefined : rank({ order }, term.value);
  return () => value;
}

function rank(reader: Pick<Reader, 'order'>, value: Json | undefined): Rank {
  if (value === undefined || value === null) return undefined;
  if (reader.order === 'number') return Number(value);
  return reader.order === 'time' ? Date.parse(wordsOf(value)) : wordsOf(value).toLowerCase();
}

function holds(operator: Comparison, a: Rank, b: Rank): boolean {
  if (operator === 'eq') return a === b;
  if (operator === 'ne') return a !== b;
  if (a === undefined || b === undefined) return false;
  const order = inOrder(a, b);
  if (operator === 'gt') return order > 0;
  if (operator === 'ge') return order >= 0;
  return operator === 'lt' ? order < 0 : order <= 0;
}

/** Nothing stands before everything else. */
function inOrder(a: Rank, b: Rank): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  return a < b ? -1 : 1;
}

function wildcard(text: string): RegExp {
  const pieces = text.split('*').map((piece) => piece.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${pieces.join('.*')}$`, 'is');
}
