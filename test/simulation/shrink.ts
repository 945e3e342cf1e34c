import type { Core } from './core.ts';
import { play, type Play, type Run } from './run.ts';
import type { Story } from './story.ts';

/** So many runs are spent on making a story small. */
const TRIES_MAX = 600;

export interface Shrunk {
  readonly story: Story;
  readonly run: Run;
}

/** The smallest story that still breaks the same invariant: what is taken out of it without mending it was not needed. */
export async function shrink(core: Core, story: Story, options: Play = {}, triesMax = TRIES_MAX): Promise<Shrunk> {
  let best: Shrunk = { story, run: await play(core, story, options) };
  const wanted = best.run.breaches[0]?.invariant;
  let tries = 0;

  async function attempt(candidate: Story): Promise<boolean> {
    if (tries >= triesMax) return false;
    tries += 1;
    const run = await play(core, candidate, options);
    if (run.breaches[0]?.invariant !== wanted) return false;
    best = { story: candidate, run };
    return true;
  }

  async function thin<Item>(
    itemsOf: (story: Story) => readonly Item[],
    without: (story: Story, left: readonly Item[]) => Story,
  ): Promise<void> {
    for (let size = Math.ceil(itemsOf(best.story).length / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let from = 0; from < itemsOf(best.story).length;) {
        const items = itemsOf(best.story);
        const isLess = await attempt(without(best.story, [...items.slice(0, from), ...items.slice(from + size)]));
        if (!isLess) from += size;
      }
    }
  }

  for (let before = Number.POSITIVE_INFINITY; weight(best.story) < before && tries < triesMax;) {
    before = weight(best.story);
    for (const plain of plainer(best.story)) await attempt({ ...best.story, ...plain });
    await thin(
      ({ faults }) => faults,
      (told, faults) => ({ ...told, faults }),
    );
    await thin(
      ({ deeds }) => deeds,
      (told, deeds) => ({ ...told, deeds }),
    );
    if (best.story.systems.length > 2)
      await thin(
        ({ systems }) => systems,
        (told, systems) =>
          systems.length < 2
            ? told
            : { ...told, systems, deeds: told.deeds.filter((deed) => !('system' in deed) || systems.some(({ id }) => id === deed.system)) },
      );
  }
  return best;
}

function weight({ deeds, faults, systems }: Story): number {
  return deeds.length + faults.length + systems.length;
}

/** The same with systems that are easier to understand. */
function plainer({ systems, deeds, chaosMs }: Story): readonly Partial<Story>[] {
  const lastMs = Math.ceil(deeds.reduce((last, { atMs }) => Math.max(last, atMs), 0));
  return [
    { chaosMs: Math.min(chaosMs, lastMs + 4000) },
    { slowLedger: false },
    { writesMax: 8, rowsMax: 8 },
    { systems: systems.map((nature) => ({ ...nature, hints: 'none' })) },
    { systems: systems.map((nature) => ({ ...nature, pageRows: 50, granularityMs: 1, skewMs: 0 })) },
    { systems: systems.map((nature) => ({ ...nature, memo: 'as it is', price: 'as it is' })) },
    { systems: systems.map((nature) => ({ ...nature, feed: 'rows' })) },
    { systems: systems.map((nature) => ({ ...nature, versions: 'ordered', answers: 'stored' })) },
    { systems: systems.map((nature) => ({ ...nature, answerMs: 2 })) },
  ];
}

/** A story as it is read: who did what when, and what went wrong. */
export function storyText({ seed, systems, deeds, faults, ...rest }: Story): string {
  const { slowLedger, pollMs, keyed, chaosMs, rowsMax, writesMax } = rest;
  return [
    `seed ${seed}: ${JSON.stringify({ keyed, delete: rest.delete, pollMs, slowLedger, rowsMax, writesMax, chaosMs })}`,
    ...systems.map(({ id, ...nature }) => `  ${id}: ${JSON.stringify(nature)}`),
    ...deeds.map(({ atMs, kind, ...deed }) => `  at ${atMs.toFixed(1)} ms: ${kind} ${JSON.stringify(deed)}`),
    ...faults.map(({ port, method, number, kind }) => `  ${port}, ${method} no. ${number}: ${kind}`),
  ].join('\n');
}
