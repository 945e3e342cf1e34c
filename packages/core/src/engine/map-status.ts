import type { EntityName, SystemId } from '../ids.ts';
import type { GuardStatus } from './guard.ts';
import type { Pause } from './pauses.ts';
import type { PutBack } from './put-backs.ts';

/** How one map stands: one entity of one system. */
export type MapState =
  /** Its initial write was not started yet. */
  | 'kept'
  | 'starting'
  | 'listing'
  | 'live'
  | 'unreachable'
  | 'throttled'
  | 'denied'
  | 'drifted'
  | 'guarded'
  | 'pressed'
  | 'paused'
  /** Its system was put back: a person is to say what its older state means, or that is being carried out. */
  | 'put-back'
  | 'stopped';

export interface PullerStatus {
  readonly system: SystemId;
  readonly entity: EntityName;
  readonly state: MapState;
  readonly listed: boolean;
  /** Rows that its first listing told since the start. */
  readonly toldRows: number;
  readonly words?: string;
  /** Rows, as far as they were seen since the start, that a filter leaves outside. */
  readonly filteredRows: number;
  /** Rows that are set aside because something broke over them. */
  readonly asideRows: number;
  /** Rows, since the start, that were read in a version older than one that the system had answered: it was put back. */
  readonly olderRows: number;
  /** What waits for somebody to look, while the map is guarded. */
  readonly guard?: readonly GuardStatus[];
  /** Who has it rest, since when, and why, while it is paused. */
  readonly pause?: Pause;
  /** Since when, and by what it was noticed, that its system was put back; and what a person chose, while that is carried out. */
  readonly putBack?: PutBack;
  /** The latest comparison of all its rows; it began with the start of a listing, and is `done` at its end. */
  readonly resync?: { readonly state: 'waits' | 'reads' | 'done'; readonly rows: number; readonly differing: number };
  /** When the last pull that told everything began; ms since 1970 UTC. */
  readonly upToMs?: number;
}

/** What a person is asked about, by the guard of a map and by its brake, before whatever else there is to say. */
export function askedOf(
  guarded: readonly GuardStatus[] = [],
  braked: readonly GuardStatus[] = [],
  words?: string,
): Pick<PullerStatus, 'guard' | 'words'> {
  const asked = [...guarded, ...braked];
  if (asked.length > 0) return { guard: asked, words: asked.map((one) => one.words).join('; ') };
  return words === undefined ? {} : { words };
}
