import type { Binding, Json, JsonObject, Key, Read, Row } from '@concord/core';
import { troubleOf } from './feed.ts';
import { isObject, objectsOf } from '../../shared/json/look.ts';
import type { ODataClient, ReadReply } from '../../shared/odata/client.ts';
import { literal, pathPredicate, query } from '../../shared/odata/literal.ts';
import { matches } from '../../shared/odata/told.ts';
import { isSchemaDrift } from './refusal.ts';
import { rowIn, selected } from './rows.ts';
import type { TableFacts } from './tables.ts';

/** A table and how to reach it. */
export interface Place {
  readonly client: ODataClient;
  readonly binding: Binding;
  readonly table: TableFacts;
}

/** Where one row is: by its id, or by an alternate key. */
export function addressOf({ binding, table }: Place, predicate: string): string {
  return `${binding.set}(${pathPredicate(predicate)})${query({ $select: selected(binding, table.id).join(',') })}`;
}

/** A row that is not mirrored is missing. */
export async function readRow(place: Place, key: Key): Promise<Read> {
  const read = await readAt(place, key);
  return read.kind === 'row' && !matches(read.row.columns, place.binding.where) ? { kind: 'missing' } : read;
}

/** The row at a key predicate, mirrored or not. */
export async function readAt(place: Place, predicate: string): Promise<Read> {
  const reply = await place.client.get(addressOf(place, predicate));
  if (reply.kind !== 'answer') return reply;
  if (reply.status === 404 && !isSchemaDrift(reply.words)) return { kind: 'missing' };
  const row = reply.status === 200 && isObject(reply.body) ? rowIn(reply.body, place.binding, place.table.id) : undefined;
  return row === undefined ? failed(reply) : { kind: 'row', row };
}

/** Filters compare text without case; the candidates are compared exactly here. */
const CANDIDATES_MAX = 50;

/** The first row in which each of the columns has this value. */
export async function findRow(place: Place, wanted: JsonObject): Promise<Read> {
  const filter = Object.entries(wanted).map(([name, value]) => `${name} eq ${valueOf(name, value)}`);
  const names = [...new Set([...selected(place.binding, place.table.id), ...Object.keys(wanted)])];
  const asked = query({ $select: names.join(','), $filter: filter.join(' and '), $top: String(CANDIDATES_MAX) });
  const reply = await place.client.get(`${place.binding.set}${asked}`);
  if (reply.kind !== 'answer') return reply;
  if (reply.status !== 200) return failed(reply);
  const row = objectsOf(reply.body, 'value').flatMap((json) => (matches(json, wanted) ? rowsOf(json, place) : []))[0];
  return row === undefined ? { kind: 'missing' } : { kind: 'row', row };
}

function rowsOf(json: JsonObject, { binding, table }: Place): readonly Row[] {
  const row = rowIn(json, binding, table.id);
  return row === undefined ? [] : [row];
}

/** A value as filters and key predicates write it: the GUID that a look-up column holds stands without quotes. */
export function valueOf(name: string, value: Json): string {
  return /^_\w+_value$/.test(name) && typeof value === 'string' ? value : literal(value);
}

function failed(answer: Extract<ReadReply, { kind: 'answer' }>): Read {
  return troubleOf(answer.status < 300 ? { status: answer.status, words: 'a row came without its id or its version' } : answer);
}
