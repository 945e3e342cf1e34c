import { CONCORD, PERSON } from '../register/actors.ts';
import { copyOfRegister } from '../record/copies.ts';
import { LIFE, type Register, type Trail } from '../record/record.ts';
import { sameValue } from '../values.ts';
import type { Decision } from './decision.ts';
import { frontierIn } from './frontier.ts';
import type { Judged } from './turns.ts';

/** How often the same value may be put back before a person is asked. */
const TURNS_MAX = 3;
/** So many changes of a record may lie between the first time and the last: a dispute that comes up once a year is none. */
const CHANGES_MAX = 30;

/**
 * An automation that sets what a rule puts back would go on for ever, with writes into every system each time. Counted are turns, from what
 * the record knows itself, so that the answer does not depend on a clock. `seq` is the number of the change that is judged.
 */
export function damp(item: Judged, seq: number, isTouched: boolean): Judged {
  const { name, register, decision } = item;
  const trail = register.trail;
  if (register.held?.code === 'C15' && decision.kind !== 'agreed') return { name, register, decision: flapping(register, decision) };
  const turn = isTouched && name !== LIFE ? turnOf(register, decision, seq) : undefined;
  if (!turn) return trail && isTouched ? { name, register: withTrail(register, undefined), decision } : item;
  const next = trail && continues(trail, turn) ? { ...turn, since: trail.since, turns: trail.turns + 1 } : turn;
  const noted = withTrail(register, next);
  return { name, register: noted, decision: next.turns < TURNS_MAX ? decision : flapping(noted, decision) };
}

/** A person decided: whatever went back and forth before is over. */
export function settledFor(item: Judged): Judged {
  return item.register.trail ? { ...item, register: withTrail(item.register, undefined) } : item;
}

/** An edit without a rival that a rule turned away. */
function turnOf(register: Register, decision: Decision, seq: number): Trail | undefined {
  if (decision.kind !== 'settled') return undefined;
  const [edit, ...more] = frontierIn(register);
  if (!edit || more.length > 0 || sameValue(edit.value, decision.value)) return undefined;
  if (edit.system === PERSON || edit.system === CONCORD) return undefined;
  return { value: edit.value, by: edit.system, back: decision.value, rule: decision.rule, turns: 1, since: seq };
}

function continues(trail: Trail, turn: Trail): boolean {
  const isSame = sameValue(trail.value, turn.value) && sameValue(trail.back, turn.back) && trail.by === turn.by;
  return isSame && turn.since - trail.since <= CHANGES_MAX;
}

function withTrail(register: Register, trail: Trail | undefined): Register {
  const next = copyOfRegister(register);
  next.trail = trail;
  return next;
}

function flapping({ trail }: Register, decision: Decision): Decision {
  const [by, rule, turns] = trail ? [trail.by, trail.rule, trail.turns] : ['somebody', 'a rule', TURNS_MAX];
  const reason = `${by} and the rule ${rule} have put each other's value back ${turns} times`;
  const base = decision.kind === 'agreed' ? undefined : decision.base;
  return { kind: 'held', rule: 'flapping', reason, code: 'C15', ...(base === undefined ? {} : { base }) };
}
