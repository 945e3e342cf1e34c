import { fieldsOf, holdersOf } from '../map/compile.ts';
import { CONCORD } from '../record/actors.ts';
import { copyOfRegister } from '../record/copies.ts';
import { LIFE, type Edit, type Register } from '../record/record.ts';
import type { ResolutionTold } from '../ports/plan.ts';
import type { Value } from '../values.ts';
import { closeConflict, openConflict } from './conflicts.ts';
import type { Decision } from './decide.ts';
import { decideSeeded } from './seed.ts';
import { changeIn, latestStamp, putRegister, registerNow, write, type Draft } from './draft.ts';
import { accept, stillStoodOn, viewOf } from './frontier.ts';
import { decideLife } from './life.ts';
import { patchOf } from './patch.ts';
import { tellDecision, tellRuling } from './told.ts';
import { fieldsFor, inTurn, valueAfter, type Decided, type Turn } from './turns.ts';
import { must } from '../errors/must.ts';

/** A register with what was decided about it. */
export interface Judged extends Turn {
  readonly told: ResolutionTold | undefined;
}

/** By register: what a ruling put an end to. */
export type Overruled = Readonly<Record<string, readonly Edit[]>>;

const NOTHING: Overruled = {};

/**
 * Decides every register that was touched, and those whose rules look at a field that changed: what is agreed stands, what a rule settles
 * is written as a change of Concord's own that replaces the whole live set, what is held waits. `cause` is the number of the change that
 * touched them, which tells what it brought.
 */
export function judge(draft: Draft, names: readonly string[], cause: number, overruled: Overruled = NOTHING): void {
  const judged = judgeAll(draft, names, overruled);
  const resolved = judged.filter(needsChange);
  const change = must(changeIn(draft, cause), 'the change that touched them');
  for (const item of judged) {
    if (resolved.includes(item)) continue;
    if (item.told) change.resolutions.push(item.told);
    settlePlain(draft, item, cause, change.patch);
  }
  if (resolved.length > 0) writeResolutions(draft, resolved);
}

/** Decides again what waited for something outside the record. What settles now is written as a change of Concord's own. */
export function judgeAgain(draft: Draft, names: readonly string[]): boolean {
  const judged = judgeAll(draft, names, NOTHING).filter(({ decision }) => decision.kind !== 'held');
  if (judged.length > 0) writeResolutions(draft, judged);
  return judged.length > 0;
}

/** Has a register wait for a person although its edits agree. */
export function holdRegister(
  draft: Draft,
  name: string,
  { rule, reason, code }: Pick<Extract<Decision, { kind: 'held' }>, 'rule' | 'reason' | 'code'>,
): void {
  const register = must(registerNow(draft, name), 'a register that is to wait exists');
  const decision: Decision = { kind: 'held', rule, reason, code };
  const judged = { name, register, decision, told: tellDecision(draft, name, register, decision) };
  const waiting = copyOfRegister(register);
  waiting.held = openConflict(draft, judged, draft.record.seq);
  putRegister(draft, name, waiting);
}

function judgeAll(draft: Draft, names: readonly string[], overruled: Overruled): readonly Judged[] {
  return inTurn(draft.table, names, {
    decide: (name, decided) => judgeOne(draft, name, overruled[name], decided),
    isOpen: (name) => isOpen(draft, name),
  });
}

/** Whether the register's edits are not yet in the past of every system. */
function isOpen(draft: Draft, name: string): boolean {
  const register = registerNow(draft, name);
  return register !== undefined && register.frontier.some((edit) => edit.on !== undefined || edit.saw < edit.number);
}

function judgeOne(draft: Draft, name: string, overruled: readonly Edit[] | undefined, decided: Decided): Judged {
  const register = must(registerNow(draft, name), 'a touched register exists');
  const decision = name === LIFE ? decideLife(draft) : decideField(draft, name, register, decided);
  const told = overruled ? tellRuling(name, register, overruled) : tellDecision(draft, name, register, decision);
  return { name, register, decision, told };
}

function decideField(draft: Draft, name: string, register: Register, decided: Decided): Decision {
  const rule = must(draft.table.registers.get(name), 'a touched register is in the table map');
  const taken = draft.context.taken?.get(name);
  if (taken !== undefined) return { kind: 'held', rule: 'unique', reason: taken, code: 'C07' };
  const merged = (other: string): Value | undefined => registerNow(draft, other)?.value;
  return decideSeeded(draft.table, rule, viewOf(register, rule, fieldsFor(rule, decided, merged)));
}

/**
 * Whether Concord writes a change of its own: for what a rule settled, for a value that stands while a person decides, and for an agreed
 * value when the document's live set holds more than the agreeing edits.
 */
function needsChange({ register, decision }: Judged): boolean {
  if (decision.kind === 'settled') return true;
  if (decision.kind === 'held') return decision.provisional !== undefined;
  return register.ops.some((op) => !register.frontier.some((edit) => edit.op === op));
}

function settlePlain(draft: Draft, item: Judged, cause: number, patch: { push(...lines: ReturnType<typeof patchOf>): number }): void {
  const { name, register, decision } = item;
  if (decision.kind === 'held') {
    const held = openConflict(draft, item, cause);
    const waiting = copyOfRegister(register);
    waiting.held = held;
    waiting.total = decision.total;
    waiting.agreed = stillStoodOn(register);
    putRegister(draft, name, waiting);
    return;
  }
  closeConflict(draft, item, cause);
  putRegister(draft, name, settled(draft, item, decision.value, register.ops));
  patch.push(...patchOf(draft.table, name, before(register), decision.value));
}

/** The merged value until now; `undefined` when there was none. */
function before(register: Register): Value | undefined {
  return register.agreed.length === 0 ? undefined : register.value;
}

function settled(
  draft: Draft,
  { name, register }: Judged,
  value: Value,
  ops: Register['ops'],
  verdict?: Register['verdict'],
  total?: Value,
): Register {
  const judged = copyOfRegister(register);
  judged.held = undefined;
  judged.verdict = verdict;
  return accept(judged, value, ops, holdersOf(draft.table, name), total);
}

function writeResolutions(draft: Draft, items: readonly Judged[]): void {
  const stamp = latestStamp(
    items.flatMap((item) => item.register.frontier),
    { ms: draft.context.nowMs, count: 0, system: CONCORD },
  );
  const ops = write(
    draft,
    { author: CONCORD, stamp, deps: draft.record.heads },
    items.map((item) => ({ fields: fieldsOf(draft.table, item.name), value: valueAfter(item), pred: item.register.ops })),
  );
  const seq = draft.record.seq;
  const change = must(draft.changes.at(-1), 'just appended');
  items.forEach((item, index) => {
    if (item.told) change.resolutions.push(item.told);
    change.patch.push(...patchOf(draft.table, item.name, before(item.register), valueAfter(item)));
    takeResolution(draft, item, seq, [must(ops[index], 'each register has its operation')]);
  });
}

function takeResolution(draft: Draft, item: Judged, seq: number, ops: Register['ops']): void {
  const { name, register, decision } = item;
  if (decision.kind === 'held') {
    const held = { ...openConflict(draft, item, seq), provisional: true as const };
    putRegister(
      draft,
      name,
      accept({ ...register, verdict: undefined, held }, valueAfter(item), ops, holdersOf(draft.table, name), decision.total),
    );
    return;
  }
  closeConflict(draft, item, seq);
  const verdict = decision.kind === 'settled' ? { rule: decision.rule, reason: decision.reason, seq } : undefined;
  putRegister(draft, name, settled(draft, item, decision.value, ops, verdict, decision.kind === 'settled' ? decision.total : undefined));
}
