import type { SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { Plan } from '../ports/plan.ts';
import { copyOfRecord } from '../record/copies.ts';
import { LIFE } from '../record/record.ts';
import type { Value } from '../values.ts';
import { enter } from './absorb.ts';
import { planDeliveries } from './deliveries.ts';
import { draftOf, planOf, type Context } from './draft.ts';

/** A record of which nothing is known but its name, because a row of this system refers to it. Its own row fills it in when it comes. */
export function stub(
  name: { readonly register: string; readonly value: Value; readonly identity: string },
  system: SystemId,
  table: Table,
  context: Context,
): Plan {
  const draft = draftOf(undefined, table, context);
  const born = { shadow: undefined };
  enter(
    draft,
    [
      { name: LIFE, value: 'live', ...born },
      { name: name.register, value: name.value, ...born },
    ],
    { system },
  );
  const record = copyOfRecord(draft.record);
  record.identity = name.identity;
  draft.record = record;
  planDeliveries(draft);
  return planOf(draft);
}
