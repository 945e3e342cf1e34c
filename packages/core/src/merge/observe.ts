import type { Key, SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { MappedRow } from '../map/mapped.ts';
import type { Plan } from '../ports/plan.ts';
import { LIFE, type Link, type RecordState } from '../record/record.ts';
import { absorb, enter } from './absorb.ts';
import { planDeliveries } from './deliveries.ts';
import { draftOf, linkOf, planOf, putLink, registerNow, type Context, type Draft } from './draft.ts';
import { must } from '../errors/must.ts';

/** A row that reads as it did before: an echo, or nothing new. */
export function isKnown(record: RecordState | undefined, row: Pick<MappedRow, 'system' | 'key' | 'version'>): boolean {
  const link = record?.links[row.system];
  return link?.state === 'present' && link.key === row.key && link.version === row.version && !link.unread;
}

/**
 * A row arrived from a system. Without a record it is the birth of one; a record that the row's identity belongs to, but that
 * its system was not linked with, is matched by it. Answers `undefined` when the row says nothing new.
 */
export function observe(record: RecordState | undefined, row: MappedRow, table: Table, context: Context): Plan | undefined {
  if (isKnown(record, row)) return undefined;
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

/** A link to a row that is gone: nothing is left to write to it. */
export function deletedLink(link: Link): Link {
  return {
    ...link,
    state: 'deleted',
    version: undefined,
    planned: undefined,
    unconfirmed: undefined,
    parked: undefined,
    discarded: undefined,
  };
}

export function bury(draft: Draft, system: SystemId): void {
  putLink(draft, system, deletedLink(linkOf(draft, system)));
  const life = must(registerNow(draft, LIFE), 'every record has a life');
  const shadow = life.shadows[system] ?? { value: 'live', ops: life.ops, saw: life.count };
  draft.deliveries.set(system, undefined);
  if (shadow.value !== 'deleted') enter(draft, [{ name: LIFE, value: 'deleted', shadow }], { system });
}
