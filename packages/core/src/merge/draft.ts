import jsonPatch from 'fast-json-patch';
import { compareStamps, type Stamp } from '../clock/stamp.ts';
import type { ChangeHash, DeliveryId, Key, RecordId, SystemId } from '../ids.ts';
import { fieldsOf, type Table } from '../map/compile.ts';
import type { ChangeRow, ConflictRow, DeliveryRow, EditTold, FailureRow, PatchLine, Plan } from '../ports/plan.ts';
import { appendChange, type Assignment } from '../record/document.ts';
import type { Edit, Link, RecordState, Register } from '../record/record.ts';
import { isTuple, type Json, type Value } from '../values.ts';
import { blankRegister } from './frontier.ts';

/** What the pure functions need from outside, as values. */
export interface Context {
  /** ms since 1970 UTC. */
  readonly nowMs: number;
  /** The id of the record, should this turn out to be a new one. */
  readonly newRecord: RecordId;
  /** Whether it is certain that a planned delivery was not sent. After a restart it is certain of none. */
  readonly neverSent: (id: DeliveryId) => boolean;
}

/** A plan in the making. It lives within one call of a pure function and is never seen outside. */
export interface Draft {
  readonly table: Table;
  readonly context: Context;
  /** Everything but the registers and links, which stand below while they are worked on. */
  record: RecordState;
  /** Copies of this draft's own: replaced entry by entry. */
  readonly registers: Record<string, Register>;
  readonly links: Record<string, Link>;
  changes: ChangeRow[];
  conflicts: ConflictRow[];
  deliveries: Map<SystemId, DeliveryRow | undefined>;
  linked: { system: SystemId; key: Key }[];
  unlinked: { system: SystemId; key: Key }[];
  failures: FailureRow[];
}

export function draftOf(record: RecordState | undefined, table: Table, context: Context): Draft {
  const start = record ?? blank(context.newRecord, table);
  return {
    table,
    context,
    record: { ...start, revision: start.revision + 1 },
    registers: { ...start.registers },
    links: { ...start.links },
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
  const { registers, links, changes, conflicts, deliveries, linked, unlinked, failures } = draft;
  const record = { ...draft.record, registers, links };
  return { record, changes, conflicts, deliveries, linked, unlinked, failures };
}

const UNLINKED: Link = { state: 'absent', heads: [], ownSeq: 0 };

export function linkOf({ links }: Pick<Draft, 'links'>, system: SystemId): Link {
  return links[system] ?? UNLINKED;
}

export function putLink(draft: Draft, system: SystemId, link: Link): void {
  draft.links[system] = link;
}

export function registerOf(draft: Draft, name: string): Register {
  return draft.registers[name] ?? blankRegister(fieldsOf(draft.table, name).length);
}

export function putRegister(draft: Draft, name: string, register: Register): void {
  draft.registers[name] = register;
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
  readonly by?: string;
  readonly note?: string;
}

/** Appends a change to the document; its patch and what it tells are completed by `tell` once everything is decided. */
export function write(
  draft: Draft,
  writing: Writing,
  assignments: ReadonlyMap<string, Omit<Assignment, 'fields'>>,
): ReturnType<typeof appendChange> {
  const { author, stamp, deps, by, note } = writing;
  const named = [...assignments].map(([name, rest]) => ({ fields: fieldsOf(draft.table, name), ...rest }));
  const encoded = appendChange(draft.record, author, stamp, deps, named);
  draft.record = encoded.record;
  draft.changes.push({
    record: draft.record.id,
    seq: draft.record.seq,
    hash: encoded.hash,
    actor: encoded.actor,
    system: author,
    stamp,
    ...(by === undefined ? {} : { by }),
    ...(note === undefined ? {} : { note }),
    chunk: encoded.chunk,
    patch: [],
    edits: [],
    resolutions: [],
  });
  return encoded;
}

/** Completes a change of this draft. */
export function tell(draft: Draft, seq: number, told: Pick<ChangeRow, 'patch' | 'edits' | 'resolutions'>): void {
  draft.changes = draft.changes.map((change) =>
    change.seq === seq
      ? {
          ...change,
          patch: [...change.patch, ...told.patch],
          edits: [...change.edits, ...told.edits],
          resolutions: [...change.resolutions, ...told.resolutions],
        }
      : change,
  );
}

/** Some registers as they were at one point of a draft. */
export type Registers = Readonly<Record<string, Register | undefined>>;

export function registersNow(draft: Draft, names: readonly string[]): Registers {
  return Object.fromEntries(names.map((name) => [name, draft.registers[name]]));
}

/** The JSON Patch of the merged values of some registers from one point of a draft to now. */
export function patchOf(draft: Draft, before: Registers, names: readonly string[]): readonly PatchLine[] {
  if (names.length === 0) return [];
  const told = (registers: Registers): Record<string, Json> =>
    Object.fromEntries(names.flatMap((name) => membersOf(draft.table, name, registers[name]?.value)));
  return jsonPatch.compare(told(before), told(draft.registers)).map(lineOf);
}

function lineOf(operation: ReturnType<typeof jsonPatch.compare>[number]): PatchLine {
  if (operation.op === 'add' || operation.op === 'replace') return { op: operation.op, path: operation.path, value: operation.value };
  return { op: 'remove', path: operation.path };
}

/** A register's fields with their values; nothing for a register that does not exist yet. */
export function membersOf(table: Table, name: string, value: Value | undefined): readonly (readonly [string, Json])[] {
  if (value === undefined) return [];
  return fieldsOf(table, name).map((field, index) => [field, isTuple(value) ? (value[index] ?? null) : value] as const);
}

export function toldEdit(register: string, edit: Edit): EditTold {
  const { system, value, on, saw, number, stamp, by } = edit;
  return { register, system, value, saw, number, stamp, ...(on === undefined ? {} : { on }), ...(by === undefined ? {} : { by }) };
}

export function latestStamp(edits: readonly Pick<Edit, 'stamp'>[], otherwise: Stamp): Stamp {
  return edits.map((edit) => edit.stamp).reduce((a, b) => (compareStamps(a, b) > 0 ? a : b), edits[0]?.stamp ?? otherwise);
}
