/** The system's own idea of the time, which may be wrong. */
export interface EmulatorClock {
  /** ms since 1970 UTC. */
  now(): number;
  /** Sets how far the clock is ahead (behind, when negative) of the true time. */
  skew(aheadMs: number): void;
  aheadMs(): number;
}

export function emulatorClock(now: () => number): EmulatorClock {
  let ahead = 0;
  return {
    now: () => now() + ahead,
    skew: (aheadMs) => {
      ahead = aheadMs;
    },
    aheadMs: () => ahead,
  };
}

/** `2016-09-28T23:14:00Z`: business systems keep whole seconds. */
export function wholeSeconds(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}
