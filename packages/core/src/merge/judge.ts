import { fieldsOf, type RegisterRule } from '../map/compile.ts';
import type { View } from '../policy/policy.ts';
import { CONCORD } from '../record/actors.ts';
import { copyOfRegister } from '../record/copies.ts';
import { LIFE, type Edit, type Register } from '../record/record.ts';
import type { ResolutionTold } from '../ports/plan.ts';
import { sameValue, type Value } from '../values.ts';
import { closeConflict, openConflict } from './conflicts.ts';
import { decide, type Decision } from './decide.ts';
import { decideDerived } from './derive.ts';
import { changeIn, latestStamp, putRegister, registerNow, registerOf, write, type Draft } from './draft.ts';
import { damp, settledFor } from './flapping.ts';
import { accept, stillStoodOn, viewOf } from './frontier.ts';
import { holdersIn } from './holders.ts';
import { enforce } from './invariants.ts';
import { decideLife } from './life.ts';
import { ownRegister, renumbered } from './own.ts';
import { patchOf } from './patch.ts';
import { fieldsAt, isOpen, standingAfter, standingIn } from './standing.ts';
import { tellDecision, tellRuling } from './told.ts';
import { must } from '../errors/must.ts';

/** A register with what was decided about it. */
export interface Judged {
  readonly name: string;
  readonly register: Register;
  readonly decision: Decision;
}

/** The same, as the history tells it. */
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
  const judged = judgeAll(draft, names, overruled).map((item) => {
    const damped = overruled[item.name] ? settledFor(item) : damp(item, cause, names.includes(item.name));
    return tell(draft, damped, names, overruled);
  });
  const resolved = judged.filter(needsChange);
  const change = must(changeIn(draft, cause), 'the change that touched them');
  for (const item of judged) {
    if (resolved.includes(item)) continue;
    if (item.told) change.resolutions.push(item.told);
    settlePlain(draft, item, cause, change.patch);
  }
  if (resolved.length > 0) writeResolutions(draft, resolved);
}

/** Writes what was decided elsewhere than by a policy, and what is computed from it. */
export function impose(draft: Draft, judged: readonly Judged[]): void {
  const items = new Map(judged.map((item) => [item.name, item]));
  for (const name of derivedFrom(draft, new Set(items.keys()))) items.set(name, judgeOne(draft, name, items));
  const news = [...items.values()].filter((item) => judged.includes(item) || isNews(item)).map((item) => tell(draft, item, [], NOTHING));
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

function judgeAll(draft: Draft, names: readonly string[], overruled: Overruled): readonly Judged[] {
  const { table } = draft;
  if (table.readers.size === 0 && table.invariants.length === 0) return names.map((name) => judgeOne(draft, name, NO_ITEMS));
  const touched = withCompany(draft, names);
  const items = new Map<string, Judged>();
  judgeTouched(draft, touched, overruled, items);
  if (table.invariants.length > 0) {
    // What is computed is computed again from what the invariants left.
    for (const name of derivedFrom(draft, enforce(draft, items))) if (!overruled[name]) items.set(name, judgeOne(draft, name, items));
  }
  return [...items.values()].filter((item) => names.includes(item.name) || isNews(item));
}

const NO_ITEMS: ReadonlyMap<string, Judged> = new Map();

/** With the open registers that an invariant ties to those that were touched: their edits speak anew. */
function withCompany(draft: Draft, names: readonly string[]): Set<string> {
  const touched = new Set(names);
  for (const name of names) for (const other of draft.table.company.get(name) ?? []) if (isOpen(draft, other)) touched.add(other);
  return touched;
}

function judgeTouched(draft: Draft, touched: Set<string>, overruled: Overruled, items: Map<string, Judged>): void {
  const { table } = draft;
  for (const name of table.order) {
    if (!touched.has(name) || isBlank(draft, name)) continue;
    const item = overruled[name] ? judgeRuled(draft, name, items) : judgeOne(draft, name, items);
    items.set(name, item);
    if (!isOther(item)) continue;
    // A rule that looks at this field may see its own edits in another light now, as long as not everybody has seen what they came to.
    for (const reader of table.readers.get(name) ?? [])
      if (table.registers.get(reader)?.derived || isOpen(draft, reader)) touched.add(reader);
  }
}

/** A computed field that needs not exist yet; any other that was touched has an edit. */
function isBlank(draft: Draft, name: string): boolean {
  return registerNow(draft, name) === undefined && draft.table.registers.get(name)?.derived === undefined;
}

/** All that is computed from these, on whatever way. */
function derivedFrom({ table }: Draft, changed: ReadonlySet<string>): ReadonlySet<string> {
  if (changed.size === 0) return changed;
  const found = new Set(changed);
  for (const name of table.order) {
    const rule = table.registers.get(name);
    if (rule?.derived && rule.looksAt.some(({ register }) => found.has(register))) found.add(name);
  }
  for (const name of changed) found.delete(name);
  return found;
}

/** Whether others that look at it may see something else than before. */
function isOther(item: Judged): boolean {
  const { register, decision } = item;
  return decision.kind === 'held' || register.held !== undefined || !sameValue(decision.value, register.value);
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

function judgeOne(draft: Draft, name: string, items: ReadonlyMap<string, Judged>): Judged {
  const rule = draft.table.registers.get(name);
  if (!rule?.derived) return judgeRuled(draft, name, items);
  const register = registerOf(draft, name);
  return { name, register, decision: decideDerived(register, rule.derived, fieldsFor(draft, rule, items) ?? {}) };
}

/** By its policy, whatever it is computed from: a person's ruling stands until something changes. */
function judgeRuled(draft: Draft, name: string, items: ReadonlyMap<string, Judged>): Judged {
  const register = must(registerNow(draft, name), 'a touched register exists');
  if (name === LIFE) return { name, register, decision: decideLife(draft) };
  const rule = must(draft.table.registers.get(name), 'a touched register is in the table map');
  return { name, register, decision: decide(rule, viewOf(register, rule, fieldsFor(draft, rule, items))) };
}

/** The fields that a rule looks at: as decided just now, or as last merged. */
function fieldsFor(draft: Draft, rule: RegisterRule, items: ReadonlyMap<string, Judged>): View['fields'] {
  if (rule.looksAt.length === 0) return undefined;
  return fieldsAt(rule.looksAt, (register) => {
    const item = items.get(register);
    return item ? standingAfter(item) : standingIn(draft, register);
  });
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

function settlePlain(draft: Draft, item: JudgedTold, cause: number, patch: { push(...lines: ReturnType<typeof patchOf>): number }): void {
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
  return accept(judged, value, ops, holdersIn(draft, name), total);
}

function writeResolutions(draft: Draft, items: readonly JudgedTold[]): void {
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
    const op = must(ops[index], 'each register has its operation');
    const { decision } = item;
    const isOwn = decision.kind === 'settled' && decision.isOwn;
    const register = isOwn
      ? ownRegister(item.register, decision.value, op, stamp)
      : item.isTouched
        ? item.register
        : renumbered(item.register);
    takeResolution(draft, { ...item, register }, seq, [op]);
  });
}

function takeResolution(draft: Draft, item: JudgedTold, seq: number, ops: Register['ops']): void {
  const { name, register, decision } = item;
  if (decision.kind === 'held') {
    const held = { ...openConflict(draft, item, seq), provisional: true as const };
    const waiting = copyOfRegister(register);
    waiting.verdict = undefined;
    waiting.held = held;
    putRegister(draft, name, accept(waiting, valueAfter(item), ops, holdersIn(draft, name), decision.total));
    return;
  }
  closeConflict(draft, item, seq);
  const verdict = decision.kind === 'settled' ? { rule: decision.rule, reason: decision.reason, seq } : undefined;
  putRegister(draft, name, settled(draft, item, decision.value, ops, verdict, decision.kind === 'settled' ? decision.total : undefined));
}
