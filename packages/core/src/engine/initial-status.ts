import type { EntityName, SystemId } from '../ids.ts';
import type { MapChange } from '../map/evolution/changes.ts';

/** How far the first agreement of two systems over an entity is. */
export interface InitialStatus {
  readonly entity: EntityName;
  /**
   * `kept`: it waits to be started. `reading`: what a system holds is still being listed, and nothing is written. `done`: all was read and
   * written, but for what is parked.
   */
  readonly state: 'kept' | 'reading' | 'writing' | 'done';
  /** When somebody started it; absent where it needed no start. */
  readonly begunAtMs?: number;
  /** How its table map is another than the one that the ledger ran with, as far as that is not carried out yet. */
  readonly changes: readonly MapChange[];
  readonly systems: readonly {
    readonly system: SystemId;
    readonly listed: boolean;
    /** Rows that its listing told since the engine was started. */
    readonly rows: number;
    /** Writes to it that are still to be made. */
    readonly remaining: number;
    /** Writes that were made since the engine was started, or found to be there already, and how many a second lately. */
    readonly settled: number;
    readonly perSecond: number;
  }[];
}

export const NOTHING_SETTLED = { settled: 0, perSecond: 0 } as const;
