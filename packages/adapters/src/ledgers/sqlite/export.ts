import { createHash } from 'node:crypto';
import { encodeRecord, type PageAsk, type PageOf, type ChangeRow, type RecordId, type RecordState } from '@concord/core';
import type { Database } from 'better-sqlite3';
import { SCHEMA_VERSION } from './migrations.ts';
import { writeChange } from './told.ts';

/** Raised when a line is written in another way. */
export const FORMAT = 1;
const PAGE_ROWS = 200;

/** What is kept beside records and their changes: each row goes out and comes back as it is. `record`: the column that says whose it is. */
export const TABLES = {
  links: { columns: ['system', 'entity', 'key', 'record'], record: 'record' },
  marks: { columns: ['entity', 'mark', 'record'], record: 'record' },
  conflicts: { columns: ['id', 'record', 'entity', 'state', 'opened_at_ms', 'told'], record: 'record' },
  deliveries: {
    columns: ['record', 'system', 'id', 'entity', 'state', 'kind', 'due_at_ms', 'attempts', 'words', 'code', 'since_ms'],
    record: 'record',
  },
  operators: { columns: ['record', 'told', 'hash', 'salt', 'note_hash'], record: 'record' },
  acts_head: { columns: ['only', 'hash', 'acts'], record: undefined },
  cursors: { columns: ['system', 'entity', 'cursor', 'listed'], record: undefined },
  failures: { columns: ['told'], record: undefined },
  notes: { columns: ['name', 'told'], record: undefined },
} as const satisfies Readonly<Record<string, { readonly columns: readonly string[]; readonly record: string | undefined }>>;

export type TableName = keyof typeof TABLES;

interface Source {
  readonly db: Database;
  records(ask: PageAsk): PageOf<RecordState>;
  changes(id: RecordId, ask: PageAsk): PageOf<ChangeRow>;
  record(id: RecordId): RecordState | undefined;
}

/**
 * A ledger, or one record of it, as lines of JSON: a head, each record with its changes behind it, the rows of the other tables, and an end that
 * tells how many lines there were and the SHA-256 of them, so that what was cut off is not taken for whole.
 */
export function* exportLines(source: Source, only: RecordId | undefined): Generator<string> {
  const digest = createHash('sha256');
  let lines = 0;
  for (const line of bodyLines(source, only)) {
    digest.update(`${line}\n`);
    lines += 1;
    yield line;
  }
  yield endLine(lines, digest.digest('hex'));
}

/** Behind so many lines, of which this is the SHA-256, as hex digits. */
export function endLine(lines: number, sha256: string): string {
  return JSON.stringify({ kind: 'end', lines, sha256 });
}

function* bodyLines(source: Source, only: RecordId | undefined): Generator<string> {
  yield headLine(only);
  for (const record of recordsOf(source, only)) yield* historyLines(source, record);
  for (const [table, { columns, record }] of Object.entries(TABLES)) {
    if (only !== undefined && record === undefined) continue;
    // Some acts are no chain: what goes out with one record alone is not one either.
    const told =
      only !== undefined && table === 'operators' ? columns.filter((column) => column === 'record' || column === 'told') : columns;
    const where = only === undefined ? '' : ' WHERE record = ?';
    const order = table === 'conflicts' || table === 'failures' || table === 'operators' ? ' ORDER BY number' : '';
    const rows = source.db.prepare(`SELECT ${told.join(', ')} FROM ${table}${where}${order}`);
    for (const row of rows.iterate(...(only === undefined ? [] : [only]))) yield JSON.stringify({ kind: 'row', table, row });
  }
}

export function headLine(only?: RecordId): string {
  return JSON.stringify({ kind: 'ledger', format: FORMAT, schema: SCHEMA_VERSION, ...(only === undefined ? {} : { record: only }) });
}

/** A record, and its changes behind it. */
export function* historyLines(source: Pick<Source, 'changes'>, record: RecordState): Generator<string> {
  yield `{"kind":"record","state":${encodeRecord(record)}}`;
  for (const change of paged((ask) => source.changes(record.id, ask))) {
    const chunk = Buffer.from(change.chunk).toString('base64');
    yield `{"kind":"change","record":"${record.id}","seq":${change.seq},"hash":"${change.hash}","chunk":"${chunk}","told":${writeChange(change)}}`;
  }
}

function* recordsOf(source: Source, only: RecordId | undefined): Generator<RecordState> {
  if (only === undefined) return yield* paged((ask) => source.records(ask));
  const record = source.record(only);
  if (record) yield record;
}

function* paged<Item>(page: (ask: PageAsk) => PageOf<Item>): Generator<Item> {
  let after: string | undefined;
  do {
    const { items, next } = page({ limit: PAGE_ROWS, ...(after === undefined ? {} : { after }) });
    yield* items;
    after = next;
  } while (after !== undefined);
}
