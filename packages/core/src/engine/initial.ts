import type { EntityName, SystemId } from '../ids.ts';
import { NOTHING_SETTLED, type InitialStatus } from './initial-status.ts';
import type { Parts } from './parts.ts';
import type { ResyncAsk } from './resync.ts';

/** Writes are counted over so long, to say how many a second there are. */
const RATE_SECONDS = 10;
const SECOND_MS = 1_000;

/** Keeps entities whose configuration says `initial: wait` from running until somebody starts them, and counts what is written. */
export interface Initial {
  /** What was started before the engine was stopped. */
  load(): Promise<void>;
  isBegun(entity: EntityName): boolean;
  /** Answers whether it was not begun before. */
  begin(entity: EntityName, ask: ResyncAsk): Promise<boolean>;
  wrote(system: SystemId, entity: EntityName): void;
  settled(system: SystemId, entity: EntityName): Pick<InitialStatus['systems'][number], 'settled' | 'perSecond'>;
  begunAtMs(entity: EntityName): number | undefined;
}

export function openInitial({ tables, ledger, clock }: Pick<Parts, 'tables' | 'ledger' | 'clock'>): Initial {
  const begun = new Map<EntityName, number>();
  const counts = new Map<string, Count>();
  const waits = (entity: EntityName): boolean => tables.get(entity)?.map.initial === 'wait';
  const nameOf = (entity: EntityName): string => `initial ${entity}`;

  return {
    async load() {
      for (const entity of tables.keys()) {
        const atMs = waits(entity) ? await ledger.note(nameOf(entity)) : undefined;
        if (typeof atMs === 'number') begun.set(entity, atMs);
      }
    },
    isBegun: (entity) => !waits(entity) || begun.has(entity),
    async begin(entity, { by, note }) {
      if (!waits(entity) || begun.has(entity)) return false;
      const atMs = clock.nowMs();
      const act = { atMs, operator: by, act: 'initial write', note: note === undefined ? entity : `${entity}: ${note}` };
      await ledger.commit({ plans: [], cursors: [], failures: [], acts: [act], notes: [{ name: nameOf(entity), value: atMs }] });
      begun.set(entity, atMs);
      return true;
    },
    wrote(system, entity) {
      const key = `${system} ${entity}`;
      const count = counts.get(key) ?? newCount();
      counts.set(key, count);
      hit(count, Math.floor(clock.nowMs() / SECOND_MS));
    },
    settled(system, entity) {
      const count = counts.get(`${system} ${entity}`);
      return count ? { settled: count.all, perSecond: rate(count, Math.floor(clock.nowMs() / SECOND_MS)) } : NOTHING_SETTLED;
    },
    begunAtMs: (entity) => begun.get(entity),
  };
}

/** Writes by the second in which they were made, the last few seconds only. */
interface Count {
  all: number;
  readonly bySecond: Map<number, number>;
}

function newCount(): Count {
  return { all: 0, bySecond: new Map() };
}

function hit(count: Count, second: number): void {
  count.all += 1;
  count.bySecond.set(second, (count.bySecond.get(second) ?? 0) + 1);
  for (const old of count.bySecond.keys()) if (old < second - RATE_SECONDS) count.bySecond.delete(old);
}

/** Of the seconds that are over. */
function rate({ bySecond }: Count, now: number): number {
  let sum = 0;
  for (const [second, writes] of bySecond) if (second < now && second >= now - RATE_SECONDS) sum += writes;
  return sum / RATE_SECONDS;
}
