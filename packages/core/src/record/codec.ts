import { actorIdFrom } from '../ids.ts';
import { linkText, registerText, restingText, valueText, type Packed } from './pack.ts';
import type { RecordState } from './record.ts';
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
  const { id, revision, registers, links, entity, identity, relations, seq, heads, maxOp, actors } = readStep(text);
  if (entity === undefined || seq === undefined || !heads || maxOp === undefined || !actors) throw new Error('The text is not a record.');
  return { id, entity, revision, seq, heads, maxOp, actors, links, registers, identity, relations };
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
  return readStep(text).revision;
}

type Step = Pick<RecordState, 'id' | 'revision' | 'registers' | 'links'> & Partial<RecordState>;

interface Written extends Omit<Step, 'registers' | 'links' | 'identity' | 'relations'> {
  readonly identity?: string | null;
  readonly relations?: RecordState['relations'] | null;
  readonly registers: Readonly<Record<string, Resting | Packed>>;
  readonly links: Readonly<Record<string, Packed>>;
}

function readStep(text: string): Step {
  const parsed: unknown = JSON.parse(text);
  if (!isWritten(parsed)) throw new Error('The text is not a record, nor a step of one.');
  const { identity, relations, ...told } = parsed;
  return {
    ...told,
    ...(identity === undefined ? {} : { identity: identity ?? undefined }),
    ...(relations === undefined ? {} : { relations: relations ?? undefined }),
    registers: unpackAll(parsed.registers),
    links: mapped(parsed.links, unpackLink),
  };
}

// Copied as a whole, then replaced where it must be: objects that grow name by name become slow tables when they have many.
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
