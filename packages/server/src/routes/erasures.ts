import { recordId, type RecordId } from '@concord/core';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { tellErasure } from '../views/erasure.ts';
import { pageOf, paging } from './paging.ts';
import { person } from './person.ts';

const id = Type.Object({ id: Type.String({ maxLength: 100 }) });
const ask = Type.Object(
  {
    ...person,
    fields: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { minItems: 1, maxItems: 500 })),
  },
  { additionalProperties: false },
);
const list = Type.Object({ ...paging, record: Type.Optional(Type.String({ maxLength: 100 })) });

/** Values leave the ledger; that they did stays in it. */
export function erasureRoutes(app: App, { engine, ledger }: Rooms): void {
  app.post(
    '/v1/records/:id/erase',
    { config: { needs: 'admin', speaks: true }, schema: { params: id, body: ask } },
    async ({ params, body }) => {
      const record = recordId(params.id);
      return { record, ...(await engine.erase({ record, ...body })) };
    },
  );

  app.get('/v1/erasures', { schema: { querystring: list } }, async ({ query }) => {
    const of: { readonly record?: RecordId } = query.record === undefined ? {} : { record: recordId(query.record) };
    // What else people did is in the same list: a page may hold fewer than were asked for, and there may be more.
    const page = await ledger.acts({ ...pageOf(query), ...of });
    return { ...page, items: page.items.flatMap((act) => tellErasure(act) ?? []) };
  });
}
