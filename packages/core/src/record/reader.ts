import { changeHash, opIdFrom, type ChangeHash, type OpId, type RecordId } from '../ids.ts';
import type { Scalar, Value } from '../values.ts';
import type { Item, Packed } from './pack.ts';
import type { Shadow } from './record.ts';
import type { Stored } from './resting.ts';

/** What the lists of a text are read with. Texts of before there were names tell hashes and operations themselves. */
export interface Around {
  readonly id: RecordId;
  readonly names: readonly string[] | undefined;
  /** How a register stands, by its name. */
  readonly stored: (name: string) => Stored | undefined;
}

/** Reads a flat list from its front. */
export interface Reader {
  readonly list: Packed;
  readonly around: Around;
  at: number;
}

// What stands in the ledger was written by `pack…`, whose order these follow; a list that ends too early throws.
export function next(from: Reader): Item {
  const item = from.list[from.at];
  if (item === undefined) throw new Error('A packed list ends too early.');
  from.at += 1;
  return item;
}

export function number(from: Reader): number {
  const item = next(from);
  if (typeof item !== 'number') throw new Error('A packed list holds no number where one belongs.');
  return item;
}

export function text(from: Reader): string {
  const item = next(from);
  if (typeof item !== 'string') throw new Error('A packed list holds no text where one belongs.');
  return item;
}

export function value(from: Reader): Value {
  return valueOf(next(from));
}

export function valueOf(item: unknown): Value {
  if (item === null || typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean' || isTuple(item)) return item;
  throw new Error('A packed list holds no value where one belongs.');
}

function isTuple(item: unknown): item is readonly Scalar[] {
  return Array.isArray(item);
}

export function many<Entry>(from: Reader, read: (from: Reader) => Entry): readonly Entry[] {
  const length = number(from);
  if (length === 0) return [];
  // Nearly always one, and then without growing a list: every record that is read from the disk holds dozens of these.
  const all = [read(from)];
  while (all.length < length) all.push(read(from));
  return all;
}

export function maybe<Entry>(from: Reader, read: (from: Reader) => Entry): Entry | undefined {
  return number(from) === 0 ? undefined : read(from);
}

function nameIn(from: Reader): string {
  const { names } = from.around;
  if (!names) return text(from);
  const found = names[number(from)];
  if (found === undefined) throw new Error('A packed list tells of a name that is not there.');
  return found;
}

export const op = (from: Reader): OpId => opIdFrom(nameIn(from));
export const hash = (from: Reader): ChangeHash => changeHash(nameIn(from));

/** What is seldom there, as an object; nothing else has members. */
export function members(item: Item): object {
  return typeof item === 'object' && item !== null ? item : {};
}

export function named(name: string, item: Item): object {
  return typeof item === 'object' && item !== null ? { [name]: item } : {};
}

/** What a system shows of a register. */
export function shadow(from: Reader): Shadow {
  const [held, saw, ops] = [value(from), number(from), many(from, op)];
  return { value: held, sent: maybe(from, value), ops, saw };
}
