/** What `$filter` says, as a tree. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: Term; readonly right: Term }
  | { readonly kind: 'call'; readonly name: TextTest; readonly column: string; readonly text: string };

export type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';
export type TextTest = 'contains' | 'startswith' | 'endswith';
export type Term =
  | { readonly kind: 'column'; readonly path: string }
  /** `type` tells how it was written, `value` is its text without quotes. */
  | { readonly kind: 'literal'; readonly type: 'text' | 'guid' | 'time' | 'number' | 'enum' | 'word'; readonly value: string };

export type Parsed = { readonly kind: 'expression'; readonly expression: Expression } | { readonly kind: 'fault'; readonly words: string };

const FILTER_CHARS_MAX = 32_768;
const DEPTH_MAX = 100;
const TOKEN =
  /\s*(?:(?<text>'(?:[^']|'')*')|(?<guid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|(?<time>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)|(?<number>-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)|(?<enum>[a-z_][\w.]*'(?:[^']|'')*')|(?<word>[a-z_@][\w./]*)|(?<mark>[(),]))/giy;

interface Token {
  readonly type: 'text' | 'guid' | 'time' | 'number' | 'enum' | 'word' | 'mark';
  readonly text: string;
}

class FilterFault extends Error {}

/** Reads the subset of OData's filter language that both systems have: comparisons, text tests, and, or, not, parentheses. */
export function parseFilter(filter: string): Parsed {
  try {
    const reader = tokenReader(tokensOf(filter));
    const expression = either(reader, 0);
    const rest = reader.peek();
    if (rest !== undefined) throw new FilterFault(`Syntax error: "${rest.text}" was not expected in '${filter}'.`);
    return { kind: 'expression', expression };
  } catch (fault) {
    if (fault instanceof FilterFault) return { kind: 'fault', words: fault.message };
    throw fault;
  }
}

function tokensOf(filter: string): readonly Token[] {
  if (filter.length > FILTER_CHARS_MAX) throw new FilterFault(`The filter is longer than ${FILTER_CHARS_MAX} characters.`);
  const text = filter.trim();
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const groups = pattern.exec(text)?.groups;
    const found = TYPES.flatMap((type) => (groups?.[type] === undefined ? [] : [{ type, text: groups[type] }]))[0];
    if (found === undefined) throw new FilterFault(`Syntax error at position ${at} in '${filter}'.`);
    tokens.push(found);
  }
  return tokens;
}

const TYPES = ['text', 'guid', 'time', 'number', 'enum', 'word', 'mark'] as const;

interface TokenReader {
  peek(): Token | undefined;
  next(): Token;
  /** Takes the word or mark if it comes next. */
  take(text: string): boolean;
  expect(text: string): void;
}

function tokenReader(tokens: readonly Token[]): TokenReader {
  let at = 0;
  const next = (): Token => {
    const token = tokens[at];
    if (token === undefined) throw new FilterFault('Syntax error: the filter ends too early.');
    at += 1;
    return token;
  };
  const take = (text: string): boolean => {
    const token = tokens[at];
    const found = (token?.type === 'word' || token?.type === 'mark') && token.text.toLowerCase() === text;
    if (found) at += 1;
    return found;
  };
  return {
    peek: () => tokens[at],
    next,
    take,
    expect: (text) => {
      if (!take(text)) throw new FilterFault(`Syntax error: "${text}" expected, "${tokens[at]?.text ?? 'the end'}" found.`);
    },
  };
}

function either(reader: TokenReader, depth: number): Expression {
  if (depth > DEPTH_MAX) throw new FilterFault(`The filter is nested deeper than ${DEPTH_MAX}.`);
  let left = both(reader, depth);
  while (reader.take('or')) left = { kind: 'or', left, right: both(reader, depth) };
  return left;
}

function both(reader: TokenReader, depth: number): Expression {
  let left = one(reader, depth);
  while (reader.take('and')) left = { kind: 'and', left, right: one(reader, depth) };
  return left;
}

function one(reader: TokenReader, depth: number): Expression {
  if (reader.take('not')) return { kind: 'not', of: one(reader, depth + 1) };
  if (reader.take('(')) {
    const inner = either(reader, depth + 1);
    reader.expect(')');
    return inner;
  }
  for (const name of ['contains', 'startswith', 'endswith'] as const) if (reader.take(name)) return textTest(reader, name);
  const left = term(reader);
  const operator = comparison(reader.next());
  return { kind: 'compare', operator, left, right: term(reader) };
}

function textTest(reader: TokenReader, name: TextTest): Expression {
  reader.expect('(');
  const column = term(reader);
  reader.expect(',');
  const text = term(reader);
  reader.expect(')');
  if (column.kind !== 'column' || text.kind !== 'literal') throw new FilterFault(`${name} takes a column and a text.`);
  return { kind: 'call', name, column: column.path, text: text.value };
}

function comparison(token: Token): Comparison {
  const found = COMPARISONS.find((name) => token.type === 'word' && name === token.text.toLowerCase());
  if (found === undefined) throw new FilterFault(`Syntax error: a comparison expected, "${token.text}" found.`);
  return found;
}

const COMPARISONS = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const;
const CONSTANTS = new Set(['null', 'true', 'false']);

function term(reader: TokenReader): Term {
  const { type, text } = reader.next();
  if (type === 'mark') throw new FilterFault(`Syntax error: "${text}" was not expected.`);
  if (type === 'text') return { kind: 'literal', type, value: unquoted(text) };
  if (type === 'enum') return { kind: 'literal', type, value: unquoted(text.slice(text.indexOf("'"))) };
  if (type === 'word' && !CONSTANTS.has(text.toLowerCase())) return { kind: 'column', path: text };
  return { kind: 'literal', type, value: type === 'word' ? text.toLowerCase() : text };
}

export const unquoted = (text: string): string => text.slice(1, -1).replaceAll("''", "'");
