import type { Json, JsonObject } from '@concord/core';
import type { Services } from '../wire/emulator.ts';
import { wordsOf } from '../wire/json.ts';
import type { Work } from '../wire/operation.ts';
import type { ColumnSchema, TableSchema } from '../wire/schema.ts';
import type { KeptList } from './kept-list.ts';
import type { FinopsSettings } from './settings.ts';

/** A row as its entity tells it, with the version and number of the table record below. */
export interface Stored {
  readonly key: string;
  readonly ordinal: number;
  readonly recId: number;
  /** 1 after the insert, any other number after each update; 0 for rows that were imported. Never in an order. */
  readonly recVersion: number;
  readonly row: JsonObject;
}

export interface Unique {
  readonly columns: readonly ColumnSchema[];
  /** Row keys by the values of the columns; a row with an empty one is not in it. */
  readonly keys: Map<string, string>;
}

export interface Table {
  readonly schema: TableSchema;
  readonly columns: ReadonlyMap<string, ColumnSchema>;
  readonly keyColumns: readonly ColumnSchema[];
  readonly uniques: readonly Unique[];
  readonly rows: Map<string, Stored>;
  /** What was asked for lately, the latest last. A listing asks for the same again with each page. */
  readonly asked: Map<string, KeptList>;
  /** The next number of each number sequence, by column. */
  readonly sequences: Map<string, number>;
  recIdLast: number;
}

export interface Org {
  readonly services: Services;
  readonly tables: Map<string, Table>;
  settings: FinopsSettings;
  ordinal: number;
  /** Rises with gaps. */
  controlNumber: number;
}

/** Where record numbers begin in every table of a new environment. */
const REC_ID_FIRST = 5_637_144_576;

export const COMPANY = 'dataAreaId';
export const MODIFIED = 'ModifiedDateTime';

export const newOrg = (services: Services, settings: FinopsSettings): Org => ({
  services,
  settings,
  tables: new Map(),
  ordinal: 0,
  controlNumber: REC_ID_FIRST,
});

export function newTable(schema: TableSchema): Table {
  const modified: readonly ColumnSchema[] = schema.modifiedDateTime === true ? [{ name: MODIFIED, type: 'datetime', readOnly: true }] : [];
  const all = [...schema.columns, ...modified.filter((column) => !schema.columns.some((own) => own.name === column.name))];
  const columns = new Map(all.map((column) => [column.name, column]));
  const keyColumns = all.filter((column) => column.key === true);
  if (keyColumns.length === 0) throw new Error(`Table "${schema.set}" needs at least one column with "key": true.`);
  const uniques = (schema.keys ?? []).map((key) => ({
    columns: key.columns.map((name) => columnOf(schema.set, columns, name)),
    keys: new Map(),
  }));
  const sequences = new Map(all.flatMap((column) => (column.sequence === undefined ? [] : [[column.name, column.sequence.next]])));
  return { schema, columns, keyColumns, uniques, rows: new Map(), asked: new Map(), sequences, recIdLast: REC_ID_FIRST - 1 };
}

function columnOf(set: string, columns: ReadonlyMap<string, ColumnSchema>, name: string): ColumnSchema {
  const column = columns.get(name);
  if (column === undefined) throw new Error(`A key of table "${set}" names column "${name}", which the table does not have.`);
  return column;
}

export const textOf = (columns: readonly ColumnSchema[], valueOf: (name: string) => Json | undefined): string =>
  JSON.stringify(columns.map((column) => wordsOf(valueOf(column.name)).toLowerCase()));

export const keyOf = (table: Table, row: JsonObject): string => textOf(table.keyColumns, (name) => row[name]);

const uniqueText = (unique: Unique, row: JsonObject): string | undefined =>
  unique.columns.some((column) => wordsOf(row[column.name]) === '') ? undefined : textOf(unique.columns, (name) => row[name]);

/** The columns of the first unique index that another row stands in already. */
export function violatedUnique(table: Table, key: string, row: JsonObject): readonly ColumnSchema[] | undefined {
  return table.uniques.find((unique) => {
    const holder = unique.keys.get(uniqueText(unique, row) ?? '');
    return holder !== undefined && holder !== key;
  })?.columns;
}

export function place(table: Table, stored: Stored, before: Stored | undefined): void {
  for (const unique of table.uniques) {
    if (before !== undefined) unique.keys.delete(uniqueText(unique, before.row) ?? '');
    const now = uniqueText(unique, stored.row);
    if (now !== undefined) unique.keys.set(now, stored.key);
  }
  const old = table.rows.get(stored.key);
  table.rows.set(stored.key, stored);
  for (const list of table.asked.values()) list.follow(stored, old);
}

function unplace(table: Table, stored: Stored): void {
  for (const unique of table.uniques) unique.keys.delete(uniqueText(unique, stored.row) ?? '');
  const old = table.rows.get(stored.key);
  table.rows.delete(stored.key);
  for (const list of table.asked.values()) list.follow(undefined, old);
}

/** Puts a row in, or in place of `before`. */
export function put(org: Org, table: Table, row: JsonObject, before: Stored | undefined, work: Work): Stored {
  const key = before?.key ?? keyOf(table, row);
  const stored: Stored = {
    key,
    row,
    ordinal: before?.ordinal ?? (org.ordinal += 1),
    recId: before?.recId ?? (table.recIdLast += 1),
    recVersion: before === undefined ? 1 : org.services.chance.int31(),
  };
  place(table, stored, before);
  work.undo.push(() => {
    unplace(table, stored);
    if (before !== undefined) place(table, before, undefined);
  });
  return stored;
}

export function remove(table: Table, stored: Stored, work: Work): void {
  unplace(table, stored);
  work.undo.push(() => place(table, stored, undefined));
}

/** `W/"base64('RecVersion,RecId')"`: equal or not, never older or newer. */
export const etagOf = (stored: Pick<Stored, 'recVersion' | 'recId'>): string =>
  `W/"${Buffer.from(`'${stored.recVersion},${stored.recId}'`).toString('base64')}"`;

export function parseEtag(etag: string): Pick<Stored, 'recVersion' | 'recId'> | undefined {
  const inside = Buffer.from(/^W\/"(.+)"$/.exec(etag)?.[1] ?? '', 'base64').toString();
  const [, recVersion, recId] = /^'(\d+),(\d+)'$/.exec(inside) ?? [];
  return recVersion === undefined || recId === undefined ? undefined : { recVersion: Number(recVersion), recId: Number(recId) };
}
