import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { storyOf } from './draw.ts';
import { scopeVerdict, storyVerdict } from './judge.ts';
import { MUTANTS, type Mutant } from './mutants.ts';
import { fileOf, storyIn } from './plain.ts';
import { plantedCore } from './planted.ts';
import { restoringStoryOf } from './restores.ts';
import { play } from './run.ts';
import { shrink } from './shrink.ts';
import type { Story } from './story.ts';

/** Stories lie beside the sources, also when what was compiled runs. */
const STORIES = fileURLToPath(new URL('../../simulation/stories/', import.meta.url));

/** Small enough to be read; the smallest would take too long to find. */
const SHRINKING = 250;

/** The file of the story that tells a mutant. */
function storyFile({ name }: Mutant): string {
  return join(STORIES, `${name.replaceAll(/[^a-z]+/gu, '-')}.json`);
}

export function storyFor(mutant: Mutant): Story | undefined {
  const file = storyFile(mutant);
  return existsSync(file) ? storyIn(readFileSync(file, 'utf8')) : undefined;
}

/** Looks, for each mutant that no story of its own tells, for a seed that notices it, and keeps the smallest story that does. */
export async function hunt(seeds: number, say: (words: string) => void): Promise<boolean> {
  let survivors = 0;
  mkdirSync(STORIES, { recursive: true });
  for (const [number, mutant] of MUTANTS.entries()) {
    const core = await plantedCore(number);
    const scope = scopeVerdict(core);
    if (scope !== undefined) {
      say(`${mutant.name}: the small scopes notice it`);
      continue;
    }
    const kept = storyFor(mutant);
    if (kept && (await storyVerdict(core, [kept])) !== undefined) continue;
    const first = await firstStory(core, seeds);
    say(`${mutant.name}: ${first === undefined ? `survives ${seeds} seeds` : `seed ${first.seed} notices it`}`);
    if (first === undefined) survivors += 1;
    if (first === undefined) continue;
    const { story } = await shrink(core, first, {}, SHRINKING);
    writeFileSync(storyFile(mutant), fileOf(story));
  }
  return survivors === 0;
}

/** What is about systems that are put back is told by a story in which they are. */
async function firstStory(core: Awaited<ReturnType<typeof plantedCore>>, seeds: number): Promise<Story | undefined> {
  for (let seed = 1; seed <= seeds; seed += 1)
    for (const story of [storyOf(seed), restoringStoryOf(seed)]) if (story && (await play(core, story)).breaches.length > 0) return story;
  return undefined;
}
