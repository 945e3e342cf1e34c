import * as core from '@concord/core';
import { expect, test, vi } from 'vitest';
import { LONG_MS, runs } from '../kit/runs.ts';
import { plainStoryOf, storyOf } from './draw.ts';
import { play } from './run.ts';
import { shrink, storyText } from './shrink.ts';
import type { Story } from './story.ts';

vi.setConfig({ testTimeout: LONG_MS });

/** Plays a seed; on a failure, tells the smallest story that fails alike. */
async function holds(story: Story, documents = false): Promise<void> {
  const run = await play(core, story, { documents });
  if (run.breaches.length === 0) return;
  const { story: smallest, run: small } = await shrink(core, story, { documents });
  throw new Error(
    `${JSON.stringify(run.breaches[0])}\nthe smallest story that fails alike: ${storyText(smallest)}\n${JSON.stringify(small.breaches)}`,
  );
}

test('whatever happens to it, the engine keeps the invariants', async () => {
  for (let seed = 1; seed <= runs(8); seed += 1) await holds(storyOf(seed), seed % 10 === 0);
});

/** Stories that broke an invariant once. */
test.each([
  ['a row was gone again before its making was answered', 20_262_035],
  ['a row was made anew without what waits for a person, and its answer did not tell its columns', 30_006_813],
  ['a sum was added to on top of a write whose answer was lost, and counted twice', 30_000_197],
  ['what was typed over a write whose answer was lost was beaten by it, because its clock was behind', 30_006_075],
  ['a first listing was begun again, and broken off again behind what was gone by then', 50_002_682],
  ['a row was made in answer to the second of two requests, and taken for what the first one made', 90_002_905],
  ['the same, and what it was thought to lack was typed over elsewhere', 90_003_936],
  ['a slow page told of a row of ours that was gone by then, and that another one stood for', 50_006_181],
  ['a person was asked what was made on what, and chose what somebody had typed over', 30_001_162],
  ['a row of ours was found again behind a crash, and counted as somebody’s beside one that looked alike', 169],
  ['a deletion was to be written to a row whose reference led nowhere, and an owner could not be made', 181],
  ['what a system had filled in was not heard of, because the version of its row was', 595],
  ['a refused write to a row whose reference led nowhere was taken for one that waits', 10_664],
  ['a row was made anew, and its system filled in what was to be empty', 103_009],
  ['the same, behind versions that can only be told apart', 201_631],
  ['what was refused left the queue as its row was read again for what it referred to', 301_646],
  ['the same, and a sum was not told', 300_993],
  ['a row was told gone while an older read of it waited for its turn', 600_206],
  ['an answer that told no columns ended the waiting for a reference', 20_663],
])('%s: it holds now', async (_title, seed) => {
  await holds(plainStoryOf(seed));
});

test('the same seed comes to the same ledger, to the last byte', async () => {
  for (const seed of [3, 14, 15]) {
    const [one, other] = [await play(core, storyOf(seed)), await play(core, storyOf(seed))];
    expect([other.hash, other.steps]).toEqual([one.hash, one.steps]);
  }
});
