import { brokeOf } from '../errors/broke.ts';
import type { EntityName, SystemId } from '../ids.ts';
import type { Parts, Stop } from './parts.ts';
import type { MapName, PutBack, PutBackAsk } from './put-backs.ts';
import { reportOn, type PutBackReport } from './put-back-report.ts';
import type { ResyncAsk } from './resync.ts';
import { openBell } from './signal.ts';

/** A map whose system was put back, as it stands. */
export interface PutBackStatus {
  readonly putBack: PutBack;
  /** Absent: it was not begun yet. */
  readonly report?: PutBackReport;
}

/** `reading`: the report is not made yet, so nobody can know what they choose. */
export type PutBackAnswer = 'begun' | 'idle' | 'reading' | 'unknown';

/** Makes the reports that people choose by, and carries out what they chose. */
export interface PutBackDesk {
  status(system: SystemId, entity: EntityName): PutBackStatus | undefined;
  choose(map: MapName, ask: PutBackAsk): Promise<PutBackAnswer>;
  /** Makes the report anew. */
  report(map: MapName): 'begun' | 'idle';
  /** A person says that a system was put back. `unknown`: nothing of it is mirrored. */
  declare(system: SystemId, ask: ResyncAsk): Promise<'begun' | 'unknown'>;
  run(stop: Stop): Promise<void>;
}

const AGAIN_MS = 60_000;

/** `begin`: has all rows of a map listed. */
export function openPutBackDesk(parts: Parts, maps: readonly MapName[], begin: (map: MapName) => void): PutBackDesk {
  const { backs, clock, systems, tables } = parts;
  const reports = new Map<string, PutBackReport>();
  const underWay = new Set<string>();
  const bell = openBell();
  const nameOf = ({ system, entity }: MapName): string => `${system} ${entity}`;
  const isWaiting = ({ system, entity }: MapName): boolean => {
    const back = backs.of(system, entity);
    return back !== undefined && back.chosen === undefined;
  };

  async function read(map: MapName, stop: Stop): Promise<void> {
    const [system, table] = [systems.get(map.system), tables.get(map.entity)];
    const since = backs.of(map.system, map.entity)?.sinceMs;
    if (!system || !table) return;
    underWay.add(nameOf(map));
    try {
      await reportOn(parts, system, table, {
        keep: (report) => void reports.set(nameOf(map), report),
        // It may have been put back once more meanwhile.
        isOver: () => stop.isStopped || !isWaiting(map) || backs.of(map.system, map.entity)?.sinceMs !== since,
        stop,
      });
    } catch (cause) {
      parts.log.event('put back not read', { ...map, ...brokeOf(cause) });
    } finally {
      underWay.delete(nameOf(map));
      bell.ring();
    }
  }

  return {
    status(system, entity) {
      const putBack = backs.of(system, entity);
      const report = reports.get(nameOf({ system, entity }));
      return putBack && { putBack, ...(report ? { report } : {}) };
    },
    async choose(map, ask) {
      if (!maps.some((one) => nameOf(one) === nameOf(map))) return 'unknown';
      if (!isWaiting(map)) return 'idle';
      if (reports.get(nameOf(map))?.state !== 'done') return 'reading';
      const bounds = maps.flatMap((one) => (one.system === map.system ? (reports.get(nameOf(one))?.beforeMs ?? []) : []));
      if ((await backs.choose(map, ask, bounds.length === 0 ? undefined : Math.min(...bounds))) === 'idle') return 'idle';
      begin(map);
      return 'begun';
    },
    report(map) {
      if (!isWaiting(map) || reports.get(nameOf(map))?.state !== 'done') return 'idle';
      reports.delete(nameOf(map));
      bell.ring();
      return 'begun';
    },
    async declare(system, { by, note }) {
      if (!maps.some((map) => map.system === system)) return 'unknown';
      const words = note === undefined ? system : `${system}: ${note}`;
      await backs.enter(system, `${by} said so`, { atMs: clock.nowMs(), operator: by, act: 'put back', note: words });
      return 'begun';
    },
    async run(stop) {
      const reading = new Set<Promise<void>>();
      while (!stop.isStopped) {
        for (const map of maps) {
          if (!isWaiting(map)) reports.delete(nameOf(map));
          else if (!underWay.has(nameOf(map)) && reports.get(nameOf(map))?.state !== 'done') {
            const one: Promise<void> = read(map, stop).finally(() => reading.delete(one));
            reading.add(one);
          }
        }
        if (!bell.take()) await clock.sleep(AGAIN_MS, [stop, bell, backs.bell]);
      }
      await Promise.all(reading);
    },
  };
}
