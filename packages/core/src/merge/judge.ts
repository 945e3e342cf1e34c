import { fieldsOf, holdersOf, type RegisterRule } from '../map/compile.ts';
import { isEmpty } from '../policy/edits.ts';
import type { View } from '../policy/policy.ts';
import { CONCORD } from '../record/actors.ts';
import { copyOfRegister } from '../record/copies.ts';
import { LIFE, type Edit, type Register } from '../record/record.ts';
import type { ResolutionTold } from '../ports/plan.ts';
import { sameValue, type Scalar, type Value } from '../values.ts';
import { closeConflict, openConflict } from './conflicts.ts';
import { decide, type Decision } from './decide.ts';
import { changeIn, latestStamp, putRegister, registerNow, write, type Draft } from './draft.ts';
import { accept, stillStoodOn, viewOf } from './frontier.ts';
import { decideLife } from './life.ts';
import { memberOf, patchOf } from './patch.ts';
import { tellDecision, tellRuling } from './told.ts';
import { must } from '../errors/must.ts';

/** A register with what was decided about it. */
export interface Judged {
  readonly name: string;
  readonly register: Register;
  readonly decision: Decision;
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
export function holdRegister(draft: Draft, name: string, { rule, reason, code }: Pick<Extract<Decision, { kind: 'held' }>, 'rule' | 'reason' | 'code'>): void {
  const register = must(registerNow(draft, name), 'a register that is to wait exists');
  const decision: Decision = { kind: 'held', rule, reason, code };
  const judged = { name, register, decision, told: tellDecision(draft, name, register, decision) };
  const waiting = copyOfRegister(register);
  waiting.held = openConflict(draft, judged, draft.record.seq);
  putRegister(draft, name, waiting);
}

function judgeAll(draft: Draft, names: readonly string[], overruled: Overruled): readonly Judged[] {
  const { table } = draft;
  const decided = new Map<string, Value>();
  const touched = table.readers.size === 0 ? undefined : new Set(names);
  const judged: Judged[] = [];
  for (const name of touched ? table.order : names) {
    if (touched && !touched.has(name)) continue;
    const item = judgeOne(draft, name, overruled[name], decided);
    if (names.includes(name) || isNews(item)) judged.push(item);
    if (!touched || sameValue(valueAfter(item), item.register.value)) continue;
    decided.set(name, valueAfter(item));
    // A rule that looks at this field may see its own edits in another light now, as long as not everybody has seen what they came to.
    for (const reader of table.readers.get(name) ?? []) if (isOpen(draft, reader)) touched.add(reader);
  }
  return judged;
}

/** Whether looking again came to something else than before. */
function isNews(item: Judged): boolean {
  const { register, decision } = item;
  return (decision.kind === 'held') !== (register.held !== undefined) || !sameValue(valueAfter(item), register.value);
}

function valueAfter({ register, decision }: Judged): Value {
  if (decision.kind === 'held') return decision.provisional ?? register.value;
  return decision.value;
}

/** Whether the register's edits are not yet in the past of every system. */
function isOpen(draft: Draft, name: string): boolean {
  const register = registerNow(draft, name);
  return register !== undefined && register.frontier.some((edit) => edit.on !== undefined || edit.saw < edit.number);
}

function judgeOne(draft: Draft, name: string, overruled: readonly Edit[] | undefined, decided: ReadonlyMap<string, Value>): Judged {
  const register = must(registerNow(draft, name), 'a touched register exists');
  const decision = name === LIFE ? decideLife(draft) : decideField(draft, name, register, decided);
  const told = overruled ? tellRuling(name, register, overruled) : tellDecision(draft, name, register, decision);
  return { name, register, decision, told };
}

function decideField(draft: Draft, name: string, register: Register, decided: ReadonlyMap<string, Value>): Decision {
  const rule = must(draft.table.registers.get(name), 'a touched register is in the table map');
  const taken = draft.context.taken?.get(name);
  if (taken !== undefined) return { kind: 'held', rule: 'unique', reason: taken, code: 'C07' };
  return seeded(draft, rule, register) ?? decide(rule, viewOf(register, rule, fieldsFor(draft, rule, decided)));
}

/** Where two rows meet for the first time, the configuration may name the system whose values stand. */
function seeded({ table }: Draft, { traits }: RegisterRule, { frontier }: Register): Decision | undefined {
  const { seed } = table.map;
  if (seed === undefined || traits.gate || frontier.length < 2 || frontier.some((edit) => edit.on !== undefined)) return undefined;
  const first = frontier.find((edit) => edit.system === seed && !isEmpty(edit.value));
  const losers = first ? frontier.filter((edit) => !sameValue(edit.value, first.value)) : [];
  if (!first || losers.length === 0) return undefined;
  return { kind: 'settled', value: first.value, rule: 'seed', reason: `${seed} comes first where two rows meet`, code: 'C06', losers };
}

/** The fields that a rule's conditions look at: as decided just now, or as last merged. */
function fieldsFor(draft: Draft, rule: RegisterRule, decided: ReadonlyMap<string, Value>): View['fields'] {
  if (rule.looksAt.length === 0) return undefined;
  const fields: Record<string, Scalar> = {};
  for (const { field, register, index } of rule.looksAt) {
    const value = decided.get(register) ?? registerNow(draft, register)?.value;
    fields[field] = value === undefined ? null : memberOf(value, index);
  }
  return fields;
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

function settled(draft: Draft, { name, register }: Judged, value: Value, ops: Register['ops'], verdict?: Register['verdict'], total?: Value): Register {
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
    putRegister(draft, name, accept({ ...register, verdict: undefined, held }, valueAfter(item), ops, holdersOf(draft.table, name), decision.total));
    return;
  }
  closeConflict(draft, item, seq);
  const verdict = decision.kind === 'settled' ? { rule: decision.rule, reason: decision.reason, seq } : undefined;
  putRegister(draft, name, settled(draft, item, decision.value, ops, verdict, decision.kind === 'settled' ? decision.total : undefined));
}
