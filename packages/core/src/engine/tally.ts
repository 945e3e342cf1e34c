import type { EntityName, RecordId, SystemId } from '../ids.ts';
import type { DeliveryRow, Plan } from '../ports/plan.ts';
import type { Outcome } from '../ports/system.ts';
import type { ConflictCode } from '../record/code.ts';

/** What has happened since the start, counted for those who watch. */
export interface Tallies {
  /** Conflicts that were opened, by code. */
  readonly conflicts: Readonly<Partial<Record<ConflictCode, number>>>;
  /** By system, what became of the writes to it. */
  readonly writes: Readonly<Record<SystemId, Readonly<Partial<Record<Outcome['kind'], number>>>>>;
}

export interface Tally {
  committed(plan: Plan): void;
  wrote(system: SystemId, outcome: Outcome['kind']): void;
  tallies(): Tallies;
}

export function openTally(): Tally {
  const conflicts: Partial<Record<ConflictCode, number>> = {};
  const writes: Record<SystemId, Partial<Record<Outcome['kind'], number>>> = {};
  return {
    committed({ conflicts: rows, changes }) {
      for (const { code, openedSeq } of rows)
        if (changes.some(({ seq }) => seq === openedSeq)) conflicts[code] = (conflicts[code] ?? 0) + 1;
    },
    wrote(system, outcome) {
      const counts = (writes[system] ??= {});
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    },
    tallies: () => ({ conflicts, writes }),
  };
}

/** So many waiting writes are known one by one; of those behind them only since when the first of an entity waits. */
const WAITING_MAX = 10_000;

/** Since when writes to a system are planned and not done, by record; in the order in which they were planned. */
export interface Backlog {
  put(row: DeliveryRow, nowMs: number): void;
  drop(record: RecordId): void;
  /**
   * By entity, since when its oldest write waits; ms since 1970 UTC. `plannedOf`: how many there are. Where there are more than are known one by
   * one, the time may be too early, never too late.
   */
  oldest(plannedOf: (entity: EntityName) => number): ReadonlyMap<EntityName, number>;
}

export function openBacklog(): Backlog {
  const waits = new Map<RecordId, { readonly entity: EntityName; readonly sinceMs: number }>();
  const behind = new Map<EntityName, number>();
  return {
    put({ record, entity }, nowMs) {
      if (waits.has(record)) return;
      if (waits.size < WAITING_MAX) waits.set(record, { entity, sinceMs: nowMs });
      else if (!behind.has(entity)) behind.set(entity, nowMs);
    },
    drop: (record) => void waits.delete(record),
    oldest(plannedOf) {
      const found = new Map<EntityName, number>();
      const known = new Map<EntityName, number>();
      for (const { entity, sinceMs } of waits.values()) {
        if (!found.has(entity)) found.set(entity, sinceMs);
        known.set(entity, (known.get(entity) ?? 0) + 1);
      }
      for (const [entity, sinceMs] of behind) {
        if (plannedOf(entity) <= (known.get(entity) ?? 0)) behind.delete(entity);
        else if (!found.has(entity)) found.set(entity, sinceMs);
      }
      return found;
    },
  };
}
