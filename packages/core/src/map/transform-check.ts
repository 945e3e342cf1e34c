import { compilePattern } from '../expression/pattern.ts';

/** What would make a transform answer differently tomorrow, or run what nobody has read. */
const DENIED: Readonly<Record<string, string>> = {
  now: 'reads the clock',
  millis: 'reads the clock',
  random: 'draws lots',
  shuffle: 'draws lots',
  eval: 'runs what nobody has checked',
};

/** The tree nests no deeper than a text of the longest length can. */
const DEPTH_MAX = 500;

export type Checked = { readonly kind: 'right'; readonly columns: readonly string[] } | { readonly kind: 'wrong'; readonly words: string };

/** Walks over a parsed JSONata expression: what it may not call, patterns that RE2 does not know, and the columns it reads. */
export function findFault(tree: unknown): Checked {
  const columns = new Set<string>();
  const faults: string[] = [];
  const walk = (value: unknown, depth: number): void => {
    if (depth > DEPTH_MAX) return void faults.push('the transform nests too deep');
    if (value instanceof RegExp) return checkPattern(value, faults);
    if (typeof value !== 'object' || value === null) return undefined;
    const rest = isNode(value) ? look(value, columns, faults) : value;
    for (const child of Array.isArray(rest) ? rest : Object.values(rest)) walk(child, depth + 1);
    return undefined;
  };
  walk(tree, 0);
  const [words] = faults;
  return words === undefined ? { kind: 'right', columns: [...columns].toSorted() } : { kind: 'wrong', words };
}

interface Node {
  readonly type: unknown;
  readonly value?: unknown;
  readonly steps?: unknown;
}

function isNode(value: object): value is Node {
  return 'type' in value;
}

/** Answers the part of the node that is still to be walked over. */
function look(node: Node, columns: Set<string>, faults: string[]): object {
  if (node.type === 'variable' && typeof node.value === 'string') checkVariable(node.value, faults);
  if (node.type !== 'path' || !Array.isArray(node.steps)) return node;
  const [first, second, ...rest]: readonly unknown[] = node.steps;
  if (!isObject(first) || !isNode(first) || first.type !== 'variable' || first.value !== 'row' || 'predicate' in first) return node;
  if (!isObject(second) || !isNode(second) || second.type !== 'name' || typeof second.value !== 'string') return node;
  columns.add(second.value);
  return { ...node, steps: [{ ...second, type: 'column' }, ...rest] };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function checkVariable(name: string, faults: string[]): void {
  const why = Object.hasOwn(DENIED, name) ? DENIED[name] : undefined;
  if (why !== undefined) faults.push(`$${name} ${why}: a value must always come to the same`);
  if (name === 'row') faults.push('write $row.Column, with the column written out: Concord must know which columns to read');
}

function checkPattern({ source, flags }: RegExp, faults: string[]): void {
  const compiled = compilePattern(source, flags);
  if ('wrong' in compiled) faults.push(`/${source.slice(0, 40)}/: ${compiled.wrong}`);
}
