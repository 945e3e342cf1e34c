import type { EntityName, RecordId, SystemId } from '../ids.ts';
import { PAGE_ROWS_MAX, type Ledger } from '../ports/ledger.ts';
import type { DeliveryRow } from '../ports/plan.ts';
import { openPrints, type Prints } from './prints.ts';

/**
 * One system's deliveries that wait for other records, as far as is known: they stand in the ledger, and only that there is one is kept here. Nobody
 * looks at them until what they wait for comes, or until it is time to tell that it does not.
 */
export interface Asleep {
  put(row: DeliveryRow): void;
  drop(entity: EntityName, record: RecordId): void;
  dropAll(entity: EntityName): void;
  sizeOf(entity: EntityName): number;
  readonly size: number;
  /** When it is time to look at the first of them; ms since 1970 UTC, `Infinity` where none waits for a time. */
  readonly nextMs: number;
  /** Those that are to be looked at by now. */
  overdue(nowMs: number): Promise<readonly DeliveryRow[]>;
}

/** Where the ledger could not be read, it is not asked again before so long. */
const ANEW_MS = 2_000;

export function openAsleep(ledger: Pick<Ledger, 'deliveries'>, system: SystemId): Asleep {
  const all = new Map<EntityName, Prints>();
  let nextMs = Number.POSITIVE_INFINITY;

  return {
    put({ entity, record, state, dueAtMs }) {
      const prints = all.get(entity) ?? openPrints();
      all.set(entity, prints);
      prints.put(record, 1);
      // What was told already is waited for without an end.
      if (state === 'waiting') nextMs = Math.min(nextMs, dueAtMs);
    },
    drop: (entity, record) => void all.get(entity)?.drop(record),
    dropAll: (entity) => void all.delete(entity),
    sizeOf: (entity) => all.get(entity)?.size ?? 0,
    get size() {
      let size = 0;
      for (const prints of all.values()) size += prints.size;
      return size;
    },
    get nextMs() {
      return nextMs;
    },
    async overdue(nowMs) {
      nextMs = nowMs + ANEW_MS;
      const { items } = await ledger.deliveries({ system, state: 'waiting', limit: PAGE_ROWS_MAX });
      const late = items.filter(({ dueAtMs }) => dueAtMs <= nowMs);
      // A page that is late as a whole is followed by another, once these were looked at.
      nextMs = items[late.length]?.dueAtMs ?? (late.length === PAGE_ROWS_MAX ? nowMs + 1 : Number.POSITIVE_INFINITY);
      return late;
    },
  };
}
