import { systemId } from '@concord/core';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { instantOf } from '../views/values.ts';
import { pageOf, paging } from './paging.ts';

const state = Type.Union([Type.Literal('due'), Type.Literal('waiting'), Type.Literal('parked')]);

/** What is on its way, what waits, what was refused, and what went wrong, each in the system's own words. */
export function parkedRoutes(app: App, { ledger }: Rooms): void {
  const list = Type.Object({ ...paging, state: Type.Optional(state), system: Type.Optional(Type.String()) });
  app.get('/v1/deliveries', { schema: { querystring: list } }, async ({ query }) => {
    const { state: wanted = 'due', system } = query;
    const page = await ledger.deliveries({
      ...pageOf(query),
      state: wanted,
      ...(system === undefined ? {} : { system: systemId(system) }),
    });
    return {
      ...page,
      items: page.items.map(({ dueAtMs, sinceMs, ...row }) => ({
        ...row,
        dueAt: instantOf({ ms: dueAtMs }),
        ...(sinceMs === undefined ? {} : { since: instantOf({ ms: sinceMs }) }),
      })),
    };
  });

  app.get('/v1/failures', { schema: { querystring: Type.Object(paging) } }, async ({ query }) => {
    const page = await ledger.failures(pageOf(query));
    return { ...page, items: page.items.map(({ atMs, ...row }) => ({ ...row, at: instantOf({ ms: atMs }) })) };
  });
}
