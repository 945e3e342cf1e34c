import type { Expression } from '../expression/expression.ts';
import type { InvariantRule, TableRules } from './rules.ts';

/** Where a field's value is: a register, and the field's place in the register's tuple. */
export interface FieldPlace {
  readonly field: string;
  readonly register: string;
  readonly index: number;
}

/** An invariant by which edits are turned away, with all that it takes to see whether it is kept. */
export interface TableInvariant extends InvariantRule {
  /** The fields that people edit and on which it depends, directly or through what is computed. */
  readonly places: readonly FieldPlace[];
  /** The computed fields that it reads on the way, each behind those that it is computed from. */
  readonly derived: TableRules['derived'];
  /** The registers of `places`. */
  readonly registers: readonly string[];
}

export function tableInvariants({ derived, invariants }: TableRules, places: ReadonlyMap<string, FieldPlace>): readonly TableInvariant[] {
  // What an invariant computes anew is computed like any other field, so that it is never broken.
  const judged = invariants.filter(({ onViolation }) => onViolation.kind !== 'recompute');
  return judged.map((rule) => {
    const computed = neededFor(rule.check, derived);
    const names = new Set(computed.map(({ field }) => field));
    const read = new Set([rule.check, ...computed.map(({ expression }) => expression)].flatMap(({ reads }) => reads));
    const plain = [...read].filter((field) => !names.has(field)).flatMap((field) => places.get(field) ?? []);
    const registers = [...new Set(plain.map(({ register }) => register))];
    return { ...rule, places: plain, derived: computed, registers };
  });
}

/** The computed fields that an expression reads, and those that these read. */
function neededFor(check: Expression, derived: TableRules['derived']): TableRules['derived'] {
  const wanted = new Set(check.reads);
  for (const { field, expression } of derived.toReversed()) if (wanted.has(field)) for (const read of expression.reads) wanted.add(read);
  return derived.filter(({ field }) => wanted.has(field));
}

/**
 * Registers that an invariant reads, and those whose conditions look at each other: what one of them comes to depends on what all of them
 * were edited to, and not only on what they came to before.
 */
export function companyOf(
  invariants: readonly TableInvariant[],
  rules: readonly { readonly name: string; readonly looksAt: readonly FieldPlace[] }[],
): ReadonlyMap<string, readonly string[]> {
  if (invariants.length === 0) return new Map();
  const groups = joined([
    ...invariants.map(({ registers }) => registers),
    ...rules.map(({ name, looksAt }) => [name, ...looksAt.map(({ register }) => register)]),
  ]).filter((group) => invariants.some(({ registers }) => registers.some((name) => group.has(name))));
  return new Map(groups.flatMap((group) => [...group].map((name) => [name, [...group].filter((other) => other !== name)] as const)));
}

/** Sets that share a member become one. */
function joined(sets: readonly (readonly string[])[]): readonly ReadonlySet<string>[] {
  let groups: readonly ReadonlySet<string>[] = [];
  for (const set of sets) {
    const touching = groups.filter((group) => set.some((name) => group.has(name)));
    groups = [...groups.filter((group) => !touching.includes(group)), new Set([...set, ...touching.flatMap((group) => [...group])])];
  }
  return groups;
}
