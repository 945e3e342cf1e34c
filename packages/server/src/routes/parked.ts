import { ConcordError, deliveryIdFrom, entityName, systemId, type ReleaseAsk } from '@concord/core';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { tellDelivery } from '../views/delivery.ts';
import { instantOf } from '../views/values.ts';
import { checkEntity } from './find.ts';
import { pageOf, paging } from './paging.ts';
import { acting, person, personAlone } from './person.ts';

const state = Type.Union([Type.Literal('due'), Type.Literal('waiting'), Type.Literal('parked')]);
const list = Type.Object({ ...paging, state: Type.Optional(state), system: Type.Optional(Type.String()) });
const one = Type.Object({ id: Type.String({ maxLength: 300 }) });
const name = Type.Optional(Type.String({ maxLength: 100 }));
const bulk = Type.Object({ ...person, system: name, entity: name }, { additionalProperties: false });

/** What is on its way, what waits, what was refused, and what went wrong, each in the system's own words; and the way out of it. */
export function parkedRoutes(app: App, { engine, ledger, tables, systems }: Rooms): void {
  app.get('/v1/deliveries', { schema: { querystring: list } }, async ({ query }) => {
    const { state: wanted = 'due', system } = query;
    const page = await ledger.deliveries({
      ...pageOf(query),
      state: wanted,
      ...(system === undefined ? {} : { system: systemId(system) }),
    });
    const records = await Promise.all(page.items.map(({ record }) => ledger.record(record)));
    return { ...page, items: page.items.map((row, index) => tellDelivery(tables.get(row.entity), records[index], row)) };
  });

  async function releaseOne(id: string, ask: ReleaseAsk) {
    if ((await engine.release(deliveryIdFrom(id), ask)) === 'gone') throw new ConcordError('DELIVERY_GONE', { delivery: id });
    return { id, decision: ask.decision };
  }

  async function releaseMany(system: string | undefined, entity: string | undefined, ask: ReleaseAsk) {
    if (system !== undefined && !systems.includes(systemId(system)))
      throw new ConcordError('SYSTEM_UNKNOWN', { system, systems: systems.join(', ') });
    if (entity !== undefined) checkEntity({ tables }, entity);
    const which = {
      ...(system === undefined ? {} : { system: systemId(system) }),
      ...(entity === undefined ? {} : { entity: entityName(entity) }),
    };
    return { decision: ask.decision, ...(await engine.releaseAll(which, ask)) };
  }

  app.post('/v1/deliveries/:id/retry', { config: acting, schema: { params: one, body: personAlone } }, ({ params, body }) =>
    releaseOne(params.id, { decision: 'retry', ...body }),
  );
  app.post('/v1/deliveries/:id/discard', { config: acting, schema: { params: one, body: personAlone } }, ({ params, body }) =>
    releaseOne(params.id, { decision: 'discard', ...body }),
  );
  app.post('/v1/deliveries/retry', { config: acting, schema: { body: bulk } }, ({ body: { system, entity, ...rest } }) =>
    releaseMany(system, entity, { decision: 'retry', ...rest }),
  );
  app.post('/v1/deliveries/discard', { config: acting, schema: { body: bulk } }, ({ body: { system, entity, ...rest } }) =>
    releaseMany(system, entity, { decision: 'discard', ...rest }),
  );

  app.get('/v1/failures', { schema: { querystring: Type.Object(paging) } }, async ({ query }) => {
    const page = await ledger.failures(pageOf(query));
    return { ...page, items: page.items.map(({ atMs, ...row }) => ({ ...row, at: instantOf({ ms: atMs }) })) };
  });
}
