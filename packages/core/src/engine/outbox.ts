import type { EntityName, RecordId } from '../ids.ts';
import type { DeliveryRow } from '../ports/plan.ts';
import { openPrints, type Prints } from './prints.ts';
import { openWindow, type Window } from './window.ts';

/** With fewer than this share of what may be at hand ready, more are fetched from the ledger. */
const READY_MIN_SHARE = 0.25;

/**
 * One system's queue of deliveries: at most one for each record. The ledger holds the truth, and all of the queue; at hand are a few of each entity,
 * and of all others only that there is one.
 */
export interface Outbox {
  put(row: DeliveryRow): void;
  /** One that was taken comes back: the ledger does not know until when it is to wait. */
  putBack(row: DeliveryRow): void;
  /** From the ledger, unless it is at hand, or nothing is planned any more. Answers whether it was put. */
  fetched(row: DeliveryRow): boolean;
  drop(entity: EntityName, record: RecordId): void;
  /** All of an entity: the ledger keeps them. */
  dropAll(entity: EntityName): void;
  /** One that is at hand. */
  get(record: RecordId): DeliveryRow | undefined;
  /** Takes the next one that is due and whose entity is open. It stays planned until it is dropped. */
  take(nowMs: number, isOpen: (entity: EntityName) => boolean): DeliveryRow | undefined;
  /** When the next one at hand that must wait is due, about and never too late; `undefined` when none waits. */
  nextDueMs(): number | undefined;
  /** An open entity of which more is planned than is at hand or being sent, and little is at hand. */
  lacking(nowMs: number, isOpen: (entity: EntityName) => boolean, sending: (entity: EntityName) => number): EntityName | undefined;
  /** Lets go of some that wait for something, so that others can be looked at: the ledger has them as they are. */
  makeRoom(entity: EntityName): void;
  isAtHand(entity: EntityName): boolean;
  /** How many are planned, those being sent included. */
  readonly size: number;
  sizeOf(entity: EntityName): number;
}

interface Queue {
  readonly planned: Prints;
  readonly window: Window;
}

export function openOutbox(atHandMax: number): Outbox {
  const queues = new Map<EntityName, Queue>();
  let puts = 0;

  function queueOf(entity: EntityName): Queue {
    const queue = queues.get(entity) ?? { planned: openPrints(), window: openWindow(atHandMax) };
    queues.set(entity, queue);
    return queue;
  }

  function hold({ window }: Queue, row: DeliveryRow): void {
    window.put(row, (puts += 1));
  }

  return {
    put(row) {
      const queue = queueOf(row.entity);
      queue.planned.put(row.record, 1);
      if (queue.window.get(row.record) || queue.window.size < atHandMax) hold(queue, row);
    },
    putBack(row) {
      const queue = queueOf(row.entity);
      queue.planned.put(row.record, 1);
      hold(queue, row);
    },
    fetched(row) {
      const queue = queueOf(row.entity);
      if (queue.planned.get(row.record) === undefined || queue.window.get(row.record)) return false;
      hold(queue, row);
      return true;
    },
    drop(entity, record) {
      const queue = queues.get(entity);
      queue?.planned.drop(record);
      queue?.window.drop(record);
    },
    dropAll: (entity) => void queues.delete(entity),
    get(record) {
      for (const { window } of queues.values()) {
        const row = window.get(record);
        if (row) return row;
      }
      return undefined;
    },
    take(nowMs, isOpen) {
      let first: Window | undefined;
      for (const [entity, { window }] of queues) {
        if (!isOpen(entity)) continue;
        window.ripen(nowMs);
        if ((window.firstPut ?? Infinity) < (first?.firstPut ?? Infinity)) first = window;
      }
      return first?.take();
    },
    nextDueMs() {
      let next: number | undefined;
      for (const { window } of queues.values()) if (window.nextDueMs !== undefined) next = Math.min(next ?? Infinity, window.nextDueMs);
      return next;
    },
    lacking(nowMs, isOpen, sending) {
      for (const [entity, { planned, window }] of queues) {
        if (planned.size <= window.size + sending(entity) || !isOpen(entity)) continue;
        window.ripen(nowMs);
        if (window.ready < atHandMax * READY_MIN_SHARE) return entity;
      }
      return undefined;
    },
    makeRoom: (entity) => queueOf(entity).window.makeRoom(),
    isAtHand: (entity) => queueOf(entity).window.size > 0,
    sizeOf: (entity) => queues.get(entity)?.planned.size ?? 0,
    get size() {
      let size = 0;
      for (const { planned } of queues.values()) size += planned.size;
      return size;
    },
  };
}
