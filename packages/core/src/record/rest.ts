import { latestOf } from '../policy/edits.ts';
import { sameValue } from '../values.ts';
import { copyOfRegister } from './copies.ts';
import type { Edit, Register } from './record.ts';
import { isQuiet } from './resting.ts';

/**
 * A register that every system has seen needs no memory of how it came about: whatever comes next comes after it. The edit that stands for
 * it stays, for those who ask who set it.
 *
 * `holders` are all systems that have the register. One that has not been heard of yet may still bring an edit that is concurrent with all
 * of these, and needs them as they are: until then nothing rests.
 */
export function rest(register: Register, holders: readonly string[]): Register {
  if (register.held || register.frontier.length === 0) return register;
  for (const system of holders) {
    const shadow = register.shadows[system];
    if (!shadow || !isQuiet(shadow, register)) return register;
  }
  return gathered(register);
}

/**
 * Everything that led to the merged value, as the one edit that stands for it; nothing is gathered while it waits for a person. A system that
 * comes back stands beside what was agreed, whether or not everybody had seen that by then.
 */
export function gathered(register: Register): Register {
  const { value, count, frontier, held } = register;
  const told =
    frontier.length === 1 ? frontier[0] : (latestOf(frontier.filter((edit) => sameValue(edit.value, value))) ?? latestOf(frontier));
  if (!told || held) return register;
  const resting = copyOfRegister(register);
  resting.beneath = undefined;
  resting.frontier = [standing(told, count)];
  resting.agreed = [{ number: count, value }];
  return resting;
}

function standing({ op, system, value, stamp, by }: Edit, count: number): Edit {
  return { op, system, value, on: undefined, saw: count, known: undefined, number: count, stamp, by };
}
