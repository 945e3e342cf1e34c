import type { Json, JsonObject } from '@concord/core';
import { wholeSeconds } from '../wire/clock.ts';
import { wordsOf } from '../wire/json.ts';
import { newWork } from '../wire/operation.ts';
import { changedColumns, changedRow } from '../wire/schema.ts';
import type { SchemaChange, Seed, TableSchema } from '../wire/schema.ts';
import { principalOf } from '../wire/tokens.ts';
import { newTable, place, put } from './org.ts';
import type { Org, Table } from './org.ts';
import { propertyOf } from './standard-columns.ts';
import { defaultsOf } from './write.ts';

const LOADER = principalOf('system').user;

/** Makes the seed's tables anew and puts its rows into their tables by primary id. Nothing is told to hooks. */
export function loadSeed(org: Org, seed: Seed): void {
  for (const schema of seed.tables) org.tables.set(schema.set, newTable(schema, (org.version += 1)));
  for (const [set, rows] of Object.entries(seed.rows)) {
    const table = tableOf(org, set);
    for (const row of rows) loadRow(org, table, row);
  }
  if (seed.marks) loadMarks(org, seed.marks);
}

function loadMarks(org: Org, { version = 0, floors = {}, tombstones = {} }: NonNullable<Seed['marks']>): void {
  org.version = Math.max(org.version, version);
  for (const [set, floor] of Object.entries(floors)) tableOf(org, set).floor = floor;
  for (const [set, gone] of Object.entries(tombstones))
    for (const [id, at] of Object.entries(gone)) tableOf(org, set).tombstones.set(id, at);
}

function loadRow(org: Org, table: Table, row: JsonObject): void {
  const unknown = Object.keys(row).find((name) => !table.properties.has(name));
  if (unknown !== undefined)
    throw new Error(
      `A row of "${table.schema.set}" has a value for "${unknown}", which is not a column. Look-ups are given as "_name_value".`,
    );
  const id = wordsOf(row[table.idColumn] ?? org.services.chance.guid()).toLowerCase();
  const now = wholeSeconds(org.services.clock.now());
  const before = table.rows.get(id);
  const whole: JsonObject = {
    ...(before?.row ?? { ...defaultsOf(table), createdon: now, _createdby_value: LOADER }),
    modifiedon: now,
    _modifiedby_value: LOADER,
    ...row,
    [table.idColumn]: id,
  };
  const version = row['versionnumber'];
  if (typeof version !== 'number') return void put(org, table, id, whole, newWork());
  // A row that was dumped comes back in the version that it had.
  org.version = Math.max(org.version, version);
  table.tombstones.delete(id);
  table.putsFrom = Math.max(table.putsFrom, version);
  place(table, { id, ordinal: before?.ordinal ?? (org.ordinal += 1), version, row: whole }, before);
}

export function dumpSeed(org: Org): Seed {
  const tables = [...org.tables.values()];
  return {
    tables: tables.map((table) => table.schema),
    rows: Object.fromEntries(tables.map((table) => [table.schema.set, rowsOf(table)])),
    marks: {
      version: org.version,
      floors: Object.fromEntries(tables.map(({ schema, floor }) => [schema.set, floor])),
      tombstones: Object.fromEntries(tables.map(({ schema, tombstones }) => [schema.set, Object.fromEntries(tombstones)])),
    },
  };
}

export function rowsOf(table: Table): readonly JsonObject[] {
  return [...table.rows.values()].map((stored) => stored.row);
}

/** Changes a table's columns. Delta tokens from before are of no use then. */
export function changeOrgSchema(org: Org, change: SchemaChange): void {
  const old = tableOf(org, change.set);
  const schema: TableSchema = changedColumns(old.schema, change);
  const table = newTable(schema, (org.version += 1));
  const named = (name: string): string => propertyOf({ name, type: old.columns.get(name)?.type ?? 'text' });
  for (const stored of old.rows.values())
    place(table, { ...stored, row: filled(changedRow(stored.row, change, named), change) }, undefined);
  table.putsFrom = org.version;
  for (const [id, version] of old.tombstones) table.tombstones.set(id, version);
  org.tables.set(change.set, table);
}

function filled(row: JsonObject, change: SchemaChange): JsonObject {
  if (change.kind !== 'add' || change.column.default === undefined) return row;
  const value: Json = change.column.default;
  return { ...row, [propertyOf(change.column)]: value };
}

export function tableOf(org: Org, set: string): Table {
  const table = org.tables.get(set);
  if (table === undefined) throw new Error(`There is no table "${set}". There are: ${[...org.tables.keys()].join(', ')}.`);
  return table;
}
