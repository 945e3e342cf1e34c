import type { EntityName, RecordId } from '../ids.ts';
import { openFieldPlayer } from '../lab/fields.ts';
import { momentsOf } from '../lab/moments.ts';
import { asStood, type Stood } from '../lab/opening.ts';
import { changesOf, recordsOf, type LabLedger } from '../lab/pages.ts';
import type { Tables } from '../lab/replay.ts';
import { fieldsOf, type Table } from '../map/compile.ts';
import { compactRecord } from '../merge/compact.ts';
import { cutOf, type CutAsk } from '../merge/cut.ts';
import type { CompactedRecord, Opening } from '../ports/epoch.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { ChangeRow } from '../ports/plan.ts';
import { decode } from '../record/decode.ts';
import type { Digest } from '../record/encode.ts';
import { LIFE, type RecordState } from '../record/record.ts';
import { verifyRecord } from '../record/verify.ts';
import type { Scalar, Value } from '../values.ts';

export interface CompactingParts {
  /** Without `compact` nothing is changed: what would be is only told. */
  readonly ledger: LabLedger & Partial<Pick<Ledger, 'compact'>>;
  readonly tables: Tables;
  readonly digest?: Digest | undefined;
  /** The earliest version of a record whose value a pin stands on: it is told nowhere else. */
  readonly pinned?: ((record: RecordId) => number | undefined) | undefined;
}

export interface CompactingAsk {
  /** What was changed before then may go; ms since 1970 UTC. */
  readonly beforeMs: number;
  readonly entity?: EntityName;
}

/** What became of one record, or would. */
export interface CompactedTold {
  readonly record: RecordId;
  /** `compacted`, or why not: nothing old is there, something still stands on it, it does not agree with itself, or it is too long. */
  readonly kind: 'compacted' | 'recent' | 'needed' | 'wrong' | 'long';
  /** Changes that are told no longer, and those that are left, the epoch's own among them. */
  readonly removed: number;
  readonly kept: number;
  /** About so many bytes of changes, before and after. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** When the oldest change that is still told was made; ms since 1970 UTC. */
  readonly oldestMs: number;
}

/** What a compaction of one record would come to; nothing is changed yet. */
export interface CompactionFound {
  readonly told: CompactedTold;
  /** To be put in place; where it can be told short. */
  readonly compacted?: CompactedRecord;
}

/** A history of more changes than this is not held in memory at once. */
const CHANGES_MAX = 200_000;

/** A single change is no shorter as an epoch. */
const CHANGES_MIN = 2;

/**
 * Begins a new epoch in every record that has changes from before a time, one after another. Each is put in place whole, or left as it was:
 * it may be stopped at any moment, and done again. For a ledger of which no sidecar holds records in memory: see `retention.ts` for the others.
 */
export async function* compactionsIn(parts: CompactingParts, { beforeMs, entity }: CompactingAsk): AsyncGenerator<CompactedTold> {
  for await (const record of recordsOf(parts.ledger, entity)) {
    const found = await compactionOf(parts, record, { beforeMs, changesMax: CHANGES_MAX });
    if (!found) continue;
    const { told: as, compacted } = found;
    if (compacted && parts.ledger.compact && (await parts.ledger.compact(compacted)) === 'moved')
      throw new Error(`Record ${record.id} was changed while it was compacted.`);
    yield as;
  }
}

/** Reads, and changes nothing. `undefined`: no table map tells of the record. */
export async function compactionOf(
  { ledger, tables, digest, pinned }: CompactingParts,
  record: RecordState,
  { beforeMs, changesMax }: Pick<CompactingAsk, 'beforeMs'> & { readonly changesMax: number },
): Promise<CompactionFound | undefined> {
  const table = tables.get(record.entity);
  if (!table) return undefined;
  const begin = (await ledger.changes(record.id, { limit: CHANGES_MIN })).items;
  // Nearly all of them, where it is done day by day: no more is read of them.
  if (begin.length < CHANGES_MIN || begin.some(({ stamp }) => stamp.ms >= beforeMs))
    return { told: { ...toldOf(record, begin), kind: 'recent' } };
  const [first] = begin;
  if (record.seq - (first?.seq ?? 0) >= changesMax) return { told: { ...toldOf(record, begin), kind: 'long' } };
  const changes: ChangeRow[] = [];
  for await (const change of changesOf(ledger, record.id)) changes.push(change);
  const as = toldOf(record, changes);
  // What is wrong already is looked into while all of it is there.
  if (verifyRecord(table, record, changes).length > 0) return { told: { ...as, kind: 'wrong' } };
  const compacted = await compactedOf(table, record, changes, { beforeMs, beforeSeq: pinned?.(record.id), digest });
  if (!compacted) return { told: { ...as, kind: 'needed' } };
  if (verifyRecord(table, compacted.record, compacted.changes).length > 0) return { told: { ...as, kind: 'wrong' } };
  const after = toldOf(record, compacted.changes);
  const removed = changes.length - compacted.changes.length;
  return { told: { ...after, kind: 'compacted', removed, bytesBefore: as.bytesBefore, bytesAfter: after.bytesBefore }, compacted };
}

function toldOf({ id }: RecordState, changes: readonly ChangeRow[]): Omit<CompactedTold, 'kind'> {
  const bytes = changes.reduce((sum, change) => sum + bytesOf(change), 0);
  const oldestMs = changes.reduce((least, { stamp }) => Math.min(least, stamp.ms), Number.POSITIVE_INFINITY);
  return { record: id, removed: 0, kept: changes.length, bytesBefore: bytes, bytesAfter: bytes, oldestMs };
}

/** About what a ledger needs for it: the chunk, and what is told beside it. */
function bytesOf({ chunk, patch, edits, resolutions, epoch }: ChangeRow): number {
  return chunk.length + JSON.stringify([patch, edits, resolutions, epoch ?? null]).length;
}

/** The record with a new epoch; `undefined` where nothing can be told short. */
export async function compactedOf(
  table: Table,
  record: RecordState,
  changes: readonly ChangeRow[],
  { digest, ...old }: Pick<CutAsk, 'beforeMs' | 'beforeSeq'> & Pick<CompactingParts, 'digest'>,
): Promise<CompactedRecord | undefined> {
  const wires = changes.map(({ chunk }) => decode(chunk));
  const cut = cutOf({ record, changes, deps: wires.map(({ deps }) => deps), ...old });
  if (cut === 0) return undefined;
  const opening = await openingAt(table, changes, cut);
  return compactRecord({ record, changes, wires, cut, opening, digest });
}

async function openingAt(table: Table, changes: readonly ChangeRow[], cut: number): Promise<Opening> {
  const player = openFieldPlayer(table);
  for await (const moment of momentsOf(changes.slice(0, cut))) player.take(moment);
  return asStood(player.opening(), stoodAt(table, changes.slice(0, cut)));
}

/** The merged values as the patches tell them, but of what waited for a person. */
function stoodAt(table: Table, changes: readonly ChangeRow[]): Stood {
  const [values, held] = [new Map<string, Scalar>(), new Set<string>()];
  for (const { patch, edits, resolutions } of changes) {
    for (const { op, path, value } of patch) {
      if (op === 'remove') values.delete(path);
      else if (isScalar(value)) values.set(path, value);
    }
    for (const { register } of edits) held.delete(register);
    for (const { register, kind } of resolutions) {
      if (kind === 'held') held.add(register);
      else held.delete(register);
    }
  }
  const names = [LIFE, ...table.registers.keys()].filter((name) => !held.has(name));
  return new Map(
    names.flatMap((name) => {
      const members = fieldsOf(table, name).map((field) => values.get(`/${field}`));
      if (members.every((member) => member === undefined)) return [];
      const value: Value = members.length === 1 ? (members[0] ?? null) : members.map((member) => member ?? null);
      return [[name, value] as const];
    }),
  );
}

function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
