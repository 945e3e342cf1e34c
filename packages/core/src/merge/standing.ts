import type { FieldPlace } from '../map/invariants.ts';
import type { FieldValues } from '../expression/expression.ts';
import type { Register } from '../record/record.ts';
import { isResting } from '../record/resting.ts';
import type { Scalar, Value } from '../values.ts';
import { registerNow, storedIn, type Draft } from './draft.ts';
import { baseOf } from './frontier.ts';
import type { Judged } from './turns.ts';
import { memberOf } from './patch.ts';

/** What a register counts as while others look at it. */
export function standingIn(draft: Draft, name: string): Value | undefined {
  const stored = storedIn(draft, name);
  if (stored === undefined) return undefined;
  return isResting(stored) ? stored[0] : standingOf(stored);
}

/**
 * The same of a whole register. One that is held counts as what all its authors had seen: what happened to be merged before it was held depends
 * on who was heard of first.
 */
export function standingOf(register: Register): Value | undefined {
  return register.held && register.held.provisional !== true ? baseOf(register) : register.value;
}

/** The same, once it was decided. */
export function standingAfter({ register, decision }: Pick<Judged, 'register' | 'decision'>): Value | undefined {
  if (decision.kind !== 'held') return decision.value;
  return decision.provisional ?? baseOf(register);
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
  if (stored === undefined || isResting(stored)) return false;
  return isOpenFrontier(registerNow(draft, name));
}

function isOpenFrontier(register: Pick<Register, 'frontier'> | undefined): boolean {
  return register !== undefined && register.frontier.some((edit) => edit.on !== undefined || edit.saw < edit.number);
}
