import { fieldsOf, isOfParts } from '../map/compile.ts';
import type { View } from '../policy/policy.ts';
import { CONCORD } from '../register/actors.ts';
import { copyOfRegister } from '../record/copies.ts';
import { LIFE, type Edit, type Register } from '../record/record.ts';
import type { ResolutionTold } from '../ports/plan.ts';
import { sameValue, type Value } from '../values.ts';
import { closeConflict, openConflict } from './conflicts.ts';
import { PUT_BACK, type Decision } from './decision.ts';
import { changeIn, latestStamp, putRegister, registerNow, registerOf, write, type Draft } from './draft.ts';
import { damp, settledFor } from './flapping.ts';
import { closeIn } from './closing-in.ts';
import { decideRegister } from './deciding.ts';
import { accept, admit, frontierIn, withOneMore } from './frontier.ts';
import { decideLife } from './life.ts';
import { patchOf } from './patch.ts';
import { isOpen, standingIn } from './standing.ts';
import { tellDecision, tellRuling } from './told.ts';
import { inTurn, valueAfter, withComputed, type Bench, type Judged } from './turns.ts';
import { must } from '../errors/must.ts';

/** A register with what was decided about it, as the history tells it. */
export interface JudgedTold extends Judged {
  readonly told: ResolutionTold | undefined;
  /** It has an edit that was not judged before; otherwise it was looked at again because of another register. */
  readonly isTouched: boolean;
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
  const again = new Set<string>();
  const judged = inTurn(benchIn(draft, overruled, again), names).map((item) => {
    const damped = overruled[item.name]
      ? settledFor(item)
      : damp(item, cause, names.includes(item.name) && !isOfParts(draft.table, item.name));
    return tell(draft, damped, names, overruled);
  });
  const resolved = judged.filter(needsChange);
  const change = must(changeIn(draft, cause), 'the change that touched them');
  for (const name of names) again.delete(name);
  if (names.includes(LIFE) && !change.edits.some(({ register }) => register === LIFE)) again.add(LIFE);
  if (again.size > 0) change.again = [...again];
  for (const item of judged) {
    if (resolved.includes(item)) continue;
    if (item.told) change.resolutions.push(item.told);
    settlePlain(draft, item, cause, change.patch);
  }
  if (resolved.length > 0) writeResolutions(draft, resolved);
}

/** Decides again what waited for something outside the record. What settles now is written as a change of Concord's own. */
export function judgeAgain(draft: Draft, names: readonly string[]): boolean {
  const judged = inTurn(benchIn(draft, NOTHING), names).filter(({ decision }) => decision.kind !== 'held');
  if (judged.length > 0)
    writeResolutions(
      draft,
      judged.map((item) => tell(draft, item, names, NOTHING)),
    );
  return judged.length > 0;
}

/** Computes what is computed by another rule than when it was last, or was never. What that comes to is written as a change of Concord's own. */
export function computeAnew(draft: Draft): void {
  const names = draft.table.rules.derived.map(({ field }) => field);
  if (names.length === 0) return;
  const others = inTurn(benchIn(draft, NOTHING), names).filter(
    ({ register, decision }) => decision.kind === 'settled' && (register.isBlank || !sameValue(decision.value, register.value)),
  );
  if (others.length === 0) return;
  writeResolutions(
    draft,
    others.map((item) => tell(draft, item, names, NOTHING)),
  );
}

/** Has a register wait for a person although its edits agree. */
export function holdRegister(
  draft: Draft,
  name: string,
  { rule, reason, code }: Pick<Extract<Decision, { kind: 'held' }>, 'rule' | 'reason' | 'code'>,
): void {
  const register = must(registerNow(draft, name), 'a register that is to wait exists');
  const decision: Decision = { kind: 'held', rule, reason, code };
  const waiting = copyOfRegister(register);
  waiting.held = openConflict(draft, tell(draft, { name, register, decision }, [], NOTHING), draft.record.seq);
  putRegister(draft, name, waiting);
}

/** Writes what was decided elsewhere than by a policy, and what is computed from it. */
export function impose(draft: Draft, judged: readonly Judged[]): void {
  const news = withComputed(benchIn(draft, NOTHING), judged).map((item) => tell(draft, item, [], NOTHING));
  writeResolutions(draft, news.filter(needsChange));
  const change = must(draft.changes.at(-1), 'just written');
  for (const item of news.filter((other) => !needsChange(other))) {
    if (item.told) change.resolutions.push(item.told);
    settlePlain(draft, item, change.seq, change.patch);
  }
}

function tell(draft: Draft, item: Judged, names: readonly string[], overruled: Overruled): JudgedTold {
  const { name, register, decision } = item;
  const ruling = overruled[name];
  const told = ruling ? tellRuling(name, register, ruling) : tellDecision(draft, name, register, decision);
  return { name, register, decision, told, isTouched: names.includes(name) };
}

/** `again` takes the names of the registers that were found open: a replay must know which these were. */
function benchIn(draft: Draft, overruled: Overruled, again?: Set<string>): Bench {
  return {
    table: draft.table,
    register: (name) => registerNow(draft, name),
    registerOf: (name) => registerOf(draft, name),
    decide: (name, register, fields) => {
      const decision = name === LIFE ? decideLife(draft) : decideField(draft, name, register, fields);
      return doubtedIn(draft, name, register, decision);
    },
    standing: (name) => standingIn(draft, name),
    isOpen: (name) => {
      const open = isOpen(draft, name);
      if (open) again?.add(name);
      return open;
    },
    isRuled: (name) => overruled[name] !== undefined,
  };
}

function decideField(draft: Draft, name: string, register: Register, fields: View['fields']): Decision {
  const rule = must(draft.table.registers.get(name), 'a touched register is in the table map');
  const decision = decideRegister(register, rule, { seed: draft.table.map.seed, fields });
  const taken = draft.context.taken?.get(name);
  if (taken === undefined) return decision;
  const base = decision.kind === 'agreed' ? undefined : decision.base;
  return { kind: 'held', rule: 'unique', reason: taken, code: 'C07', ...(base === undefined ? {} : { base }) };
}

/** Of what a system shows that was put back, a person is asked; what stands already is not in doubt. */
function doubtedIn({ context }: Draft, name: string, { value }: Register, decision: Decision): Decision {
  const reason = context.doubted?.get(name);
  if (reason === undefined || (decision.kind === 'agreed' && sameValue(decision.value, value))) return decision;
  return { kind: 'held', rule: PUT_BACK, reason, code: name === LIFE ? 'C04' : 'C19' };
}

/**
 * Whether Concord writes a change of its own: for what a rule settled, for a value that stands while a person decides, and for an agreed
 * value when the document's live set holds more than the agreeing edits.
 */
function needsChange({ register, decision }: Judged): boolean {
  if (decision.kind === 'settled') return true;
  if (decision.kind === 'held') return decision.provisional !== undefined;
  const { value } = decision;
  return register.ops.some((op) => !register.log.some((edit) => edit.op === op && sameValue(edit.value, value)));
}

function settlePlain(draft: Draft, item: JudgedTold, cause: number, patch: { push(...lines: ReturnType<typeof patchOf>): number }): void {
  const { name, register, decision } = item;
  if (decision.kind === 'held') {
    const held = openConflict(draft, item, cause);
    const waiting = copyOfRegister(register);
    waiting.held = held;
    waiting.value = valueAfter(item);
    putRegister(draft, name, waiting);
    patch.push(...patchOf(draft.table, name, before(register), waiting.value));
    return;
  }
  closeConflict(draft, item, cause);
  putRegister(draft, name, settled(draft, item, decision.value, register.ops));
  patch.push(...patchOf(draft.table, name, before(register), decision.value));
}

/** The merged value until now; `undefined` when there was none. */
function before(register: Register): Value | undefined {
  return register.isBlank ? undefined : register.value;
}

function settled(draft: Draft, { name, register }: Judged, value: Value, ops: Register['ops'], verdict?: Register['verdict']): Register {
  const judged = accept(register, value, ops);
  judged.held = undefined;
  judged.verdict = verdict;
  return closeIn(draft, name, judged);
}

function writeResolutions(draft: Draft, items: readonly JudgedTold[]): void {
  const stamp = latestStamp(
    items.flatMap((item) => frontierIn(item.register)),
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
    const op = must(ops[index], 'each register has its operation');
    const { decision } = item;
    const isOwn = decision.kind === 'settled' && decision.isOwn;
    const register = isOwn
      ? admit(item.register, { op, system: CONCORD, value: decision.value, atMs: stamp.ms, perhapsSeen: 0 })
      : item.isTouched
        ? item.register
        : withOneMore(item.register);
    takeResolution(draft, { ...item, register }, seq, [op]);
  });
}

function takeResolution(draft: Draft, item: JudgedTold, seq: number, ops: Register['ops']): void {
  const { name, register, decision } = item;
  if (decision.kind === 'held') {
    const held = { ...openConflict(draft, item, seq), provisional: true as const };
    const waiting = accept(register, valueAfter(item), ops);
    waiting.verdict = undefined;
    waiting.held = held;
    putRegister(draft, name, waiting);
    return;
  }
  closeConflict(draft, item, seq);
  const verdict = decision.kind === 'settled' ? { rule: decision.rule, reason: decision.reason, seq } : undefined;
  putRegister(draft, name, settled(draft, item, decision.value, ops, verdict));
}
