import { keyOf } from '@concord/core';
import type { JsonObject, Outcome, Write } from '@concord/core';
import { isObject } from '../../shared/json/look.ts';
import type { WriteReply } from '../../shared/odata/client.ts';
import { traced } from '../../shared/odata/traced.ts';
import { addressOf, companyOf, predicateOf } from './place.ts';
import type { Place } from './place.ts';
import { findRow, readAt } from './read.ts';
import { verdictOf } from './refusal.ts';
import { rowIn } from './rows.ts';

/**
 * Creates a row at most once. What carries our id is looked for first: the service numbers orders itself, and a lost answer must never make
 * a second one. A row that the key itself tells apart is refused by the service, and read then.
 */
export async function create(place: Place, write: Write): Promise<Outcome> {
  const columns = { ...companyOf(place), ...write.columns };
  const predicate = predicateOf(place.table.keys, columns);
  for (const wanted of lookedFor(write, predicate)) {
    const found = await existing(place, wanted);
    if (found.kind !== 'missing') return found;
  }
  return outcome(place, write, predicate, await place.client.write('POST', addressOf(place, undefined), traced(write), columns));
}

/** What must not be there yet: a row with our id; and one with the natural key, where the service would not refuse it by itself. */
function lookedFor({ correlation, match = {} }: Write, predicate: string | undefined): readonly JsonObject[] {
  const carried = correlation ? [{ [correlation.column]: correlation.value }] : [];
  return predicate === undefined && Object.keys(match).length > 0 ? [...carried, match] : carried;
}

async function outcome(place: Place, write: Write, predicate: string | undefined, reply: WriteReply): Promise<Outcome> {
  if (reply.kind === 'lost') return { ...reply, kind: 'unknown' };
  if (reply.kind !== 'answer') return reply;
  const verdict = verdictOf(reply, write);
  if (verdict.kind === 'exists') return met(place, predicate);
  if (verdict.kind === 'missing' || verdict.kind === 'stale') return { kind: 'refused', why: 'validation-rejected', words: reply.words };
  if (verdict.kind !== 'done') return verdict;
  // The service fills many columns of a new row by itself: its answer is what is stored.
  const row = isObject(reply.body) ? rowIn(reply.body, place) : undefined;
  if (row === undefined && predicate !== undefined) return { kind: 'applied', key: keyOf(predicate) };
  if (row === undefined) return { kind: 'unknown', words: 'the row was created, but the answer does not tell its key' };
  return { kind: 'written', key: row.key, version: row.version, columns: row.columns };
}

/** The row that stood in the way. */
async function met(place: Place, predicate: string | undefined): Promise<Outcome> {
  const read = predicate === undefined ? undefined : await readAt(place, predicate);
  return read?.kind === 'row' ? { kind: 'exists', row: read.row } : { kind: 'exists' };
}

async function existing(place: Place, wanted: JsonObject): Promise<Outcome> {
  const read = await findRow(place, wanted);
  return read.kind === 'row' ? { kind: 'exists', row: read.row } : read;
}
