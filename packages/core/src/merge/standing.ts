import type { FieldPlace } from '../map/invariants.ts';
import type { FieldValues } from '../expression/expression.ts';
import type { Register } from '../record/record.ts';
import { isResting } from '../record/resting.ts';
import type { Scalar, Value } from '../values.ts';
import { storedIn, type Draft } from './draft.ts';
import { frontierIn } from './frontier.ts';
import type { Judged } from './turns.ts';
import { memberOf } from './patch.ts';

/** What a register counts as while others look at it. */
export function standingIn(draft: Draft, name: string): Value | undefined {
  const stored = storedIn(draft, name);
  if (stored === undefined) return undefined;
  return isResting(stored) ? stored[0] : standingOf(stored);
}

/** The same of a whole register. What is held is what all its authors had seen: two first values have nothing that both had seen. */
export function standingOf(register: Register): Value | undefined {
  const isOpenBirth =
    register.held && register.held.provisional !== true && !register.stable && frontierIn(register).every(({ on }) => on === undefined);
  return isOpenBirth ? undefined : register.value;
}

/** The same, once it was decided. */
export function standingAfter({ decision }: Pick<Judged, 'decision'>): Value | undefined {
  return decision.kind === 'held' ? (decision.provisional ?? decision.base) : decision.value;
}

/** The fields at these places, with values by register. */
export function fieldsAt(places: readonly FieldPlace[], valueOf: (register: string) => Value | undefined): FieldValues {
  const fields: Record<string, Scalar> = {};
  for (const { field, register, index } of places) {
    const value = valueOf(register);
    fields[field] = value === undefined ? null : memberOf(value, index);
  }
  return fields;
}

/** Whether a register's edits are not yet in the past of every system. */
export function isOpen(draft: Draft, name: string): boolean {
  const stored = storedIn(draft, name);
  return stored !== undefined && !isResting(stored) && stored.log.length > 0;
}
