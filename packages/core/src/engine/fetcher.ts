import { brokeOf } from '../errors/broke.ts';
import type { EntityName, RecordId, SystemId } from '../ids.ts';
import { isOfLedger } from './ledger-health.ts';
import type { Outbox } from './outbox.ts';
import type { Parts } from './parts.ts';

/** The queue is read on by so many at a time, at the most. */
const PAGE_MAX = 500;

/** A queue of which nothing could be sent is not read again from its start before so long. */
const ANEW_MS = 2_000;

/** Fetches what is planned from the ledger, where more of it is planned than is at hand. */
export interface Fetcher {
  fetch(isOpen: (entity: EntityName) => boolean): Promise<void>;
}

interface Pass {
  readonly after: string | undefined;
  /** Of those that were read since its start, so many were put at hand. */
  readonly found: number;
  /** It is over; the next one begins then, ms since 1970 UTC. */
  readonly againAtMs?: number;
}

/**
 * Reads the queue of an entity again and again from its start, in the order of its records, because what is planned meanwhile may stand anywhere
 * in it. `sending`: what is under way stands in the ledger still.
 */
export function openFetcher(
  { ledger, clock, limits, log }: Pick<Parts, 'ledger' | 'clock' | 'limits' | 'log'>,
  system: SystemId,
  outbox: Outbox,
  sending: ReadonlyMap<RecordId, EntityName>,
): Fetcher {
  const passes = new Map<EntityName, Pass>();
  let failedAtMs = Number.NEGATIVE_INFINITY;

  function sendingOf(entity: EntityName): number {
    let count = 0;
    for (const one of sending.values()) if (one === entity) count += 1;
    return count;
  }

  async function read(entity: EntityName, { after, found }: Pass): Promise<void> {
    outbox.makeRoom(entity);
    const { items, next } = await ledger.queued(system, entity, {
      limit: Math.min(PAGE_MAX, limits.atHandMax),
      ...(after === undefined ? {} : { after }),
    });
    let more = found;
    for (const row of items) {
      const isRefused = row.state === 'parked' && row.code === undefined;
      // What waits, and is to be looked at, is so now.
      const now = row.state === 'due' ? row : { ...row, dueAtMs: 0 };
      if (!isRefused && !sending.has(row.record) && outbox.fetched(now)) more += 1;
    }
    if (next !== undefined) return void passes.set(entity, { after: next, found: more });
    passes.set(entity, { after: undefined, found: 0, againAtMs: clock.nowMs() + ANEW_MS });
    // What the ledger does not have is not planned.
    if (more === 0 && !outbox.isAtHand(entity) && sendingOf(entity) === 0) outbox.dropAll(entity);
  }

  function isOver(entity: EntityName): boolean {
    return clock.nowMs() < (passes.get(entity)?.againAtMs ?? 0);
  }

  return {
    async fetch(isOpen) {
      if (clock.nowMs() < failedAtMs + ANEW_MS) return;
      try {
        for (;;) {
          const entity = outbox.lacking(clock.nowMs(), (one) => isOpen(one) && !isOver(one), sendingOf);
          if (entity === undefined) return;
          await read(entity, passes.get(entity) ?? { after: undefined, found: 0 });
        }
      } catch (cause) {
        if (!isOfLedger(cause)) log.event('queue not read', { system, ...brokeOf(cause) });
        failedAtMs = clock.nowMs();
      }
    },
  };
}
