import type { SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { MappedRow } from '../map/mapped.ts';
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
  const values = [
    { name: LIFE, value: 'live' },
    { name: name.register, value: name.value },
  ];
  return born(values, { system }, { table, context, identity: name.identity });
}

/** A record that no row tells of: it is made in every system. */
export function born(
  values: readonly { readonly name: string; readonly value: Value }[],
  author: Pick<MappedRow, 'system' | 'modifiedAtMs' | 'by'>,
  { table, context, identity }: { readonly table: Table; readonly context: Context; readonly identity?: string },
): Plan {
  const draft = draftOf(undefined, table, context);
  enter(
    draft,
    values.map((value) => ({ ...value, shadow: undefined })),
    author,
  );
  if (identity !== undefined) {
    const record = copyOfRecord(draft.record);
    record.identity = identity;
    draft.record = record;
  }
  planDeliveries(draft);
  return planOf(draft);
}
