import { keyOf, must } from '@concord/core';
import type { Outcome, Write } from '@concord/core';
import type { WriteReply } from '../../shared/odata/client.ts';
import { traced } from '../../shared/odata/traced.ts';
import { addressOf } from './place.ts';
import type { Place } from './place.ts';
import { wordsOf } from './options.ts';
import { readAt } from './read.ts';
import { verdictOf } from './refusal.ts';

/** Updates or deletes a row that must still be in the expected version. */
export async function change(place: Place, write: Write): Promise<Outcome> {
  const predicate = must(write.key, 'an update or delete names its row');
  const words = wordsOf(place.binding);
  const moved = 'concurrency' in words && words.concurrency === 'verify-after-write' ? await movedOn(place, write, predicate) : undefined;
  if (moved) return moved;
  const headers = { ...(write.expected === undefined ? {} : { 'if-match': write.expected }), ...traced(write) };
  const at = addressOf(place, predicate);
  const reply =
    write.kind === 'delete'
      ? await place.client.write('DELETE', at, headers)
      : await place.client.write('PATCH', at, headers, write.columns);
  return outcome(place, write, predicate, reply);
}

/** For entities that are not known to heed `If-Match`: the row is compared before the write. `undefined`: it is as expected. */
async function movedOn(place: Place, write: Write, predicate: string): Promise<Outcome | undefined> {
  const read = await readAt(place, predicate);
  if (read.kind !== 'row') return read;
  return write.expected === undefined || read.row.version === write.expected ? undefined : { kind: 'stale', row: read.row };
}

async function outcome(place: Place, write: Write, predicate: string, reply: WriteReply): Promise<Outcome> {
  if (reply.kind === 'lost') return { ...reply, kind: 'unknown' };
  if (reply.kind !== 'answer') return reply;
  const verdict = verdictOf(reply, write);
  if (verdict.kind === 'done') return write.kind === 'delete' ? { kind: 'removed' } : readBack(place, predicate, reply.headers['etag']);
  return verdict.kind === 'stale' ? stale(place, predicate) : verdict;
}

/**
 * The answer to an update has no body, so the row is read. Unless it is in the version that the answer told, somebody else's edit may be among its
 * columns. Where it cannot be read, or is gone by now, the update was accepted all the same.
 */
async function readBack(place: Place, predicate: string, told: string | undefined): Promise<Outcome> {
  const read = await readAt(place, predicate);
  if (read.kind !== 'row') return { kind: 'applied', key: keyOf(predicate) };
  const { key, version, columns } = read.row;
  return { kind: 'written', key, version, columns, ...(told === version ? {} : { readLater: true }) };
}

async function stale(place: Place, predicate: string): Promise<Outcome> {
  const read = await readAt(place, predicate);
  if (read.kind === 'missing') return read;
  return read.kind === 'row' ? { kind: 'stale', row: read.row } : { kind: 'stale' };
}
