import type { EntityName, RecordId, SystemId } from '../ids.ts';
import type { DeliveryRow, Plan } from '../ports/plan.ts';
import type { Outcome } from '../ports/system.ts';
import type { ConflictCode } from '../register/code.ts';

/** What has happened since the start, counted for those who watch. */
export interface Tallies {
  /** Conflicts that were opened, by code. */
  readonly conflicts: Readonly<Partial<Record<ConflictCode, number>>>;
  /** By system, what became of the writes to it. */
  readonly writes: Readonly<Record<SystemId, Readonly<Partial<Record<Outcome['kind'], number>>>>>;
  /** Single rows that systems were asked for. */
  readonly reads: number;
  /** Transactions of the ledger. */
  readonly commits: number;
}

export interface Tally {
  committed(plan: Plan): void;
  wrote(system: SystemId, outcome: Outcome['kind']): void;
  read(): void;
  wroteLedger(): void;
  tallies(): Tallies;
  /** Plans that were committed. */
  readonly plans: number;
}

export function openTally(): Tally {
  const conflicts: Partial<Record<ConflictCode, number>> = {};
  const writes: Record<SystemId, Partial<Record<Outcome['kind'], number>>> = {};
  let [reads, commits, plans] = [0, 0, 0];
  return {
    get plans() {
      return plans;
    },
    committed({ conflicts: rows, changes }) {
      plans += 1;
      for (const { code, openedSeq } of rows)
        if (changes.some(({ seq }) => seq === openedSeq)) conflicts[code] = (conflicts[code] ?? 0) + 1;
    },
    wrote(system, outcome) {
      const counts = (writes[system] ??= {});
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    },
    read: () => void (reads += 1),
    wroteLedger: () => void (commits += 1),
    tallies: () => ({ conflicts, writes, reads, commits }),
  };
}

/** Of each entity so many waiting writes are known one by one; of those behind them only since when the first waits. */
const WAITING_MAX = 10_000;

/** Since when writes to a system are planned and not done, by record; in the order in which they were planned. */
export interface Backlog {
  put(row: DeliveryRow, nowMs: number): void;
  drop(entity: EntityName, record: RecordId): void;
  /**
   * By entity, since when its oldest write waits; ms since 1970 UTC. `plannedOf`: how many there are. Where there are more than are known one by
   * one, the time may be too early, never too late.
   */
  oldest(plannedOf: (entity: EntityName) => number): ReadonlyMap<EntityName, number>;
}

interface Waits {
  readonly known: Map<RecordId, number>;
  behindSinceMs?: number;
}

export function openBacklog(): Backlog {
  const all = new Map<EntityName, Waits>();
  return {
    put({ record, entity }, nowMs) {
      const waits = all.get(entity) ?? { known: new Map<RecordId, number>() };
      all.set(entity, waits);
      if (waits.known.has(record)) return;
      if (waits.known.size < WAITING_MAX) waits.known.set(record, nowMs);
      else waits.behindSinceMs ??= nowMs;
    },
    drop: (entity, record) => void all.get(entity)?.known.delete(record),
    oldest(plannedOf) {
      const found = new Map<EntityName, number>();
      for (const [entity, waits] of all) {
        if (plannedOf(entity) <= waits.known.size) delete waits.behindSinceMs;
        const [first = waits.behindSinceMs] = waits.known.values();
        if (first !== undefined) found.set(entity, first);
      }
      return found;
    },
  };
}
