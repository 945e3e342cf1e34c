import { ConcordError, entityName, recordId } from '@concord/core';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { checkEntity } from './find.ts';
import { acting, personAlone } from './person.ts';

const id = Type.Object({ id: Type.String({ maxLength: 100 }) });
const entity = Type.Object({ entity: Type.String({ maxLength: 100 }) });

/** Rows are read again and held against what is known of them, whatever their versions say. */
export function resyncRoutes(app: App, { engine, tables }: Rooms): void {
  app.post('/v1/records/:id/resync', { config: acting, schema: { params: id, body: personAlone } }, async ({ params, body }) => {
    const done = await engine.resyncRecord(recordId(params.id), body);
    if (done === 'unknown') throw new ConcordError('RECORD_UNKNOWN', { record: params.id });
    return { record: params.id, ...done };
  });

  app.post(
    '/v1/entities/:entity/resync',
    { config: acting, schema: { params: entity, body: personAlone } },
    async ({ params, body }, reply) => {
      checkEntity({ tables }, params.entity);
      const systems = await engine.resyncEntity(entityName(params.entity), body);
      void reply.status(202);
      return { entity: params.entity, systems };
    },
  );
}
