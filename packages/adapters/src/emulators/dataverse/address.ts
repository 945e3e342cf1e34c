import { GUID } from '../wire/guid.ts';
import { wordsOf } from '../wire/json.ts';
import { parseKeyPredicate, parseResource } from '../wire/key-predicate.ts';
import type { Answer } from '../wire/answer.ts';
import type { Json, JsonObject } from '@concord/core';
import { accept } from './values.ts';
import { CODES, errorAnswer, fault, missingByKey, missingRow, ok } from './errors.ts';
import type { Checked } from './errors.ts';
import { keyText } from './org.ts';
import type { AlternateKey, Org, Stored, Table } from './org.ts';
import { propertyOf } from './standard-columns.ts';

/** What a URL points at: a row that is there, or the place where it would be. */
export interface Place {
  readonly table: Table;
  readonly stored?: Stored;
  /** The id or the alternate key's values, as a create would take them. */
  readonly values: JsonObject;
  /** The key as it is written in links: `accountnumber='A1'`, or the id. */
  readonly words: string;
  readonly byKey: boolean;
}

/** Finds the place that the text in the parentheses names. */
export function locate(table: Table, predicate: string): Checked<Place> {
  const key = parseKeyPredicate(predicate);
  if (key === undefined) return fault(badKey(table));
  if (key.kind === 'single') return GUID.test(key.value) ? ok(placeOfId(table, key.value.toLowerCase())) : fault(badKey(table));
  const id = key.values.get(table.idColumn);
  if (id !== undefined && key.values.size === 1 && GUID.test(id)) return ok(placeOfId(table, id.toLowerCase()));
  const found = table.keys.find(
    (one) => one.columns.length === key.values.size && one.columns.every((column) => valueOf(key.values, column) !== undefined),
  );
  return found === undefined ? fault(badKey(table)) : placeOfKey(table, found, key.values);
}

function placeOfId(table: Table, id: string): Place {
  const stored = table.rows.get(id);
  return { table, values: { [table.idColumn]: id }, words: id, byKey: false, ...(stored !== undefined && { stored }) };
}

function placeOfKey(table: Table, key: AlternateKey, given: ReadonlyMap<string, string>): Checked<Place> {
  const values: Record<string, Json> = {};
  for (const column of key.columns) {
    const raw = valueOf(given, column) ?? '';
    const accepted = accept(column, table.schema.name, NUMBERS.has(column.type) ? Number(raw) : raw);
    if (accepted.kind === 'bad') return fault(errorAnswer(400, accepted.code, accepted.words));
    values[propertyOf(column)] = accepted.value;
  }
  const text = keyText(key, (column) => values[propertyOf(column)]);
  const stored = table.rows.get((text !== undefined && key.ids.get(text)) || '');
  const words = key.columns.map((column) => `${propertyOf(column)}=${literal(values[propertyOf(column)])}`).join(',');
  return ok({ table, values, words, byKey: true, ...(stored !== undefined && { stored }) });
}

const NUMBERS = new Set(['integer', 'decimal', 'choice', 'bigint']);

const valueOf = (given: ReadonlyMap<string, string>, column: Parameters<typeof propertyOf>[0]): string | undefined =>
  given.get(propertyOf(column)) ?? given.get(column.name);

const literal = (value: Json | undefined): string =>
  typeof value === 'string' && !GUID.test(value) ? `'${value.replaceAll("'", "''")}'` : wordsOf(value);

export const missingPlace = (place: Place): Answer =>
  place.byKey ? missingByKey(place.table.schema.name) : missingRow(place.table.schema.name, place.words);

function badKey(table: Table): Answer {
  const entity = `Microsoft.Dynamics.CRM.${table.schema.name}`;
  return errorAnswer(
    400,
    CODES.query,
    `The key in the request URI is not valid for resource '${entity}'. Ensure that the names and number of key properties match the declared or alternate key properties for the resource '${entity}'.`,
  );
}

/** Finds the row that a link in a body names: `/accounts(…)`, relative or absolute. */
export function follow(org: Org, link: string, sets: readonly string[]): Checked<Stored> {
  const local = safeDecode(link)
    .replace(/^https?:\/\/[^/]+/i, '')
    .replace(/^\/?api\/data\/v9\.\d\//, '')
    .replace(/^\//, '');
  const resource = parseResource(local);
  const table = resource === undefined ? undefined : org.tables.get(resource.set);
  if (resource?.key === undefined || table === undefined || !sets.includes(resource.set))
    return fault(errorAnswer(400, CODES.payload, `The link '${link}' does not name a row of ${sets.join(' or ')}.`));
  const place = locate(table, resource.key);
  if (place.kind === 'fault') return place;
  return place.value.stored === undefined ? fault(missingPlace(place.value)) : ok(place.value.stored);
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
