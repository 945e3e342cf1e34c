import type { SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { Plan } from '../ports/plan.ts';
import { copyOfLink } from '../record/copies.ts';
import type { Attempt, Discarded, Link, RecordState } from '../record/record.ts';
import { dueNow, planDeliveries } from './deliveries.ts';
import { draftOf, linkOf, planOf, putLink, type Context, type Draft } from './draft.ts';

/** A person wants a write tried again, now: one that a system refused, or one that waits. `undefined`: there is none. */
export function retryWrite(record: RecordState, system: SystemId, table: Table, context: Context): Plan | undefined {
  if (!isOpen(record.links[system])) return undefined;
  const draft = draftOf(record, table, context);
  const link = copyOfLink(linkOf(draft, system));
  link.parked = undefined;
  putLink(draft, system, link);
  planDeliveries(draft);
  hurry(draft, system);
  return planOf(draft);
}

/** What waits for something is looked at again at once, as if it had only just begun to wait. */
function hurry(draft: Draft, system: SystemId): void {
  const { planned } = linkOf(draft, system);
  const row = draft.deliveries.get(system);
  if (planned) draft.deliveries.set(system, dueNow(draft, system, planned));
  else if (row) draft.deliveries.set(system, { ...row, state: 'due' });
}

/**
 * A person says that a system is to be left without what a write would bring it. It has not seen it: should somebody edit that field there,
 * the edits are weighed against each other as ever. As soon as the write would be another one, it is planned again. `undefined`: there is none.
 */
export function discardWrite(record: RecordState, system: SystemId, table: Table, context: Context): Plan | undefined {
  if (!isOpen(record.links[system])) return undefined;
  const draft = draftOf(record, table, context);
  const link = copyOfLink(linkOf(draft, system));
  const given = link.parked ?? link.planned;
  if (given) link.discarded = without(link.discarded, given);
  link.parked = undefined;
  link.unread = undefined;
  putLink(draft, system, link);
  draft.deliveries.set(system, undefined);
  planDeliveries(draft);
  return planOf(draft);
}

function isOpen(link: Link | undefined): boolean {
  return link?.parked !== undefined || link?.planned !== undefined || link?.unread !== undefined;
}

function without(before: Discarded | undefined, { kind, registers }: Attempt): Discarded {
  const ops = Object.fromEntries(Object.entries(registers).map(([name, carried]) => [name, carried.ops]));
  return { kind, ops: before?.kind === kind ? { ...before.ops, ...ops } : ops };
}
