import type { Scalar, Value } from '../values.ts';
import type { Attempt, Edit, Link, Register } from './record.ts';
import type { Resting } from './resting.ts';

/*
 * How registers and links are written down: as flat lists. As nested objects they take a third more room. Lists within the list stand
 * behind their length; what may be missing behind a 0 or a 1. The text is put together here, because this happens for every edit, and
 * making lists first to have them turned into text takes three times as long.
 */

/** A flat list. Told from the short form of a register at rest by its third item, which is a number. */
export type Packed = readonly Item[];
export type Item = Scalar | readonly Scalar[] | Readonly<Record<string, unknown>>;

/** The JSON of a register at rest. */
export function restingText(resting: Resting): string {
  const [value, count, ops, standing, author, ms, tick] = resting;
  const head = `[${valueText(value)},${count},"${ops}",${standing},"${author}",${ms},${tick}`;
  return resting.length === RESTING_ITEMS_MIN ? `${head}]` : `${head},${JSON.stringify(resting.slice(RESTING_ITEMS_MIN)).slice(1)}`;
}

const RESTING_ITEMS_MIN = 7;

/** The JSON of any other register. */
export function registerText(register: Register): string {
  const { value, count, ops, frontier, agreed, shadows, beneath, total, first, slots, verdict, trail, possible, held } = register;
  let text = `[${valueText(value)},${opsText(count, ops)},${frontier.length}`;
  for (const edit of frontier) text += `,${editText(edit)}`;
  text += `,${agreed.length}`;
  for (const entry of agreed) text += `,${entry.number},${valueText(entry.value)}`;
  let known = 0;
  let told = '';
  for (const name in shadows) {
    const shadow = shadows[name];
    if (!shadow) continue;
    known += 1;
    told += `,"${name}",${valueText(shadow.value)},${opsText(shadow.saw, shadow.ops)}${maybeText(shadow.sent)}`;
  }
  // Seldom there.
  const more =
    beneath !== undefined ||
    total !== undefined ||
    first !== undefined ||
    slots !== undefined ||
    trail !== undefined ||
    possible !== undefined;
  const memory = more ? JSON.stringify({ beneath, total, first, slots, trail, possible }) : '0';
  return `${text},${known}${told},${verdict ? JSON.stringify(verdict) : '0'},${held ? JSON.stringify(held) : '0'},${memory}]`;
}

// Names of systems, operations, hashes and ids of deliveries are ours, and need no escapes.
function editText({ op, system, value, on, saw, known, number, stamp, by }: Edit): string {
  const other = stamp.system === system ? '0' : `"${stamp.system}"`;
  return `"${op}","${system}",${valueText(value)},${known === undefined ? saw : `[${saw},${known}]`},${number},${stamp.ms},${stamp.count},${other}${maybeText(on)}${maybeText(by)}`;
}

function opsText(before: number, ops: readonly string[]): string {
  return ops.length === 1 ? `${before},1,"${ops[0] ?? ''}"` : `${before},${ops.length}${listText(ops)}`;
}

function listText(texts: readonly string[]): string {
  let all = '';
  for (const text of texts) all += `,"${text}"`;
  return all;
}

function maybeText(value: Value | undefined): string {
  return value === undefined ? ',0' : `,1,${valueText(value)}`;
}

/** The JSON of a link. */
export function linkText(link: Link): string {
  const { key, version: at, state, heads, ownSeq, planned, unconfirmed, unread, withheld, parked, discarded } = link;
  const seen = `"${state}",${ownSeq},${heads.length}${listText(heads)}${maybeText(key)}${maybeText(at)}`;
  const attempts = `${planned ? `1${attemptText(planned)}` : '0'},${attemptsText(unconfirmed)},${parked ? `1${attemptText(parked)}` : '0'}`;
  return `[${seen},${attempts},${unread || withheld || discarded ? JSON.stringify({ unread, withheld, discarded }) : '0'}]`;
}

function attemptsText(attempts: readonly Attempt[] = []): string {
  let text = `${attempts.length}`;
  for (const one of attempts) text += attemptText(one);
  return text;
}

function attemptText({ id, kind, expected, registers, heads, seq }: Attempt): string {
  let known = 0;
  let told = '';
  for (const name in registers) {
    const carried = registers[name];
    if (!carried) continue;
    known += 1;
    told += `,"${name}",${valueText(carried.value)},${opsText(carried.saw, carried.ops)}`;
  }
  return `,"${id}","${kind}",${seq},${heads.length}${listText(heads)},${known}${told}${maybeText(expected)}`;
}

/** The JSON of a value. */
export function valueText(value: Value): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return String(value);
  return JSON.stringify(value);
}

/** Nearly all texts are short and have nothing to escape. */
function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

const PLAIN = /^[ !#-[\]-~]{0,256}$/;
