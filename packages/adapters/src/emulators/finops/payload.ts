import type { Json, JsonObject } from '@concord/core';
import { isObject, parseJson, wordsOf } from '../wire/json.ts';
import type { Operation } from '../wire/operation.ts';
import { errorAnswer, fault, labelOf, mandatoryWords, odataError, ok, unrelatedWords, writeError } from './errors.ts';
import type { Checked } from './errors.ts';
import { COMPANY } from './org.ts';
import type { Org, Table } from './org.ts';
import { accept, emptyOf } from './values.ts';

/** Reads a body into stored values. Values of computed columns are passed over, and at an update those of the key and other fixed ones. */
export function readPayload(table: Table, operation: Operation, writing: 'create' | 'update'): Checked<JsonObject> {
  const json = parseJson(operation.body);
  if (!isObject(json)) return fault(odataError('The body is not a JSON object.'));
  const values: Record<string, Json> = {};
  for (const [name, given] of Object.entries(json)) {
    if (name.includes('@')) continue;
    const column = table.columns.get(name);
    if (column === undefined) return fault(undeclared(table, name));
    const accepted = accept(column, given);
    if (accepted.kind === 'bad') return fault(odataError(accepted.words));
    const fixed = writing === 'update' && (column.key === true || column.fixed === true);
    if (column.readOnly !== true && !fixed) values[name] = name === COMPANY ? wordsOf(accepted.value).toLowerCase() : accepted.value;
  }
  return ok(values);
}

const undeclared = (table: Table, name: string) =>
  errorAnswer(
    400,
    `The property '${name}' does not exist on type 'Microsoft.Dynamics.DataEntities.${table.schema.name}'. Make sure to only use property names that are defined by the type.`,
    'Microsoft.OData.ODataException',
  );

/** What the business logic finds wrong with a row: fields that must be filled in, values that nothing stands behind. */
export function validate(org: Org, table: Table, row: JsonObject, changed: JsonObject): Checked<undefined> {
  for (const column of table.columns.values()) {
    const value = row[column.name];
    const empty = value === undefined || value === emptyOf(column);
    if (column.required === true && empty) return refuse(org, table, mandatoryWords(table.schema, column));
    if (column.related === undefined || empty || !(column.name in changed)) continue;
    const related = org.tables.get(column.related.set);
    if (related !== undefined && !found(related, column.related.column, row, wordsOf(value)))
      return refuse(org, table, unrelatedWords(column, wordsOf(value), labelOf(related.schema)));
  }
  return ok(undefined);
}

const refuse = (org: Org, table: Table, words: string): Checked<never> => fault(writeError(org.settings.errorStatus, table.schema, words));

/** Looks by key where the related column completes it, which is nearly always so. */
function found(related: Table, name: string, row: JsonObject, value: string): boolean {
  const others = related.keyColumns.filter((column) => column.name !== name);
  if (others.length < related.keyColumns.length && others.every((column) => column.name === COMPANY)) {
    const key = related.keyColumns.map((column) => (column.name === name ? value : wordsOf(row[COMPANY])).toLowerCase());
    return related.rows.has(JSON.stringify(key));
  }
  return [...related.rows.values()].some(
    (stored) => wordsOf(stored.row[name]).toLowerCase() === value.toLowerCase() && stored.row[COMPANY] === row[COMPANY],
  );
}
