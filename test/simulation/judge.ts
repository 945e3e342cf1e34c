import type { Core } from './core.ts';
import { play } from './run.ts';
import { disappointments, explore, type Scope } from './scope.ts';
import type { Story } from './story.ts';

/** Small enough to be tried for each of many cores. */
export const SMALL: readonly Scope[] = [
  { systems: ['ce', 'fno'], edits: 1, policy: { name: 'latest', options: undefined }, delete: 'update-wins' },
];

/** What is first found wrong with a core: by the small scopes, or by a story. `undefined`: nothing. */
export async function verdictOn(core: Core, stories: readonly Story[]): Promise<string | undefined> {
  return scopeVerdict(core) ?? (await storyVerdict(core, stories));
}

export function scopeVerdict(core: Core): string | undefined {
  try {
    return disappointments(core)[0] ?? SMALL.flatMap((scope) => explore(core, scope).differing)[0];
  } catch (cause) {
    return `it throws: ${String(cause)}`;
  }
}

export async function storyVerdict(core: Core, stories: readonly Story[]): Promise<string | undefined> {
  for (const story of stories) {
    const run = await play(core, story);
    const [breach] = run.breaches;
    if (breach) return `invariant ${breach.invariant}: ${breach.words}`;
    // What depends on chance comes out otherwise the next time.
    if ((await play(core, story)).hash !== run.hash) return 'invariant 6: the same story comes to another ledger';
  }
  return undefined;
}
