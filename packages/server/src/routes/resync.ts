import { ConcordError, entityName, recordId } from '@concord/core';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';

const ask = Type.Object(
  { by: Type.String({ minLength: 1, maxLength: 200 }), note: Type.Optional(Type.String({ maxLength: 4000 })) },
  { additionalProperties: false },
);
const acting = { needs: 'operator' as const, speaks: true };
const id = Type.Object({ id: Type.String({ maxLength: 100 }) });
const entity = Type.Object({ entity: Type.String({ maxLength: 100 }) });

/** Rows are read again and held against what is known of them, whatever their versions say. */
export function resyncRoutes(app: App, { engine, tables }: Rooms): void {
  app.post('/v1/records/:id/resync', { config: acting, schema: { params: id, body: ask } }, async ({ params, body }) => {
    const done = await engine.resyncRecord(recordId(params.id), body);
    if (done === 'unknown') throw new ConcordError('RECORD_UNKNOWN', { record: params.id });
    return { record: params.id, ...done };
  });

  app.post('/v1/entities/:entity/resync', { config: acting, schema: { params: entity, body: ask } }, async ({ params, body }, reply) => {
    if (!tables.has(params.entity))
      throw new ConcordError('ENTITY_UNKNOWN', { entity: params.entity, entities: [...tables.keys()].join(', ') });
    const systems = await engine.resyncEntity(entityName(params.entity), body);
    void reply.status(202);
    return { entity: params.entity, systems };
  });
}
