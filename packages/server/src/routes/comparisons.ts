import { setImmediate } from 'node:timers/promises';
import { changeAt, type Comparison, type Ledger } from '@concord/core';
import { Type } from 'typebox';
import { entityAsked } from '../access/gate.ts';
import type { App, Rooms } from '../app.ts';
import { tellComparison, type Found } from '../views/comparison.ts';

const PAGE = 20;
const PAGE_MAX = 50;
const name = Type.Optional(Type.String({ maxLength: 100 }));
const list = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_MAX })),
  system: name,
  entity: name,
});

/** Whether what the systems hold is what the ledger believes: what an operator looks at in the morning, and may show an auditor. */
export function comparisonRoutes(app: App, { engine, ledger, tables }: Rooms): void {
  app.get('/v1/comparisons', { config: { scoped: true }, schema: { querystring: list } }, async (request) => {
    const { limit = PAGE, system } = request.query;
    const entity = entityAsked(request, request.query.entity);
    const found = engine
      .comparisons()
      .filter((one) => (system === undefined || one.system === system) && (entity === undefined || one.entity === entity))
      .slice(0, limit);
    const items = [];
    for (const one of found) {
      // Others have their turn between two of them.
      await setImmediate();
      items.push(tellComparison(tables.get(one.entity), one, await changesBehind(ledger, one)));
    }
    return { items };
  });
}

async function changesBehind(ledger: Ledger, { differences }: Comparison): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const difference of differences) {
    found.push({ ...difference, change: await changeAt(ledger, difference.record, difference.version) });
  }
  return found;
}
