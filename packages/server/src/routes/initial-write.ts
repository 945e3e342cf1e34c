import { entityName } from '@concord/core';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { entityUnknown } from '../entity-unknown.ts';
import { tellInitial } from '../views/initial-write.ts';
import { acting, personAlone } from './person.ts';

const one = Type.Object({ entity: Type.String({ maxLength: 100 }) });

/** The first agreement of systems that all hold something already: how far it is, and its start. */
export function initialWriteRoutes(app: App, { engine, ledger, tables }: Rooms): void {
  app.get('/v1/maps/:entity/initial-write', { schema: { params: one } }, async ({ params: { entity } }) => {
    const told = await tellInitial({ engine, ledger, tables }, entityName(entity));
    if (!told) throw entityUnknown(entity, tables.keys());
    return told;
  });

  app.post(
    '/v1/maps/:entity/initial-write',
    { config: acting, schema: { params: one, body: personAlone } },
    async ({ params, body }, reply) => {
      const answer = await engine.beginInitial(entityName(params.entity), body);
      if (answer === 'unknown') throw entityUnknown(params.entity, tables.keys());
      void reply.status(202);
      return answer === 'begun' ? { begun: true } : { begun: false, retried: answer.released, more: answer.more };
    },
  );
}
