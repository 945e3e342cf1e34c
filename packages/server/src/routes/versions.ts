import { ConcordError, changesOf, difference, LIFE, must, versionsAt, type VersionAsk, type VersionTold } from '@concord/core';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { instantOf } from '../views/values.ts';
import { recordFor } from './find.ts';
import { instantIn } from './instant.ts';

const params = Type.Object({ id: Type.String({ maxLength: 100 }) });
const version = Type.String({ minLength: 1, maxLength: 64, description: 'A number, the hash of a change, or an ISO 8601 instant' });
const scoped = { scoped: true };

const NUMBER = /^\d{1,9}$/u;
const HASH = /^[0-9a-f]{64}$/u;

/** A record as it was, and what changed between two of its versions. */
export function versionRoutes(app: App, { ledger }: Rooms): void {
  /** Throws RECORD_UNKNOWN, REQUEST_WRONG and VERSION_UNKNOWN. */
  async function find(request: FastifyRequest, id: string, asked: readonly string[]): Promise<readonly VersionTold[]> {
    const record = await recordFor(ledger, request, id);
    const found = await versionsAt(changesOf(ledger, record.id), asked.map(askOf));
    return found.map((one, index) => {
      if (!one) throw new ConcordError('VERSION_UNKNOWN', { record: id, version: asked[index] ?? '', versions: record.seq });
      return one;
    });
  }

  app.get('/v1/records/:id/version', { config: scoped, schema: { params, querystring: Type.Object({ at: version }) } }, async (request) => {
    const [found] = await find(request, request.params.id, [request.query.at]);
    return tell(must(found, 'one for each that was asked'));
  });

  const between = Type.Object({ from: version, to: version });
  app.get('/v1/records/:id/diff', { config: scoped, schema: { params, querystring: between } }, async (request) => {
    const [from, to] = await find(request, request.params.id, [request.query.from, request.query.to]);
    const [before, after] = [must(from, 'the first that was asked'), must(to, 'the second')];
    return { from: before.seq, to: after.seq, patch: difference(before, after) };
  });
}

/** Throws REQUEST_WRONG. */
export function askOf(words: string): VersionAsk {
  if (NUMBER.test(words)) return { seq: Number(words) };
  if (HASH.test(words)) return { hash: words };
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
