import type { ConflictCode } from './code.ts';
import { sameValue, type Value } from '../values.ts';
import { commonPast, compareOpen, frontierOf, isChange, openEdits, type Open } from './open.ts';
import { isOverfull, OVERFULL } from './overfull.ts';
import { readingsOf } from './readings.ts';
import type { Edit, Kept, Register, Stable } from './register.ts';

/** What a policy is asked: the open edits of a set, and what stands when there are fewer of them. */
export interface Question {
  readonly stable?: Stable | undefined;
  /** In the order of their lifted stamps, without those that came back to what they began with. At least one. */
  readonly edits: readonly Open[];
  /** Those of them that are in nobody's past; in the same order. */
  readonly frontier: readonly Open[];
  /** What stands when only the edits exist that all of these had seen: the base of whoever compares. Absent at births. */
  base(group: readonly Open[]): Value | undefined;
  /** What stands when only these edits exist; the set must have the past of each of its members. */
  at(set: bigint): Answer;
}

export type Resolution =
  | {
      readonly kind: 'settled';
      readonly value: Value;
      readonly rule: string;
      readonly reason: string;
      readonly code?: ConflictCode | undefined;
      readonly kept?: Kept | undefined;
    }
  | {
      readonly kind: 'held';
      readonly rule: string;
      readonly reason: string;
      readonly code?: ConflictCode | undefined;
      /** Stands meanwhile, and is written to the systems. */
      readonly provisional?: Value | undefined;
    };

/** A policy as a pure function over a register. */
export interface RegisterPolicy {
  /** Equal values are not one value, and a single edit is not the whole answer: sets, sums. */
  readonly combines: boolean;
  /** It judges an edit without a rival, too. */
  readonly gate: boolean;
  /** It reads other fields, so what stood at an earlier number cannot be told from the log alone. */
  readonly readsFields: boolean;
  /**
   * It adds up what each edit changed, whatever its author had seen of the others: what everybody has acknowledged can be closed, though somebody's
   * edit behind it was made without it.
   */
  readonly commutes?: boolean | undefined;
  /** Each system tells a part of its own in one column, and is told what stands in another: it does not show what its users set. */
  readonly parts?: boolean | undefined;
  resolve(question: Question): Resolution;
}

/** What a set of open edits comes to. */
export interface Answer {
  /** What stands; while the register is held, what stands meanwhile. Absent: nothing was ever told. */
  readonly value?: Value | undefined;
  readonly kept?: Kept | undefined;
  /** What the policy said; absent where there was nothing to decide. */
  readonly resolution?: Resolution | undefined;
  /** The edits that are in nobody's past, in the order of their stamps. */
  readonly frontier: readonly Open[];
}

export function isHeld({ resolution }: Answer): boolean {
  return resolution?.kind === 'held';
}

/** Answers for any set of open edits. Each set is decided once. */
export function solve(opens: readonly Open[], stable: Stable | undefined, policy: RegisterPolicy): (set: bigint) => Answer {
  const known = new Map<bigint, Answer>([[0n, { value: stable?.value, kept: stable?.kept, frontier: [] }]]);
  const at = (set: bigint): Answer => {
    const found = known.get(set) ?? decide(set);
    known.set(set, found);
    return found;
  };
  const decide = (set: bigint): Answer => {
    const edits = opens.filter((open) => (set & open.bit) !== 0n && isChange(open)).toSorted(compareOpen);
    const [first] = edits;
    if (!first) return at(0n);
    const question = questionOf(edits, stable, at);
    const { frontier, base } = question;
    const value = frontier[0]?.value ?? null;
    if (!policy.combines && !policy.gate && frontier.every((open) => sameValue(open.value, value))) return { value, frontier };
    const resolution = policy.resolve(question);
    if (resolution.kind === 'settled') return { value: resolution.value, kept: resolution.kept, resolution, frontier };
    const { kept } = at(commonPast(frontier));
    return { value: resolution.provisional ?? base(frontier), kept, resolution, frontier };
  };
  return at;
}

/** What a policy is asked of these edits, which are changes in their order. `at`: what stands when only some of them exist. */
export function questionOf(edits: readonly Open[], stable: Stable | undefined, at: Question['at']): Question {
  return { stable, edits, frontier: frontierOf(edits), base: (group) => at(commonPast(group)).value, at };
}

/** All of them, as a set. */
export function wholeOf(opens: readonly Open[]): bigint {
  return (1n << BigInt(opens.length)) - 1n;
}

/** What the history says of an edit that waits because nobody can tell what it was made on. */
export const UNKNOWN_BASE = 'unknown-base';

/**
 * What a register comes to: a pure function of its stable value and its log. It reads no clock, no acknowledgement, and no order of hearing.
 * Where a lost answer leaves open what somebody had seen, all readings must agree; where they do not, a person is asked.
 */
export function answer(register: Register, policy: RegisterPolicy): Answer {
  const { log, stable } = register;
  if (isOverfull(register)) return overfull(register);
  const [known, ...others] = readingsOf(log);
  if (!known) return { frontier: [] };
  const come = (read: readonly Edit[]): Answer => {
    const opens = openEdits(read, stable);
    return solve(opens, stable, policy)(wholeOf(opens));
  };
  const first = come(known);
  if (isHeld(first)) return first;
  for (const read of others) {
    const other = come(read);
    if (!isSame(other, first)) return inDoubt(register, first, { read, comes: other }, policy);
  }
  return first;
}

export function isSame(a: Answer, b: Answer): boolean {
  return isHeld(a) === isHeld(b) && sameValue(a.value, b.value) && JSON.stringify(a.kept) === JSON.stringify(b.kept);
}

/** What everybody has seen stands meanwhile. */
function overfull({ log, stable }: Register): Answer {
  const reason = `${log.length} edits are open: somebody edits it faster than anything is delivered; rule what is there, or stop what edits it`;
  return { value: stable?.value, kept: stable?.kept, frontier: [], resolution: { kind: 'held', rule: OVERFULL, reason, code: 'C15' } };
}

interface Otherwise {
  readonly read: readonly Edit[];
  readonly comes: Answer;
}

function inDoubt({ log, stable }: Register, first: Answer, { read, comes }: Otherwise, policy: RegisterPolicy): Answer {
  const opens = openEdits(log, stable);
  const { value, kept } = solve(opens, stable, policy)(commonPast(first.frontier));
  const at = read.findIndex((edit, index) => edit !== log[index]);
  const [edit, other] = [log[at], read[at]];
  const what = `${edit?.author} set ${told(edit?.value)} on top of ${told(edit?.before)} or, if a write of which no answer came had arrived, of ${told(other?.before)}`;
  const otherwise = isHeld(comes) ? 'asks a person' : `makes it ${told(comes.value)}`;
  const reason = `${what}: the first makes it ${told(first.value)}, the second ${otherwise}`;
  return { value, kept, frontier: first.frontier, resolution: { kind: 'held', rule: UNKNOWN_BASE, reason, code: 'C19' } };
}

function told(value: Value | undefined): string {
  return JSON.stringify(value ?? null);
}
