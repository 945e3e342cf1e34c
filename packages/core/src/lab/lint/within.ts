import { aroundOf, type RegisterRule, type Table } from '../../map/compile.ts';
import { makePolicy, type Registry } from '../../policy/make.ts';
import type { PolicyKind } from '../../policy/kind.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Place } from '../../policy/setting.ts';

/** A policy where it is used: that of a register, or one within it. */
export interface UsedPolicy {
  readonly name: string;
  /** As its own schema reads them. */
  readonly options: unknown;
  /** Where it stands within the register's policy; empty for that one itself. */
  readonly at: Place;
  readonly policy: Policy;
  /** The conditions that it asks, in its order, without those of policies within it. */
  readonly conditions: readonly string[];
}

/**
 * All policies that decide a register, the outermost first. They are found by making the policy as the table map does, and watching what it
 * asks for: so nothing is guessed of how options are written.
 */
export function policiesWithin(kinds: Registry, table: Table, { map }: RegisterRule): readonly UsedPolicy[] {
  const used: UsedPolicy[] = [];
  let here: Place = [];

  function watched(kind: PolicyKind): PolicyKind {
    return {
      ...kind,
      make(options, setting) {
        const at = here;
        const inside: Place = [...at, kind.name];
        const conditions: string[] = [];
        const index = used.length;
        const policy = kind.make(options, {
          ...setting,
          condition(text, place) {
            conditions.push(text);
            return setting.condition(text, place);
          },
          inner(words, place, limits) {
            here = [...inside, ...place];
            const made = setting.inner(words, place, limits);
            here = at;
            return made;
          },
        });
        used.splice(index, 0, { name: kind.name, options: kind.options.parse(options), at, policy, conditions });
        return policy;
      },
    };
  }

  const registry = Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, watched(kind)]));
  makePolicy(registry, map.policy, aroundOf(table.map, map));
  return used;
}
