import { compareStamps, type Stamp } from '../clock/stamp.ts';
import type { SystemId } from '../ids.ts';
import { sameValue } from '../values.ts';
import { answer, isHeld, isSame, solve, wholeOf, type Answer, type RegisterPolicy } from './answer.ts';
import { isChange, openEdits, type Open } from './open.ts';
import { readingsOf } from './readings.ts';
import { isOwnOf, type Edit, type Register, type Stable } from './register.ts';
import { shows } from './shows.ts';

/** A system that is more open edits behind than this is not waited for, until it is heard of again. */
export const PATIENCE = 16;

/**
 * Closes what nobody can dispute any more: the log is cut behind the largest number up to which every holder, and every edit behind it, has
 * everything in its past. Nothing closes while a person is waited for, or while a system still shows what was turned away.
 * `holders`: the systems that have the register, but for those in which the record is no longer mirrored, whether or not they were heard of.
 */
export function close(register: Register, holders: readonly SystemId[], policy: RegisterPolicy): Register {
  const { log } = register;
  if (log.length === 0) return register;
  const waited = holders.filter((holder) => log.filter((edit) => isUnseen(register, holder, edit)).length <= PATIENCE);
  if (waited.length === 0 || isHeld(answer(register, policy))) return register;
  for (let length = log.length; length > 0; length -= 1) {
    if (policy.readsFields && length < log.length) break;
    const stable = isSeen(register, waited, length) ? stableOf(register, waited, policy, length) : undefined;
    if (stable) return cutBehind(register, { waited, policy, length, stable });
  }
  return register;
}

/** Whether everybody who is waited for, and everybody who edited since, has all of the first so many edits in their past. */
function isSeen(register: Register, waited: readonly SystemId[], length: number): boolean {
  const opens = openEdits(register.log, register.stable);
  const behind = wholeOf(opens.slice(0, length));
  return waited.every((holder) => hasSeen(register, holder, length)) && opens.slice(length).every(({ past }) => (past & behind) === behind);
}

/** Whether a system has acknowledged, or made, all of the first so many edits, and has seen what came about without one. */
function hasSeen(register: Register, system: string, length: number): boolean {
  const { log, acks, renumbered = 0 } = register;
  const isBehind = renumbered <= numberOf(register, length) && renumbered > (acks[system] ?? 0);
  return !isBehind && log.slice(0, length).every((edit) => !isUnseen(register, system, edit));
}

/** Of the merged value that the first so many edits make. */
function numberOf({ log, count }: Register, length: number): number {
  return length === log.length ? count : (log[length - 1]?.number ?? count);
}

/** Whether a system has neither acknowledged nor made an edit. */
function isUnseen({ acks }: Register, holder: string, edit: Edit): boolean {
  return edit.number > (acks[holder] ?? 0) && !isOwnOf(edit, holder);
}

/** What the first so many edits come to, once and for all; `undefined` where that is still in doubt, or not yet everywhere. */
function stableOf(register: Register, waited: readonly SystemId[], policy: RegisterPolicy, length: number): Stable | undefined {
  const { log, stable } = register;
  const isWhole = length === log.length;
  const read = readingsOf(log.slice(0, length)).map((edits) => openEdits(edits, stable));
  const [first, ...others] = read.map((opens) => solve(opens, stable, policy)(wholeOf(opens)));
  if (!first || first.value === undefined || isHeld(first) || others.some((other) => !isSame(other, first))) return undefined;
  if (isWhole && !waited.every((holder) => isShown(register, holder, first, policy))) return undefined;
  const stands = standing(first);
  const { op, author, by } = stands?.edit ?? stable ?? { op: log[0]?.op, author: log[0]?.author };
  const stamp = greatest([...read.flat().filter(isChange), ...(stable ? [stable] : [])]);
  if (op === undefined || author === undefined || !stamp) return undefined;
  const { value, kept } = first;
  const number = numberOf(register, length);
  return { value, ...(kept === undefined ? {} : { kept }), number, op, author, stamp, ...(by === undefined ? {} : { by }) };
}

/** Whether a system shows what stands, or has acknowledged it and stores its own form of it. */
function isShown(register: Register, holder: SystemId, { value }: Answer, policy: RegisterPolicy): boolean {
  return (register.acks[holder] ?? 0) >= register.count || sameValue(shows(register, holder, policy), value);
}

/** The edit that stands for an answer: the latest that says it, else the latest. */
function standing({ frontier, value }: Answer): Open | undefined {
  return frontier.findLast((open) => sameValue(open.value, value)) ?? frontier.at(-1);
}

function greatest(told: readonly { readonly stamp: Stamp }[]): Stamp | undefined {
  return told.reduce<Stamp | undefined>((most, { stamp }) => (most && compareStamps(most, stamp) >= 0 ? most : stamp), undefined);
}

interface Cut {
  readonly waited: readonly SystemId[];
  readonly policy: RegisterPolicy;
  readonly length: number;
  readonly stable: Stable;
}

function cutBehind(register: Register, { waited, policy, length, stable }: Cut): Register {
  const acks = { ...register.acks };
  const authors = new Set([...Object.keys(acks), ...register.log.map(({ author }) => author)]);
  // Who is not waited for, and made all of it, has seen it, too; unless it was turned away, and is still to be written over there.
  const made = [...authors].filter(
    (system) => sameValue(shows(register, system, policy), stable.value) && hasSeen(register, system, length),
  );
  for (const system of [...waited, ...made]) acks[system] = Math.max(acks[system] ?? 0, stable.number);
  // Who made what is closed, on top of what they saw, has seen it as well.
  const log = register.log.slice(length).map((edit) => (edit.saw < stable.number ? { ...edit, saw: stable.number } : edit));
  const next: Register = { ...register, stable, log, acks };
  // What a system shows followed from what was cut off: where it does not follow any more, it is kept.
  const shown = { ...register.shown };
  for (const system of authors) {
    const value = shows(register, system, policy);
    if (value !== undefined && !sameValue(value, shows(next, system, policy))) shown[system] = value;
  }
  return { ...next, shown: Object.keys(shown).length === 0 ? undefined : shown };
}
