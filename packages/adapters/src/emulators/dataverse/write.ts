import type { JsonObject } from '@concord/core';
import type { Answer } from '../wire/answer.ts';
import { emptyAnswer, jsonAnswer } from '../wire/answer.ts';
import { wholeSeconds } from '../wire/clock.ts';
import { wordsOf } from '../wire/json.ts';
import { preference } from '../wire/operation.ts';
import type { Operation, Work } from '../wire/operation.ts';
import { missingPlace } from './address.ts';
import type { Place } from './address.ts';
import { alreadyExists, badPayload, keyViolated, staleVersion } from './errors.ts';
import { linkOf } from './link.ts';
import { put, remove, violatedKey } from './org.ts';
import type { Org, Stored, Table } from './org.ts';
import { annotationsWanted, contextOf } from './paging.ts';
import { readPayload } from './payload.ts';
import { etagOf, renderRow, viewOf } from './render.ts';
import { raise } from './webhook.ts';

const NO_QUERY: ReadonlyMap<string, string> = new Map();

/** Answers `POST /accounts`. */
export function answerCreate(org: Org, table: Table, operation: Operation, work: Work): Answer {
  return create(org, { table, values: {}, words: '', byKey: false }, operation, work);
}

/** Answers `PATCH /accounts(…)`: an update, a create, or either, as the conditions of the request allow. */
export function answerPatch(org: Org, place: Place, operation: Operation, work: Work): Answer {
  const refusal = unmet(place, operation);
  if (refusal !== undefined) return refusal;
  return place.stored === undefined ? create(org, place, operation, work) : update(org, place, place.stored, operation, work);
}

/** Answers `DELETE /accounts(…)`. */
export function answerDelete(org: Org, place: Place, operation: Operation, work: Work): Answer {
  const { table, stored } = place;
  const refusal = unmet(place, operation);
  if (refusal !== undefined) return refusal;
  if (stored === undefined) return missingPlace(place);
  remove(org, table, stored, work);
  raise(org, { table, message: 'Delete', before: stored, changed: {}, operation }, work);
  return emptyAnswer(204);
}

/** Some clients write `null` for a header that they mean to leave out. */
function condition(operation: Operation, name: 'if-match' | 'if-none-match'): string | undefined {
  const value = operation.headers[name]?.trim();
  return value === undefined || value === '' || value === 'null' ? undefined : value;
}

/** The answer to a request whose conditions do not hold. */
function unmet({ table, stored, ...place }: Place, operation: Operation): Answer | undefined {
  const match = condition(operation, 'if-match');
  if (stored === undefined) return match === undefined ? undefined : missingPlace({ table, ...place });
  if (condition(operation, 'if-none-match') === '*') return alreadyExists();
  return match === undefined || match === '*' || match === etagOf(stored) ? undefined : staleVersion();
}

function create(org: Org, place: Place, operation: Operation, work: Work): Answer {
  const { table } = place;
  const payload = readPayload(org, table, operation.body, 'create');
  if (payload.kind === 'fault') return payload.answer;
  const given: JsonObject = { ...payload.value, ...place.values };
  const id = wordsOf(given[table.idColumn] ?? org.services.chance.guid());
  if (table.rows.has(id)) return alreadyExists();
  const refusal = missingRequired(table, given);
  if (refusal !== undefined) return refusal;
  const now = wholeSeconds(org.services.clock.now());
  const by = operation.principal.user;
  const row = {
    ...defaultsOf(table),
    ...given,
    [table.idColumn]: id,
    createdon: given['overriddencreatedon'] ?? now,
    modifiedon: now,
    _createdby_value: by,
    _modifiedby_value: by,
  };
  const violated = violatedKey(table, id, row);
  if (violated !== undefined)
    return keyViolated(
      violated.name,
      violated.columns.map((column) => column.name),
    );
  const stored = put(org, table, id, row, work);
  raise(org, { table, message: 'Create', after: stored, changed: row, operation }, work);
  return writtenAnswer(org, place, stored, operation, 201);
}

function update(org: Org, place: Place, before: Stored, operation: Operation, work: Work): Answer {
  const payload = readPayload(org, place.table, operation.body, 'update');
  if (payload.kind === 'fault') return payload.answer;
  // Values of the key by which the row was found are passed over.
  const given = Object.fromEntries(Object.entries(payload.value).filter(([name]) => !(name in place.values)));
  const stored = storeUpdate(org, place.table, before, given, operation, work);
  return 'status' in stored ? stored : writtenAnswer(org, place, stored, operation, 200);
}

/** Sets some values of a row. Values that stay the same also make a new version and raise events. */
export function storeUpdate(org: Org, table: Table, before: Stored, given: JsonObject, operation: Operation, work: Work): Stored | Answer {
  const row = { ...before.row, ...given, modifiedon: wholeSeconds(org.services.clock.now()), _modifiedby_value: operation.principal.user };
  const violated = violatedKey(table, before.id, row);
  if (violated !== undefined)
    return keyViolated(
      violated.name,
      violated.columns.map((column) => column.name),
    );
  const stored = put(org, table, before.id, row, work);
  raise(org, { table, message: 'Update', before, after: stored, changed: given, operation }, work);
  return stored;
}

export function defaultsOf(table: Table): JsonObject {
  return Object.fromEntries(
    [...table.properties].flatMap(([name, column]) => (column.default === undefined ? [] : [[name, column.default]])),
  );
}

function missingRequired(table: Table, given: JsonObject): Answer | undefined {
  for (const [name, column] of table.properties)
    if (column.required === true && column.default === undefined && (given[name] ?? null) === null)
      return badPayload(table.schema.set, `The required attribute '${column.name}' is missing a value.`);
  return undefined;
}

function writtenAnswer(org: Org, place: Place, stored: Stored, operation: Operation, status: 200 | 201): Answer {
  const { table } = place;
  const words = place.byKey ? place.words : stored.id;
  const headers = { 'OData-EntityId': linkOf(operation.origin, `${table.schema.set}(${words})`, NO_QUERY) };
  if (preference(operation, 'return') !== 'representation') return emptyAnswer(204, { ...headers, Location: headers['OData-EntityId'] });
  const view = viewOf(org, table, operation.query.get('$select'), operation.query.get('$expand'), annotationsWanted(operation));
  if (view.kind === 'fault') return view.answer;
  const body = { '@odata.context': `${contextOf(operation, table, view.value)}/$entity`, ...renderRow(org, stored, view.value) };
  return jsonAnswer(status, body, { ...headers, ETag: etagOf(stored), 'Preference-Applied': 'return=representation' });
}
