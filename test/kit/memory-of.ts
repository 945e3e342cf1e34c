import { AS_ADMIN } from './key.ts';

const MIB = 1_048_576;

/** What a sidecar's process takes, in MiB, by its own measurements. */
export async function memoryOf(url: string): Promise<{ readonly rssMib: number; readonly heapMib: number }> {
  const text = await (await fetch(`${url}/metrics`, { headers: AS_ADMIN })).text();
  const read = (name: string): number => Math.round(Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]) / MIB);
  return { rssMib: read('concord_process_resident_memory_bytes'), heapMib: read('concord_nodejs_heap_size_used_bytes') };
}
