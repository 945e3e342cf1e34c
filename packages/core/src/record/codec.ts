import { actorIdFrom, changeHash, type ChangeHash } from '../ids.ts';
import { namesText, placeOf, placesText, type Names } from './names.ts';
import { linkText, storedText, valueText, type Packed } from './pack.ts';
import type { Around } from './reader.ts';
import type { ActorState, Link, RecordState } from './record.ts';
import { unpackLink, unpackRegister } from './unpack.ts';
import type { Resting, Stored } from './resting.ts';

/** A record as JSON. Registers at rest, nearly all of them, are short; the others, and the links, are flat lists. */
export function encodeRecord(state: RecordState): string {
  const names: Names = [];
  return `${partsText(state, NOTHING, names)}${documentText(state, NOTHING, names)},"names":${namesText(names)}}`;
}

const NOTHING: Before = { registers: {}, links: {}, actors: {} };

type Before = Pick<RecordState, 'registers' | 'links' | 'actors' | 'relations' | 'identity'> & Partial<RecordState>;

/** What of a record's parts is not shared with `before`. */
function partsText(state: RecordState, before: Before, names: Names): string {
  const { id, revision, registers, links } = state;
  let told = '';
  for (const name in registers) {
    const stored = registers[name];
    if (stored !== undefined && stored !== before.registers[name])
      told += `${told === '' ? '' : ','}"${name}":${storedText(stored, names)}`;
  }
  let linked = '';
  for (const system in links) {
    const link = links[system];
    if (link !== undefined && link !== before.links[system])
      linked += `${linked === '' ? '' : ','}"${system}":${linkText(link, names, state)}`;
  }
  return `{"id":"${id}","revision":${revision},"registers":{${told}},"links":{${linked}}`;
}

function documentText({ entity, identity, relations, seq, heads, maxOp, actors }: RecordState, before: Before, names: Names): string {
  let known = '';
  for (const actor in actors) {
    const state = actors[actorIdFrom(actor)];
    if (!state || state === before.actors[actorIdFrom(actor)]) continue;
    known += `${known === '' ? '' : ','}"${actor}":[${state.seq},${placeOf(names, state.hash)}]`;
  }
  const called = entity === before.entity ? '' : `,"entity":"${entity}"`;
  // A key that was given up must be told as well: what a step leaves out stays as it was.
  const named = identity === before.identity ? '' : `,"identity":${valueText(identity ?? null)}`;
  const related = relations === before.relations ? '' : `,"relations":${JSON.stringify(relations ?? null)}`;
  const places = heads.length === 0 ? '' : placesText(names, heads).slice(1);
  return `${called}${named}${related},"seq":${seq},"heads":[${places}],"maxOp":${maxOp},"actors":{${known}}`;
}

/** Throws a plain Error when the text is not a record that `encodeRecord` wrote. */
export function decodeRecord(text: string): RecordState {
  const { id, entity, revision, seq, heads, maxOp, actors, links, registers, identity, relations, names } = written(text);
  if (entity === undefined || seq === undefined || !heads || maxOp === undefined || !actors) throw new Error('The text is not a record.');
  const around: Around = { id, names, stored: (name) => storedIn(registers, name) };
  unpackAll(registers, around);
  return {
    id,
    entity,
    revision,
    seq,
    heads: heads.map((hash) => hashOf(hash, names)),
    maxOp,
    actors: actorsOf(actors, names),
    links: unpackLinks(links, around),
    registers,
    identity: identity ?? undefined,
    relations: relations ?? undefined,
  };
}

/**
 * What became of a record from one state to a later one, as JSON: registers and links are never changed in place, only replaced, so those
 * that both states share are left out. `applyStep(before, encodeStep(before, after))` equals `after`.
 */
export function encodeStep(before: RecordState, after: RecordState): string {
  const names: Names = [];
  const parts = partsText(after, before, names);
  // A write that was settled adds nothing to the document.
  const isSame = after.seq === before.seq && after.identity === before.identity && after.relations === before.relations;
  return `${parts}${isSame ? '' : documentText(after, before, names)},"names":${namesText(names)}}`;
}

/** Throws a plain Error when the text is not a step that `encodeStep` wrote for this very state or one with the same revision. */
export function applyStep(before: RecordState, text: string): RecordState {
  const step = readStep(before, text);
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
  return written(text).revision;
}

type Step = Pick<RecordState, 'id' | 'revision' | 'registers' | 'links'> & Partial<RecordState>;

/** Hashes are told by their place among the names; by themselves, where there are none. */
type HashTold = number | string;

interface Written extends Omit<Step, 'registers' | 'links' | 'identity' | 'relations' | 'heads' | 'actors'> {
  readonly identity?: string | null;
  readonly relations?: RecordState['relations'] | null;
  readonly registers: Record<string, Resting | Packed | Stored>;
  readonly links: Readonly<Record<string, Packed>>;
  readonly heads?: readonly HashTold[];
  readonly actors?: Readonly<Record<string, ActorState | readonly [seq: number, hash: number]>>;
  /** Absent in texts of before there were any. */
  readonly names?: readonly string[];
}

function written(text: string): Written {
  const parsed: unknown = JSON.parse(text);
  if (!isWritten(parsed)) throw new Error('The text is not a record, nor a step of one.');
  return parsed;
}

function readStep(before: RecordState, text: string): Step {
  const { identity, relations, registers, links, heads, actors, names, ...told } = written(text);
  const around: Around = { id: told.id, names, stored: (name) => storedIn(registers, name) ?? before.registers[name] };
  unpackAll(registers, around);
  return {
    ...told,
    ...(identity === undefined ? {} : { identity: identity ?? undefined }),
    ...(relations === undefined ? {} : { relations: relations ?? undefined }),
    ...(heads === undefined ? {} : { heads: heads.map((hash) => hashOf(hash, names)) }),
    ...(actors === undefined ? {} : { actors: actorsOf(actors, names) }),
    registers,
    links: unpackLinks(links, around),
  };
}

function storedIn(registers: Written['registers'], name: string): Stored | undefined {
  const stored = registers[name];
  return stored === undefined || isPacked(stored) ? undefined : stored;
}

/** What was just parsed is nobody else's, and its registers are unpacked in place: a copy of so many names would cost as much as the rest. */
function unpackAll(all: Written['registers'], around: Around): asserts all is Record<string, Stored> {
  for (const name in all) {
    const packed = all[name];
    if (packed !== undefined && isPacked(packed)) all[name] = unpackRegister(packed, around);
  }
}

function isPacked(stored: Resting | Packed | Stored): stored is Packed {
  return Array.isArray(stored) && typeof stored[2] !== 'string';
}

function unpackLinks(packed: Written['links'], around: Around): RecordState['links'] {
  const links: Record<string, Link> = {};
  for (const system in packed) {
    const link = packed[system];
    if (link !== undefined) links[system] = unpackLink(link, around);
  }
  return links;
}

function actorsOf(told: NonNullable<Written['actors']>, names: Written['names']): RecordState['actors'] {
  const actors: Record<string, ActorState> = {};
  for (const name in told) {
    const state = told[name];
    if (state !== undefined) actors[name] = 'seq' in state ? state : { seq: state[0], hash: hashOf(state[1], names) };
  }
  return actors;
}

function hashOf(told: HashTold, names: Written['names']): ChangeHash {
  const hash = typeof told === 'string' ? told : names?.[told];
  if (hash === undefined) throw new Error('The text tells of a change that is not among its names.');
  return changeHash(hash);
}

// A whole check would cost more than the parse. These members tell a record from anything else that could stand in its place.
function isWritten(value: unknown): value is Written {
  if (!isObject(value) || !('id' in value && 'revision' in value && 'registers' in value && 'links' in value)) return false;
  return typeof value.id === 'string' && Number.isInteger(value.revision) && isObject(value.registers) && isObject(value.links);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
