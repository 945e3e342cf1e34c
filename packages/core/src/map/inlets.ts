import type { SystemId } from '../ids.ts';
import type { Json, JsonObject } from '../values.ts';
import type { Table } from './compile.ts';
import { must } from '../errors/must.ts';
import type { Columns } from './translate.ts';
import type { Transformed } from './transform.ts';

/** By field, what its transform made of the row: translation reads this in place of the column. A field that is missing was not told. */
export type Inlets = ReadonlyMap<string, Transformed>;

export const NO_INLETS: Inlets = new Map();

/**
 * Runs the transforms of a row before it is translated. An empty column stays empty. A field whose transform reads a column that was not
 * told is not told either: half of what it needs would look like an edit.
 */
export async function openInlets(table: Table, system: SystemId, columns: JsonObject): Promise<Inlets> {
  const transforms = table.rules.from[system];
  if (!transforms || transforms.size === 0) return NO_INLETS;
  const inlets = new Map<string, Transformed>();
  for (const [field, { run, columns: others }] of transforms) {
    const json = columns[columnOf(table, field, system)];
    if (json === undefined || others.some((name) => columns[name] === undefined)) continue;
    inlets.set(field, isEmpty(json) ? { json } : await run(json, pick(columns, others)));
  }
  return inlets;
}

/** Runs the transforms of a write after it was translated. An empty value is written as the system writes empty. */
export async function passOutlets(table: Table, system: SystemId, told: Columns): Promise<Columns> {
  const transforms = table.rules.to[system];
  if (told.kind !== 'columns' || !transforms || transforms.size === 0) return told;
  const columns: Record<string, Json> = { ...told.columns };
  const unfit: Record<string, string> = {};
  for (const [field, { run }] of transforms) {
    const column = columnOf(table, field, system, 'write');
    const json = told.columns[column];
    if (json === undefined || isEmpty(json)) continue;
    const written = await run(json, {});
    if ('fault' in written) unfit[registerOf(table, field)] = `${field} could not be transformed for ${column}: ${written.fault}`;
    else if (isEmpty(written.json)) unfit[registerOf(table, field)] = `${field} is not empty, but its transform for ${column} makes it so`;
    else columns[column] = written.json;
  }
  return Object.keys(unfit).length > 0 ? { kind: 'not-representable', registers: unfit } : { kind: 'columns', columns };
}

function registerOf(table: Table, field: string): string {
  const register = table.map.registers.find(({ fields }) => fields.some(({ name }) => name === field));
  return must(register, 'a field with a transform is in a register').name;
}

function columnOf(table: Table, field: string, system: SystemId, way?: 'write'): string {
  const maps = table.map.registers.flatMap((register) => register.fields);
  const side = must(maps.find(({ name }) => name === field)?.sides[system], 'a field with a transform has a column');
  return (way === 'write' ? side.write : undefined) ?? side.column;
}

/** Systems cannot tell an empty text from none. */
function isEmpty(json: Json): boolean {
  return json === null || json === '';
}

function pick(columns: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.flatMap((name) => (columns[name] === undefined ? [] : [[name, columns[name]] as const])));
}
