import {
  ConcordError,
  changesOf,
  difference,
  LIFE,
  must,
  versionsAt,
  type Epoch,
  type Ledger,
  type RecordState,
  type VersionAsk,
  type VersionTold,
} from '@concord/core';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { instantOf } from '../views/values.ts';
import { recordFor } from './find.ts';
import { instantIn } from './instant.ts';
import { steadily } from './steadily.ts';

const params = Type.Object({ id: Type.String({ maxLength: 100 }) });
export const versionAsked = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'A number, the hash of a change, or an ISO 8601 instant',
});
const scoped = { scoped: true };

const NUMBER = /^\d{1,9}$/u;
const HASH = /^[0-9a-f]{64}$/u;

/** A record as it was, and what changed between two of its versions. */
export function versionRoutes(app: App, { ledger }: Rooms): void {
  /** Throws RECORD_UNKNOWN, too. */
  const find = async (request: FastifyRequest, id: string, asked: readonly string[]): Promise<readonly VersionTold[]> =>
    versionsOf(ledger, await recordFor(ledger, request, id), asked, (hash) => app.shown.hash(request, hash));

  app.get(
    '/v1/records/:id/version',
    { config: scoped, schema: { params, querystring: Type.Object({ at: versionAsked }) } },
    async (request) => {
      const [found] = await find(request, request.params.id, [request.query.at]);
      return tell(must(found, 'one for each that was asked'));
    },
  );

  const between = Type.Object({ from: versionAsked, to: versionAsked });
  app.get('/v1/records/:id/diff', { config: scoped, schema: { params, querystring: between } }, async (request) => {
    const [from, to] = await find(request, request.params.id, [request.query.from, request.query.to]);
    const [before, after] = [must(from, 'the first that was asked'), must(to, 'the second')];
    return { from: before.seq, to: after.seq, patch: difference(before, after) };
  });
}

/**
 * The versions that are asked for, each as it was; `hashAs` is how the caller knows a hash. Throws REQUEST_WRONG, VERSION_UNKNOWN and
 * VERSION_COMPACTED.
 */
export async function versionsOf(
  ledger: Ledger,
  record: RecordState,
  asked: readonly string[],
  hashAs: (hash: string) => string,
): Promise<readonly VersionTold[]> {
  const asks = await Promise.all(asked.map((words) => steadily(() => askOf(ledger, record, words, hashAs))));
  const found = await steadily(() => versionsAt(changesOf(ledger, record.id), asks));
  for (const [index, ask] of asks.entries()) if (!found[index]) await refuse(ledger, record, ask, asked[index] ?? '');
  return found.map((one) => must(one, 'what was not found was refused'));
}

/** Says whether there is no such version, or none any more. */
async function refuse(ledger: Ledger, record: RecordState, ask: VersionAsk, words: string): Promise<never> {
  const [first] = (await ledger.changes(record.id, { limit: 1 })).items;
  if (first?.epoch && mayBeBefore(first.epoch, ask))
    throw new ConcordError('VERSION_COMPACTED', { record: record.id, version: words, before: instantOf(first.stamp), first: first.seq });
  throw new ConcordError('VERSION_UNKNOWN', { record: record.id, version: words, first: first?.seq ?? 1, versions: record.seq });
}

/** Of a hash that is not there nobody can tell any more whether it was. */
function mayBeBefore({ changes, fromMs }: Epoch, ask: VersionAsk): boolean {
  if ('seq' in ask) return ask.seq > 0 && ask.seq < changes;
  return 'hash' in ask || ask.atMs >= fromMs;
}

/** Throws REQUEST_WRONG. */
async function askOf(ledger: Ledger, { id }: RecordState, words: string, hashAs: (hash: string) => string): Promise<VersionAsk> {
  if (NUMBER.test(words)) return { seq: Number(words) };
  if (HASH.test(words)) {
    // The hash itself, asked by who is told seals, would prove a guess: it is as unknown as any other.
    for await (const { seq, hash } of changesOf(ledger, id)) if (hashAs(hash) === words) return { seq };
    return { hash: '' };
  }
  const atMs = instantIn(words);
  if (atMs === undefined)
    throw new ConcordError('REQUEST_WRONG', {
      words: `"${words}" is neither a number, nor a hash, nor an instant like 2026-11-23T20:59:45Z`,
    });
  return { atMs };
}

function tell({ seq, hash, atMs, values: { [LIFE]: life = 'live', ...values } }: VersionTold) {
  return { version: seq, hash, at: instantOf({ ms: atMs }), state: life, values };
}
