import { conflictIdFrom, opId, type OpId, type SystemId } from '../ids.ts';
import type { RegisterRule } from '../map/compile.ts';
import type { Decision } from '../merge/decide.ts';
import { latestStamp } from '../merge/draft.ts';
import { admit, blankRegister } from '../merge/frontier.ts';
import { ownRegister, renumbered } from '../merge/own.ts';
import { valueAfter, type Judged } from '../merge/turns.ts';
import type { EditTold } from '../ports/plan.ts';
import { actorOf, CONCORD, PERSON } from '../record/actors.ts';
import { copyOfRegister } from '../record/copies.ts';
import { gathered } from '../record/rest.ts';
import type { Agreed, Edit, Held, Register } from '../record/record.ts';
import type { Loss, Standing } from './player.ts';

/** So many earlier merged values of a register are remembered at the least; who stands on an older one has no base. */
const AGREED_MAX = 10_000;

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
  /** By the number of an edit in the frontier, the change that brought it. */
  brought: ReadonlyMap<number, number>;
  /** The number of the merged value that Concord wrote last, as long as somebody's newer edit has not replaced it. */
  wrote: number | undefined;
}

/** Nobody but the ledger knows when a register came to rest; nothing that is decided later depends on it, so here none ever does. */
const NO_SHADOWS: Register['shadows'] = {};
const NOBODY: ReadonlyMap<number, Losing> = new Map();
/** That a register waits; which conflict that is, is the ledger's to say. */
const WAITING: Omit<Held, 'code'> = { id: conflictIdFrom('replayed'), seq: 0, atMs: 0 };
/** What Concord computes stands alone in its frontier: nothing is compared with the name of its operation. */
const OWN = opId(0, actorOf(CONCORD));

export function openReplayed(members: number): Replayed {
  const agreed: Agreed[] = [];
  const register = { ...blankRegister(members), agreed };
  return {
    register,
    agreed,
    standing: { value: register.value, held: false },
    losing: NOBODY,
    lost: [],
    brought: new Map(),
    wrote: undefined,
  };
}

/**
 * Takes a stored edit into the frontier, by the same function that did it at the time. What the ledger tells of the edit is kept as told:
 * number and stamp are not made up again. `seq`: of the change that brought it.
 */
export function admitTold(replayed: Replayed, told: EditTold, rule: Pick<RegisterRule, 'traits' | 'type'>, op: OpId, seq: number): void {
  const before = replayed.register;
  const { system, value, saw, known, number, stamp, by } = told;
  const isRuling = system === PERSON;
  // A ruling is made on top of what its author saw, which under other policies would have been something else.
  const on = isRuling ? before.value : told.on;
  const shadow = on === undefined || isRuling ? undefined : { value: on, ops: [], saw };
  const admitted = copyOfRegister(admit(before, { op, system, value, atMs: stamp.ms, shadow, sawAll: isRuling }, rule));
  const edit: Edit = { op, system, value, on, saw, known, number, stamp, by };
  const asTold = (other: Edit): Edit => (other.op === op ? edit : other);
  admitted.frontier = admitted.frontier.map(asTold);
  admitted.first = admitted.first && asTold(admitted.first);
  admitted.slots = admitted.slots && Object.fromEntries(Object.entries(admitted.slots).map(([author, slot]) => [author, asTold(slot)]));
  admitted.count = number;
  admitted.ops = [op];
  admitted.shadows = NO_SHADOWS;
  replayed.register = admitted;
  replayed.brought = new Map(admitted.frontier.map((one) => [one.number, one.op === op ? seq : (replayed.brought.get(one.number) ?? seq)]));
  if (replayed.wrote !== undefined && (isRuling || saw >= replayed.wrote)) replayed.wrote = undefined;
  if (replayed.losing.size > 0) fall(replayed, before.frontier, told);
}

/** What was agreed is one edit for who comes back to it; every merged value so far stays known, here nobody knows who stands on it. */
export function gather(replayed: Replayed): void {
  const register = copyOfRegister(gathered(replayed.register));
  register.agreed = replayed.agreed;
  replayed.register = register;
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

/** When a register was decided, and whether because of an edit of its own. */
interface Occasion {
  readonly seq: number;
  readonly isTouched: boolean;
}

/** Takes what was decided: the value that stands from now on, also one that stands only meanwhile, and what lies beneath the edits to come. */
export function settleReplayed(replayed: Replayed, judged: Judged, occasion: Occasion): void {
  const { name, decision } = judged;
  const value = valueAfter(judged);
  const isWritten = isWrittenDown(decision, replayed);
  const register = numbered(judged, isWritten && !occasion.isTouched);
  if (isWritten) replayed.wrote = register.count;
  replayed.losing = losingIn(name, decision, { losing: replayed.losing, register });
  if (register.frontier !== judged.register.frontier) replayed.brought = new Map([[register.count, occasion.seq]]);
  const next = copyOfRegister(register);
  next.value = value;
  next.total = decision.kind === 'agreed' ? undefined : decision.total;
  next.held = decision.kind === 'held' ? heldBy(decision) : undefined;
  replayed.register = next;
  if (decision.kind !== 'held' || decision.provisional !== undefined) putAgreed(replayed.agreed, { number: register.count, value });
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
  if (decision.kind === 'settled' && decision.isOwn)
    return ownRegister(register, decision.value, OWN, latestStamp(register.frontier, LONG_AGO));
  return isOneMore ? renumbered(register) : register;
}

const LONG_AGO = { ms: 0, count: 0, system: CONCORD };

function heldBy({ code, provisional }: Extract<Decision, { kind: 'held' }>): Held {
  return { ...WAITING, code, ...(provisional === undefined ? {} : { provisional: true as const }) };
}

function putAgreed(agreed: Agreed[], entry: Agreed): void {
  agreed.push(entry);
  if (agreed.length > 2 * AGREED_MAX) agreed.splice(0, AGREED_MAX);
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
