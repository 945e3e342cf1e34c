import type { Key, SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { MappedRow } from '../map/mapped.ts';
import type { Plan } from '../ports/plan.ts';
import type { RecordState } from '../record/record.ts';
import { absorb } from './absorb.ts';
import { bury } from './bury.ts';
import { planDeliveries } from './deliveries.ts';
import { draftOf, planOf, type Context } from './draft.ts';
import { unreadAfter } from './unread.ts';

/** A row in the version that is known: an echo, or nothing new but what it refers to. */
export function isKnown(record: RecordState | undefined, row: Pick<MappedRow, 'system' | 'key' | 'version'>): boolean {
  const link = record?.links[row.system];
  return link?.state === 'present' && link.key === row.key && link.version === row.version;
}

/** Whether it says nothing new at all. */
function isEcho(record: RecordState | undefined, row: MappedRow, { nowMs }: Context): boolean {
  const unread = record?.links[row.system]?.unread;
  return isKnown(record, row) && unreadAfter(unread, row, nowMs) === unread;
}

/**
 * A row arrived from a system. Without a record it is the birth of one; a record that the row's identity belongs to, but that
 * its system was not linked with, is matched by it. Answers `undefined` when the row says nothing new.
 */
export function observe(record: RecordState | undefined, row: MappedRow, table: Table, context: Context): Plan | undefined {
  if (isEcho(record, row, context)) return undefined;
  const draft = draftOf(record, table, context);
  absorb(draft, row);
  planDeliveries(draft);
  return planOf(draft);
}

/** A system no longer has the row. Answers `undefined` when that is known already. */
export function observeGone(
  record: RecordState,
  gone: { readonly system: SystemId; readonly key: Key },
  table: Table,
  context: Context,
): Plan | undefined {
  const link = record.links[gone.system];
  if (link?.state !== 'present' || link.key !== gone.key) return undefined;
  const draft = draftOf(record, table, context);
  bury(draft, gone.system);
  planDeliveries(draft);
  return planOf(draft);
}
