import type { Stamp } from '../clock/stamp.ts';
import { compareStamps } from '../clock/stamp.ts';
import type { ActorId, ChangeHash, DeliveryId, Key, RecordId, SystemId } from '../ids.ts';
import { fieldsOf, type Table } from '../map/compile.ts';
import type { ChangeRow, ConflictRow, DeliveryRow, EditTold, FailureRow, PatchLine, Plan, ResolutionTold } from '../ports/plan.ts';
import { appendChange, type Assignment } from '../record/document.ts';
import type { Digest } from '../record/encode.ts';
import type { Edit, Link, RecordState, Register } from '../record/record.ts';
import { copyOfRecord } from '../record/copies.ts';
import { isResting, lengthen, shorten, type Stored } from '../record/resting.ts';
import type { OpId } from '../ids.ts';
import type { Edit as OpenEdit } from '../register/register.ts';
import { blankRegister } from './frontier.ts';

/** What the pure functions need from outside, as values. */
export interface Context {
  /** ms since 1970 UTC. */
  readonly nowMs: number;
  /** The id of the record, should this turn out to be a new one. */
  readonly newRecord: RecordId;
  /** Whether it is certain that a planned delivery was not sent. After a restart it is certain of none. */
  readonly neverSent: (id: DeliveryId) => boolean;
  /** SHA-256, where the platform has a faster one than the core's own. */
  readonly digest?: Digest;
  /** Other records, or their number, keep this one from being deleted before a person has said so. */
  readonly keep?: Kept;
  /** Registers that may not take their new value, and why: another record has it. */
  readonly taken?: ReadonlyMap<string, string>;
  /** Registers of which a person is asked whatever their rules say, and why: what a system shows that was put back. */
  readonly doubted?: ReadonlyMap<string, string>;
}

/** Why a deletion waits for a person. */
export interface Kept {
  readonly code: 'C04' | 'C20';
  readonly rule: string;
  readonly reason: string;
}

/** A change while its draft is being worked on. */
interface ChangeInHand extends ChangeRow {
  stamp: Stamp;
  readonly patch: PatchLine[];
  readonly edits: EditTold[];
  readonly resolutions: ResolutionTold[];
  again: readonly string[] | undefined;
}

/** A plan in the making. It lives within one call of a pure function and is never seen outside. */
export interface Draft {
  readonly table: Table;
  readonly context: Context;
  /** The record as it was, but for its document (heads, actors, counters), which goes along. Its registers and links are those from before. */
  record: RecordState;
  /** The registers that are worked on. All others are as they were. */
  readonly awake: Map<string, Register>;
  /** A copy of this draft's own: replaced entry by entry. */
  readonly links: Record<string, Link>;
  readonly changes: ChangeInHand[];
  readonly conflicts: ConflictRow[];
  readonly deliveries: Map<SystemId, DeliveryRow | undefined>;
  readonly linked: { system: SystemId; key: Key }[];
  readonly unlinked: { system: SystemId; key: Key }[];
  readonly failures: FailureRow[];
}

export function draftOf(before: RecordState | undefined, table: Table, context: Context): Draft {
  const record = copyOfRecord(before ?? blank(context.newRecord, table));
  record.revision += 1;
  return {
    table,
    context,
    record,
    awake: new Map(),
    links: { ...record.links },
    changes: [],
    conflicts: [],
    deliveries: new Map(),
    linked: [],
    unlinked: [],
    failures: [],
  };
}

function blank(id: RecordId, table: Table): RecordState {
  return { id, entity: table.map.entity, revision: 0, seq: 0, heads: [], maxOp: 0, actors: {}, links: {}, registers: {} };
}

export function planOf(draft: Draft): Plan {
  const { links, changes, conflicts, deliveries, linked, unlinked, failures } = draft;
  const record = copyOfRecord(draft.record);
  record.links = links;
  record.registers = registersAfter(draft);
  return { record, changes, conflicts, deliveries, linked, unlinked, failures };
}

function registersAfter({ record, awake, links }: Draft): RecordState['registers'] {
  // Of so many members, and of records of so many entities, this is a copy in half the time of a spread.
  const registers: Record<string, Stored> = Object.assign({}, record.registers);
  const [actors, systems] = [Object.keys(record.actors), Object.keys(links)];
  for (const [name, register] of awake) registers[name] = shorten(register, actors, systems) ?? register;
  return registers;
}

const UNLINKED: Link = { state: 'absent', heads: [], ownSeq: 0 };

export function linkOf({ links }: Pick<Draft, 'links'>, system: SystemId): Link {
  return links[system] ?? UNLINKED;
}

export function putLink(draft: Draft, system: SystemId, link: Link): void {
  // A register at rest is known to every linked system: before there is one more, it must be told which these were.
  if (draft.links[system] === undefined) wakeAll(draft);
  draft.links[system] = link;
}

function wakeAll(draft: Draft): void {
  for (const name in draft.record.registers) {
    const register = registerNow(draft, name);
    if (register) draft.awake.set(name, register);
  }
}

/** A register as it is now, whole. */
export function registerNow(draft: Draft, name: string): Register | undefined {
  const awake = draft.awake.get(name);
  if (awake) return awake;
  const stored = draft.record.registers[name];
  if (stored === undefined || !isResting(stored)) return stored;
  // Which systems it is known to stands in the record as it was; actors only ever come behind those that were there.
  return lengthen(stored, actorsOf(draft.record), Object.keys(draft.record.links));
}

function actorsOf(record: RecordState): readonly ActorId[] | readonly string[] {
  return Object.keys(record.actors);
}

/** A register as it is now; one that nobody has told yet is blank. */
export function registerOf(draft: Draft, name: string): Register {
  return registerNow(draft, name) ?? blankRegister(fieldsOf(draft.table, name).length);
}

/** As it is stored or worked on: for those who only look. */
export function storedIn(draft: Draft, name: string): Stored | undefined {
  return (draft.awake.size === 0 ? undefined : draft.awake.get(name)) ?? draft.record.registers[name];
}

export function putRegister(draft: Draft, name: string, register: Register): void {
  draft.awake.set(name, register);
}

/** The names of all registers that the record has now. */
export function registerNames(draft: Draft): readonly string[] {
  const names = Object.keys(draft.record.registers);
  for (const name of draft.awake.keys()) if (draft.record.registers[name] === undefined) names.push(name);
  return names;
}

export function fail(draft: Draft, system: SystemId, code: string, words: string, key?: Key): void {
  const { record, context } = draft;
  const row = { atMs: context.nowMs, system, entity: record.entity, record: record.id, code, words };
  draft.failures.push(key === undefined ? row : { ...row, key });
}

/** A change about to be written. */
export interface Writing {
  readonly author: SystemId;
  readonly stamp: Stamp;
  readonly deps: readonly ChangeHash[];
  readonly by?: string | undefined;
  readonly note?: string | undefined;
}

/** Appends a change to the document, and answers the operation of each assignment. What it tells is added while things are decided. */
export function write(draft: Draft, writing: Writing, assignments: readonly Assignment[]): readonly OpId[] {
  const { author, stamp, deps, by, note } = writing;
  const { record, hash, actor, chunk, ops } = appendChange(draft.record, author, stamp, deps, assignments, draft.context.digest);
  draft.record = record;
  draft.changes.push({
    record: record.id,
    seq: record.seq,
    hash,
    actor,
    system: author,
    stamp,
    knownAtMs: draft.context.nowMs,
    by,
    note,
    chunk,
    patch: [],
    edits: [],
    resolutions: [],
    again: undefined,
  });
  return ops;
}

/** A change of this draft, by its number. */
export function changeIn(draft: Draft, seq: number): ChangeInHand | undefined {
  return draft.changes.find((change) => change.seq === seq);
}

export function toldEdit(register: string, edit: Edit): EditTold {
  const { system, value, on, saw, number, stamp, by } = edit;
  return { register, system, value, on, saw, number, stamp, by };
}

/** An edit as its own change tells it: with all that a replay needs to take it in as it was taken in. `joins`: its author's step before. */
export function toldOpen(register: string, edit: OpenEdit, { stable }: Register, joins: number | undefined): EditTold {
  const { author, value, before, saw, number, stamp, by, or } = edit;
  const closed = stable?.number ?? 0;
  return {
    register,
    system: author,
    value,
    on: before,
    saw,
    number,
    stamp,
    by,
    ...(closed === saw ? {} : { closed }),
    ...(joins === undefined ? {} : { joins }),
    ...(or === undefined ? {} : { or }),
  };
}

export function latestStamp(edits: readonly Pick<Edit, 'stamp'>[], otherwise: Stamp): Stamp {
  let latest: Stamp | undefined;
  for (const { stamp } of edits) if (!latest || compareStamps(stamp, latest) > 0) latest = stamp;
  return latest ?? otherwise;
}
