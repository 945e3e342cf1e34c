import type { Engine } from '@concord/core';
import { until } from './until.ts';

/** So often every feed is pulled while nothing else may happen. */
const PULLS = 3;
/** Until what was written last has come back on the feeds. */
const CALM_MS_MAX = 10_000;

/**
 * The law of stillness, held against an engine that nobody uses any more: nothing is read but feeds, nothing is written, nothing is committed.
 * Answers what happened otherwise, in words. One that has something left to do is not still, and of that nothing is said. `wake` hurries the pulls.
 */
export async function unrest(engine: Engine, wake: () => void = () => undefined): Promise<string | undefined> {
  if (!(await comesToRest(engine, wake))) return undefined;
  const before = counted(engine);
  await pulled(engine, wake);
  const after = counted(engine);
  return engine.isQuiet() && before !== after ? `while nobody did anything: ${before} became ${after}` : undefined;
}

function counted(engine: Engine): string {
  const { reads, commits, writes } = engine.status().tallies;
  return JSON.stringify({ reads, commits, writes });
}

async function comesToRest(engine: Engine, wake: () => void): Promise<boolean> {
  try {
    await until(() => (engine.isQuiet() ? undefined : 'it is not quiet'), CALM_MS_MAX);
    await pulled(engine, wake);
    return engine.isQuiet();
  } catch {
    return false;
  }
}

/** Every map that is live is pulled again and again. */
async function pulled(engine: Engine, wake: () => void): Promise<void> {
  const live = () => engine.status().maps.filter(({ state }) => state === 'live');
  for (let pull = 0; pull < PULLS; pull += 1) {
    const sinceMs = Date.now();
    wake();
    await until(() => (live().every(({ upToMs = 0 }) => upToMs >= sinceMs) ? undefined : 'a feed is not pulled'));
  }
}
