import { setTimeout as wait } from 'node:timers/promises';
import type { Emulator, FaultAction } from '@concord/adapters';
import type { Chance } from '../kit/chance.ts';

/** Something goes wrong with one request in each system about so often. */
const EVERY_MS = 700;
const OUTAGE_EVERY = 120;
const OUTAGE_MS = 3_000;
const FORGET_EVERY = 400;

type System = Pick<Emulator, 'faults' | 'hooks' | 'stats' | 'expireDeltaTokens'>;

const FAULTS: readonly [FaultAction, ...FaultAction[]] = [
  { kind: 'throttled', retryAfterSeconds: 1 },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 502 },
  { kind: 'status', status: 503, retryAfterSeconds: 1 },
  { kind: 'status', status: 401 },
  { kind: 'dropBefore' },
  { kind: 'dropAfter' },
  { kind: 'slow', delayMs: 800 },
];

/** What went wrong, by kind. */
export type Struck = Readonly<Record<string, number>>;

export interface Weather {
  /** Takes everything off, and answers what has struck. */
  calm(): Promise<Struck>;
}

/** Has things go wrong for Concord alone, in both systems, until it is calmed: the people notice nothing. */
export function bringWeather(systems: readonly [System, System], chance: Chance): Weather {
  const over = new AbortController();
  const tally = new Map<string, number>();
  const count = (what: string, by = 1): void => void tally.set(what, (tally.get(what) ?? 0) + by);
  for (const { hooks } of systems) hooks.faults({ drop: 0.1, duplicate: 0.1, reorder: 0.1 });
  const running = Promise.all(systems.map(rain));

  async function rain(system: System): Promise<void> {
    for (let round = 1; !over.signal.aborted; round += 1) {
      await pause(chance.whole(2 * EVERY_MS));
      if (round % OUTAGE_EVERY === 0) await outage(system);
      else if (round % FORGET_EVERY === 1 && round > 1) forget(system);
      else strike(system);
    }
  }

  function strike({ faults }: System): void {
    const action = chance.pick(FAULTS);
    // Half of them befall a write: those are the ones of which the outcome matters.
    faults.add({ principal: 'concord', times: 1, action, ...(chance.whole(2) === 0 ? { method: 'PATCH|POST' } : {}) });
    count(action.kind === 'status' ? String(action.status) : action.kind === 'throttled' ? '429' : action.kind);
  }

  async function outage({ faults }: System): Promise<void> {
    const rule = faults.add({ principal: 'concord', action: { kind: 'dropBefore' } });
    count('outage');
    await pause(OUTAGE_MS);
    faults.clear(rule);
  }

  function forget(system: System): void {
    system.expireDeltaTokens();
    count('delta tokens forgotten');
  }

  function pause(ms: number): Promise<void> {
    return wait(ms, undefined, { signal: over.signal }).catch(() => undefined);
  }

  return {
    async calm() {
      over.abort();
      await running;
      // What waited for a request that never came has not struck.
      for (const { faults } of systems) {
        for (const { action } of faults.list())
          count(action.kind === 'status' ? String(action.status) : action.kind === 'throttled' ? '429' : action.kind, -1);
        faults.clear();
      }
      for (const { hooks, stats } of systems) {
        hooks.faults({});
        count('hooks dropped', stats().hooks.dropped);
      }
      return Object.fromEntries(tally);
    },
  };
}
