import type { Answer } from '../wire/answer.ts';
import { emptyAnswer, jsonAnswer } from '../wire/answer.ts';
import { isObject, parseJson } from '../wire/json.ts';
import type { Operation, Work } from '../wire/operation.ts';
import { missingPlace } from './address.ts';
import type { Place } from './address.ts';
import { badPayload, CODES, errorAnswer, unknownProperty } from './errors.ts';
import { API } from './link.ts';
import type { Org } from './org.ts';
import { readBind } from './payload.ts';
import { etagOf } from './render.ts';
import { propertyOf } from './standard-columns.ts';
import { accept } from './values.ts';
import { storeUpdate } from './write.ts';

/** Answers `GET`, `PUT` and `DELETE` of `accounts(…)/name`, and `PUT` and `DELETE` of `accounts(…)/primarycontactid/$ref`. */
export function answerProperty(org: Org, place: Place, name: string, operation: Operation, work: Work): Answer {
  if (place.stored === undefined) return missingPlace(place);
  if (name.endsWith('/$ref')) return answerReference(org, place, name.slice(0, -'/$ref'.length), operation, work);
  if (operation.method === 'GET') return tellProperty(place, name, operation);
  const column = place.table.columns.get(name);
  if (column === undefined || column.type === 'lookup') return unknownProperty(place.table.schema.name, name);
  if (operation.method !== 'PUT' && operation.method !== 'DELETE') return methodRefused(operation.method);
  const body = operation.method === 'DELETE' ? { value: null } : parseJson(operation.body);
  const given = isObject(body) ? body['value'] : undefined;
  if (given === undefined) return badPayload(place.table.schema.set, 'Send {"value": …}.');
  const accepted = accept(column, place.table.schema.name, given);
  if (accepted.kind === 'bad') return errorAnswer(400, accepted.code, accepted.words);
  return set(org, place, column.readOnly === true ? {} : { [name]: accepted.value }, operation, work);
}

function answerReference(org: Org, place: Place, navigation: string, operation: Operation, work: Work): Answer {
  if (operation.method !== 'PUT' && operation.method !== 'DELETE') return methodRefused(operation.method);
  const body = operation.method === 'DELETE' ? { '@odata.id': null } : parseJson(operation.body);
  const link = readBind(org, place.table, navigation, isObject(body) ? body['@odata.id'] : undefined);
  if (link.kind === 'fault') return link.answer;
  return set(org, place, { [propertyOf(link.value.column)]: link.value.value }, operation, work);
}

function set(org: Org, place: Place, values: Parameters<typeof storeUpdate>[3], operation: Operation, work: Work): Answer {
  if (place.stored === undefined) return missingPlace(place);
  const stored = storeUpdate(org, place.table, place.stored, values, operation, work);
  return 'status' in stored ? stored : emptyAnswer(204);
}

function tellProperty({ table, stored, words }: Place, name: string, operation: Operation): Answer {
  if (stored === undefined || !table.properties.has(name)) return unknownProperty(table.schema.name, name);
  const value = stored.row[name] ?? null;
  if (value === null) return emptyAnswer(204);
  return jsonAnswer(
    200,
    { '@odata.context': `${operation.origin}${API}$metadata#${table.schema.set}(${words})/${name}`, value },
    { ETag: etagOf(stored) },
  );
}

export const methodRefused = (method: string): Answer => errorAnswer(405, CODES.notSupported, `The method ${method} is not allowed here.`);
