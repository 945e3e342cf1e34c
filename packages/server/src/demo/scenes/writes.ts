import type { Emulator } from '@concord/adapters';

/** How many writes of Concord's a system has committed since its counters were last reset. */
export function concordWrites(system: Emulator): number {
  const methods = Object.values(system.stats().principals['concord']?.writes ?? {});
  return methods.flatMap((sets) => Object.values(sets)).reduce((sum, count) => sum + count, 0);
}
