import { ConcordError, entityName, systemId } from '@concord/core';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { acting, person } from './person.ts';

const one = Type.Object({ entity: Type.String({ maxLength: 100 }), system: Type.String({ maxLength: 100 }) });
const decision = Type.Object(
  {
    /** `pass`: it is as it should be. `refuse`: it is undone. */
    decision: Type.Union([Type.Literal('pass'), Type.Literal('refuse')]),
    ...person,
  },
  { additionalProperties: false },
);

export function mapRoutes(app: App, { engine }: Rooms): void {
  app.post(
    '/v1/maps/:entity/:system/guard',
    { config: acting, schema: { params: one, body: decision } },
    async ({ params, body }, reply) => {
      const { entity, system } = params;
      const { note, ...rest } = body;
      const answer = await engine.guard(systemId(system), entityName(entity), { ...rest, ...(note === undefined ? {} : { note }) });
      if (answer === 'unknown') throw new ConcordError('MAP_UNKNOWN', { entity, system });
      if (answer === 'idle') throw new ConcordError('GUARD_IDLE', { entity, system });
      void reply.status(202);
      return { decision: body.decision };
    },
  );
}
