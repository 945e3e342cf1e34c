import { unquoted } from './filter-syntax.ts';

/** What stands in the parentheses of `set(…)`. */
export type KeyPredicate =
  | { readonly kind: 'single'; readonly value: string }
  | { readonly kind: 'named'; readonly values: ReadonlyMap<string, string> };

const NAMED = /^\s*([A-Za-z_][\w.]*)\s*=\s*('(?:[^']|'')*'|[^,']*)\s*(?:,|$)/;

/** Reads `guid`, `'text'`, `a='x',b=2`. Answers `undefined` when it is none of these. */
export function parseKeyPredicate(text: string): KeyPredicate | undefined {
  if (!text.includes('=') || text.startsWith("'")) return text.trim() === '' ? undefined : { kind: 'single', value: plain(text) };
  const values = new Map<string, string>();
  let rest = text;
  while (rest !== '') {
    const [whole, name, value] = NAMED.exec(rest) ?? [];
    if (whole === undefined || name === undefined || value === undefined) return undefined;
    values.set(name, plain(value));
    rest = rest.slice(whole.length);
  }
  return { kind: 'named', values };
}

function plain(text: string): string {
  const trimmed = text.trim();
  return trimmed.startsWith("'") && trimmed.endsWith("'") ? unquoted(trimmed) : trimmed;
}

const ADDRESS = /^([A-Za-z_]\w*)(?:\(((?:'(?:[^']|'')*'|[^')])*)\))?(?:\/(.*))?$/;

/** The pieces of a resource path below the service root: `accounts(…)/name`. */
export interface ResourcePath {
  readonly set: string;
  /** Absent: the whole set. */
  readonly key?: string;
  /** What follows the set or the row: `name`, `$count`, `$ref`. */
  readonly rest?: string;
}

export function parseResource(path: string): ResourcePath | undefined {
  const [, set, key, rest] = ADDRESS.exec(path) ?? [];
  if (set === undefined) return undefined;
  return { set, ...(key !== undefined && { key }), ...(rest !== undefined && rest !== '' && { rest }) };
}
