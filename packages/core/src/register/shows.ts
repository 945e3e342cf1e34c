import { sameValue, type Value } from '../values.ts';
import { answer, isHeld, solve, wholeOf, type RegisterPolicy } from './answer.ts';
import { openEdits } from './open.ts';
import { isOwnOf, ownAbove, type Register } from './register.ts';

/** What a system shows: its last own edit above what it acknowledged, else the merged value that it acknowledged. Absent: nothing yet. */
export function shows(register: Register, system: string, policy: RegisterPolicy): Value | undefined {
  const { shown, log, acks, stable } = register;
  const own = policy.parts ? undefined : ownAbove(register, system);
  if (own) return own.value;
  if (shown && Object.hasOwn(shown, system)) return shown[system];
  const number = acks[system] ?? 0;
  if (number === 0 || number < (stable?.number ?? 0)) return undefined;
  const opens = openEdits(
    log.filter((edit) => edit.number <= number),
    stable,
  );
  return solve(opens, stable, policy)(wholeOf(opens)).value;
}

/**
 * Whether a system needs a write: somebody else's edit, or what other fields changed, has not reached it, or its own value does not stand. A
 * value that it shows already is written, too: only a confirmed write makes the next edit there a later one.
 */
export function needsWrite(register: Register, system: string, policy: RegisterPolicy): boolean {
  const { log, acks, stable, count, renumbered = 0 } = register;
  const number = acks[system] ?? 0;
  if (number >= count) return false;
  const now = answer(register, policy);
  if (now.value === undefined || (isHeld(now) && !isProvisional(now))) return false;
  if (number < (stable?.number ?? 0) || number < renumbered) return true;
  if (log.some((edit) => edit.number > number && !isOwnOf(edit, system))) return true;
  return !sameValue(shows(register, system, policy), now.value);
}

function isProvisional({ resolution }: ReturnType<typeof answer>): boolean {
  return resolution?.kind === 'held' && resolution.provisional !== undefined;
}
