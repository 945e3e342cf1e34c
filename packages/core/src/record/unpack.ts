import { changeHash, deliveryIdFrom, keyOf, opIdFrom, systemId, version, type Key, type Version } from '../ids.ts';
import type { Scalar, Value } from '../values.ts';
import type { Item, Packed } from './pack.ts';
import type { Agreed, Attempt, Edit, Link, Register, Shadow } from './record.ts';

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
  const length = number(from);
  if (length === 0) return [];
  // Nearly always one, and then without growing a list: every record that is read from the disk holds dozens of these.
  const all = [read(from)];
  while (all.length < length) all.push(read(from));
  return all;
}

function maybe<Entry>(from: Reader, read: (from: Reader) => Entry): Entry | undefined {
  return number(from) === 0 ? undefined : read(from);
}

const op = (from: Reader): Edit['op'] => opIdFrom(text(from));
const hash = (from: Reader): Link['heads'][number] => changeHash(text(from));

export function unpackRegister(list: Packed): Register {
  const from: Reader = { list, at: 0 };
  const [merged, count, ops, frontier] = [value(from), number(from), many(from, op), many(from, edit)];
  const agreed = many(from, agreement);
  const shadows: Record<string, Shadow> = {};
  for (let left = number(from); left > 0; left -= 1) shadows[text(from)] = shadow(from);
  const [verdict, held, more] = [next(from), next(from), next(from)];
  const register = {
    value: merged,
    count,
    ops,
    frontier,
    ...MEMORY,
    agreed,
    shadows,
    verdict: undefined,
    trail: undefined,
    possible: undefined,
    held: undefined,
  };
  // Seldom there.
  if (verdict === 0 && held === 0 && more === 0) return register;
  return { ...register, ...members(more), ...named('verdict', verdict), ...named('held', held) };
}

/** Every register has all members, in one order: see `copyOfRegister`. */
const MEMORY = { beneath: undefined, total: undefined, first: undefined, slots: undefined };

function members(item: Item): object {
  return typeof item === 'object' && item !== null ? item : {};
}

function named(name: string, item: Item): object {
  return typeof item === 'object' && item !== null ? { [name]: item } : {};
}

function agreement(from: Reader): Agreed {
  return { number: number(from), value: value(from) };
}

function edit(from: Reader): Edit {
  const [id, system, set, seen, count, ms, tick] = [
    op(from),
    systemId(text(from)),
    value(from),
    seenBy(from),
    number(from),
    number(from),
    number(from),
  ];
  const other = next(from);
  const stamp = { ms, count: tick, system: typeof other === 'string' ? systemId(other) : system };
  return { op: id, system, value: set, on: maybe(from, value), ...seen, number: count, stamp, by: maybe(from, text) };
}

/** What the author had seen; and in a list with it what others had, where that is less. */
function seenBy(from: Reader): Pick<Edit, 'saw' | 'known'> {
  const item = next(from);
  if (typeof item === 'number') return { saw: item, known: undefined };
  const [saw, known] = Array.isArray(item) ? item : [];
  if (typeof saw === 'number' && typeof known === 'number') return { saw, known };
  throw new Error('A packed list does not say what an author had seen.');
}

function shadow(from: Reader): Shadow {
  const [held, saw, ops] = [value(from), number(from), many(from, op)];
  return { value: held, sent: maybe(from, value), ops, saw };
}

export function unpackLink(list: Packed): Link {
  const from: Reader = { list, at: 0 };
  const [state, ownSeq, heads] = [stateOf(text(from)), number(from), many(from, hash)];
  const [key, at] = [maybe(from, keyIn), maybe(from, versionIn)];
  const [planned, unconfirmed, parked] = [many(from, attempt)[0], many(from, attempt), many(from, attempt)[0]];
  const more = next(from);
  const link = {
    key,
    version: at,
    state,
    heads,
    ownSeq,
    planned,
    unconfirmed: unconfirmed.length > 0 ? unconfirmed : undefined,
    unread: undefined,
    withheld: undefined,
    parked,
    discarded: undefined,
  };
  return more === 0 ? link : { ...link, ...members(more) };
}

const keyIn = (from: Reader): Key => keyOf(text(from));
const versionIn = (from: Reader): Version => version(text(from));

function stateOf(word: string): Link['state'] {
  if (word === 'present' || word === 'deleted' || word === 'absent' || word === 'unlinked') return word;
  throw new Error(`A link cannot be "${word}".`);
}

function attempt(from: Reader): Attempt {
  const [id, kind, seq, heads] = [deliveryIdFrom(text(from)), kindOf(text(from)), number(from), many(from, hash)];
  const registers: Record<string, Attempt['registers'][string]> = {};
  for (let left = number(from); left > 0; left -= 1) registers[text(from)] = carried(from);
  return { id, kind, expected: maybe(from, versionIn), registers, heads, seq };
}

function carried(from: Reader): Attempt['registers'][string] {
  const [held, saw, ops] = [value(from), number(from), many(from, op)];
  return { value: held, ops, saw };
}

function kindOf(word: string): Attempt['kind'] {
  if (word === 'create' || word === 'update' || word === 'delete') return word;
  throw new Error(`An attempt cannot be to "${word}".`);
}
