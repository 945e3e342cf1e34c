import { messageOf } from '../errors/message-of.ts';
import jsonata from 'jsonata';
import type { Json, JsonObject } from '../values.ts';
import { findFault } from './transform-check.ts';
import { linearRegExp } from './transform-regex.ts';

/** Longer transforms are not read. */
const TEXT_CHARS_MAX = 2000;
/** Parts of the expression that may be evaluated for one value: an endless recursion ends here, and the same one always at the same step. */
const STEPS_MAX = 20_000;
/** How deep its functions may call each other. */
const STACK_MAX = 200;
/** No text and no list may grow longer on the way. */
const CHARS_MAX = 65_536;
const ITEMS_MAX = 1000;

/** A checked JSONata expression that turns one column's JSON into another. It reads no clock and draws no lots. */
export interface Transform {
  readonly text: string;
  /** Other columns of the row that it reads, as `$row.Column`. */
  readonly columns: readonly string[];
  /** Never rejects: what the expression throws is a fault of this one value. */
  run(json: Json, row: JsonObject): Promise<Transformed>;
}

export type Transformed = { readonly json: Json } | { readonly fault: string };

export type CompiledTransform =
  | { readonly kind: 'transform'; readonly transform: Transform }
  /** What is wrong, and what to do. */
  | { readonly kind: 'wrong'; readonly words: string };

export function compileTransform(text: string): CompiledTransform {
  if (text.trim() === '') return { kind: 'wrong', words: 'the transform is empty: write a JSONata expression over $, the value' };
  if (text.length > TEXT_CHARS_MAX) return { kind: 'wrong', words: `the transform is longer than ${TEXT_CHARS_MAX} characters` };
  try {
    const expression = jsonata(text, { stack: STACK_MAX, sequence: ITEMS_MAX, RegexEngine: linearRegExp });
    const checked = findFault(expression.ast());
    if (checked.kind === 'wrong') return checked;
    guard(expression);
    return { kind: 'transform', transform: { text, columns: checked.columns, run: (json, row) => run(expression, json, row) } };
  } catch (thrown) {
    return { kind: 'wrong', words: `this is no JSONata: ${messageOf(thrown)}` };
  }
}

/** Hooks of the library: it calls the first before, and the second after, each part that it evaluates. */
const [ENTRY, EXIT] = [Symbol.for('jsonata.__evaluate_entry'), Symbol.for('jsonata.__evaluate_exit')];

function guard(expression: jsonata.Expression): void {
  const steps = new WeakMap<object, number>();
  const enter = (_part: unknown, _input: unknown, frame: { readonly base: object }): void => {
    const taken = (steps.get(frame.base) ?? 0) + 1;
    if (taken > STEPS_MAX) throw new RangeError(`it takes more than ${STEPS_MAX} steps`);
    steps.set(frame.base, taken);
  };
  const leave = (_part: unknown, _input: unknown, _frame: unknown, result: unknown): void => {
    if (typeof result === 'string' && result.length > CHARS_MAX) throw new RangeError(`a text grows longer than ${CHARS_MAX} characters`);
    if (Array.isArray(result) && result.length > ITEMS_MAX) throw new RangeError(`a list grows longer than ${ITEMS_MAX}`);
  };
  // The declared signature knows only names; the library takes symbols too, and keeps its own hooks under them.
  Reflect.apply(expression.assign, expression, [ENTRY, enter]);
  Reflect.apply(expression.assign, expression, [EXIT, leave]);
  expression.registerFunction('pad', pad, '<s-ns?:s>');
  expression.registerFunction('toMillis', toMillis, '<s-:n>');
}

/** The library's own takes any width, and builds the whole text before anybody can look at it. */
function pad(text: string | undefined, width: number, char?: string): string | undefined {
  if (text === undefined) return undefined;
  if (Math.abs(width) > CHARS_MAX) throw new RangeError(`a text grows longer than ${CHARS_MAX} characters`);
  return width < 0 ? text.padStart(-width, char) : text.padEnd(width, char);
}

/** The library's own fills what a picture leaves out with today's date. */
function toMillis(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/u.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new RangeError(`"${text.slice(0, EXCERPT_CHARS_MAX)}" is no instant such as 2024-05-01T08:31:02Z`);
  return ms;
}

const EXCERPT_CHARS_MAX = 40;

async function run(expression: jsonata.Expression, json: Json, row: JsonObject): Promise<Transformed> {
  if (typeof json === 'string' && json.length > CHARS_MAX) return { fault: `a text is longer than ${CHARS_MAX} characters` };
  try {
    const result: unknown = await expression.evaluate(json, { row });
    return plain(result);
  } catch (thrown) {
    return { fault: messageOf(thrown) };
  }
}

/** What came out, as JSON; nothing is empty. */
function plain(result: unknown): Transformed {
  if (result === undefined) return { json: null };
  if (typeof result === 'function' || (typeof result === 'object' && result !== null && '_jsonata_lambda' in result))
    return { fault: 'it answers with a function' };
  const text: string | undefined = JSON.stringify(result);
  if (text === undefined || text.length > 2 * CHARS_MAX) return { fault: 'it answers with no JSON, or with too much' };
  return { json: JSON.parse(text) };
}
