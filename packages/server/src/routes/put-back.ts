import { ConcordError, entityName, systemId, type PutBackStatus } from '@concord/core';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { tellPutBack } from '../views/put-back.ts';
import { acting, person, personAlone } from './person.ts';

const name = Type.String({ maxLength: 100 });
const one = Type.Object({ entity: name, system: name });
const choices = ['give-back', 'take-over', 'hold'] as const;
const choice = Type.Object(
  {
    choice: Type.Union(
      choices.map((each) => Type.Literal(each)),
      { description: 'Its older state is written over; counts as edits; or each difference waits for a person' },
    ),
    ...person,
  },
  { additionalProperties: false },
);

type Place = { readonly entity: string; readonly system: string };

/** Systems that were put back from a backup: what they hold, and what a person wants of it. */
export function putBackRoutes(app: App, { engine, tables, systems }: Rooms): void {
  function find({ entity, system }: Place): PutBackStatus {
    const isMap = engine.status().maps.some((map) => map.entity === entityName(entity) && map.system === systemId(system));
    if (!isMap) throw new ConcordError('MAP_UNKNOWN', { entity, system });
    const status = engine.putBack(systemId(system), entityName(entity));
    if (!status) throw new ConcordError('PUT_BACK_IDLE', { entity, system });
    return status;
  }

  const tell = ({ entity, system }: Place) => ({ entity, system, ...tellPutBack(tables.get(entity), find({ entity, system })) });

  app.get('/v1/maps/:entity/:system/put-back', { schema: { params: one } }, async ({ params }) => tell(params));

  app.post(
    '/v1/maps/:entity/:system/put-back',
    { config: acting, schema: { params: one, body: choice } },
    async ({ params, body }, reply) => {
      const { entity, system } = params;
      find(params);
      const answer = await engine.settlePutBack(systemId(system), entityName(entity), body);
      if (answer === 'reading') throw new ConcordError('PUT_BACK_READING', { entity, system });
      if (answer !== 'begun') throw new ConcordError('PUT_BACK_IDLE', { entity, system });
      void reply.status(202);
      return { entity, system, choice: body.choice };
    },
  );

  app.post(
    '/v1/maps/:entity/:system/put-back/report',
    { config: { needs: 'operator' }, schema: { params: one } },
    async ({ params }, reply) => {
      find(params);
      void reply.status(202);
      return { begun: engine.reportPutBack(systemId(params.system), entityName(params.entity)) === 'begun' };
    },
  );

  app.post(
    '/v1/systems/:system/put-back',
    { config: acting, schema: { params: Type.Object({ system: name }), body: personAlone } },
    async ({ params: { system }, body }, reply) => {
      if ((await engine.declarePutBack(systemId(system), body)) === 'unknown')
        throw new ConcordError('SYSTEM_UNKNOWN', { system, systems: systems.join(', ') });
      void reply.status(202);
      const maps = engine.status().maps.filter((map) => map.system === system);
      return { system, entities: maps.map(({ entity }) => entity) };
    },
  );
}
