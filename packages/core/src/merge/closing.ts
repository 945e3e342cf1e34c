import type { SystemId } from '../ids.ts';
import { copyOfRegister } from '../record/copies.ts';
import type { Register, Shadow } from '../record/record.ts';
import { stableOf } from '../register/above.ts';
import { answer, isHeld, type RegisterPolicy } from '../register/answer.ts';
import { close, isUnseen, PATIENCE } from '../register/close.ts';
import { frontierOf, isChange, liftedOver, openEdits } from '../register/open.ts';
import type { Edit, Kept, Stable } from '../register/register.ts';
import { sameValue } from '../values.ts';
import { logOf } from './frontier.ts';

/** When a register may be closed, and by what it was decided. */
export interface Closing {
  /** The systems that have the register. */
  readonly holders: readonly SystemId[];
  readonly policy: () => RegisterPolicy;
  /** What stood at an earlier number cannot be told from the log alone: other fields had a say. */
  readonly isWholeOnly: boolean;
}

/**
 * Closes what nobody can dispute any more. `holders` are all systems that have the register: one that was not heard of yet may still bring an
 * edit that is concurrent with all of these, and is waited for.
 */
export function closed(register: Register, { holders, policy, isWholeOnly }: Closing): Register {
  const { log } = register;
  if ((log.length === 0 && register.renumbered === undefined) || register.held || register.isBlank) return register;
  const waited = holders.filter((holder) => log.length <= PATIENCE || unseenBy(register, holder).length <= PATIENCE);
  if (waited.length === 0) return register;
  if (waited.every((holder) => hasSeenAll(register, holder) && isShown(register, holder))) return closedWhole(register, policy);
  if (isWholeOnly || log.length < 2) return register;
  const { stable, log: open, acks } = close(logOf(register), holders, policy());
  return stable === register.stable ? register : { ...raised(register, acks), stable, log: open };
}

/** All that led to the merged value becomes part of what is stable. */
export function closedWhole(register: Register, policy: () => RegisterPolicy): Register {
  const { value, count, ops } = register;
  const from = standingIn(register);
  if (!from) return register;
  const { author, by, stamp } = from;
  const op = ops.includes(from.op) ? from.op : (ops[0] ?? from.op);
  const kept = keptBy(register, policy);
  const next = copyOfRegister(register);
  next.stable = { value, number: count, op, author, stamp, ...(kept === undefined ? {} : { kept }), ...(by === undefined ? {} : { by }) };
  next.log = [];
  next.renumbered = undefined;
  const shadows: Record<string, Shadow> = {};
  for (const system in register.shadows) {
    const shadow = register.shadows[system];
    if (shadow) shadows[system] = hasSeenAll(register, system) && isShown(register, system) ? { ...shadow, saw: count } : shadow;
  }
  next.shadows = shadows;
  return next;
}

type Standing = Pick<Stable, 'op' | 'author' | 'stamp' | 'by'>;

/** The edit that stands, with the greatest of all times. */
function standingIn({ value, log, stable }: Register): Standing | undefined {
  const [edit, ...others] = log;
  if (edit && others.length === 0 && isChange(edit)) return stable ? { ...edit, stamp: liftedOver(edit.stamp, stable.stamp) } : edit;
  const opens = openEdits(log, stable);
  return stableOf({ value, frontier: frontierOf(opens.filter(isChange)) }, opens, stable);
}

/** What the policy keeps of what is closed, besides the value. Where the value was decided by something else than the policy, nothing. */
function keptBy(register: Register, policyOf: () => RegisterPolicy): Kept | undefined {
  const policy = policyOf();
  if (!policy.combines && !policy.gate) return undefined;
  const told = answer(logOf(register), policy);
  return isHeld(told) || !sameValue(told.value, register.value) ? undefined : told.kept;
}

function raised(register: Register, acks: Readonly<Record<string, number>>): Register {
  const next = copyOfRegister(register);
  const shadows: Record<string, Shadow> = {};
  for (const system in register.shadows) {
    const shadow = register.shadows[system];
    if (shadow) shadows[system] = { ...shadow, saw: Math.max(shadow.saw, acks[system] ?? 0) };
  }
  next.shadows = shadows;
  return next;
}

function unseenBy({ log, shadows }: Register, system: string): readonly Edit[] {
  const saw = shadows[system]?.saw ?? 0;
  return log.filter((edit) => isUnseen(edit, system, saw));
}

/** Whether a system has acknowledged, or made, all of it. */
function hasSeenAll(register: Register, system: string): boolean {
  const { renumbered = 0, shadows } = register;
  return renumbered <= (shadows[system]?.saw ?? 0) && unseenBy(register, system).length === 0;
}

/** Whether a system shows what stands, or has acknowledged it and stores its own form of it. */
function isShown({ value, count, shadows }: Register, system: string): boolean {
  const shadow = shadows[system];
  return shadow !== undefined && (shadow.saw >= count || sameValue(shadow.value, value));
}
