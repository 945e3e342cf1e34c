import type { JsonObject } from '@concord/core';
import { z } from 'zod';
import { isObject } from './json.ts';

const jsonObject = z.custom<JsonObject>(isObject, 'must be a JSON object');
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const columnSchema = z.strictObject({
  name: z.string().min(1),
  /** `enum` and `yesno` are F&O's; `money`, `choice`, `choices`, `lookup` Dataverse's. */
  type: z.enum([
    'text',
    'integer',
    'bigint',
    'decimal',
    'money',
    'double',
    'boolean',
    'yesno',
    'date',
    'datetime',
    'choice',
    'choices',
    'enum',
    'lookup',
    'guid',
  ]),
  label: z.string().optional(),
  /** Part of the F&O entity key. */
  key: z.boolean().optional(),
  /** In characters. */
  lengthMax: z.number().int().positive().optional(),
  /** Digits after the point. */
  precision: z.number().int().min(0).max(10).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  /** Of a choice: number and label. Of an F&O enum: position and symbol. */
  options: z.array(z.strictObject({ value: z.number().int(), label: z.string() })).optional(),
  /** The F&O enumeration's name, for example `SalesStatus`. */
  enumName: z.string().optional(),
  /** Computed by the server: a client's value is ignored. */
  readOnly: z.boolean().optional(),
  /** Can be given at a create only. */
  fixed: z.boolean().optional(),
  required: z.boolean().optional(),
  default: scalar.optional(),
  /** The server numbers rows that come without a value. */
  sequence: z.strictObject({ prefix: z.string(), digits: z.number().int().min(1).max(12), next: z.number().int().min(0) }).optional(),
  /** Dataverse: the sets that a look-up may point at, each by a navigation property. */
  targets: z.array(z.strictObject({ set: z.string(), navigation: z.string() })).optional(),
  /** F&O: the value must be found in that column of that set. */
  related: z.strictObject({ set: z.string(), column: z.string() }).optional(),
});

const tableSchema = z.strictObject({
  /** The name in the URL. */
  set: z.string().min(1),
  /** Dataverse: the logical name. F&O: the public entity name. */
  name: z.string().min(1),
  label: z.string().optional(),
  columns: z.array(columnSchema),
  /** Dataverse. */
  primaryId: z.string().optional(),
  primaryName: z.string().optional(),
  /** Columns whose values together are unique: alternate keys in Dataverse, unique indexes in F&O. */
  keys: z.array(z.strictObject({ name: z.string(), columns: z.array(z.string()).min(1) })).optional(),
  /** Dataverse; on unless told otherwise. */
  changeTracking: z.boolean().optional(),
  /** F&O: whether the entity shows `ModifiedDateTime`. */
  modifiedDateTime: z.boolean().optional(),
  /** F&O: the entity's name in the application tree, from which its virtual table is named. */
  entity: z.string().optional(),
  /** F&O: the root table, as messages name it. */
  table: z.string().optional(),
  tableId: z.number().int().optional(),
  /** F&O: business events raised when a column takes a value. */
  businessEvents: z
    .array(z.strictObject({ id: z.string(), column: z.string(), is: z.string(), fields: z.record(z.string(), z.string()) }))
    .optional(),
});

const seedSchema = z.strictObject({
  tables: z.array(tableSchema),
  /** By set name; each row as the system tells it. */
  rows: z.record(z.string(), z.array(jsonObject)),
  /** What a system remembers beside its rows: a dump has it, so that whoever followed goes on where they were. */
  marks: z
    .strictObject({
      /** Dataverse: the row version that was given last, and from where on the delta tokens of each set are good. */
      version: z.number().int().optional(),
      floors: z.record(z.string(), z.number().int()).optional(),
      /** Dataverse: by set and id, the version of a deletion. */
      tombstones: z.record(z.string(), z.record(z.string(), z.number().int())).optional(),
      /** F&O: the record number that was given last in each set. */
      recIds: z.record(z.string(), z.number().int()).optional(),
    })
    .optional(),
});

const schemaChange = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('add'), set: z.string(), column: columnSchema }),
  z.strictObject({ kind: z.literal('remove'), set: z.string(), column: z.string() }),
  z.strictObject({ kind: z.literal('rename'), set: z.string(), column: z.string(), to: z.string().min(1) }),
]);

export type ColumnSchema = z.infer<typeof columnSchema>;
export type ColumnType = ColumnSchema['type'];
export type TableSchema = z.infer<typeof tableSchema>;
/** Tables and rows in plain JSON. A table that is given is made anew; rows are put into their tables by key. */
export interface Seed {
  readonly tables: readonly TableSchema[];
  readonly rows: Readonly<Record<string, readonly JsonObject[]>>;
  readonly marks?: z.infer<typeof seedSchema>['marks'];
}
/** What an administrator does to a table while clients are at work. */
export type SchemaChange = z.infer<typeof schemaChange>;

/** Throws with the place of each mistake: a seed is part of the program that loads it. */
export function parseSeed(json: unknown): Seed {
  const parsed = seedSchema.safeParse(json);
  if (!parsed.success) throw new Error(`The seed is not valid. Correct it and load it again.\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

export function parseSchemaChange(json: unknown): SchemaChange {
  const parsed = schemaChange.safeParse(json);
  if (!parsed.success) throw new Error(`The schema change is not valid.\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** The columns after the change. Throws when the change does not fit the table. */
export function changedColumns(table: TableSchema, change: SchemaChange): TableSchema {
  const named = change.kind === 'add' ? change.column.name : change.column;
  const known = table.columns.some((column) => column.name === named);
  if (known === (change.kind === 'add')) throw new Error(`Column "${named}" is ${known ? 'already' : 'not'} in "${table.set}".`);
  if (change.kind === 'add') return { ...table, columns: [...table.columns, change.column] };
  if (change.kind === 'remove') return { ...table, columns: table.columns.filter((column) => column.name !== named) };
  return {
    ...table,
    columns: table.columns.map((column) => (column.name === named ? { ...column, name: change.to } : column)),
    ...(table.keys && {
      keys: table.keys.map((key) => ({ ...key, columns: key.columns.map((name) => (name === named ? change.to : name)) })),
    }),
  };
}

/** The row with a column taken out or under another name. */
export function changedRow(row: JsonObject, change: SchemaChange, named: (column: string) => string): JsonObject {
  if (change.kind === 'add') return row;
  const { [named(change.column)]: value, ...rest } = row;
  return change.kind === 'rename' && value !== undefined ? { ...rest, [named(change.to)]: value } : rest;
}
