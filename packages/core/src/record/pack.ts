import { changeHash, deliveryIdFrom, keyOf, opIdFrom, systemId, version } from '../ids.ts';
import type { Scalar, Value } from '../values.ts';
import type { Agreed, Attempt, Edit, Link, Register, Shadow } from './record.ts';
import type { Resting } from './resting.ts';

/*
 * How registers and links are written down: as flat lists. As nested objects they take a third more room. Lists within the list stand
 * behind their length; what may be missing behind a 0 or a 1. The text is put together here, because this happens for every edit, and
 * making lists first to have them turned into text takes three times as long.
 */

/** A flat list. Told from the short form of a register at rest by its third item, which is a number. */
export type Packed = readonly Item[];
type Item = Scalar | readonly Scalar[] | Readonly<Record<string, unknown>>;

/** The JSON of a register at rest. */
export function restingText(resting: Resting): string {
  const [value, count, ops, standing, author, ms, tick] = resting;
  const head = `[${valueText(value)},${count},"${ops}",${standing},"${author}",${ms},${tick}`;
  return resting.length === RESTING_ITEMS_MIN ? `${head}]` : `${head},${JSON.stringify(resting.slice(RESTING_ITEMS_MIN)).slice(1)}`;
}

const RESTING_ITEMS_MIN = 7;

/** The JSON of any other register. */
export function registerText(register: Register): string {
  const { value, count, ops, frontier, agreed, shadows, beneath, total, first, slots, verdict, held } = register;
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
  const more = beneath !== undefined || total !== undefined || first !== undefined || slots !== undefined;
  const memory = more ? JSON.stringify({ beneath, total, first, slots }) : '0';
  return `${text},${known}${told},${verdict ? JSON.stringify(verdict) : '0'},${held ? JSON.stringify(held) : '0'},${memory}]`;
}

// Names of systems, operations, hashes and ids of deliveries are ours, and need no escapes.
function editText({ op, system, value, on, saw, number, stamp, by }: Edit): string {
  const other = stamp.system === system ? '0' : `"${stamp.system}"`;
  return `"${op}","${system}",${valueText(value)},${saw},${number},${stamp.ms},${stamp.count},${other}${maybeText(on)}${maybeText(by)}`;
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
export function linkText({ key, version: at, state, heads, ownSeq, planned, unconfirmed, unread, parked }: Link): string {
  const seen = `"${state}",${ownSeq},${heads.length}${listText(heads)}${maybeText(key)}${maybeText(at)}`;
  const attempts = `${planned ? `1${attemptText(planned)}` : '0'},${attemptsText(unconfirmed)},${parked ? `1${attemptText(parked)}` : '0'}`;
  return `[${seen},${attempts},${unread ? JSON.stringify({ unread }) : '0'}]`;
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

/** Reads a flat list from its front. */
interface Reader {
  readonly list: Packed;
  at: number;
}

// What stands in the ledger was written by `pack…`, whose order these follow; a list that ends too early throws.
function next(from: Reader): Item {
  const item = from.list[from.at];
  if (item === undefined) throw new Error('A packed list ends too early.');
  from.at += 1;
  return item;
}

function number(from: Reader): number {
  const item = next(from);
  if (typeof item !== 'number') throw new Error('A packed list holds no number where one belongs.');
  return item;
}

function text(from: Reader): string {
  const item = next(from);
  if (typeof item !== 'string') throw new Error('A packed list holds no text where one belongs.');
  return item;
}

function value(from: Reader): Value {
  const item = next(from);
  if (item === null || typeof item !== 'object' || isTuple(item)) return item;
  throw new Error('A packed list holds no value where one belongs.');
}

function isTuple(item: Item): item is readonly Scalar[] {
  return Array.isArray(item);
}

function many<Entry>(from: Reader, read: (from: Reader) => Entry): readonly Entry[] {
  return Array.from({ length: number(from) }, () => read(from));
}

function maybe<Entry>(from: Reader, read: (from: Reader) => Entry): Entry | undefined {
  return number(from) === 0 ? undefined : read(from);
}

const op = (from: Reader): Edit['op'] => opIdFrom(text(from));
const hash = (from: Reader): Link['heads'][number] => changeHash(text(from));

export function unpackRegister(list: Packed): Register {
  const from: Reader = { list, at: 0 };
  const [merged, count, ops, frontier] = [value(from), number(from), many(from, op), many(from, edit)];
  const agreed = many(from, (at): Agreed => ({ number: number(at), value: value(at) }));
  const shadows = Object.fromEntries(many(from, shadow));
  const [verdict, held, more] = [next(from), next(from), next(from)];
  return {
    value: merged,
    count,
    ops,
    frontier,
    agreed,
    shadows,
    ...MEMORY,
    ...members(more),
    ...named('verdict', verdict),
    ...named('held', held),
  };
}

/** Every register has all members: see `copyOfRegister`. */
const MEMORY = { beneath: undefined, total: undefined, first: undefined, slots: undefined, verdict: undefined, held: undefined };

function members(item: Item): object {
  return typeof item === 'object' && item !== null ? item : {};
}

function named(name: string, item: Item): object {
  return typeof item === 'object' && item !== null ? { [name]: item } : {};
}

function edit(from: Reader): Edit {
  const [id, system, set, saw, count, ms, tick] = [
    op(from),
    systemId(text(from)),
    value(from),
    number(from),
    number(from),
    number(from),
    number(from),
  ];
  const other = next(from);
  const stamp = { ms, count: tick, system: typeof other === 'string' ? systemId(other) : system };
  return { op: id, system, value: set, on: maybe(from, value), saw, number: count, stamp, by: maybe(from, text) };
}

function shadow(from: Reader): readonly [string, Shadow] {
  const [system, held, saw, ops] = [text(from), value(from), number(from), many(from, op)];
  return [system, { value: held, sent: maybe(from, value), ops, saw }];
}

export function unpackLink(list: Packed): Link {
  const from: Reader = { list, at: 0 };
  const [state, ownSeq, heads] = [stateOf(text(from)), number(from), many(from, hash)];
  const [key, at] = [maybe(from, (all) => keyOf(text(all))), maybe(from, (all) => version(text(all)))];
  const [[planned], unconfirmed, [parked]] = [many(from, attempt), many(from, attempt), many(from, attempt)];
  const link = { key, version: at, state, heads, ownSeq, planned, unconfirmed: unconfirmed.length > 0 ? unconfirmed : undefined };
  return { ...link, unread: undefined, parked, ...members(next(from)) };
}

function stateOf(word: string): Link['state'] {
  if (word === 'present' || word === 'deleted' || word === 'absent') return word;
  throw new Error(`A link cannot be "${word}".`);
}

function attempt(from: Reader): Attempt {
  const [id, kind, seq, heads] = [deliveryIdFrom(text(from)), kindOf(text(from)), number(from), many(from, hash)];
  const registers = Object.fromEntries(
    many(from, (all) => {
      const [name, carried, saw, ops] = [text(all), value(all), number(all), many(all, op)];
      return [name, { value: carried, ops, saw }];
    }),
  );
  return { id, kind, expected: maybe(from, (all) => version(text(all))), registers, heads, seq };
}

function kindOf(word: string): Attempt['kind'] {
  if (word === 'create' || word === 'update' || word === 'delete') return word;
  throw new Error(`An attempt cannot be to "${word}".`);
}
