import { deliveryIdOf, deliveryTail, must, type DeliveryRow, type EntityName, type RecordId, type SystemId } from '@concord/core';
import type { Database } from 'better-sqlite3';
import { joinChunks, splitChunks } from './chunks.ts';
import type { ChangeText } from './history.ts';
import { sumOf } from './sums.ts';

/** What became of a record's place in the queue of each system. */
export type Queued = ReadonlyMap<SystemId, DeliveryRow | undefined>;

/**
 * What one commit did to one record: how its state changed, the changes of its document, and what became of its deliveries.
 *
 * Appending the entries of a commit is all that it needs to survive a power cut: one row at the end of a table instead of three for each
 * record in the midst of others. The tables get it later, for many edits of a record at once.
 */
export interface Entry {
  /** The record's number in its table. */
  readonly record: number;
  /** As `encodeStep` tells it. */
  readonly step: string;
  readonly changes: ChangeText[];
  readonly queued: Map<SystemId, DeliveryRow | undefined>;
}

export interface Journal {
  /** All entries of one commit. Answers its number; they grow as long as there is one. */
  append(entries: readonly Entry[]): number;
  all(): IterableIterator<Entry & { readonly number: number }>;
  /** Forgets the commits before this one: the tables hold what they tell. */
  trim(before: number): void;
}

/** Short names: n number of the record, s step, q numbers of the changes, c changes, d deliveries. */
interface Told {
  readonly n: number;
  readonly s: { readonly id: RecordId };
  readonly q: readonly number[];
  readonly c: readonly object[];
  readonly d?: readonly (readonly [SystemId, QueuedTold | null])[];
}

/** A delivery as it stands beside its record and its system; or whole, as it was told before. */
type QueuedTold = DeliveryRow | readonly [tail: string, entity: EntityName, ...DeliveryTold];
type DeliveryTold = readonly [
  state: DeliveryRow['state'],
  kind: DeliveryRow['kind'],
  dueAtMs: number,
  attempts: number,
  more?: Pick<DeliveryRow, 'words' | 'code' | 'sinceMs'>,
];

interface Row {
  readonly number: number;
  readonly told: string;
  readonly chunks: Uint8Array;
}

export function openJournal(db: Database): Journal {
  const insert = db.prepare<[string, Uint8Array, number]>('INSERT INTO journal (told, chunks, sum) VALUES (?, ?, ?)');
  const select = db.prepare<[], Row>('SELECT * FROM journal ORDER BY number');
  const remove = db.prepare<[number]>('DELETE FROM journal WHERE number < ?');
  return {
    append: (entries) => {
      const chunks: Uint8Array[] = [];
      let text = '';
      for (const entry of entries) {
        for (const { chunk } of entry.changes) chunks.push(chunk);
        text += `${text === '' ? '[' : ','}${tell(entry)}`;
      }
      text += ']';
      return Number(insert.run(text, joinChunks(chunks), sumOf(text)).lastInsertRowid);
    },
    *all() {
      for (const row of select.iterate()) yield* read(row);
    },
    trim: (before) => void remove.run(before),
  };
}

function tell({ record, step, changes, queued }: Entry): string {
  let [seqs, told, deliveries] = ['', '', ''];
  for (const change of changes) {
    const comma = seqs === '' ? '' : ',';
    seqs += `${comma}${change.seq}`;
    told += `${comma}${change.told}`;
  }
  for (const [system, row] of queued)
    deliveries += `${deliveries === '' ? ',"d":[' : ','}["${system}",${row ? deliveryText(row) : 'null'}]`;
  return `{"n":${record},"s":${step},"q":[${seqs}],"c":[${told}]${deliveries === '' ? '' : `${deliveries}]`}}`;
}

/** As JSON. Names and ids are ours, and need no escapes; what went wrong was told by others. */
function deliveryText({ id, record, entity, state, kind, dueAtMs, attempts, words, code, sinceMs }: DeliveryRow): string {
  const text = `["${deliveryTail(id, record)}","${entity}","${state}","${kind}",${dueAtMs},${attempts}`;
  if (words === undefined && code === undefined && sinceMs === undefined) return `${text}]`;
  return `${text},${JSON.stringify({ words, code, sinceMs })}]`;
}

function deliveryOf(told: QueuedTold, record: RecordId, system: SystemId): DeliveryRow {
  if (!isShort(told)) return told;
  const [tail, entity, state, kind, dueAtMs, attempts, more = {}] = told;
  return { id: deliveryIdOf(tail, record), record, entity, system, state, kind, dueAtMs, attempts, ...more };
}

function isShort(told: QueuedTold): told is Exclude<QueuedTold, DeliveryRow> {
  return Array.isArray(told);
}

/** Throws a plain Error when the row is not what `append` wrote. */
function* read({ number, told, chunks }: Row): IterableIterator<Entry & { readonly number: number }> {
  const entries: readonly Told[] = JSON.parse(told);
  const split = splitChunks(chunks);
  let at = 0;
  for (const { n: record, s, q, c, d = [] } of entries) {
    const changes = q.map((seq, index) => ({ seq, told: JSON.stringify(c[index]), chunk: must(split[at + index], 'a chunk a change') }));
    at += q.length;
    const queued = new Map(d.map(([system, row]) => [system, row ? deliveryOf(row, s.id, system) : undefined]));
    yield { number, record, step: JSON.stringify(s), changes, queued };
  }
  if (at !== split.length) throw new Error(`There are ${split.length} chunks for ${at} changes.`);
}
