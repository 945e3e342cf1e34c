import type { DeliveryId, EntityName, SystemId } from '../ids.ts';
import type { Ledger } from '../ports/ledger.ts';
import { pagesOf } from '../ports/paging.ts';
import type { DeliveryRow } from '../ports/plan.ts';
import type { Json } from '../values.ts';
import type { Fresh } from './fresh.ts';
import type { Parts } from './parts.ts';

/** The note's name in the ledger. A backup that is put in a ledger's place goes without it: what was sent since, it does not know. */
export const STOPPED_IN_ORDER = 'stopped in order';
const QUEUE_PAGE = 500;

/** With more than this in doubt nothing is noted: all of it is. */
const DOUBTED_MAX = 10_000;

type Ground = Pick<Parts, 'ledger' | 'committer' | 'tables'>;

/** All that is planned and not done. */
export async function* plannedIn(ledger: Ledger, system: SystemId, entity: EntityName): AsyncGenerator<DeliveryRow> {
  for await (const rows of pagesOf(QUEUE_PAGE, (ask) => ledger.queued(system, entity, ask))) yield* rows;
}

/**
 * An engine that is stopped in order leaves a note of the planned writes that may have been sent, before its time or in it; of all others the
 * next one knows that they were not. Called when nothing is under way any more.
 */
export async function leaveNote({ ledger, committer, tables }: Ground, fresh: Fresh): Promise<void> {
  const doubted: DeliveryId[] = [];
  for (const [entity, { systems }] of tables) {
    for (const system of systems) {
      for await (const { id, state } of plannedIn(ledger, system, entity)) if (state !== 'parked' && !fresh.has(id)) doubted.push(id);
      if (doubted.length > DOUBTED_MAX) return;
    }
  }
  await committer.note({ name: STOPPED_IN_ORDER, value: doubted });
}

/**
 * Whether a planned write was surely not sent before this start: never after a crash. The note counts once, and is gone before anything is
 * written: who crashes later leaves none.
 */
export async function takeNote({ ledger, committer }: Ground): Promise<(id: DeliveryId) => boolean> {
  const told: Json | undefined = await ledger.note(STOPPED_IN_ORDER);
  if (!Array.isArray(told)) return () => false;
  await committer.note({ name: STOPPED_IN_ORDER, value: undefined });
  const doubted = new Set<Json>(told);
  return (id) => !doubted.has(id);
}
