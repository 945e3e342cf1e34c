import type { Table } from '../map/compile.ts';
import type { MappedRow } from '../map/mapped.ts';
import type { Plan } from '../ports/plan.ts';
import type { RecordState } from '../record/record.ts';
import { absorb } from './absorb.ts';
import { planDeliveries } from './deliveries.ts';
import { draftOf, planOf, type Context } from './draft.ts';
import { isKnown, observe } from './observe.ts';

/** As `observe`, but a row in the version that is known is held against what is known of it, value by value. `undefined`: it is as it was. */
export function compareRow(record: RecordState | undefined, row: MappedRow, table: Table, context: Context): Plan | undefined {
  if (!isKnown(record, row)) return observe(record, row, table, context);
  const draft = draftOf(record, table, context);
  absorb(draft, row);
  planDeliveries(draft);
  const plan = planOf(draft);
  return plan.changes.length === 0 && plan.deliveries.size === 0 ? undefined : plan;
}
