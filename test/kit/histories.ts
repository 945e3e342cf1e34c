import fc from 'fast-check';
import type { SystemId, Value } from '@concord/core';
import { calm, deliver, edit, pull, remove, ruleHeld, type World } from './world.ts';

export type Step =
  | { readonly kind: 'edit'; readonly system: SystemId; readonly changes: Readonly<Record<string, Value>> }
  | { readonly kind: 'pull' | 'deliver' | 'lose' | 'remove'; readonly system: SystemId }
  | { readonly kind: 'rule' | 'calm' };

export interface FieldValues {
  readonly [register: string]: fc.Arbitrary<Value>;
}

/** Random things that happen to one record: edits, reads and writes in any order, lost answers, deletions, rulings. */
export function histories(
  systems: readonly SystemId[],
  fields: FieldValues,
  options: { readonly removals: boolean } = { removals: true },
): fc.Arbitrary<readonly Step[]> {
  const system = fc.constantFrom(...systems);
  const changes = fc.record(fields, { requiredKeys: [] }).map(told);
  const at = (kind: 'pull' | 'deliver' | 'lose' | 'remove') => fc.record({ kind: fc.constant(kind), system });
  const steps: fc.WeightedArbitrary<Step>[] = [
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('edit' as const), system, changes }) },
    { weight: 6, arbitrary: at('pull') },
    { weight: 5, arbitrary: at('deliver') },
    { weight: 2, arbitrary: at('lose') },
    { weight: 1, arbitrary: fc.constant({ kind: 'rule' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'calm' as const }) },
  ];
  if (options.removals) steps.push({ weight: 1, arbitrary: at('remove') });
  return fc.array(fc.oneof(...steps), { minLength: 4, maxLength: 40 });
}

/** Only the fields that were changed. */
function told(changes: Readonly<Record<string, Value | undefined>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(changes).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}

export function play(world: World, steps: readonly Step[]): void {
  for (const step of steps) take(world, step);
}

function take(world: World, step: Step): void {
  switch (step.kind) {
    case 'edit':
      return edit(world, step.system, step.changes);
    case 'pull':
      return pull(world, step.system);
    case 'deliver':
      return deliver(world, step.system);
    case 'lose':
      return deliver(world, step.system, 'answer');
    case 'remove':
      return remove(world, step.system);
    case 'rule':
      return ruleHeld(world, ([first]) => first ?? null);
    case 'calm':
      return calm(world);
  }
}
