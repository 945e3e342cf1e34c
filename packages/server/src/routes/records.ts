import {
  changesOf,
  ConcordError,
  entityName,
  hasAuthors,
  keyOf,
  openAuthors,
  systemId,
  valueIn,
  type Ledger,
  type RecordId,
  type RecordState,
  type Run,
  type Table,
} from '@concord/core';
import { Type } from 'typebox';
import type { FastifyRequest } from 'fastify';
import { entityAsked } from '../access/gate.ts';
import type { App, Rooms } from '../app.ts';
import { tellChange } from '../views/history.ts';
import { tellBlame, tellRecord } from '../views/record.ts';
import { ifNoneMatch } from '../requests/unchanged.ts';
import { tagged } from './etag.ts';
import { recordFor } from './find.ts';
import { pageOf, paging } from './paging.ts';
import { steadily } from './steadily.ts';
import { knownAsked, versionsOf } from './versions.ts';

const scoped = { scoped: true };
const one = { params: Type.Object({ id: Type.String({ maxLength: 100 }) }) };

export function recordRoutes(app: App, { ledger, tables }: Rooms): void {
  const tableOf = (record: RecordState) => tables.get(record.entity);

  const find = (request: FastifyRequest, id: string): Promise<RecordState> => recordFor(ledger, request, id);

  async function byKey(request: FastifyRequest, { system, entity, key }: { system: string; entity: string | undefined; key: string }) {
    const entities = entity === undefined ? [...tables.keys()] : [entity];
    for (const name of entities) {
      const id = await ledger.linked(systemId(system), entityName(name), keyOf(key));
      if (id) return { items: [await find(request, id)] };
    }
    return { items: [] };
  }

  const list = Type.Object({
    ...paging,
    entity: Type.Optional(Type.String()),
    system: Type.Optional(Type.String()),
    key: Type.Optional(Type.String({ maxLength: 1000 })),
  });
  app.get('/v1/records', { config: { scoped: true }, schema: { querystring: list } }, async (request) => {
    const { system, key } = request.query;
    const entity = entityAsked(request, request.query.entity);
    if ((system === undefined) !== (key === undefined))
      throw new ConcordError('REQUEST_WRONG', { words: '`system` and `key` go together' });
    const ask = { ...pageOf(request.query), ...(entity === undefined ? {} : { entity: entityName(entity) }) };
    const page = system !== undefined && key !== undefined ? await byKey(request, { system, entity, key }) : await ledger.records(ask);
    return { ...page, items: page.items.map((record) => tellRecord(tableOf(record), record)) };
  });

  app.get('/v1/records/:id', { config: scoped, schema: { ...one, headers: ifNoneMatch } }, async (request, reply) => {
    const record = await find(request, request.params.id);
    return tagged(reply, tellRecord(tableOf(record), record));
  });

  const told = Type.Object({ ...paging, knownAt: Type.Optional(knownAsked) });
  app.get('/v1/records/:id/history', { config: scoped, schema: { ...one, querystring: told } }, async (request) => {
    const record = await find(request, request.params.id);
    const { knownAt: words } = request.query;
    const asked = words === undefined ? [] : [{ words, isKnown: true }];
    const [last] = await versionsOf({ ledger, tables }, record, asked, (hash) => app.shown.hash(request, hash));
    const { items, next } = await ledger.changes(record.id, pageOf(request.query));
    const known = items.filter(({ seq }) => !last || seq <= last.seq);
    const more = next === undefined || known.length < items.length ? {} : { next };
    return { items: known.map((change) => tellChange(tableOf(record), change)), ...more };
  });

  app.get('/v1/records/:id/document', { config: scoped, schema: one }, async (request, reply) => {
    const { id, entity } = await find(request, request.params.id);
    app.shown.all(request, 'the whole document', entity);
    const chunks = await steadily(() => chunksOf(ledger, id));
    void reply.type('application/octet-stream').header('content-disposition', `attachment; filename="${id}.automerge"`);
    return Buffer.concat(chunks);
  });

  app.get('/v1/records/:id/blame', { config: scoped, schema: one }, async (request) => {
    const record = await find(request, request.params.id);
    const table = tableOf(record);
    return { items: tellBlame(table, record, await steadily(() => runsOf(ledger, table, record))) };
  });
}

/** Who wrote what of each value that a policy combined, and that stands as the history tells it. */
async function runsOf(ledger: Ledger, table: Table | undefined, record: RecordState): Promise<ReadonlyMap<string, readonly Run[]>> {
  const names = table ? [...table.registers.keys()].filter((name) => hasAuthors(table, name)) : [];
  if (!table || names.length === 0) return new Map();
  const all = names.map((name) => [name, openAuthors(table, name)] as const);
  for await (const change of changesOf(ledger, record.id)) for (const [, authors] of all) authors.follow(change);
  return new Map(
    all.flatMap(([name, authors]) => {
      const runs = authors.runs(valueIn(record, name));
      return runs && runs.length > 0 ? [[name, runs] as const] : [];
    }),
  );
}

async function chunksOf(ledger: Ledger, id: RecordId): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const { chunk } of changesOf(ledger, id)) chunks.push(chunk);
  return chunks;
}
