import type { SystemId } from '../ids.ts';
import { sameValue } from '../values.ts';
import { stableOf } from './above.ts';
import { answer, isHeld, isSame, solve, wholeOf, type Answer, type RegisterPolicy } from './answer.ts';
import { openEdits } from './open.ts';
import { ruledOff } from './overfull.ts';
import { readingsOf } from './readings.ts';
import { isOwnOf, isReset, type Edit, type Register, type Stable } from './register.ts';
import { shows } from './shows.ts';

/** A system that is more open edits behind than this is not waited for, until it is heard of again. */
export const PATIENCE = 16;

/**
 * Closes what nobody can dispute any more: the log is cut behind the largest number up to which every holder, and every edit behind it, has
 * everything in its past. Nothing closes while a person is waited for, or while a system still shows what was turned away.
 * `holders`: the systems that have the register, but for those in which the record is no longer mirrored, whether or not they were heard of.
 */
export function close(given: Register, holders: readonly SystemId[], policy: RegisterPolicy): Register {
  if (given.log.length === 0) return given;
  const log = ruledOff(given.log);
  const register = log.length < given.log.length ? withShown(given, { ...given, log }, policy) : given;
  const waited = holders.filter((holder) => log.filter((edit) => isUnseen(edit, holder, register.acks[holder] ?? 0)).length <= PATIENCE);
  if (waited.length === 0 || isHeld(answer(register, policy))) return register;
  for (let length = log.length; length > 0; length -= 1) {
    if (policy.readsFields && length < log.length) break;
    const stable = isSeen(register, waited, policy, length) ? closedAt(register, waited, policy, length) : undefined;
    if (stable) return cutBehind(register, { waited, policy, length, stable });
  }
  return register;
}

/** Closes up to a merged value by number, because it is known that everybody has it in their past. */
export function closeTo(register: Register, number: number, policy: RegisterPolicy): Register {
  const length = register.log.filter((edit) => edit.number <= number).length;
  const stable = length === 0 ? undefined : closedAt(register, [], policy, length);
  return stable ? cutBehind(register, { waited: [], policy, length, stable }) : register;
}

/** Whether everybody who is waited for, and everybody who edited since, has all of the first so many edits in their past. */
function isSeen(register: Register, waited: readonly SystemId[], policy: RegisterPolicy, length: number): boolean {
  const opens = openEdits(register.log, register.stable);
  const behind = wholeOf(opens.slice(0, length));
  if (!waited.every((holder) => hasSeen(register, holder, length))) return false;
  return isSumOfChanges(register, policy) || opens.slice(length).every(({ past }) => (past & behind) === behind);
}

/** Whether it does not matter what the author of a change had seen of the others: until somebody says what is there, or leaves it empty. */
function isSumOfChanges({ log }: Register, { commutes }: RegisterPolicy): boolean {
  return commutes === true && !log.some((edit) => isReset(edit) || edit.value === null);
}

/** Whether a system has acknowledged, or made, all of the first so many edits, and has seen what came about without one. */
function hasSeen(register: Register, system: string, length: number): boolean {
  const { log, acks, renumbered = 0 } = register;
  const isBehind = renumbered <= numberOf(register, length) && renumbered > (acks[system] ?? 0);
  return !isBehind && log.slice(0, length).every((edit) => !isUnseen(edit, system, acks[system] ?? 0));
}

/** Of the merged value that the first so many edits make. */
function numberOf({ log, count }: Register, length: number): number {
  return length === log.length ? count : (log[length - 1]?.number ?? count);
}

/** Whether a system has neither acknowledged nor made an edit. */
export function isUnseen(edit: Edit, holder: string, acknowledged: number): boolean {
  return edit.number > acknowledged && !isOwnOf(edit, holder);
}

/** What the first so many edits come to, once and for all; `undefined` where that is still in doubt, or not yet everywhere. */
function closedAt(register: Register, waited: readonly SystemId[], policy: RegisterPolicy, length: number): Stable | undefined {
  const { log, stable } = register;
  const isWhole = length === log.length;
  const read = readingsOf(log.slice(0, length)).map((edits) => openEdits(edits, stable));
  const [first, ...others] = read.map((opens) => solve(opens, stable, policy)(wholeOf(opens)));
  if (!first || isHeld(first) || others.some((other) => !isSame(other, first))) return undefined;
  if (isWhole && !waited.every((holder) => isShown(register, holder, first, policy))) return undefined;
  const next = stableOf(first, read.flat(), stable);
  return next && { ...next, number: numberOf(register, length) };
}

/** Whether a system shows what stands, or has acknowledged it and stores its own form of it. */
function isShown(register: Register, holder: SystemId, { value }: Answer, policy: RegisterPolicy): boolean {
  return (register.acks[holder] ?? 0) >= register.count || sameValue(shows(register, holder, policy), value);
}

interface Cut {
  readonly waited: readonly SystemId[];
  readonly policy: RegisterPolicy;
  readonly length: number;
  readonly stable: Stable;
}

function cutBehind(register: Register, { waited, policy, length, stable }: Cut): Register {
  const acks = { ...register.acks };
  // Who is not waited for, and made all of it, has seen it, too; unless it was turned away, and is still to be written over there.
  const made = authorsOf(register).filter(
    (system) => sameValue(shows(register, system, policy), stable.value) && hasSeen(register, system, length),
  );
  for (const system of [...waited, ...made]) acks[system] = Math.max(acks[system] ?? 0, stable.number);
  // Who made what is closed, on top of what they saw, has seen it as well.
  const log = register.log.slice(length).map((edit) => raised(edit, stable.number));
  return withShown(register, { ...register, stable, log, acks }, policy);
}

function raised(edit: Edit, number: number): Edit {
  const { saw, or } = edit;
  if (saw >= number && !or?.some((reading) => reading.saw < number)) return edit;
  const readings = or?.map((reading) => ({ ...reading, saw: Math.max(reading.saw, number) }));
  return { ...edit, saw: Math.max(saw, number), ...(readings ? { or: readings } : {}) };
}

/** What a system shows followed from what was cut off: where it does not follow any more, it is kept. */
function withShown(register: Register, next: Register, policy: RegisterPolicy): Register {
  const shown = { ...register.shown };
  for (const system of authorsOf(register)) {
    const value = shows(register, system, policy);
    if (value !== undefined && !sameValue(value, shows(next, system, policy))) shown[system] = value;
  }
  return { ...next, shown: Object.keys(shown).length === 0 ? undefined : shown };
}

function authorsOf({ acks, log }: Register): readonly string[] {
  return [...new Set([...Object.keys(acks), ...log.map(({ author }) => author)])];
}
