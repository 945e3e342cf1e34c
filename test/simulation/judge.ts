import type { Core } from './core.ts';
import { play } from './run.ts';
import { disappointments, explore, type Scope } from './scope.ts';
import type { Story } from './story.ts';

/** Small enough to be tried for each of many cores. */
const SMALL: readonly Scope[] = [
  { systems: ['ce', 'fno'], edits: 1, policy: { name: 'latest', options: undefined }, delete: 'update-wins' },
];

/** What takes longer, for what nothing else notices. */
export const LARGER: readonly Scope[] = [
  { systems: ['ce', 'fno', 'pos'], edits: 1, policy: { name: 'latest', options: undefined }, delete: 'delete-wins' },
];

export function scopeVerdict(core: Core, scopes: readonly Scope[] = SMALL): string | undefined {
  try {
    return disappointments(core)[0] ?? scopes.flatMap((scope) => explore(core, scope).differing)[0];
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
