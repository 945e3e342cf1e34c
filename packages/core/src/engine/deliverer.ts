import { brokeOf } from '../errors/broke.ts';
import type { EntityName, RecordId } from '../ids.ts';
import type { DeliveryRow } from '../ports/plan.ts';
import type { System } from '../ports/system.ts';
import { openAsleep } from './asleep.ts';
import { openDelivering } from './delivering.ts';
import type { Intake } from './intake.ts';
import { NotNow } from './not-now.ts';
import { openFetcher } from './fetcher.ts';
import { openOutbox } from './outbox.ts';
import { isOfLedger } from './ledger-health.ts';
import type { Parts, Stop } from './parts.ts';
import { backoffMs, openPace, type Circuit } from './pace.ts';
import { openBell } from './signal.ts';
import { openBacklog } from './tally.ts';
import { deliveryOf, isWaiting } from './waiting.ts';

/** A retry for which there is no budget waits so long. */
const RETRY_LATER_MS = 500;

export interface Deliverer {
  run(stop: Stop): Promise<void>;
  put(row: DeliveryRow): void;
  drop(entity: EntityName, record: RecordId): void;
  /** Lets go of what waits of an entity; the ledger keeps it. */
  dropAll(entity: EntityName): void;
  /** What a record's delivery waits for may have come: it is looked at again. */
  look(entity: EntityName, record: RecordId): Promise<void>;
  /** An entity was opened. */
  nudge(): void;
  /** Planned and not under way, those that wait for other records included. */
  readonly waiting: number;
  /** Of these, those that are to be sent or looked at, as soon as their time comes. */
  readonly ready: number;
  /** Of this entity, those under way included. */
  waitingOf(entity: EntityName): number;
  readonly underWay: number;
  /** Why nothing is sent just now. */
  readonly paused: string | undefined;
  readonly circuit: Circuit;
  /** By entity, since when its oldest write is planned and not done; ms since 1970 UTC. What is parked counts no more. */
  readonly behind: ReadonlyMap<EntityName, number>;
}

export function openDeliverer(parts: Parts, intake: Intake, system: System, isOpen: (entity: EntityName) => boolean): Deliverer {
  const { clock, ledger, lanes, limits } = parts;
  const outbox = openOutbox(limits.atHandMax);
  const asleep = openAsleep(ledger, system.id);
  const pace = openPace(parts, system.id);
  const backlog = openBacklog();
  const bell = openBell();
  const sending = new Map<RecordId, EntityName>();
  const fetcher = openFetcher(parts, system.id, outbox, sending);
  /** Those that were to be looked at again while they were looked at. */
  const woken = new Set<RecordId>();
  const delivering = openDelivering(parts, intake, system, pace, {
    again,
    done: ({ entity, record }) => outbox.drop(entity, record),
    rest(row) {
      if (woken.has(row.record)) return;
      asleep.put(row);
      outbox.drop(row.entity, row.record);
    },
  });
  let underWay = 0;

  /** What is planned meanwhile stays in the ledger alone, so that only the disk bounds it. */
  function isPaused({ entity }: DeliveryRow): boolean {
    return (parts.pauseOf(system.id, entity) ?? parts.backs.of(system.id, entity)) !== undefined;
  }

  function again(row: DeliveryRow): void {
    if (outbox.get(row.record) || isPaused(row)) return;
    outbox.putBack(row);
    bell.ring();
  }

  async function send(row: DeliveryRow): Promise<void> {
    const deliver = (): Promise<void> => delivering.deliver(row);
    underWay += 1;
    sending.set(row.record, row.entity);
    woken.delete(row.record);
    try {
      await lanes.run(row.record, () => (parts.traces ? parts.traces.delivering(row, deliver) : deliver()));
    } catch (cause) {
      delivering.doubt(row.record);
      if (!(cause instanceof NotNow || isOfLedger(cause)))
        await lanes.run(row.record, () => delivering.defect(row, cause)).catch(() => undefined);
      if (await isParked(row)) return;
      again({ ...row, dueAtMs: clock.nowMs() + backoffMs(parts, row.attempts), attempts: row.attempts + 1 });
    } finally {
      underWay -= 1;
      sending.delete(row.record);
      woken.delete(row.record);
      bell.ring();
    }
  }

  async function isParked({ record }: DeliveryRow): Promise<boolean> {
    const now = await ledger.record(record).catch(() => undefined);
    return now?.links[system.id]?.parked !== undefined;
  }

  /** What has waited so long that somebody should see it is looked at, and so is what had to wait for a time before it waits on. */
  async function lookAtOverdue(): Promise<void> {
    if (clock.nowMs() < asleep.nextMs) return;
    try {
      for (const row of await asleep.overdue(clock.nowMs())) if (!isPaused(row)) putToLook(row);
    } catch (cause) {
      if (!isOfLedger(cause)) parts.log.event('queue not read', { system: system.id, ...brokeOf(cause) });
    }
  }

  function putToLook(row: DeliveryRow): void {
    if (sending.has(row.record)) woken.add(row.record);
    asleep.drop(row.entity, row.record);
    outbox.put({ ...row, dueAtMs: clock.nowMs() });
    bell.ring();
  }

  function restMs(isBusy: boolean): number {
    // Each one that ends rings.
    if (isBusy) return limits.pollMs;
    const next = Math.max(outbox.nextDueMs() ?? Number.POSITIVE_INFINITY, 0);
    const soonest = Math.min(Math.max(next, pace.notBeforeMs), asleep.nextMs);
    return Math.max(1, Math.min(soonest - clock.nowMs(), limits.pollMs));
  }

  return {
    async run(stop) {
      while (!stop.isStopped) {
        bell.take();
        const isBusy = underWay >= pace.atOnce;
        const ready = !isBusy && clock.nowMs() >= pace.notBeforeMs;
        await lookAtOverdue();
        if (ready) await fetcher.fetch(isOpen);
        const row = ready ? outbox.take(clock.nowMs(), isOpen) : undefined;
        if (row && row.state === 'due' && row.attempts > 0 && !pace.mayRetry())
          outbox.putBack({ ...row, dueAtMs: clock.nowMs() + RETRY_LATER_MS });
        else if (row) void send(row);
        else if (!bell.take()) await clock.sleep(restMs(isBusy), [stop, bell]);
      }
    },
    put(row) {
      // A system's refusal stands until something changes; who waits for another record goes on as soon as that comes.
      const isRefused = row.state === 'parked' && !isWaiting(row);
      if (row.state === 'parked') backlog.drop(row.entity, row.record);
      else backlog.put(row, clock.nowMs());
      asleep.drop(row.entity, row.record);
      if (isRefused || isPaused(row)) return outbox.drop(row.entity, row.record);
      // Who is just finding out that it waits looks once more by itself.
      if (isWaiting(row) && sending.has(row.record)) return;
      if (isWaiting(row)) return putToLook(row);
      outbox.put(row);
      bell.ring();
    },
    drop(entity, record) {
      backlog.drop(entity, record);
      asleep.drop(entity, record);
      outbox.drop(entity, record);
    },
    dropAll(entity) {
      asleep.dropAll(entity);
      outbox.dropAll(entity);
    },
    async look(entity, record) {
      const row = await deliveryOf(parts, system.id, record);
      if (row?.entity === entity && row.state !== 'due' && !isPaused(row)) putToLook(row);
    },
    nudge: bell.ring,
    get waiting() {
      return Math.max(0, outbox.size + asleep.size - underWay);
    },
    get ready() {
      return Math.max(0, outbox.size - underWay);
    },
    waitingOf: (entity) => outbox.sizeOf(entity) + asleep.sizeOf(entity),
    get underWay() {
      return underWay;
    },
    get behind() {
      return backlog.oldest((entity) => outbox.sizeOf(entity) + asleep.sizeOf(entity));
    },
    get circuit() {
      return pace.circuit;
    },
    get paused() {
      return pace.words;
    },
  };
}
