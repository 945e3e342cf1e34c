import { actorIdFrom } from '../ids.ts';
import { linkText, registerText, restingText, valueText, type Packed } from './pack.ts';
import type { Link, RecordState } from './record.ts';
import { unpackLink, unpackRegister } from './unpack.ts';
import { isResting, type Resting, type Stored } from './resting.ts';

/** A record as JSON. Registers at rest, nearly all of them, are short; the others, and the links, are flat lists. */
export function encodeRecord(state: RecordState): string {
  return `${partsText(state, NOTHING)}${documentText(state, NOTHING)}}`;
}

const NOTHING: Pick<RecordState, 'registers' | 'links' | 'actors' | 'relations'> = { registers: {}, links: {}, actors: {} };

/** What of a record's parts is not shared with `before`. */
function partsText({ id, revision, registers, links }: RecordState, before: typeof NOTHING): string {
  let told = '';
  for (const name in registers) {
    const stored = registers[name];
    if (stored === undefined || stored === before.registers[name]) continue;
    told += `${told === '' ? '' : ','}"${name}":${isResting(stored) ? restingText(stored) : registerText(stored)}`;
  }
  let linked = '';
  for (const system in links) {
    const link = links[system];
    if (link !== undefined && link !== before.links[system]) linked += `${linked === '' ? '' : ','}"${system}":${linkText(link)}`;
  }
  return `{"id":"${id}","revision":${revision},"registers":{${told}},"links":{${linked}}`;
}

function documentText({ entity, identity, relations, seq, heads, maxOp, actors }: RecordState, before: typeof NOTHING): string {
  let known = '';
  for (const actor in actors) {
    const state = actors[actorIdFrom(actor)];
    if (!state || state === before.actors[actorIdFrom(actor)]) continue;
    known += `${known === '' ? '' : ','}"${actor}":{"seq":${state.seq},"hash":"${state.hash}"}`;
  }
  // A key that was given up must be told as well: what a step leaves out stays as it was.
  const named = `,"identity":${valueText(identity ?? null)}`;
  const related = relations === before.relations ? '' : `,"relations":${JSON.stringify(relations ?? null)}`;
  return `,"entity":"${entity}"${named}${related},"seq":${seq},"heads":${listOf(heads)},"maxOp":${maxOp},"actors":{${known}}`;
}

/** Hashes need no escapes. */
function listOf(hashes: RecordState['heads']): string {
  return hashes.length === 0 ? '[]' : `["${hashes.join('","')}"]`;
}

/** Throws a plain Error when the text is not a record that `encodeRecord` wrote. */
export function decodeRecord(text: string): RecordState {
  const { id, entity, revision, seq, heads, maxOp, actors, links, registers, identity, relations } = written(text);
  if (entity === undefined || seq === undefined || !heads || maxOp === undefined || !actors) throw new Error('The text is not a record.');
  unpackAll(registers);
  return {
    id,
    entity,
    revision,
    seq,
    heads,
    maxOp,
    actors,
    links: unpackLinks(links),
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
  const parts = partsText(after, before);
  // A write that was settled adds nothing to the document.
  if (after.seq === before.seq && after.identity === before.identity && after.relations === before.relations) return `${parts}}`;
  return `${parts}${documentText(after, before)}}`;
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
  return written(text).revision;
}

type Step = Pick<RecordState, 'id' | 'revision' | 'registers' | 'links'> & Partial<RecordState>;

interface Written extends Omit<Step, 'registers' | 'links' | 'identity' | 'relations'> {
  readonly identity?: string | null;
  readonly relations?: RecordState['relations'] | null;
  readonly registers: Record<string, Resting | Packed | Stored>;
  readonly links: Readonly<Record<string, Packed>>;
}

function written(text: string): Written {
  const parsed: unknown = JSON.parse(text);
  if (!isWritten(parsed)) throw new Error('The text is not a record, nor a step of one.');
  return parsed;
}

function readStep(text: string): Step {
  const { identity, relations, registers, links, ...told } = written(text);
  unpackAll(registers);
  return {
    ...told,
    ...(identity === undefined ? {} : { identity: identity ?? undefined }),
    ...(relations === undefined ? {} : { relations: relations ?? undefined }),
    registers,
    links: unpackLinks(links),
  };
}

/** What was just parsed is nobody else's, and its registers are unpacked in place: a copy of so many names would cost as much as the rest. */
function unpackAll(all: Record<string, Resting | Packed | Stored>): asserts all is Record<string, Stored> {
  for (const name in all) {
    const packed = all[name];
    if (Array.isArray(packed) && typeof packed[2] !== 'string') all[name] = unpackRegister(packed);
  }
}

function unpackLinks(packed: Written['links']): RecordState['links'] {
  const links: Record<string, Link> = {};
  for (const system in packed) {
    const link = packed[system];
    if (link !== undefined) links[system] = unpackLink(link);
  }
  return links;
}

// A whole check would cost more than the parse. These members tell a record from anything else that could stand in its place.
function isWritten(value: unknown): value is Written {
  if (!isObject(value) || !('id' in value && 'revision' in value && 'registers' in value && 'links' in value)) return false;
  return typeof value.id === 'string' && Number.isInteger(value.revision) && isObject(value.registers) && isObject(value.links);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
