import type { Json, JsonObject } from '@concord/core';
import type { Services } from '../wire/emulator.ts';
import type { Work } from '../wire/operation.ts';
import { wordsOf } from '../wire/json.ts';
import type { ColumnSchema, TableSchema } from '../wire/schema.ts';
import type { DataverseSettings } from './settings.ts';
import { propertyOf, STANDARD_COLUMNS } from './standard-columns.ts';

const TOMBSTONES_MAX = 200_000;

/** A row by the names that JSON knows it by, with its place in the order of creation and its row version. */
export interface Stored {
  readonly id: string;
  readonly ordinal: number;
  readonly version: number;
  readonly row: JsonObject;
}

export interface AlternateKey {
  readonly name: string;
  readonly columns: readonly ColumnSchema[];
  /** Ids by the key's values. A row with an empty value in the key is not in it. */
  readonly ids: Map<string, string>;
}

export interface Table {
  readonly schema: TableSchema;
  readonly idColumn: string;
  /** By column name, with the standard ones. */
  readonly columns: ReadonlyMap<string, ColumnSchema>;
  /** The same by the name in JSON. */
  readonly properties: ReadonlyMap<string, ColumnSchema>;
  readonly keys: readonly AlternateKey[];
  readonly rows: Map<string, Stored>;
  /** Rows as they were put, in the order of their versions, older states of them among them; whole from behind `putsFrom` on. */
  readonly puts: Stored[];
  putsFrom: number;
  /** The versions of deletions, by id, in their order. */
  readonly tombstones: Map<string, number>;
  /** Delta tokens from before this version are of no use. */
  floor: number;
}

/** One organisation's data. There is one row version counter for all tables. */
export interface Org {
  readonly services: Services;
  readonly tables: Map<string, Table>;
  settings: DataverseSettings;
  version: number;
  ordinal: number;
}

const PUTS_MIN = 10_000;

/** Real databases have been at work before we meet them. */
const VERSION_FIRST = 900_000;

export const newOrg = (services: Services, settings: DataverseSettings): Org => ({
  services,
  settings,
  tables: new Map(),
  version: VERSION_FIRST,
  ordinal: 0,
});

export function newTable(schema: TableSchema, floor: number): Table {
  const idColumn = schema.primaryId;
  if (idColumn === undefined) throw new Error(`Table "${schema.set}" needs "primaryId".`);
  const own: readonly ColumnSchema[] = [
    { name: idColumn, type: 'guid', fixed: true },
    ...schema.columns.filter((column) => column.name !== idColumn),
  ];
  const names = new Set(own.map((column) => column.name));
  const all = [...own, ...STANDARD_COLUMNS.filter((column) => !names.has(column.name))];
  const columns = new Map(all.map((column) => [column.name, column]));
  const keys = (schema.keys ?? []).map((key) => ({
    name: key.name,
    columns: key.columns.map((name) => keyColumn(schema.set, columns, name)),
    ids: new Map(),
  }));
  const properties = new Map(all.map((column) => [propertyOf(column), column]));
  return { schema, idColumn, columns, properties, keys, rows: new Map(), puts: [], putsFrom: floor, tombstones: new Map(), floor };
}

function keyColumn(set: string, columns: ReadonlyMap<string, ColumnSchema>, name: string): ColumnSchema {
  const column = columns.get(name);
  if (column === undefined) throw new Error(`A key of table "${set}" names column "${name}", which the table does not have.`);
  return column;
}

/** The text by which a key finds its row, or `undefined` when a part of it is empty. */
export function keyText(key: AlternateKey, valueOf: (column: ColumnSchema) => Json | undefined): string | undefined {
  const parts = key.columns.map((column) => wordsOf(valueOf(column)).toLowerCase());
  return parts.includes('') ? undefined : JSON.stringify(parts);
}

const keyOfRow = (key: AlternateKey, row: JsonObject): string | undefined => keyText(key, (column) => row[propertyOf(column)]);

/** The first alternate key by which another row is already known. */
export function violatedKey(table: Table, id: string, row: JsonObject): AlternateKey | undefined {
  return table.keys.find((key) => {
    const text = keyOfRow(key, row);
    const holder = text === undefined ? undefined : key.ids.get(text);
    return holder !== undefined && holder !== id;
  });
}

/** Puts the row in the next version. */
export function put(org: Org, table: Table, id: string, values: JsonObject, work: Work): Stored {
  const before = table.rows.get(id);
  const tombstone = table.tombstones.get(id);
  org.version += 1;
  const ordinal = before?.ordinal ?? (org.ordinal += 1);
  const stored = { id, ordinal, version: org.version, row: { ...values, versionnumber: org.version } };
  place(table, stored, before);
  table.puts.push(stored);
  forgetPuts(table);
  // A row that is back must not be told as deleted after it was told as there.
  table.tombstones.delete(id);
  work.undo.push(() => {
    unplace(table, stored);
    if (before !== undefined) place(table, before, undefined);
    if (tombstone !== undefined) table.tombstones.set(id, tombstone);
  });
  return stored;
}

/** Takes the row out and leaves a tombstone. */
export function remove(org: Org, table: Table, stored: Stored, work: Work): void {
  org.version += 1;
  unplace(table, stored);
  table.tombstones.set(stored.id, org.version);
  forgetOldest(table);
  work.undo.push(() => {
    table.tombstones.delete(stored.id);
    place(table, stored, undefined);
  });
}

/** The puts are kept to about twice as many as there are rows. */
function forgetPuts(table: Table): void {
  if (table.puts.length < PUTS_MIN || table.puts.length < 2 * table.rows.size) return;
  const old = table.puts.splice(0, Math.ceil(table.puts.length / 2));
  table.putsFrom = Math.max(table.putsFrom, old.at(-1)?.version ?? 0);
}

function forgetOldest(table: Table): void {
  if (table.tombstones.size <= TOMBSTONES_MAX) return;
  const [id, version] = [...table.tombstones].slice(0, 1).flat();
  if (typeof id === 'string') table.tombstones.delete(id);
  if (typeof version === 'number') table.floor = Math.max(table.floor, version);
}

/** Puts a row as it is, without a new version. */
export function place(table: Table, stored: Stored, before: Stored | undefined): void {
  for (const key of table.keys) {
    const [old, now] = [before && keyOfRow(key, before.row), keyOfRow(key, stored.row)];
    if (old !== undefined && old !== now) key.ids.delete(old);
    if (now !== undefined) key.ids.set(now, stored.id);
  }
  table.rows.set(stored.id, stored);
}

function unplace(table: Table, stored: Stored): void {
  for (const key of table.keys) {
    const text = keyOfRow(key, stored.row);
    if (text !== undefined) key.ids.delete(text);
  }
  table.rows.delete(stored.id);
}
