import type { JsonObject, Key, Read } from '@concord/core';
import { isObject, objectsOf } from '../../shared/json/look.ts';
import type { ReadReply } from '../../shared/odata/client.ts';
import { literal } from '../../shared/odata/literal.ts';
import { matches } from '../../shared/odata/told.ts';
import { addressOf, filterOf } from './place.ts';
import type { Place } from './place.ts';
import { isSchemaDrift } from './refusal.ts';
import { rowIn, selected } from './rows.ts';

/** A row that is not mirrored is missing. */
export async function readRow(place: Place, key: Key): Promise<Read> {
  const read = await readAt(place, key);
  return read.kind === 'row' && !matches(read.row.columns, place.binding.where) ? { kind: 'missing' } : read;
}

/** The row at a key predicate, mirrored or not. */
export async function readAt(place: Place, predicate: string): Promise<Read> {
  const reply = await place.client.get(addressOf(place, predicate, { $select: selected(place).join(',') }));
  if (reply.kind !== 'answer') return reply;
  if (reply.status === 404 && !isSchemaDrift(reply.words)) return { kind: 'missing' };
  const row = reply.status === 200 && isObject(reply.body) ? rowIn(reply.body, place) : undefined;
  return row === undefined ? failed(reply) : { kind: 'row', row };
}

/** A `*` in a filter's text stands for anything, and case does not count: the candidates are compared exactly here. */
const CANDIDATES_MAX = 50;

/** The first row of the company in which each of the columns has this value. */
export async function findRow(place: Place, wanted: JsonObject): Promise<Read> {
  const $filter = filterOf(place, ...Object.entries(wanted).map(([name, value]) => `${name} eq ${literal(value)}`));
  const $select = [...new Set([...selected(place), ...Object.keys(wanted)])].join(',');
  const reply = await place.client.get(addressOf(place, undefined, { $filter, $select, $top: String(CANDIDATES_MAX) }));
  if (reply.kind !== 'answer') return reply;
  if (reply.status !== 200) return failed(reply);
  const found = objectsOf(reply.body, 'value').find((json) => matches(json, wanted));
  const row = found && rowIn(found, place);
  return row === undefined ? { kind: 'missing' } : { kind: 'row', row };
}

function failed(answer: Extract<ReadReply, { kind: 'answer' }>): Read {
  if (answer.status === 403) return { kind: 'denied', words: answer.words };
  if (answer.status < 300) return { kind: 'unreachable', words: 'a row came without its key or its version' };
  return { kind: isSchemaDrift(answer.words) ? 'drifted' : 'unreachable', words: answer.words };
}
