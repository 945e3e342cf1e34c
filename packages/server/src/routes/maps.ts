import { ConcordError, entityName, systemId } from '@concord/core';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';

const one = Type.Object({ entity: Type.String({ maxLength: 100 }), system: Type.String({ maxLength: 100 }) });
const decision = Type.Object(
  {
    /** `pass`: it is as it should be. `refuse`: it is undone. */
    decision: Type.Union([Type.Literal('pass'), Type.Literal('refuse')]),
    by: Type.String({ minLength: 1, maxLength: 200 }),
    note: Type.Optional(Type.String({ maxLength: 4000 })),
  },
  { additionalProperties: false },
);

export function mapRoutes(app: App, { engine }: Rooms): void {
  app.post(
    '/v1/maps/:entity/:system/guard',
    { config: { needs: 'operator', speaks: true }, schema: { params: one, body: decision } },
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
