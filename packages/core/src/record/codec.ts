import { packLink, packRegister, unpackLink, unpackRegister, type Packed } from './pack.ts';
import type { RecordState } from './record.ts';
import { isResting, type Resting, type Stored } from './resting.ts';

/** A record as JSON: registers at rest, nearly all of them, as they are; the others, and the links, packed. */
export function encodeRecord(state: RecordState): string {
  const { id, entity, revision, seq, heads, maxOp, actors, identity, relations } = state;
  const [links, registers] = [mapped(state.links, packLink), packAll(state.registers)];
  return JSON.stringify({ id, revision, registers, links, entity, identity, relations, seq, heads, maxOp, actors });
}

/** Throws a plain Error when the text is not a record that `encodeRecord` wrote. */
export function decodeRecord(text: string): RecordState {
  const { id, revision, registers, links, entity, identity, relations, seq, heads, maxOp, actors } = readStep(text);
  if (entity === undefined || seq === undefined || !heads || maxOp === undefined || !actors) throw new Error('The text is not a record.');
  return { id, entity, revision, seq, heads, maxOp, actors, links, registers, identity, relations };
}

/**
 * What became of a record from one state to a later one, as JSON: registers and links are never changed in place, only replaced, so those
 * that both states share are left out. `applyStep(before, encodeStep(before, after))` equals `after`.
 */
export function encodeStep(before: RecordState, after: RecordState): string {
  const { id, entity, revision, seq, heads, maxOp, relations } = after;
  const registers = packAll(replaced(before.registers, after.registers));
  const links = mapped(replaced(before.links, after.links), packLink);
  // A write that was settled adds nothing to the document.
  if (seq === before.seq && after.identity === before.identity && relations === before.relations) return JSON.stringify({ id, revision, registers, links });
  // An alias gives up its identity, which must be said.
  const identity = after.identity ?? (before.identity === undefined ? undefined : null);
  const actors = replaced(before.actors, after.actors);
  return JSON.stringify({ id, revision, registers, links, entity, identity, relations, seq, heads, maxOp, actors });
}

/** Throws a plain Error when the text is not a step that `encodeStep` wrote for this very state or one with the same revision. */
export function applyStep(before: RecordState, text: string): RecordState {
  const step = readStep(text);
  if (step.id !== before.id || step.revision <= before.revision) throw new Error('The step does not belong to this record.');
  return {
    ...before,
    ...step,
    actors: { ...before.actors, ...step.actors },
    registers: { ...before.registers, ...step.registers },
    links: { ...before.links, ...step.links },
  };
}

/** The revision that a step leads to. Throws a plain Error when the text is not a step. */
export function revisionAfter(text: string): number {
  return readStep(text).revision;
}

type Step = Pick<RecordState, 'id' | 'revision' | 'registers' | 'links'> & Partial<RecordState>;

interface Written extends Omit<Step, 'registers' | 'links' | 'identity'> {
  readonly identity?: string | null;
  readonly registers: Readonly<Record<string, Resting | Packed>>;
  readonly links: Readonly<Record<string, Packed>>;
}

function readStep(text: string): Step {
  const parsed: unknown = JSON.parse(text);
  if (!isWritten(parsed)) throw new Error('The text is not a record, nor a step of one.');
  const { identity, ...rest } = parsed;
  const named = identity === undefined ? {} : { identity: identity ?? undefined };
  return { ...rest, ...named, registers: unpackAll(parsed.registers), links: mapped(parsed.links, unpackLink) };
}

// Copied as a whole, then replaced where it must be: objects that grow name by name become slow tables when they have many.
function packAll(registers: RecordState['registers']): Readonly<Record<string, Stored | Packed>> {
  const all: Record<string, Stored | Packed> = { ...registers };
  for (const name in registers) {
    const stored = registers[name];
    if (stored && !isResting(stored)) all[name] = packRegister(stored);
  }
  return all;
}

function unpackAll(registers: Written['registers']): RecordState['registers'] {
  const all: Record<string, Resting | Packed | Stored> = { ...registers };
  for (const name in registers) {
    const written = registers[name];
    if (written && !isShort(written)) all[name] = unpackRegister(written);
  }
  if (!isUnpacked(all)) throw new Error('A register was left packed.');
  return all;
}

function isUnpacked(all: Readonly<Record<string, Resting | Packed | Stored>>): all is RecordState['registers'] {
  for (const name in all) {
    const item = all[name];
    if (Array.isArray(item) && typeof item[2] !== 'string') return false;
  }
  return true;
}

function isShort(written: Resting | Packed): written is Resting {
  return typeof written[2] === 'string';
}

function replaced<Item>(before: Readonly<Record<string, Item>>, after: Readonly<Record<string, Item>>): Readonly<Record<string, Item>> {
  const changed: Record<string, Item> = {};
  for (const name in after) {
    const item = after[name];
    if (item !== undefined && item !== before[name]) changed[name] = item;
  }
  return changed;
}

function mapped<From, To>(items: Readonly<Record<string, From>>, map: (item: From) => To): Readonly<Record<string, To>> {
  const to: Record<string, To> = {};
  for (const name in items) {
    const item = items[name];
    if (item !== undefined) to[name] = map(item);
  }
  return to;
}

// A whole check would cost more than the parse. These members tell a record from anything else that could stand in its place.
function isWritten(value: unknown): value is Written {
  if (!isObject(value) || !('id' in value && 'revision' in value && 'registers' in value && 'links' in value)) return false;
  return typeof value.id === 'string' && Number.isInteger(value.revision) && isObject(value.registers) && isObject(value.links);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
