import type { Json, JsonObject } from '@concord/core';
import type { Answer } from '../wire/answer.ts';
import { emptyAnswer, jsonAnswer } from '../wire/answer.ts';
import { wholeSeconds } from '../wire/clock.ts';
import { wordsOf } from '../wire/json.ts';
import type { Operation, Work } from '../wire/operation.ts';
import type { ColumnSchema } from '../wire/schema.ts';
import { resourceOf } from './address.ts';
import { conflictWords, duplicateWords, errorAnswer, noneSelected, writeError } from './errors.ts';
import { raise } from './events.ts';
import { renderRow } from './list.ts';
import { COMPANY, etagOf, keyOf, MODIFIED, put, remove, violatedUnique } from './org.ts';
import type { Org, Stored, Table } from './org.ts';
import { readPayload, validate } from './payload.ts';
import { emptyOf } from './values.ts';

/** Answers `POST /data/CustomersV3`: the server fills what the client left out, and tells the whole row. */
export function answerCreate(org: Org, table: Table, operation: Operation, work: Work): Answer {
  const payload = readPayload(table, operation, 'create');
  if (payload.kind === 'fault') return payload.answer;
  const row = initial(org, table, payload.value);
  const valid = validate(org, table, row, row);
  if (valid.kind === 'fault') return valid.answer;
  const duplicate = table.rows.has(keyOf(table, row)) ? table.keyColumns : violatedUnique(table, keyOf(table, row), row);
  if (duplicate !== undefined) return duplicateAnswer(org, table, duplicate, row);
  const stored = put(org, table, row, undefined, work);
  raise(org, { table, message: 'OnExternalCreated', after: stored, changed: row, operation }, work);
  const body = {
    '@odata.context': `${operation.origin}/data/$metadata#${table.schema.set}/$entity`,
    ...renderRow(stored, [...table.columns.keys()]),
  };
  return jsonAnswer(201, body, { Location: encodeURI(`${operation.origin}/data/${resourceOf(table, stored)}`) });
}

/** Answers `PATCH`, and `PUT`, which was seen to be partial as well. There is no upsert. */
export function answerUpdate(org: Org, table: Table, before: Stored | undefined, operation: Operation, work: Work): Answer {
  const refusal = before === undefined ? noneSelected() : stale(org, table, before, operation);
  if (refusal !== undefined || before === undefined) return refusal ?? noneSelected();
  const payload = readPayload(table, operation, 'update');
  if (payload.kind === 'fault') return payload.answer;
  const row = { ...before.row, ...payload.value, ...modified(org, table) };
  const valid = validate(org, table, row, payload.value);
  if (valid.kind === 'fault') return valid.answer;
  const duplicate = violatedUnique(table, before.key, row);
  if (duplicate !== undefined) return duplicateAnswer(org, table, duplicate, row);
  const stored = put(org, table, row, before, work);
  raise(org, { table, message: 'OnExternalUpdated', before, after: stored, changed: payload.value, operation }, work);
  return emptyAnswer(204);
}

export function answerDelete(org: Org, table: Table, before: Stored | undefined, operation: Operation, work: Work): Answer {
  if (before === undefined) return noneSelected();
  const refusal = stale(org, table, before, operation);
  if (refusal !== undefined) return refusal;
  remove(table, before, work);
  raise(org, { table, message: 'OnExternalDeleted', before, changed: {}, operation }, work);
  return emptyAnswer(204);
}

function stale(org: Org, table: Table, stored: Stored, operation: Operation): Answer | undefined {
  const match = operation.headers['if-match'];
  if (match === undefined || match === '*' || org.settings.ifMatch === 'ignored') return undefined;
  return match === etagOf(stored) ? undefined : staleAnswer(org, table);
}

export function staleAnswer(org: Org, table: Table | undefined): Answer {
  const schema = table?.schema ?? { set: '', name: 'record', columns: [] };
  if (org.settings.staleAs === '400') return writeError(400, schema, conflictWords(schema));
  return errorAnswer(Number(org.settings.staleAs), 'The record has been changed by another user.', 'System.Web.Http.HttpResponseException');
}

/** A new row: what was given, then numbers from sequences, defaults, and the empty value of each type. */
function initial(org: Org, table: Table, given: JsonObject): JsonObject {
  const row: Record<string, Json> = {};
  for (const column of table.columns.values()) row[column.name] = given[column.name] ?? column.default ?? emptyOf(column);
  if (table.columns.has(COMPANY) && row[COMPANY] === '') row[COMPANY] = org.settings.company;
  for (const column of table.columns.values())
    if (column.sequence !== undefined && row[column.name] === '') row[column.name] = numbered(table, column, row);
  return { ...row, ...modified(org, table) };
}

/** The next number; of a key, the next that no row has, since clients may have used numbers ahead of the sequence. */
function numbered(table: Table, column: ColumnSchema, row: JsonObject): string {
  const { prefix, digits } = column.sequence ?? { prefix: '', digits: 6 };
  let next = table.sequences.get(column.name) ?? 1;
  const text = (): string => `${prefix}${String(next).padStart(digits, '0')}`;
  while (column.key === true && table.rows.has(keyOf(table, { ...row, [column.name]: text() }))) next += 1;
  table.sequences.set(column.name, next + 1);
  return text();
}

const modified = (org: Org, table: Table): JsonObject =>
  table.columns.has(MODIFIED) ? { [MODIFIED]: wholeSeconds(org.services.clock.now()) } : {};

function duplicateAnswer(org: Org, table: Table, columns: readonly ColumnSchema[], row: JsonObject): Answer {
  const column = columns.find((one) => one.name !== COMPANY) ?? columns[0];
  const words =
    column === undefined ? 'Error: The record already exists.' : duplicateWords(table.schema, column, wordsOf(row[column.name]));
  return writeError(org.settings.errorStatus, table.schema, words);
}
