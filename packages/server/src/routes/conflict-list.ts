import { entityName, recordId, type ConflictRow, type Ledger, type PageAsk, type PageOf } from '@concord/core';
import type { FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { entityAsked } from '../access/gate.ts';
import { instant } from './instant.ts';
import { pageOf, paging } from './paging.ts';

const state = Type.Union([Type.Literal('held'), Type.Literal('settled'), Type.Literal('resolved')]);
const when = Type.Optional(Type.String({ maxLength: 40, description: 'An ISO 8601 instant' }));
const name = Type.Optional(Type.String({ maxLength: 100 }));

/** What a list of conflicts may be narrowed by. */
export const conflictList = Type.Object({
  ...paging,
  state: Type.Optional(state),
  entity: name,
  record: name,
  field: name,
  code: Type.Optional(Type.String({ pattern: '^C\\d\\d$', description: 'C01 to C20' })),
  openedAfter: when,
  openedBefore: when,
});

/** The ledger finds by state, entity and record; so many of what it finds are looked at for one page at the most. */
const LOOKED_AT_MAX = 5_000;
const PAGE = 500;

type Filter = (row: ConflictRow) => boolean;

/** A page of conflicts, latest first. It may hold fewer than were asked for where many had to be passed over; `next` goes on. */
export async function listConflicts(
  ledger: Ledger,
  request: FastifyRequest,
  query: Static<typeof conflictList>,
): Promise<PageOf<ConflictRow>> {
  const { record, state: wanted = 'held', field, code, openedAfter, openedBefore } = query;
  const entity = entityAsked(request, query.entity);
  const find = (ask: PageAsk) =>
    ledger.conflicts({
      ...ask,
      state: wanted,
      ...(entity === undefined ? {} : { entity: entityName(entity) }),
      ...(record === undefined ? {} : { record: recordId(record) }),
    });
  const after = openedAfter === undefined ? Number.NEGATIVE_INFINITY : instant('openedAfter', openedAfter);
  const before = openedBefore === undefined ? Number.POSITIVE_INFINITY : instant('openedBefore', openedBefore);
  if (field === undefined && code === undefined && openedAfter === undefined && openedBefore === undefined) return find(pageOf(query));
  return filtered(
    find,
    pageOf(query),
    (row) => row.openedAtMs > after,
    (row) => (field === undefined || row.fields.includes(field)) && (code === undefined || row.code === code) && row.openedAtMs < before,
  );
}

/** `isYoung`: behind the first for which it does not hold, none follows for which it does. */
async function filtered(
  find: (ask: PageAsk) => Promise<PageOf<ConflictRow>>,
  { limit, after: from }: PageAsk,
  isYoung: Filter,
  isWanted: Filter,
): Promise<PageOf<ConflictRow>> {
  const items: ConflictRow[] = [];
  let [after, lookedAt] = [from, 0];
  for (;;) {
    const at = after === undefined ? {} : { after };
    const page = await find({ limit: PAGE, ...at });
    for (const [index, row] of page.items.entries()) {
      if (!isYoung(row)) return { items };
      if (isWanted(row)) items.push(row);
      if (items.length < limit) continue;
      // The mark behind this row is that of the page which ends with it.
      const { next } = await find({ limit: index + 1, ...at });
      return { items, ...(next === undefined ? {} : { next }) };
    }
    lookedAt += page.items.length;
    after = page.next;
    if (after === undefined) return { items };
    if (lookedAt >= LOOKED_AT_MAX) return { items, next: after };
  }
}
