import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { Path } from './fault.ts';
import { markBraces } from './variables.ts';

/** Longer files are not read. */
const CHARS_MAX = 1_000_000;
/** How deep `[` and `{` may nest: a YAML parser works recursively, and deep enough nesting ends the whole process. */
const FLOW_DEPTH_MAX = 64;
/** How far a line may be indented, dashes included, for the same reason. */
const INDENT_CHARS_MAX = 200;
/** How much `*alias` may multiply what it stands for. */
const ALIAS_COUNT_MAX = 100;

export interface Spot {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with the text as YAML. */
export interface SyntaxFault extends Spot {
  readonly text: string;
  readonly suggestion?: string;
}

/** A YAML text, read. `raw` is whatever it says; nothing of it was checked. */
export interface YamlText {
  readonly raw: unknown;
  readonly faults: readonly SyntaxFault[];
  /** Whether `raw` can be relied on enough to look for further faults. */
  readonly isReadable: boolean;
  /** Where something is, or would be: the nearest place above it that exists. */
  spot(path: Path, at: 'key' | 'value'): Spot;
}

const START: Spot = { line: 1, column: 1 };
/** The library looks for repeated names by comparing each with every other: with tens of thousands of them, for minutes. */
const READING = { prettyErrors: false, version: '1.2', logLevel: 'error', uniqueKeys: false } as const;
const TWICE = { text: 'The same name stands here twice.', suggestion: 'Keep one of the two.' };

export function readYaml(text: string): YamlText {
  const refusal = refuse(text);
  if (refusal) return unreadable({ ...START, ...refusal });
  const lines = new LineCounter();
  const document = parseDocument(markBraces(text), { ...READING, lineCounter: lines });
  const [fatal] = document.errors;
  // Behind a bracket that is not closed everything looks wrong: only the first place helps.
  const told = fatal ? [fatal] : document.warnings;
  const twice = fatal ? [] : repeatedIn(document).map((offset) => ({ ...spotOf(lines, offset), ...TWICE }));
  const faults = [...told.map((error) => ({ ...spotOf(lines, error.pos[0]), ...wordsFor(error) })), ...twice];
  const value = fatal ? { raw: undefined } : plainOf(document);
  if ('fault' in value) return unreadable(...faults, { ...START, ...value.fault });
  const step = openSteps(document);
  return { raw: value.raw, faults, isReadable: fatal === undefined, spot: (path, at) => spotOf(lines, offsetOf(document, step, path, at)) };
}

function unreadable(...faults: readonly SyntaxFault[]): YamlText {
  return { raw: undefined, faults, isReadable: false, spot: () => START };
}

/** Refuses what could exhaust the parser before it gets to see it. */
function refuse(text: string): { readonly text: string; readonly suggestion: string } | undefined {
  if (text.length > CHARS_MAX) {
    return { text: `The file is longer than ${CHARS_MAX} characters.`, suggestion: 'Is it the right file?' };
  }
  if (flowDepth(text) > FLOW_DEPTH_MAX || text.split('\n').some((line) => indentOf(line) > INDENT_CHARS_MAX)) {
    return { text: 'The file nests too deep to be a configuration.', suggestion: 'Look for brackets that are not closed.' };
  }
  return undefined;
}

function flowDepth(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const char of text) {
    if (char === '[' || char === '{') depth += 1;
    else if (char === ']' || char === '}') depth = Math.max(0, depth - 1);
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function indentOf(line: string): number {
  return line.length - line.replace(/^[\s?:-]+/u, '').length;
}

function plainOf(
  document: Document,
): { readonly raw: unknown } | { readonly fault: { readonly text: string; readonly suggestion: string } } {
  try {
    return { raw: document.toJS({ maxAliasCount: ALIAS_COUNT_MAX }) };
  } catch (thrown) {
    // The library throws a ReferenceError for an alias without its anchor, and for aliases that multiply beyond the limit.
    if (!(thrown instanceof ReferenceError)) throw thrown;
    return { fault: { text: `An alias cannot be followed: ${thrown.message}.`, suggestion: 'Write out what it should stand for.' } };
  }
}

function wordsFor(error: YAMLError): { readonly text: string; readonly suggestion?: string } {
  if (error.code === 'TAB_AS_INDENT') return { text: 'The line is indented with a tab.', suggestion: 'Use spaces.' };
  if (error.code === 'MULTIPLE_DOCS') return { text: 'The file holds several documents.', suggestion: 'Keep one, without "---" between.' };
  return { text: `This is no YAML: ${error.message}.` };
}

/** Where a name stands that its block has already. */
function repeatedIn(document: Document): readonly number[] {
  const offsets: number[] = [];
  visit(document, {
    Map: (_key, { items }) => {
      const names = new Set<unknown>();
      for (const { key } of items) {
        const name = isScalar(key) ? key.value : key;
        if (names.has(name)) offsets.push(startOf(key) ?? 0);
        names.add(name);
      }
    },
  });
  return offsets;
}

function spotOf(lines: LineCounter, offset: number): Spot {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

interface Step {
  readonly key: unknown;
  readonly value: unknown;
}

/** From a node to what stands under a name or number in it. */
type Steps = (from: unknown, part: string | number) => Step | undefined;

function offsetOf(document: Document, stepInto: Steps, path: Path, at: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, part] of path.entries()) {
    const step = stepInto(node, part);
    if (!step) return offset;
    const isLast = index === path.length - 1;
    offset = (isLast && at === 'value' ? startOf(step.value) : undefined) ?? startOf(step.key) ?? startOf(step.value) ?? offset;
    node = step.value;
  }
  return offset;
}

/** The names of a block are gone through once, and not again for every fault in it. */
function openSteps(document: Document): Steps {
  const indexes = new Map<YAMLMap, ReadonlyMap<string, Step>>();
  const indexOf = (map: YAMLMap): ReadonlyMap<string, Step> => {
    // Of a name that stands there twice, the first place.
    const known = indexes.get(map) ?? new Map(map.items.toReversed().map((pair) => [nameOf(pair.key), pair]));
    indexes.set(map, known);
    return known;
  };
  return (from, part) => {
    const node = isAlias(from) ? from.resolve(document) : from;
    if (isMap(node)) return indexOf(node).get(String(part));
    if (isSeq(node) && typeof part === 'number' && part < node.items.length) return { key: undefined, value: node.items[part] };
    return undefined;
  };
}

function nameOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
