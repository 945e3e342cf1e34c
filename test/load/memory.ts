import { setTimeout as wait } from 'node:timers/promises';
import { AS_ADMIN } from '../kit/key.ts';

const LOOKS = 60;
const MIB = 1_048_576;

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
    const text = await (await fetch(`${url}/metrics`, { headers: AS_ADMIN })).text();
    const read = (name: string): number => Math.round(Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]) / MIB);
    samples.push({
      atS: Math.round((performance.now() - beganMs) / 1_000),
      rssMib: read('concord_process_resident_memory_bytes'),
      heapMib: read('concord_nodejs_heap_size_used_bytes'),
    });
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
