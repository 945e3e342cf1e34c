import { opId, type OpId, type SystemId } from '../ids.ts';
import type { RegisterRule } from '../map/compile.ts';
import { decide, type Decision } from '../merge/decide.ts';
import { admit, blankRegister, viewOf } from '../merge/frontier.ts';
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
  /** The number of the merged value that went against it first. */
  readonly since: number;
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
const NOBODY: ReadonlyMap<number, Losing> = new Map();

export function openReplayed(members: number): Replayed {
  const agreed: Agreed[] = [];
  const register = { ...blankRegister(members), shadows: UNRESTING, agreed };
  return { register, agreed, standing: { value: register.value, held: false }, losing: NOBODY, lost: [] };
}

/**
 * Takes a stored edit into the frontier, by the same function that did it at the time. What the ledger tells of the edit is kept as told:
 * a register at rest has forgotten some of its past, so number and stamp are not made up again.
 */
export function admitTold(replayed: Replayed, told: EditTold, rule: Pick<RegisterRule, 'traits' | 'type'>, op: OpId): void {
  const before = replayed.register;
  const { system, value, on, saw, number, stamp, by } = told;
  const incoming = {
    op,
    system,
    value,
    atMs: stamp.ms,
    ...(on === undefined ? {} : { shadow: { value: on, ops: [], saw } }),
    ...(system === PERSON ? { sawAll: true } : {}),
  };
  const admitted = admit(before, incoming, rule);
  const edit = { op, system, value, saw, number, stamp, ...(on === undefined ? {} : { on }), ...(by === undefined ? {} : { by }) };
  const frontier = admitted.frontier.map((other) => (other.op === op ? edit : other));
  replayed.register = { ...admitted, frontier, count: number, ops: [op], shadows: UNRESTING };
  if (replayed.losing.size > 0) fall(replayed, before.frontier, told);
}

/** What was losing, and is now in somebody's past, stays lost; unless its own author took it back before they knew. */
function fall(replayed: Replayed, before: readonly Edit[], told: EditTold): void {
  const { frontier } = replayed.register;
  for (const { number } of before.filter((edit) => !frontier.includes(edit))) {
    const losing = replayed.losing.get(number);
    if (!losing || (told.system === losing.edit.system && told.saw < losing.since)) continue;
    replayed.lost.push({ edit: losing.edit, rule: losing.rule, stands: replayed.standing.value });
  }
}

/**
 * As if the register had been at rest: what a system that joins late finds. A register comes to rest when all that have told it so far
 * have seen it, and forgets how it came about; whether it had is in no edit.
 */
export function restReplayed(replayed: Replayed): void {
  const { register, agreed } = replayed;
  if (register.count === 0 || replayed.standing.held) return;
  replayed.register = { ...rest({ ...register, shadows: {} }), shadows: UNRESTING, agreed };
  agreed.splice(0, agreed.length, { number: register.count, value: register.value });
}

/** Decides the register as it stands. `fields` are the record's, as far as they are decided. */
export function judgeReplayed(replayed: Replayed, name: string, rule: Ruled, fields: Readonly<Record<string, Scalar>>): Decision {
  const view = viewOf(replayed.register, rule);
  const decision = decide(rule, { ...view, fields });
  settleReplayed(replayed, name, decision);
  return decision;
}

export function settleReplayed(replayed: Replayed, name: string, decision: Decision): void {
  const { register, agreed } = replayed;
  replayed.losing = losingIn(name, decision, replayed);
  if (decision.kind === 'held') {
    replayed.standing = { value: register.value, held: true, rule: decision.rule, reason: decision.reason };
    return;
  }
  const { value } = decision;
  replayed.register = { ...register, value };
  agreed.push({ number: register.count, value });
  if (agreed.length > 2 * AGREED_MAX) agreed.splice(0, AGREED_MAX);
  const why = decision.kind === 'settled' ? { rule: decision.rule, reason: decision.reason } : {};
  replayed.standing = { value, held: false, ...why };
}

function losingIn(name: string, decision: Decision, { losing, register }: Replayed): ReadonlyMap<number, Losing> {
  if (decision.kind !== 'settled' || decision.losers.length === 0) return NOBODY;
  const { rule } = decision;
  return new Map(
    decision.losers.map((edit) => {
      const since = losing.get(edit.number)?.since ?? register.count;
      return [edit.number, { edit: toldOf(name, edit), rule, since }];
    }),
  );
}

function toldOf(register: string, { op: _op, ...facts }: Edit): EditTold {
  return { register, ...facts };
}

/** Names for operations of a replay: in the order of the moments, as they are in the document. */
export function openTurns(): (system: SystemId) => OpId {
  const actors = new Map<SystemId, ReturnType<typeof actorOf>>();
  let turn = 0;
  return (system) => {
    const actor = actors.get(system) ?? actorOf(system);
    actors.set(system, actor);
    turn += 1;
    return opId(turn, actor);
  };
}
