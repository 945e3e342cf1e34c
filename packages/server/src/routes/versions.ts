import { setImmediate } from 'node:timers/promises';
import {
  ConcordError,
  changesOf,
  difference,
  happenedBy,
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
import { instant, instantIn } from './instant.ts';
import { steadily } from './steadily.ts';

const params = Type.Object({ id: Type.String({ maxLength: 100 }) });
export const versionAsked = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'A number, the hash of a change, or an ISO 8601 instant',
});
export const knownAsked = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'An ISO 8601 instant: as it was known then, whatever was heard of later',
});
const scoped = { scoped: true };

/** A version as it is asked for: in words, or as of what was known at an instant. */
export interface Asked {
  readonly words: string;
  readonly isKnown: boolean;
}

/** Throws REQUEST_WRONG where it is neither, or both. */
export function oneOf(
  { at, knownAt }: { readonly at?: string | undefined; readonly knownAt?: string | undefined },
  [one, other]: readonly [string, string] = ['at', 'knownAt'],
): Asked {
  if ((at === undefined) === (knownAt === undefined))
    throw new ConcordError('REQUEST_WRONG', { words: `give \`${one}\`, a version, or \`${other}\`, an instant; not both` });
  return at === undefined ? { words: knownAt ?? '', isKnown: true } : { words: at, isKnown: false };
}

/** A version, or what had happened by then; ms since 1970 UTC. */
type Meant = VersionAsk | { readonly atMs: number };

const NUMBER = /^\d{1,9}$/u;
const HASH = /^[0-9a-f]{64}$/u;

/** A record as it was, and what changed between two of its versions. */
export function versionRoutes(app: App, { ledger, tables }: Rooms): void {
  /** Throws RECORD_UNKNOWN, too. */
  const find = async (request: FastifyRequest, id: string, asked: readonly Asked[]): Promise<readonly VersionTold[]> =>
    versionsOf({ ledger, tables }, await recordFor(ledger, request, id), asked, (hash) => app.shown.hash(request, hash));

  app.get(
    '/v1/records/:id/version',
    {
      config: scoped,
      schema: { params, querystring: Type.Object({ at: Type.Optional(versionAsked), knownAt: Type.Optional(knownAsked) }) },
    },
    async (request) => {
      const [found] = await find(request, request.params.id, [oneOf(request.query)]);
      return tell(must(found, 'one for each that was asked'));
    },
  );

  const between = Type.Object({
    from: Type.Optional(versionAsked),
    knownFrom: Type.Optional(knownAsked),
    to: Type.Optional(versionAsked),
    knownTo: Type.Optional(knownAsked),
  });
  app.get('/v1/records/:id/diff', { config: scoped, schema: { params, querystring: between } }, async (request) => {
    const { from: one, knownFrom, to: other, knownTo } = request.query;
    const asked = [
      oneOf({ at: one, knownAt: knownFrom }, ['from', 'knownFrom']),
      oneOf({ at: other, knownAt: knownTo }, ['to', 'knownTo']),
    ];
    const [from, to] = await find(request, request.params.id, asked);
    const [before, after] = [must(from, 'the first that was asked'), must(to, 'the second')];
    return { from: before.seq, to: after.seq, patch: difference(before, after) };
  });
}

/**
 * The versions that are asked for, each as it was; `hashAs` is how the caller knows a hash. Throws REQUEST_WRONG, VERSION_UNKNOWN and
 * VERSION_COMPACTED.
 */
export async function versionsOf(
  { ledger, tables }: Pick<Rooms, 'ledger' | 'tables'>,
  record: RecordState,
  asked: readonly Asked[],
  hashAs: (hash: string) => string,
): Promise<readonly VersionTold[]> {
  const asks = await Promise.all(asked.map((words) => steadily(() => askOf(ledger, record, words, hashAs))));
  const steps = asks.filter((ask): ask is VersionAsk => !('atMs' in ask));
  const found = steps.length === 0 ? [] : await steadily(() => versionsAt(changesOf(ledger, record.id, GENTLY), steps));
  const told: VersionTold[] = [];
  for (const [index, ask] of asks.entries()) {
    const version = 'atMs' in ask ? await happened({ ledger, tables }, record, ask.atMs) : found[steps.indexOf(ask)];
    told.push(version ?? (await refuse(ledger, record, ask, asked[index]?.words ?? '')));
  }
  return told;
}

/** Between two pages whoever else waits has a turn. */
const GENTLY = { pause: () => setImmediate() };

/** Throws REQUEST_WRONG where nobody knows any more how the record is decided. */
async function happened(
  { ledger, tables }: Pick<Rooms, 'ledger' | 'tables'>,
  { id, entity }: RecordState,
  atMs: number,
): Promise<VersionTold | undefined> {
  const table = tables.get(entity);
  if (!table)
    throw new ConcordError('REQUEST_WRONG', {
      words: `${entity} is not mirrored any more: ask for what was known at an instant (\`knownAt\`)`,
    });
  const found = await steadily(() => happenedBy(table, changesOf(ledger, id, GENTLY), atMs));
  return found.kind === 'told' ? found.version : undefined;
}

/** Says whether there is no such version, or none any more. */
async function refuse(ledger: Ledger, record: RecordState, ask: Meant, words: string): Promise<never> {
  const [first] = (await ledger.changes(record.id, { limit: 1 })).items;
  if (first?.epoch && mayBeBefore(first.epoch, ask))
    throw new ConcordError('VERSION_COMPACTED', { record: record.id, version: words, before: instantOf(first.stamp), first: first.seq });
  throw new ConcordError('VERSION_UNKNOWN', { record: record.id, version: words, first: first?.seq ?? 1, versions: record.seq });
}

/** Of a hash that is not there nobody can tell any more whether it was. */
function mayBeBefore({ changes, fromMs }: Epoch, ask: Meant): boolean {
  if ('seq' in ask) return ask.seq > 0 && ask.seq < changes;
  return 'hash' in ask || ('atMs' in ask ? ask.atMs : ask.knownAtMs) >= fromMs;
}

/** Throws REQUEST_WRONG. */
async function askOf(ledger: Ledger, { id }: RecordState, { words, isKnown }: Asked, hashAs: (hash: string) => string): Promise<Meant> {
  if (isKnown) return { knownAtMs: instant('knownAt', words) };
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

function tell({ seq, hash, atMs, knownAtMs, values: { [LIFE]: life = 'live', ...values } }: VersionTold) {
  const known = knownAtMs === undefined ? {} : { knownAt: instantOf({ ms: knownAtMs }) };
  return { version: seq, hash, at: instantOf({ ms: atMs }), ...known, state: life, values };
}
