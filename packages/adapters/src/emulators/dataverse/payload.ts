import type { Json, JsonObject } from '@concord/core';
import { isObject, parseJson } from '../wire/json.ts';
import type { ColumnSchema } from '../wire/schema.ts';
import { follow } from './address.ts';
import { badPayload, errorAnswer, fault, ok } from './errors.ts';
import type { Checked } from './errors.ts';
import type { Org, Table } from './org.ts';
import { propertyOf } from './standard-columns.ts';
import { accept } from './values.ts';

const BIND = '@odata.bind';

/** Reads a body into stored values by their names in JSON. Values of computed columns are passed over. */
export function readPayload(org: Org, table: Table, body: string, writing: 'create' | 'update'): Checked<JsonObject> {
  const json = body === '' ? {} : parseJson(body);
  if (!isObject(json)) return fault(badPayload(table.schema.set, 'The body is not a JSON object.'));
  const values: Record<string, Json> = {};
  for (const [name, given] of Object.entries(json)) {
    const read = readMember(org, table, name, given);
    if (read.kind === 'fault') return read;
    if (read.value === undefined || passedOver(read.value.column, table, writing)) continue;
    values[propertyOf(read.value.column)] = read.value.value;
  }
  return ok(values);
}

interface Member {
  readonly column: ColumnSchema;
  readonly value: Json;
}

const passedOver = (column: ColumnSchema, table: Table, writing: 'create' | 'update'): boolean =>
  column.readOnly === true || (writing === 'update' && (column.fixed === true || column.name === table.idColumn));

function readMember(org: Org, table: Table, name: string, given: Json): Checked<Member | undefined> {
  if (name.endsWith(BIND)) return readBind(org, table, name.slice(0, -BIND.length), given);
  if (name.includes('@')) return ok(undefined);
  const lookUp = table.properties.get(name)?.type === 'lookup' || table.columns.get(name)?.type === 'lookup';
  if (lookUp)
    return fault(
      badPayload(table.schema.set, 'CRM do not support direct update of Entity Reference properties, Use Navigation properties instead.'),
    );
  const column = table.columns.get(name);
  if (column === undefined) return fault(undeclared(table, name));
  const accepted = accept(column, table.schema.name, given);
  return accepted.kind === 'bad' ? fault(errorAnswer(400, accepted.code, accepted.words)) : ok({ column, value: accepted.value });
}

/** `null` empties a look-up; a link points it at another row. */
export function readBind(org: Org, table: Table, navigation: string, given: Json | undefined): Checked<Member> {
  const column = columnOfNavigation(table, navigation);
  const target = column?.targets?.find((one) => one.navigation === navigation);
  if (column === undefined || target === undefined) return fault(undeclared(table, navigation));
  if (given === null) return ok({ column, value: null });
  if (typeof given !== 'string') return fault(badPayload(table.schema.set, `'${navigation}${BIND}' takes a link or null.`));
  const found = follow(org, given, [target.set]);
  return found.kind === 'fault' ? found : ok({ column, value: found.value.id });
}

export const columnOfNavigation = (table: Table, navigation: string): ColumnSchema | undefined =>
  [...table.columns.values()].find((column) => navigation !== '' && column.targets?.some((target) => target.navigation === navigation));

const undeclared = (table: Table, name: string) =>
  badPayload(
    table.schema.set,
    `Microsoft.OData.ODataException: The property '${name}' does not exist on type 'Microsoft.Dynamics.CRM.${table.schema.name}'. Make sure to only use property names that are defined by the type.`,
  );
