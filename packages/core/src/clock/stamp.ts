import type { SystemId } from '../ids.ts';

/** A hybrid logical clock reading. `ms` is milliseconds since 1970 UTC. */
export interface Stamp {
  readonly ms: number;
  readonly count: number;
  readonly system: SystemId;
}

/** A total order: time, then count, then the system's name, by code unit. */
export function compareStamps(a: Stamp, b: Stamp): number {
  return a.ms - b.ms || a.count - b.count || (a.system < b.system ? -1 : a.system > b.system ? 1 : 0);
}
