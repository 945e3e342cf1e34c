import { ConcordError } from '@concord/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { maySee } from '../access/gate.ts';
import type { App, Rooms } from '../app.ts';
import { clock } from '../surroundings.ts';
import { tellRecord } from '../views/record.ts';
import { fieldsIn, instantOf } from '../views/values.ts';
import { field, registerOf, resolving } from './acts.ts';
import { valueOf } from './choices.ts';
import { tagged } from './etag.ts';
import { recordFor } from './find.ts';
import { instant } from './instant.ts';
import { person, personAlone } from './person.ts';

const pinning = Type.Object(
  {
    until: Type.String({ maxLength: 40, description: 'An ISO 8601 instant' }),
    values: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'The value; left out, the one that stands' })),
    ...person,
  },
  { additionalProperties: false },
);

/** A pin is for a while: who wants something for ever says so in the configuration. */
const PINNED_MS_MAX = 366 * 86_400_000;

/** Values that stand for a while, whoever edits them. */
export function pinRoutes(app: App, { engine, ledger, tables }: Rooms): void {
  const told = async (request: FastifyRequest, reply: FastifyReply, id: string) => {
    const record = await recordFor(ledger, request, id);
    return tagged(reply, tellRecord(tables.get(record.entity), record));
  };

  app.post('/v1/records/:id/fields/:field/pin', { config: resolving, schema: { params: field, body: pinning } }, async (request, reply) => {
    const { params, body } = request;
    const { until, values, ...rest } = body;
    const { id, entity } = await recordFor(ledger, request, params.id);
    const table = tables.get(entity);
    const register = registerOf(table, entity, params.field);
    const value = values && { value: valueOf(table, { register, fields: fieldsIn(table, register) }, values) };
    const answer = await engine.pin({ record: id, register, untilMs: untilOf(until), ...value, ...rest });
    if (answer.kind === 'refused') throw new ConcordError('RECORD_REFUSED', { record: id, words: answer.words });
    return told(request, reply, id);
  });

  app.post(
    '/v1/records/:id/fields/:field/unpin',
    { config: resolving, schema: { params: field, body: personAlone } },
    async (request, reply) => {
      const { params, body } = request;
      const { id, entity } = await recordFor(ledger, request, params.id);
      const register = registerOf(tables.get(entity), entity, params.field);
      if ((await engine.unpin({ record: id, register, by: body.by })) === 'gone')
        throw new ConcordError('RECORD_REFUSED', { record: id, words: `${params.field} is not pinned` });
      return told(request, reply, id);
    },
  );

  app.get('/v1/pins', { config: { scoped: true } }, (request) => ({
    items: engine
      .pins()
      .filter(({ entity }) => maySee(request, entity))
      .map(({ record, entity, register, version, by, words, untilMs }) => ({
        record,
        entity,
        fields: [...fieldsIn(tables.get(entity), register)],
        version,
        by,
        ...(words === undefined ? {} : { note: words }),
        until: instantOf({ ms: untilMs }),
      })),
  }));
}

/** Throws REQUEST_WRONG. */
function untilOf(text: string): number {
  const [ms, nowMs] = [instant('until', text), clock.nowMs()];
  if (ms <= nowMs || ms > nowMs + PINNED_MS_MAX)
    throw new ConcordError('REQUEST_WRONG', { words: '`until` lies ahead, and no more than a year' });
  return ms;
}
