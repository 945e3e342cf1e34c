import { changeHash, deliveryIdFrom, keyOf, opIdFrom, systemId, version } from '../ids.ts';
import type { Scalar, Value } from '../values.ts';
import type { Agreed, Attempt, Edit, Link, Register, Shadow } from './record.ts';

/*
 * Registers that are in motion, and links, as flat lists. As nested objects they take a third more room, and turning them into text takes
 * twice as long, which happens for every edit. Lists within the list stand behind their length; what may be missing behind a 0 or a 1.
 */

/** A flat list. Told from the short form of a register at rest by its third item, which is a number. */
export type Packed = readonly Item[];
type Item = Scalar | readonly Scalar[] | Readonly<Record<string, unknown>>;

export function packRegister(register: Register): Packed {
  const { value, count, ops, frontier, agreed, shadows, beneath, total, first, slots, verdict, held } = register;
  const to: Item[] = [value, count, ops.length, ...ops, frontier.length];
  for (const edit of frontier) putEdit(to, edit);
  to.push(agreed.length);
  for (const entry of agreed) to.push(entry.number, entry.value);
  const names = Object.keys(shadows);
  to.push(names.length);
  for (const name of names) {
    const shadow = shadows[name];
    if (shadow) putShadow(to, name, shadow);
  }
  // Seldom there.
  const more = beneath !== undefined || total !== undefined || first !== undefined || slots !== undefined;
  to.push(verdict ? { ...verdict } : 0, held ? { ...held } : 0, more ? { beneath, total, first, slots } : 0);
  return to;
}

function putEdit(to: Item[], { op, system, value, on, saw, number, stamp, by }: Edit): void {
  to.push(op, system, value, saw, number, stamp.ms, stamp.count, stamp.system === system ? 0 : stamp.system);
  putMaybe(to, on);
  putMaybe(to, by);
}

function putShadow(to: Item[], system: string, { value, sent, ops, saw }: Shadow): void {
  to.push(system, value, saw, ops.length, ...ops);
  putMaybe(to, sent);
}

function putMaybe(to: Item[], value: Value | undefined): void {
  if (value === undefined) to.push(0);
  else to.push(1, value);
}

export function packLink({ key, version: at, state, heads, ownSeq, planned, unconfirmed, unread, parked }: Link): Packed {
  const to: Item[] = [state, ownSeq, heads.length, ...heads];
  putMaybe(to, key);
  putMaybe(to, at);
  putAttempts(to, planned ? [planned] : []);
  putAttempts(to, unconfirmed ?? []);
  putAttempts(to, parked ? [parked] : []);
  to.push(unread ? { unread } : 0);
  return to;
}

function putAttempts(to: Item[], attempts: readonly Attempt[]): void {
  to.push(attempts.length);
  for (const { id, kind, expected, registers, heads, seq } of attempts) {
    const names = Object.keys(registers);
    to.push(id, kind, seq, heads.length, ...heads, names.length);
    for (const name of names) {
      const { value, ops, saw } = registers[name] ?? NOTHING;
      to.push(name, value, saw, ops.length, ...ops);
    }
    putMaybe(to, expected);
  }
}

const NOTHING: Attempt['registers'][string] = { value: null, ops: [], saw: 0 };

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
  return { value: merged, count, ops, frontier, agreed, shadows, ...MEMORY, ...members(more), ...named('verdict', verdict), ...named('held', held) };
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
  const [id, system, set, saw, count, ms, tick] = [op(from), systemId(text(from)), value(from), number(from), number(from), number(from), number(from)];
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
