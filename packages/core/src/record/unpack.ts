import { changeHash, deliveryIdOf, keyOf, opIdFrom, systemId, version, type Key, type RecordId, type Version } from '../ids.ts';
import type { Scalar, Value } from '../values.ts';
import type { Item, Packed } from './pack.ts';
import { readLone } from './lone.ts';
import { isResting, type Stored } from './resting.ts';
import type { Agreed, Attempt, Edit, Link, Register, Shadow } from './record.ts';

/** What the lists of a text are read with. Texts of before there were names tell hashes and operations themselves. */
export interface Around {
  readonly id: RecordId;
  readonly names: readonly string[] | undefined;
  /** How a register stands, by its name. */
  readonly stored: (name: string) => Stored | undefined;
}

/** Reads a flat list from its front. */
interface Reader {
  readonly list: Packed;
  readonly around: Around;
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
  return valueOf(next(from));
}

function valueOf(item: unknown): Value {
  if (item === null || typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean' || isTuple(item)) return item;
  throw new Error('A packed list holds no value where one belongs.');
}

function isTuple(item: unknown): item is readonly Scalar[] {
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

function nameIn(from: Reader): string {
  const { names } = from.around;
  if (!names) return text(from);
  const found = names[number(from)];
  if (found === undefined) throw new Error('A packed list tells of a name that is not there.');
  return found;
}

const op = (from: Reader): Edit['op'] => opIdFrom(nameIn(from));
const hash = (from: Reader): Link['heads'][number] => changeHash(nameIn(from));

export function unpackRegister(list: Packed, around: Around): Register {
  if (Array.isArray(list[2])) return readLone(list, valueOf, around.names ?? []);
  const from: Reader = { list, around, at: 0 };
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

export function unpackLink(list: Packed, around: Around): Link {
  const from: Reader = { list, around, at: 0 };
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
    blocked: undefined,
    withheld: undefined,
    parked,
    discarded: undefined,
    isMade: undefined,
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
  const [id, kind, seq, heads] = [deliveryIdOf(text(from), from.around.id), kindOf(text(from)), number(from), many(from, hash)];
  const registers: Record<string, Attempt['registers'][string]> = {};
  for (let left = number(from); left > 0; left -= 1) {
    const register = text(from);
    registers[register] = from.around.names && number(from) === 0 ? asItStands(from.around.stored(register)) : carried(from);
  }
  return { id, kind, expected: maybe(from, versionIn), registers, heads, seq };
}

function asItStands(stored: Stored | undefined): Attempt['registers'][string] {
  if (stored === undefined || isResting(stored)) throw new Error('An attempt carries a register that is not there.');
  return { value: stored.value, ops: stored.ops, saw: stored.count };
}

function carried(from: Reader): Attempt['registers'][string] {
  const [held, saw, ops] = [value(from), number(from), many(from, op)];
  return { value: held, ops, saw };
}

function kindOf(word: string): Attempt['kind'] {
  if (word === 'create' || word === 'update' || word === 'delete') return word;
  throw new Error(`An attempt cannot be to "${word}".`);
}
