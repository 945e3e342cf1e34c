import { conflictIdFrom, opId, type OpId, type SystemId } from '../ids.ts';
import type { Decision } from '../merge/decision.ts';
import { closedWhole } from '../merge/closing.ts';
import { latestStamp } from '../merge/draft.ts';
import { admit, blankRegister, frontierIn, logOf, withOneMore } from '../merge/frontier.ts';
import { valueAfter, type Judged } from '../merge/turns.ts';
import type { EditTold } from '../ports/plan.ts';
import { actorOf, CONCORD, PERSON } from '../register/actors.ts';
import { copyOfRegister } from '../record/copies.ts';
import type { Edit, Held, Register } from '../record/record.ts';
import type { RegisterPolicy } from '../register/answer.ts';
import { closeTo } from '../register/close.ts';
import type { Edit as OpenEdit } from '../register/register.ts';
import { reopen } from '../register/reopen.ts';
import type { Loss, Standing } from './player.ts';
import { isTuple } from '../values.ts';

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
  standing: Standing;
  /** By number. */
  losing: ReadonlyMap<number, Losing>;
  readonly lost: Loss[];
  /** By the number of an open edit, the change that brought it. */
  brought: ReadonlyMap<number, number>;
  /** The number of the merged value that Concord wrote last, as long as somebody's newer edit has not replaced it. */
  wrote: number | undefined;
}

const NOBODY: ReadonlyMap<number, Losing> = new Map();
/** That a register waits; which conflict that is, is the ledger's to say. */
const WAITING: Omit<Held, 'code'> = { id: conflictIdFrom('replayed'), seq: 0, atMs: 0 };
/** What Concord computes is in nobody's way: nothing is compared with the name of its operation. */
const OWN = opId(0, actorOf(CONCORD));

export function openReplayed(members: number): Replayed {
  const register = blankRegister(members);
  return { register, standing: { value: register.value, held: false }, losing: NOBODY, lost: [], brought: new Map(), wrote: undefined };
}

/** How a register of a replay is closed. */
export interface ReplayClosing {
  readonly policy: () => RegisterPolicy;
  readonly isWholeOnly: boolean;
}

/** An edit that is told, with the name that it has in the replay. `seq`: of the change that brought it. */
export interface Retold {
  readonly told: EditTold;
  readonly op: OpId;
  readonly seq: number;
}

/**
 * Takes a stored edit into the log, on top of what was closed at the time. What the ledger tells of the edit is kept as told: number and stamp are
 * not made up again.
 */
export function admitTold(replayed: Replayed, { told, op, seq }: Retold, closing: ReplayClosing): void {
  // Its configuration had changed: it began anew, and nobody counts from what it was.
  if (told.number === 1 && replayed.register.count > 0) Object.assign(replayed, openReplayed(isTuple(told.value) ? told.value.length : 1));
  const before = frontierIn(replayed.register);
  const { saw, number, closed = saw } = told;
  const isRuling = told.system === PERSON;
  const register = closedTo(replayed.register, closed, closing);
  const edit = openFrom(register, told, op);
  const log = isRuling ? logOf(register) : reopen(logOf(register), edit.saw, edit.before);
  const admitted = copyOfRegister(register);
  admitted.stable = log.stable;
  admitted.log = [...log.log.filter((one) => one.number !== told.joins), edit];
  admitted.count = number;
  admitted.ops = [op];
  replayed.register = admitted;
  replayed.brought = new Map(admitted.log.map((one) => [one.number, one.op === op ? seq : (replayed.brought.get(one.number) ?? seq)]));
  if (replayed.wrote !== undefined && (isRuling || saw >= replayed.wrote)) replayed.wrote = undefined;
  if (replayed.losing.size > 0) fall(replayed, before, told);
}

function openFrom({ log }: Register, { system, value, on, saw, number, stamp, by, joins, or }: EditTold, op: OpId): OpenEdit {
  const step = joins === undefined ? undefined : log.find((edit) => edit.number === joins);
  // A ruling says what is there, whatever was before: under other policies that would have been something else.
  const base = system === PERSON ? { saw } : step ? { before: step.before, saw: step.saw, or: step.or } : { before: on, saw, or };
  return { op, author: system, value, ...base, number, stamp, by };
}

/** Nobody but the ledger knows what everybody had seen, so it tells up to where all was closed. Nothing that is decided depends on it. */
function closedTo(register: Register, number: number, { policy, isWholeOnly }: ReplayClosing): Register {
  const { log, held, isBlank, count } = register;
  if (log.length === 0 || held || isBlank) return register;
  if (number >= count) return closedWhole(register, policy);
  if (isWholeOnly) return register;
  const { stable, log: open } = closeTo(logOf(register), number, policy());
  return stable === register.stable ? register : { ...copyOfRegister(register), stable, log: open };
}

/** What was losing, and is now in somebody's past, stays lost; unless its own author took it back before they knew. */
function fall(replayed: Replayed, before: readonly Edit[], told: EditTold): void {
  const frontier = frontierIn(replayed.register);
  for (const { number } of before.filter((edit) => !frontier.some((one) => one.number === edit.number))) {
    const losing = replayed.losing.get(number);
    if (!losing || (told.system === losing.edit.system && told.saw < losing.since)) continue;
    replayed.lost.push({ edit: losing.edit, rule: losing.rule, stands: replayed.standing.value });
  }
}

/** When a register was decided, and whether because of an edit of its own. */
interface Occasion {
  readonly seq: number;
  readonly isTouched: boolean;
}

/** Takes what was decided: the value that stands from now on, also one that stands only meanwhile. */
export function settleReplayed(replayed: Replayed, judged: Judged, occasion: Occasion): void {
  const { name, decision } = judged;
  const value = valueAfter(judged);
  const isWritten = isWrittenDown(decision, replayed);
  const register = numbered(judged, isWritten && !occasion.isTouched);
  if (isWritten) replayed.wrote = register.count;
  replayed.losing = losingIn(name, decision, { losing: replayed.losing, register });
  if (register.log !== judged.register.log) replayed.brought = new Map([...replayed.brought, [register.count, occasion.seq]]);
  const next = copyOfRegister(register);
  next.value = value;
  next.held = decision.kind === 'held' ? heldBy(decision) : undefined;
  if (decision.kind !== 'held' || decision.provisional !== undefined) next.isBlank = undefined;
  replayed.register = next;
  const why = decision.kind === 'agreed' ? {} : { rule: decision.rule, reason: decision.reason };
  replayed.standing = { value, held: decision.kind === 'held', ...why };
}

/** Whether Concord writes a change of its own for it: see `needsChange`. */
function isWrittenDown(decision: Decision, { wrote }: Replayed): boolean {
  if (decision.kind === 'held') return decision.provisional !== undefined;
  return decision.kind === 'settled' || wrote !== undefined;
}

/** As the ledger numbers what it writes: a value of Concord's own, and one that changed without an edit, are one more. */
function numbered({ register, decision }: Judged, isOneMore: boolean): Register {
  if (decision.kind === 'settled' && decision.isOwn) {
    const { ms: atMs } = latestStamp(frontierIn(register), LONG_AGO);
    return admit(register, { op: OWN, system: CONCORD, value: decision.value, atMs, perhapsSeen: 0 });
  }
  return isOneMore ? withOneMore(register) : register;
}

const LONG_AGO = { ms: 0, count: 0, system: CONCORD };

function heldBy({ code, provisional }: Extract<Decision, { kind: 'held' }>): Held {
  return { ...WAITING, code, ...(provisional === undefined ? {} : { provisional: true as const }) };
}

function losingIn(
  name: string,
  decision: Decision,
  { losing, register }: Pick<Replayed, 'losing' | 'register'>,
): ReadonlyMap<number, Losing> {
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
export interface Turns {
  next(system: SystemId): OpId;
  /** How many were named. */
  count: number;
}

export function openTurns(): Turns {
  const actors = new Map<SystemId, ReturnType<typeof actorOf>>();
  const turns: Turns = {
    count: 0,
    next(system) {
      const actor = actors.get(system) ?? actorOf(system);
      actors.set(system, actor);
      turns.count += 1;
      return opId(turns.count, actor);
    },
  };
  return turns;
}
