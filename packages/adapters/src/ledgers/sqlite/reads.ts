import {
  ConcordError,
  cursor,
  decodeRecord,
  type ConflictCode,
  type ConflictId,
  type ConflictRow,
  type Counts,
  type Cursor,
  type DeliveryRow,
  type EntityName,
  type Json,
  type Key,
  type RecordId,
  type RecordState,
  type SystemId,
} from '@concord/core';
import type { Database } from 'better-sqlite3';
import type { QueueCounts } from './queue-counts.ts';
import { readConflict } from './told.ts';
import type { Kept } from './records.ts';

/** Rows as the tables hold them. What Concord itself wrote is taken at its word; what cannot be read is reported as damage. */
export interface RecordRow {
  readonly id: RecordId;
  readonly number: number;
  readonly state: string;
}
export interface ConflictStored {
  readonly number: number;
  readonly id: ConflictId;
  readonly record: RecordId;
  readonly entity: EntityName;
  readonly state: ConflictRow['state'];
  readonly opened_at_ms: number;
  readonly told: string;
}
export interface DeliveryStored extends Pick<DeliveryRow, 'id' | 'record' | 'entity' | 'system' | 'state' | 'kind' | 'attempts'> {
  readonly due_at_ms: number;
  readonly words: string | null;
  readonly code: ConflictCode | null;
  readonly since_ms: number | null;
}

/** Answers to questions about one thing. */
export interface Reads {
  /** As its table has it. */
  record(id: RecordId): Kept | undefined;
  linked(system: SystemId, entity: EntityName, key: Key): RecordId | undefined;
  identified(entity: EntityName, identity: string): RecordId | undefined;
  cursor(system: SystemId, entity: EntityName): { readonly cursor: Cursor | undefined; readonly listed: boolean };
  conflict(id: ConflictId): ConflictRow | undefined;
  note(name: string): Json | undefined;
  counts(): Counts;
}

export function prepareReads(db: Database, file: string, queued: () => QueueCounts): Reads {
  const record = db.prepare<[string], RecordRow>('SELECT id, number, state FROM records WHERE id = ?');
  const linked = db
    .prepare<[string, string, string], RecordId>('SELECT record FROM links WHERE system = ? AND entity = ? AND key = ?')
    .pluck();
  const identified = db.prepare<[string, string], RecordId>('SELECT id FROM records WHERE entity = ? AND identity = ?').pluck();
  const place = db.prepare<[string, string], { readonly cursor: string | null; readonly listed: number }>(
    'SELECT cursor, listed FROM cursors WHERE system = ? AND entity = ?',
  );
  const conflict = db.prepare<[string], ConflictStored>('SELECT * FROM conflicts WHERE id = ?');
  const note = db.prepare<[string], string>('SELECT told FROM notes WHERE name = ?').pluck();
  return {
    note: (name) => found(note.get(name), (told): Json => undamaged(file, `note ${name}`, () => JSON.parse(told))),
    record: (id) => found(record.get(id), (row) => ({ number: row.number, state: toRecord(file, row), chars: row.state.length })),
    linked: (system, entity, key) => linked.get(system, entity, key),
    identified: (entity, identity) => identified.get(entity, identity),
    cursor: (system, entity) => {
      const row = place.get(system, entity);
      return { cursor: typeof row?.cursor === 'string' ? cursor(row.cursor) : undefined, listed: row?.listed === 1 };
    },
    conflict: (id) => found(conflict.get(id), (row) => toConflict(file, row)),
    counts: prepareCounts(db, queued),
  };
}

function prepareCounts(db: Database, queued: () => QueueCounts): () => Counts {
  const totals = db.prepare<[], { readonly records: number; readonly changes: number }>('SELECT records, changes FROM totals');
  const held = db.prepare<[], number>(`SELECT count(*) FROM conflicts WHERE state = 'held'`).pluck();
  return () => ({
    ...(totals.get() ?? { records: 0, changes: 0 }),
    held: held.get() ?? 0,
    due: 0,
    waiting: 0,
    parked: 0,
    ...queued(),
  });
}

export function toRecord(file: string, row: RecordRow): RecordState {
  return undamaged(file, `record ${row.id}`, () => decodeRecord(row.state));
}

export function toConflict(file: string, row: ConflictStored): ConflictRow {
  const { id, record, entity, state, opened_at_ms: openedAtMs } = row;
  return undamaged(file, `conflict ${id}`, () => ({ id, record, entity, state, openedAtMs, ...readConflict(row.told) }));
}

export function toDelivery({ due_at_ms: dueAtMs, words, code, since_ms: sinceMs, ...row }: DeliveryStored): DeliveryRow {
  const told = { ...(words === null ? {} : { words }), ...(code === null ? {} : { code }) };
  return { ...row, dueAtMs, ...told, ...(sinceMs === null ? {} : { sinceMs }) };
}

/** Reads what Concord wrote; when that fails, the file was changed by something else, and the answer must not be guessed. */
export function undamaged<Answer>(file: string, what: string, read: () => Answer): Answer {
  try {
    return read();
  } catch (thrown) {
    throw new ConcordError('LEDGER_DAMAGED', { file, what }, thrown);
  }
}

function found<Row, Answer>(row: Row | undefined, read: (row: Row) => Answer): Answer | undefined {
  return row === undefined ? undefined : read(row);
}
