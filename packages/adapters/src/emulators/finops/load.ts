import type { Json, JsonObject } from '@concord/core';
import { wholeSeconds } from '../wire/clock.ts';
import { changedColumns, changedRow } from '../wire/schema.ts';
import type { SchemaChange, Seed } from '../wire/schema.ts';
import { etagOf, keyOf, MODIFIED, newTable, parseEtag, place } from './org.ts';
import type { Org, Table } from './org.ts';
import { emptyOf } from './values.ts';

/** Makes the seed's tables anew and puts its rows into their tables by key. Nothing is told to hooks. */
export function loadSeed(org: Org, seed: Seed): void {
  for (const schema of seed.tables) org.tables.set(schema.set, newTable(schema));
  for (const [set, rows] of Object.entries(seed.rows)) {
    const table = tableOf(org, set);
    for (const row of rows) loadRow(org, table, row);
  }
  for (const [set, last] of Object.entries(seed.marks?.recIds ?? {})) {
    const table = tableOf(org, set);
    table.recIdLast = Math.max(table.recIdLast, last);
  }
}

/** Rows that are imported have RecVersion 0, unless they bring the ETag that they were dumped with. */
function loadRow(org: Org, table: Table, given: JsonObject): void {
  const { '@odata.etag': etag, ...row } = given;
  const unknown = Object.keys(row).find((name) => !table.columns.has(name));
  if (unknown !== undefined) throw new Error(`A row of "${table.schema.set}" has a value for "${unknown}", which is not a column.`);
  const before = table.rows.get(keyOf(table, row));
  const whole: Record<string, Json> = {};
  for (const column of table.columns.values())
    whole[column.name] = row[column.name] ?? before?.row[column.name] ?? column.default ?? emptyOf(column);
  if (table.columns.has(MODIFIED) && row[MODIFIED] === undefined) whole[MODIFIED] = wholeSeconds(org.services.clock.now());
  const told = typeof etag === 'string' ? parseEtag(etag) : undefined;
  const recId = told?.recId ?? before?.recId ?? (table.recIdLast += 1);
  table.recIdLast = Math.max(table.recIdLast, recId);
  const recVersion = told?.recVersion ?? (before === undefined ? 0 : org.services.chance.int31());
  place(table, { key: keyOf(table, whole), ordinal: before?.ordinal ?? (org.ordinal += 1), recId, recVersion, row: whole }, before);
}

export function dumpSeed(org: Org): Seed {
  const tables = [...org.tables.values()];
  return {
    tables: tables.map(dumpedSchema),
    rows: Object.fromEntries(tables.map((table) => [table.schema.set, rowsOf(table)])),
    marks: { recIds: Object.fromEntries(tables.map(({ schema, recIdLast }) => [schema.set, recIdLast])) },
  };
}

/** With the number sequences where they stand now, so that no number is given twice. */
function dumpedSchema({ schema, sequences }: Table) {
  const columns = schema.columns.map((column) => {
    const next = sequences.get(column.name);
    return column.sequence === undefined || next === undefined ? column : { ...column, sequence: { ...column.sequence, next } };
  });
  return { ...schema, columns };
}

export function rowsOf(table: Table): readonly JsonObject[] {
  return [...table.rows.values()].map((stored) => ({ '@odata.etag': etagOf(stored), ...stored.row }));
}

export function changeOrgSchema(org: Org, change: SchemaChange): void {
  const old = tableOf(org, change.set);
  const table = newTable(changedColumns(old.schema, change));
  for (const stored of old.rows.values()) {
    const row = changedRow(stored.row, change, (name) => name);
    const whole = change.kind === 'add' ? { ...row, [change.column.name]: change.column.default ?? emptyOf(change.column) } : row;
    place(table, { ...stored, row: whole, key: keyOf(table, whole) }, undefined);
  }
  for (const [column, next] of old.sequences) if (table.sequences.has(column)) table.sequences.set(column, next);
  table.recIdLast = old.recIdLast;
  org.tables.set(change.set, table);
}

export function tableOf(org: Org, set: string): Table {
  const table = org.tables.get(set);
  if (table === undefined) throw new Error(`There is no table "${set}". There are: ${[...org.tables.keys()].join(', ')}.`);
  return table;
}
