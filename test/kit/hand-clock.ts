import type { Clock } from '@concord/core';

/** A clock that a test moves by hand. */
export interface HandClock extends Clock {
  /** Moves on, waking whoever is due on the way, each in its turn. */
  advance(ms: number): Promise<void>;
}

export function handClock(startMs = 0): HandClock {
  let nowMs = startMs;
  const sleepers = new Set<{ readonly dueMs: number; wake(): void }>();
  /** Lets everything that is ready have its turn; real sockets take part in it. */
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    nowMs: () => nowMs,
    sleep: (ms, wakers) =>
      new Promise((resolve) => {
        const wake = (): void => {
          sleepers.delete(sleeper);
          for (const off of offs) off();
          resolve();
        };
        const sleeper = { dueMs: nowMs + ms, wake };
        sleepers.add(sleeper);
        const offs = wakers.map((waker) => waker.onRing(wake));
      }),
    turn,
    async advance(ms) {
      const endMs = nowMs + ms;
      for (;;) {
        await turn();
        await turn();
        const next = [...sleepers].filter(({ dueMs }) => dueMs <= endMs).toSorted((a, b) => a.dueMs - b.dueMs)[0];
        if (!next) break;
        nowMs = Math.max(nowMs, next.dueMs);
        next.wake();
      }
      nowMs = endMs;
    },
  };
}
