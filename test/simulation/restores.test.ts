import * as core from '@concord/core';
import { expect, test, vi } from 'vitest';
import { LONG_MS, runs } from '../kit/runs.ts';
import { restoringStoryOf } from './restores.ts';
import { play } from './run.ts';
import { shrink, storyText } from './shrink.ts';

vi.setConfig({ testTimeout: LONG_MS });

/** Plays a seed in which systems are put back; on a failure, answers the smallest story that fails alike. */
async function breachesOf(seed: number): Promise<readonly string[]> {
  const told = restoringStoryOf(seed);
  const options = { documents: seed % 5 === 0 };
  const run = told && (await play(core, told, options));
  if (!told || !run || run.breaches.length === 0) return [];
  const { story, run: small } = await shrink(core, told, options);
  return [...small.breaches.map(({ invariant, words }) => `invariant ${invariant}: ${words}`), storyText(story)];
}

test('systems are put back to any earlier moment, and nobody loses an edit', async () => {
  for (let seed = 1; seed <= runs(12); seed += 1) expect(await breachesOf(seed), `seed ${seed}`).toEqual([]);
});
