import { opId } from '../ids.ts';
import type { RegisterRule } from '../map/compile.ts';
import { decide, type Decision } from '../merge/decide.ts';
import { accept, admit, blankRegister, viewOf } from '../merge/frontier.ts';
import type { EditTold } from '../ports/plan.ts';
import { actorOf, PERSON } from '../record/actors.ts';
import type { Agreed, Edit, Register } from '../record/record.ts';
import { rest } from '../record/rest.ts';
import type { Scalar } from '../values.ts';
import type { Loss, Standing } from './player.ts';

/** So many earlier merged values of a register are remembered at the least; who stands on an older one has no base. */
const AGREED_MAX = 10_000;

type Ruled = Pick<RegisterRule, 'policy' | 'traits' | 'type'>;

/** An edit that the last decision went against. */
interface Losing {
  readonly edit: EditTold;
  readonly rule: string;
}

/** One register in a replay. */
export interface Replayed {
  register: Register;
  /** Every merged value so far. In the ledger a register forgets those that nobody stands on; here nobody knows who will come. */
  readonly agreed: Agreed[];
  standing: Standing;
  /** By number. */
  losing: ReadonlyMap<number, Losing>;
  readonly lost: Loss[];
}

/** A register always has a system that has seen nothing, so that it never comes to rest and its frontier stays whole. */
const UNRESTING: Register['shadows'] = { '': { value: null, ops: [], saw: 0 } };

export function openReplayed(members: number): Replayed {
  const register = { ...blankRegister(members), shadows: UNRESTING };
  return { register, agreed: [], standing: { value: register.value, held: false }, losing: new Map(), lost: [] };
}

/**
 * Takes a stored edit into the frontier, by the same function that did it at the time. What the ledger tells of the edit is kept as told:
 * a register at rest has forgotten some of its past, so number and stamp are not made up again.
 */
export function admitTold(replayed: Replayed, told: EditTold, rule: Pick<RegisterRule, 'traits' | 'type'>, turn: number): void {
  const before = replayed.register;
  const op = opId(turn, actorOf(told.system));
  const shadow = told.on === undefined ? undefined : { value: told.on, ops: [], saw: told.saw };
  const incoming = {
    op,
    system: told.system,
    value: told.value,
    atMs: told.stamp.ms,
    ...(shadow ? { shadow } : {}),
    ...(told.system === PERSON ? { sawAll: true } : {}),
    ...(told.by === undefined ? {} : { by: told.by }),
  };
  const admitted = admit({ ...before, agreed: [] }, incoming, rule);
  const { register: _register, ...facts } = told;
  const frontier = admitted.frontier.map((edit) => (edit.op === op ? { ...facts, op } : edit));
  replayed.register = { ...admitted, frontier, count: told.number, ops: [op], shadows: UNRESTING };
  fall(replayed, before.frontier, told);
}

/** What was losing, and is now in somebody's past, stays lost; unless its own author took it back before they knew. */
function fall(replayed: Replayed, before: readonly Edit[], told: EditTold): void {
  const still = new Set(replayed.register.frontier.map(({ number }) => number));
  for (const { number } of before.filter((edit) => !still.has(edit.number))) {
    const losing = replayed.losing.get(number);
    if (losing && told.saw >= number) replayed.lost.push({ ...losing, stands: replayed.standing.value });
  }
}

/**
 * As if the register had been at rest: what a system that joins late finds. A register comes to rest when all that have told it so far
 * have seen it, and forgets how it came about; whether it had is in no edit.
 */
export function restReplayed(replayed: Replayed): void {
  const { register, agreed } = replayed;
  if (register.count === 0 || replayed.standing.held) return;
  replayed.register = { ...rest({ ...register, shadows: {} }), shadows: UNRESTING, agreed: [] };
  agreed.splice(0, agreed.length, { number: register.count, value: register.value });
}

/** Decides the register as it stands. `fields` are the record's, as far as they are decided. */
export function judgeReplayed(replayed: Replayed, name: string, rule: Ruled, fields: Readonly<Record<string, Scalar>>): Decision {
  const view = viewOf({ ...replayed.register, agreed: replayed.agreed }, rule);
  const decision = decide(rule, { ...view, fields });
  settleReplayed(replayed, name, decision);
  return decision;
}

export function settleReplayed(replayed: Replayed, name: string, decision: Decision): void {
  const { register, agreed } = replayed;
  replayed.losing = losingIn(name, decision);
  if (decision.kind === 'held') {
    replayed.standing = { value: register.value, held: true, rule: decision.rule, reason: decision.reason };
    return;
  }
  const { value } = decision;
  replayed.register = { ...accept({ ...register, agreed: [] }, value, register.ops), agreed: [] };
  agreed.push({ number: register.count, value });
  if (agreed.length > 2 * AGREED_MAX) agreed.splice(0, AGREED_MAX);
  const why = decision.kind === 'settled' ? { rule: decision.rule, reason: decision.reason } : {};
  replayed.standing = { value, held: false, ...why };
}

function losingIn(name: string, decision: Decision): ReadonlyMap<number, Losing> {
  if (decision.kind !== 'settled') return new Map();
  return new Map(decision.losers.map((edit) => [edit.number, { edit: toldOf(name, edit), rule: decision.rule }]));
}

function toldOf(register: string, { op: _op, ...facts }: Edit): EditTold {
  return { register, ...facts };
}
