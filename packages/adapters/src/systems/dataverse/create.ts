import type { Binding, Json, JsonObject, Outcome, Write } from '@concord/core';
import type { WriteReply } from '../../shared/odata/client.ts';
import { traced } from '../../shared/odata/traced.ts';
import { addressOf, findRow, readAt, valueOf } from './read.ts';
import type { Place } from './read.ts';
import { verdictOf } from './refusal.ts';
import { tagged, TOLD, written } from './write.ts';

/**
 * Creates a row at most once: what carries our id is found first, and a natural key is created on the condition that it does not exist.
 * Only where the table has no such alternate key is it looked up and then created.
 */
export async function create(place: Place, write: Write): Promise<Outcome> {
  const { correlation } = write;
  const carried = correlation && (await existing(place, { [correlation.column]: correlation.value }));
  if (carried && carried.kind !== 'missing') return carried;
  const match = readable(write.match ?? {}, place.binding);
  if (match === undefined) return post(place, write, {});
  const predicate = Object.entries(match)
    .map(([name, value]) => `${name}=${valueOf(name, value)}`)
    .join(',');
  const at = tagged(addressOf(place, predicate), write.tag);
  const reply = await place.client.write('PATCH', at, { ...TOLD, 'if-none-match': '*', ...traced(write) }, write.columns);
  return outcome(place, write, match, predicate, reply);
}

async function outcome(place: Place, write: Write, match: JsonObject, predicate: string | undefined, reply: WriteReply): Promise<Outcome> {
  if (reply.kind === 'lost') return { ...reply, kind: 'unknown' };
  if (reply.kind !== 'answer') return reply;
  const verdict = verdictOf(reply, write);
  switch (verdict.kind) {
    case 'done':
      return written(place, write, predicate ?? '', reply);
    case 'exists':
      return met(place, match, predicate);
    case 'no-such-key':
      return predicate === undefined ? { kind: 'refused', why: 'schema-drift', words: reply.words } : lookUpThenPost(place, write, match);
    case 'refused':
    case 'unknown':
      return verdict;
    default:
      return { kind: 'unknown', words: reply.words };
  }
}

async function lookUpThenPost(place: Place, write: Write, match: JsonObject): Promise<Outcome> {
  const found = await existing(place, match);
  return found.kind === 'missing' ? post(place, write, match) : found;
}

async function post(place: Place, write: Write, match: JsonObject): Promise<Outcome> {
  const at = tagged(addressOf(place, '').replace('()', ''), write.tag);
  return outcome(place, write, match, undefined, await place.client.write('POST', at, { ...TOLD, ...traced(write) }, write.columns));
}

/** The row that stood in the way. */
async function met(place: Place, match: JsonObject, predicate: string | undefined): Promise<Outcome> {
  if (predicate === undefined) return Object.keys(match).length === 0 ? { kind: 'exists' } : foundOr(place, match);
  const read = await readAt(place, predicate);
  return read.kind === 'row' ? { kind: 'exists', row: read.row } : { kind: 'exists' };
}

async function foundOr(place: Place, match: JsonObject): Promise<Outcome> {
  const found = await existing(place, match);
  return found.kind === 'missing' ? { kind: 'exists' } : found;
}

async function existing(place: Place, wanted: JsonObject): Promise<Outcome> {
  const read = await findRow(place, wanted);
  return read.kind === 'row' ? { kind: 'exists', row: read.row } : read;
}

/**
 * The natural key in columns that can be read. A look-up is written as `customerid_account@odata.bind` and read as `_customerid_value`:
 * the navigation property is the column's name, followed by the table's where it may point at several. `undefined`: not all could be told.
 */
function readable(match: JsonObject, binding: Binding): JsonObject | undefined {
  const pairs = Object.entries(match).map(([name, value]) =>
    name.endsWith('@odata.bind') ? lookUp(name, value, binding) : ([name, value] as const),
  );
  const told = pairs.filter((pair) => pair !== undefined);
  return told.length === pairs.length && told.length > 0 ? Object.fromEntries(told) : undefined;
}

function lookUp(name: string, value: Json, binding: Binding): readonly [string, string] | undefined {
  const navigation = name.replace('@odata.bind', '').toLowerCase();
  const column = binding.columns.find((candidate) => {
    const own = /^_(\w+)_value$/.exec(candidate)?.[1];
    return own !== undefined && (navigation === own || navigation.startsWith(`${own}_`));
  });
  const id = typeof value === 'string' ? /\(([0-9a-f-]{36})\)$/i.exec(value)?.[1] : undefined;
  return column === undefined || id === undefined ? undefined : [column, id.toLowerCase()];
}
