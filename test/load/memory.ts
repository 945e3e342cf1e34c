import { setTimeout as wait } from 'node:timers/promises';
import { memoryOf } from '../kit/memory-of.ts';

const LOOKS = 60;

/** What the sidecar's process took at a moment, in MiB. */
export interface Sample {
  readonly atS: number;
  readonly rssMib: number;
  readonly heapMib: number;
}

export interface MemoryWatch {
  end(): Promise<{ readonly memory: readonly Sample[] }>;
}

/** Looks at the sidecar's own measurements, some sixty times over the whole run, at the start and at the end. */
export function watchMemory(url: string, runMs: number): MemoryWatch {
  const over = new AbortController();
  const samples: Sample[] = [];
  const beganMs = performance.now();
  const look = async (): Promise<void> => {
    samples.push({ atS: Math.round((performance.now() - beganMs) / 1_000), ...(await memoryOf(url)) });
  };
  const running = (async () => {
    while (!over.signal.aborted) {
      await look();
      await wait(runMs / LOOKS, undefined, { signal: over.signal }).catch(() => undefined);
    }
    await look();
  })();
  return {
    async end() {
      over.abort();
      await running;
      return { memory: samples };
    },
  };
}
