import type { ChangeRow, PageAsk, PageOf, RecordId } from '@concord/core';
import type { Database } from 'better-sqlite3';
import { limitOf, numberMark, pageOf } from '../page.ts';
import { hashOf, joinChunks, splitChunks } from './chunks.ts';
import { readChanges, writeChange, type ChangeTold } from './told.ts';
import { undamaged } from './reads.ts';
import { sumOf } from './sums.ts';

/**
 * Where a change lies: 2^22 places for each record, in the order of its changes, so that a whole number names it, SQLite finds it without
 * an index, and a history is one run of rows. Four million changes of one record, two thousand million records.
 */
const PLACES = 2 ** 22;

/** The first and the last place of a record's changes. */
export function placesOf(record: number): readonly [first: number, last: number] {
  return [record * PLACES, (record + 1) * PLACES - 1];
}

/** So many changes share a row at the most: a page of history need not read far beyond what was asked for. */
const CHANGES_A_ROW_MAX = 32;

/** A change as it is written. */
export interface ChangeText {
  readonly seq: number;
  readonly told: string;
  readonly chunk: Uint8Array;
}

export function changeText(change: ChangeRow): ChangeText {
  if (change.seq >= PLACES) throw new Error(`Record ${change.record} has ${PLACES} changes; there is no place for more.`);
  return { seq: change.seq, told: inOnePiece(writeChange(change)), chunk: change.chunk };
}

/**
 * A text that was put together stays a tree of its pieces until one of its characters is read. This one is kept for a while, and as a tree it
 * would take four times the room.
 */
function inOnePiece(text: string): string {
  if (text.charCodeAt(0) !== BRACE) throw new Error('Broken promise: a change is told as an object.');
  return text;
}

const BRACE = 123;

/** Adds changes behind those that the record has. Throws what SQLite throws when one of them is there already. */
export function prepareAppend(db: Database): (record: number, changes: readonly ChangeText[]) => void {
  const insert = db.prepare<[number, string, Uint8Array, number]>('INSERT INTO changes VALUES (?, ?, ?, ?)');
  return (record, changes) => {
    for (let from = 0; from < changes.length;) {
      const to = endOfRun(changes, from);
      const row = changes.slice(from, to);
      const place = record * PLACES + (row[0]?.seq ?? 0);
      const told = `[${row.map((change) => change.told).join(',')}]`;
      insert.run(place, told, joinChunks(row.map(({ chunk }) => chunk)), sumOf(told));
      from = to;
    }
  };
}

/** A row holds changes whose numbers follow one another. */
function endOfRun(changes: readonly ChangeText[], from: number): number {
  let to = from + 1;
  while (to < changes.length && to - from < CHANGES_A_ROW_MAX && changes[to]?.seq === (changes[to - 1]?.seq ?? 0) + 1) to += 1;
  return to;
}

interface Row {
  readonly place: number;
  readonly told: string;
  readonly chunks: Uint8Array;
}

type History = (
  record: { readonly id: RecordId; readonly number: number },
  /** Those that are not in the table yet. */
  pending: readonly ChangeText[],
  ask: PageAsk & { readonly fromSeq?: number },
) => PageOf<ChangeRow>;

/** A page of a record's history: what is in the table, then what is still on its way there. */
export function prepareHistory(db: Database, file: string): History {
  const start = db.prepare<[number, number], number | null>('SELECT max(place) FROM changes WHERE place BETWEEN ? AND ?').pluck();
  const rows = db.prepare<[number, number], Row>('SELECT place, told, chunks FROM changes WHERE place BETWEEN ? AND ? ORDER BY place');
  return ({ id, number }, pending, ask) => {
    const limit = limitOf(ask);
    const from = Math.max(ask.fromSeq ?? 1, numberMark(ask.after, 0) + 1);
    const [floor, ceiling] = placesOf(number);
    const found: ChangeRow[] = [];
    const take = (first: number, told: string, chunks: Uint8Array): void => {
      for (const change of changesOf(file, id, first, told, chunks)) if (change.seq >= from) found.push(change);
    };
    for (const row of rows.iterate(start.get(floor, Math.min(floor + from, ceiling)) ?? floor, ceiling)) {
      take(row.place - floor, row.told, row.chunks);
      if (found.length > limit) break;
    }
    for (const { seq, told, chunk } of pending) if (found.length <= limit && seq >= from) take(seq, `[${told}]`, chunk);
    return pageOf(found, limit, same, (row) => String(row.seq));
  };
}

function changesOf(file: string, record: RecordId, first: number, told: string, bytes: Uint8Array): readonly ChangeRow[] {
  return undamaged(file, `changes from ${first} on of record ${record}`, () => {
    const chunks = splitChunks(bytes);
    const changes = readChanges(told);
    if (chunks.length !== changes.length) throw new Error(`There are ${chunks.length} chunks for ${changes.length} changes.`);
    return changes.map((change, index) => changeOf(record, first + index, change, chunks[index] ?? bytes));
  });
}

function changeOf(record: RecordId, seq: number, change: ChangeTold, chunk: Uint8Array): ChangeRow {
  return { record, seq, hash: hashOf(chunk), chunk, ...change };
}

function same<Item>(item: Item): Item {
  return item;
}
