import type { Core } from './core.ts';
import { CRISSCROSS, cross, TOGGLED, type Crossing } from './crossing.ts';
import { play } from './run.ts';
import { disappointments, explore, type Scope } from './scope.ts';
import type { Story } from './story.ts';
import { CROSSED } from './tokens.ts';

/** Small enough to be tried for each of many cores. */
const SMALL: readonly Scope[] = [
  { systems: ['ce', 'fno'], edits: 1, policy: { name: 'latest', options: undefined }, delete: 'update-wins' },
];

/** Of the histories in which edits do not cross both ways. */
const ONE_IN = 5;

/** What takes longer, for what nothing else notices. */
export const LARGER: readonly Scope[] = [
  { systems: ['ce', 'fno', 'pos'], edits: 1, policy: { name: 'latest', options: undefined }, delete: 'delete-wins' },
];

export function scopeVerdict(core: Core, scopes: readonly Scope[] = SMALL): string | undefined {
  try {
    return disappointments(core)[0] ?? scopes.flatMap((scope) => explore(core, scope).differing)[0] ?? crossVerdict(core);
  } catch (cause) {
    return `it throws: ${String(cause)}`;
  }
}

/** Edits that cross both ways, in a set and in a text; with a member that all know, and with an answer that is lost. */
function crossVerdict(core: Core): string | undefined {
  const crossings = CROSSED.slice(0, 2).flatMap((field): readonly Crossing[] => {
    const one: Crossing = { systems: ['ce', 'fno'], acts: CRISSCROSS, field, oneIn: ONE_IN };
    return [
      one,
      ...(field.toggle
        ? [
            { ...one, acts: TOGGLED },
            { ...one, losing: true as const },
          ]
        : []),
    ];
  });
  for (const crossing of crossings) {
    const [first] = cross(core, crossing).wrong;
    if (first !== undefined) return first;
  }
  return undefined;
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
