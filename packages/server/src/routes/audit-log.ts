import { recordId } from '@concord/core';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { tellAct } from '../views/act.ts';
import { pageOf, paging } from './paging.ts';

const list = Type.Object({ ...paging, record: Type.Optional(Type.String({ maxLength: 100 })) });

/** What people did, latest first. In the ledger each act is chained to the one before; `concord verify` proves it. */
export function auditLogRoutes(app: App, { ledger }: Rooms): void {
  app.get('/v1/acts', { config: { needs: 'operator' }, schema: { querystring: list } }, async ({ query }) => {
    const { record } = query;
    const page = await ledger.acts({ ...pageOf(query), ...(record === undefined ? {} : { record: recordId(record) }) });
    return { ...page, items: page.items.map(tellAct) };
  });
}
