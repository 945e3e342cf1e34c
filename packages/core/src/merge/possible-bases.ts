import type { RegisterRule } from '../map/compile.ts';
import { amountOf, canonicalAmount } from '../policy/sums.ts';
import { copyOfRegister } from '../record/copies.ts';
import type { Attempt, Author, Edit, PossibleBase, Register } from '../record/record.ts';
import { sameValue, type Value } from '../values.ts';
import type { Decision } from './decide.ts';

/** What the history says of an edit that waits because nobody can tell what it was made on. */
export const UNKNOWN_BASE = 'unknown-base';

/** What it was made on is not known any better because other fields are looked at. */
export const STILL_IN_DOUBT: Decision = { kind: 'held', rule: UNKNOWN_BASE, reason: 'what it was made on is not known', code: 'C19' };

/** Where the policy asks a person anyway, that is asked, and nothing more is told: the doubt ends with it. */
export function stillPossible({ possible }: Register, decision: Decision): Register['possible'] {
  return decision.kind === 'held' && decision.rule === UNKNOWN_BASE ? possible : undefined;
}

/** An author whose edit may have been made on more values than this is asked about these alone. */
const BASES_MAX = 4;

/**
 * Edits that meet are seldom further apart than this: none is older that has not been heard of. Whose clock says that an edit is older than this
 * is not believed, and may have seen what its clock denies.
 */
const MEETING_MS_MAX = 60_000;

/** An edit that was heard of while writes to its system were perhaps under way. */
export interface Heard {
  readonly name: string;
  readonly system: Author;
  readonly atMs: number;
  readonly attempts: readonly Attempt[];
}

/**
 * What an edit was perhaps made on, beside what its system is known to hold: the values of writes that were perhaps sent, and that nobody
 * answered. The row that would tell whether they arrived was typed over. What had not been said yet when the edit was made was not seen by its
 * author; but to a sum, which does not ask for the time otherwise, clocks are no evidence.
 */
export function possibleBases(
  register: Register,
  { name, system, atMs, attempts }: Heard,
  rule: Rule,
): readonly PossibleBase[] | undefined {
  const shadow = register.shadows[system];
  if (attempts.length === 0 || !shadow) return undefined;
  const bases: PossibleBase[] = [];
  for (const { kind, registers } of attempts) {
    const sent = kind === 'update' ? registers[name] : undefined;
    if (!sent || sent.saw <= shadow.saw || sameValue(sent.value, shadow.value)) continue;
    if (!rule.traits.additive && isAhead(register, shadow.saw, sent.saw, atMs)) continue;
    if (!bases.some(({ saw }) => saw === sent.saw)) bases.push({ saw: sent.saw, value: sent.value, known: shadow.value });
  }
  return bases.length === 0 ? undefined : bases.slice(-BASES_MAX);
}

/** Whether an edit was made shortly before one of those that came into a merged value, of which its author had not heard. */
function isAhead({ frontier }: Register, known: number, saw: number, atMs: number): boolean {
  return frontier.some(({ number, stamp: { ms } }) => number > known && number <= saw && ms > atMs && ms - atMs <= MEETING_MS_MAX);
}

type Rule = Pick<RegisterRule, 'traits' | 'type'>;

/**
 * A decision, as far as it does not matter on which of the possible bases each edit was made: where it does, a person is asked. `decideOn` decides
 * the register as it would be, were another base the right one.
 */
export function decidedOnAll(register: Register, decision: Decision, rule: Rule, decideOn: (register: Register) => Decision): Decision {
  const { possible } = register;
  if (!possible || decision.kind === 'held') return decision;
  for (const reading of readingsOf(register, rule)) {
    const other = decideOn(reading.register);
    if (other.kind !== 'held' && sameValue(other.value, decision.value)) continue;
    const otherwise = other.kind === 'held' ? 'asks a person' : `makes it ${told(other.value)}`;
    const { edit, base } = reading;
    const reason = `${edit.system} set ${told(edit.value)} on top of ${told(base.known)} or, if a write of which no answer came had arrived, of ${told(base.value)}: the first makes it ${told(decision.value)}, the second ${otherwise}`;
    return doubted(decision, rule, reason);
  }
  return decision;
}

/** What would have been decided, in doubt. Whatever comes of it, what the sum is up to now is known. */
export function doubted(decision: Decision, { traits }: Pick<Rule, 'traits'>, reason: string): Decision {
  const held: Decision = { kind: 'held', rule: UNKNOWN_BASE, reason, code: 'C19' };
  if (!traits.additive) return held;
  const total = totalOf(decision);
  return total === undefined ? held : { ...held, total };
}

function totalOf(decision: Decision): Value | undefined {
  if (decision.kind === 'agreed') return decision.value;
  return decision.total ?? (decision.kind === 'settled' ? decision.value : undefined);
}

interface Reading {
  readonly register: Register;
  readonly edit: Edit;
  readonly base: PossibleBase;
}

/** Every way to read it but the one that is known; where several authors are in doubt, also all of them at once. */
function readingsOf(register: Register, rule: Rule): readonly Reading[] {
  const doubts = register.frontier.flatMap((edit) => (register.possible?.[edit.system] ?? []).map((base) => ({ edit, base })));
  const single = doubts.map(({ edit, base }) => ({ register: readOn(register, edit, base, rule), edit, base }));
  const [first] = doubts;
  if (!first || new Set(doubts.map(({ edit }) => edit)).size < 2) return single;
  const all = doubts.reduce((read, { edit, base }) => readOn(read, edit, base, rule), register);
  return [...single, { ...first, register: all }];
}

/** The register, had the author of this edit seen that merged value. */
function readOn(register: Register, { op }: Edit, base: PossibleBase, rule: Rule): Register {
  const next = copyOfRegister(register);
  const seen = (edit: Edit): Edit => ({ ...edit, on: base.value, saw: Math.max(edit.saw, base.saw) });
  const shifted = (edit: Edit): Edit => ({ ...edit, on: shiftedBy(edit.on, base, rule) });
  next.frontier = rule.traits.additive
    ? register.frontier.map((edit) => (edit.op === op ? shifted(edit) : edit))
    : register.frontier.filter((edit) => edit.op === op || edit.number > base.saw).map((edit) => (edit.op === op ? seen(edit) : edit));
  return next;
}

/** What is in the sum already stays there: what the author added is less by what they had seen. */
function shiftedBy(on: Value | undefined, { value, known }: PossibleBase, { type }: Rule): Value | undefined {
  const [from, to, back] = [amountOf(on), amountOf(value), amountOf(known)];
  return on !== undefined && from && to && back ? canonicalAmount(type, from.plus(to).minus(back)) : on;
}

function told(value: Value): string {
  return JSON.stringify(value);
}
