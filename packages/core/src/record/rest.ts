import { latestOf } from '../policy/edits.ts';
import { sameValue } from '../values.ts';
import type { Edit, Register, Shadow } from './record.ts';

/**
 * A register that every system has seen needs no memory of how it came about: whatever comes next comes after it. The edit that stands for
 * it stays, for those who ask who set it and for a system that joins later.
 */
export function rest(register: Register): Register {
  const { value, ops, count, frontier } = register;
  const shadows = Object.values(register.shadows);
  if (register.held || frontier.length === 0 || !shadows.every((shadow) => isQuiet(shadow, register))) return register;
  const told = latestOf(frontier.filter((edit) => sameValue(edit.value, value))) ?? latestOf(frontier);
  if (!told) return register;
  const { beneath: _beneath, ...kept } = register;
  return { ...kept, ops, frontier: [standing(told, count)], agreed: [{ number: count, value }] };
}

function standing({ op, system, value, stamp, by }: Edit, count: number): Edit {
  return { op, system, value, saw: count, number: count, stamp, ...(by === undefined ? {} : { by }) };
}

/** Whether a system holds the merged value as it is, and has seen all that led to it. */
export function isQuiet(shadow: Shadow, { value, ops, count }: Register): boolean {
  return shadow.saw === count && shadow.sent === undefined && sameValue(shadow.value, value) && sameOps(shadow.ops, ops);
}

function sameOps(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((op, index) => op === b[index]));
}
