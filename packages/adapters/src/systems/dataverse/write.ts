import type { Key, Outcome, Write } from '@concord/core';
import { keyOf, must } from '@concord/core';
import { isObject } from '../../shared/json/look.ts';
import type { WriteReply } from '../../shared/odata/client.ts';
import { traced } from '../../shared/odata/traced.ts';
import { addressOf, readAt } from './read.ts';
import type { Place } from './read.ts';
import { verdictOf } from './refusal.ts';
import { rowIn } from './rows.ts';

/** Updates or deletes a row that must still be in the expected version. */
export async function change(place: Place, write: Write): Promise<Outcome> {
  const key = must(write.key, 'an update or delete names its row');
  // Without If-Match an update of a row that is gone would make it anew.
  const headers = { 'if-match': write.expected ?? '*', ...TOLD, ...traced(write) };
  const at = tagged(addressOf(place, key), write.tag);
  const reply =
    write.kind === 'delete'
      ? await place.client.write('DELETE', at, headers)
      : await place.client.write('PATCH', at, headers, write.columns);
  return outcome(place, write, key, reply);
}

/** Makes the service answer a write with the stored row. */
export const TOLD = { prefer: 'return=representation' } as const;

/** Marks a write as ours: the mark comes along in every hook and plug-in that it sets off. */
export function tagged(at: string, tag: string): string {
  return `${at}${at.includes('?') ? '&' : '?'}tag=${encodeURIComponent(tag)}`;
}

async function outcome(place: Place, write: Write, predicate: string, reply: WriteReply): Promise<Outcome> {
  if (reply.kind === 'lost') return { ...reply, kind: 'unknown' };
  if (reply.kind !== 'answer') return reply;
  const verdict = verdictOf(reply, write);
  switch (verdict.kind) {
    case 'done':
      return write.kind === 'delete' ? { kind: 'removed' } : written(place, write, predicate, reply);
    case 'stale':
      return stale(place, predicate);
    case 'missing-something':
      return missingSomething(place, predicate, verdict.words);
    case 'exists':
      return { kind: 'refused', why: 'duplicate-key', words: reply.words };
    case 'no-such-key':
      return { kind: 'refused', why: 'schema-drift', words: reply.words };
    default:
      return verdict;
  }
}

/** The row that the answer tells; one that it does not tell is read, and was written also where that cannot be done. */
export async function written(
  place: Place,
  { key: known }: Write,
  predicate: string,
  answer: Extract<WriteReply, { kind: 'answer' }>,
): Promise<Outcome> {
  const told = isObject(answer.body) ? rowIn(answer.body, place.binding, place.table.id) : undefined;
  if (told !== undefined) return { kind: 'written', key: told.key, version: told.version, columns: told.columns };
  const key = known ?? idIn(answer.headers);
  const read = await readAt(place, key ?? predicate);
  if (read.kind === 'row')
    return { kind: 'written', key: read.row.key, version: read.row.version, columns: read.row.columns, readLater: true };
  return key === undefined ? { kind: 'unknown', words: 'the row was made, but nobody could tell its id' } : { kind: 'applied', key };
}

/** `OData-EntityId: https://…/accounts(<id>)` names a row whose body was not sent. */
function idIn(headers: Readonly<Record<string, string>>): Key | undefined {
  const id = /\(([0-9a-f-]{36})\)$/i.exec(headers['odata-entityid'] ?? '')?.[1];
  return id === undefined ? undefined : keyOf(id.toLowerCase());
}

async function stale(place: Place, predicate: string): Promise<Outcome> {
  const read = await readAt(place, predicate);
  if (read.kind === 'missing') return read;
  return read.kind === 'row' ? { kind: 'stale', row: read.row } : { kind: 'stale' };
}

async function missingSomething(place: Place, predicate: string, words: string): Promise<Outcome> {
  const read = await readAt(place, predicate);
  if (read.kind === 'missing') return read;
  return read.kind === 'row' ? { kind: 'refused', why: 'reference-missing', words } : read;
}
