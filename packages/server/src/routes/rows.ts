import { ConcordError, entityName, keyOf, systemId, type ReleaseAsk, type RowAside } from '@concord/core';
import { Type, type Static } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { instantOf } from '../views/values.ts';
import { acting, person } from './person.ts';

const name = Type.Optional(Type.String({ maxLength: 100 }));
const which = { system: name, entity: name, key: Type.Optional(Type.String({ maxLength: 1000 })) };
const list = Type.Object({ system: name, entity: name });
const ask = Type.Object({ ...which, ...person }, { additionalProperties: false });

/** Rows of the feeds that are set aside because something broke over them. */
export function rowRoutes(app: App, { engine }: Rooms): void {
  app.get('/v1/rows', { schema: { querystring: list } }, async ({ query }) => ({
    items: chosen(engine.aside(), query).map(({ atMs, ...row }) => ({ ...row, at: instantOf({ ms: atMs }) })),
  }));

  async function release({ system, entity, key, ...rest }: Static<typeof ask>, decision: ReleaseAsk['decision']) {
    const rows = chosen(engine.aside(), { system, entity, key });
    if (key !== undefined && rows.length === 0) throw new ConcordError('ROW_GONE', { system: system ?? '', entity: entity ?? '', key });
    const told = { released: 0, gone: 0, still: 0 };
    for (const row of rows) told[await engine.releaseRow(row, { decision, ...rest })] += 1;
    return { decision, ...told };
  }

  app.post('/v1/rows/retry', { config: acting, schema: { body: ask } }, ({ body }) => release(body, 'retry'));
  app.post('/v1/rows/discard', { config: acting, schema: { body: ask } }, ({ body }) => release(body, 'discard'));
}

interface Which {
  readonly system?: string | undefined;
  readonly entity?: string | undefined;
  readonly key?: string | undefined;
}

function chosen(rows: readonly RowAside[], { system, entity, key }: Which): readonly RowAside[] {
  return rows.filter(
    (row) =>
      (system === undefined || row.system === systemId(system)) &&
      (entity === undefined || row.entity === entityName(entity)) &&
      (key === undefined || row.key === keyOf(key)),
  );
}
