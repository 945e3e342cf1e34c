import type { RegisterRule, Table } from '../map/compile.ts';
import type { View } from '../policy/policy.ts';
import type { Register } from '../record/record.ts';
import { sameValue, type Value } from '../values.ts';
import type { Decision } from './decision.ts';
import { decideDerived } from './derive.ts';
import { enforce } from './invariants.ts';
import { fieldsAt, standingAfter } from './standing.ts';

/** A register with what was decided about it. */
export interface Judged {
  readonly name: string;
  readonly register: Register;
  readonly decision: Decision;
}

/** By register: what this round of decisions came to so far. */
export type Decided = ReadonlyMap<string, Judged>;

const NOBODY: Decided = new Map();

/** Where registers are decided: in a draft, or in a replay. */
export interface Bench {
  readonly table: Table;
  /** A register as it is; `undefined`, where nobody has told it yet. */
  register(name: string): Register | undefined;
  /** The same; blank, where nobody has told it yet. */
  registerOf(name: string): Register;
  /** Decides a register by its policy. */
  decide(name: string, register: Register, fields: View['fields']): Decision;
  /** What a register that is not decided in this round counts as while others look at it. */
  standing(name: string): Value | undefined;
  /** Whether somebody has yet to see the edits of a register: only then may they be looked at again. */
  isOpen(name: string): boolean;
  /** A person ruled over the register: it is not computed anew. */
  isRuled(name: string): boolean;
}

/**
 * Decides every register that was touched, and those whose rules look at a field that changed by it, each behind the registers that it
 * looks at; then holds all of it against the invariants. One that was only looked at again is told when it came to something else.
 */
export function inTurn(bench: Bench, names: readonly string[]): readonly Judged[] {
  const { table } = bench;
  if (table.readers.size === 0 && table.invariants.length === 0) return names.map((name) => judgeOne(bench, name, NOBODY));
  const items = new Map<string, Judged>();
  judgeTouched(bench, withCompany(bench, names), items);
  if (table.invariants.length > 0) {
    // What is computed is computed again from what the invariants left.
    for (const name of derivedFrom(table, enforce(bench, items))) if (!bench.isRuled(name)) items.set(name, judgeOne(bench, name, items));
  }
  return [...items.values()].filter((item) => names.includes(item.name) || isNews(item));
}

/** What follows from decisions that were made elsewhere than by a policy: they, and what is computed from them. */
export function withComputed(bench: Bench, judged: readonly Judged[]): readonly Judged[] {
  const items = new Map(judged.map((item) => [item.name, item]));
  for (const name of derivedFrom(bench.table, new Set(items.keys()))) items.set(name, judgeOne(bench, name, items));
  return [...items.values()].filter((item) => judged.includes(item) || isNews(item));
}

/** With the open registers that an invariant ties to those that were touched: their edits speak anew. */
function withCompany(bench: Bench, names: readonly string[]): Set<string> {
  const touched = new Set(names);
  for (const name of names) for (const other of bench.table.company.get(name) ?? []) if (bench.isOpen(other)) touched.add(other);
  return touched;
}

function judgeTouched(bench: Bench, touched: Set<string>, items: Map<string, Judged>): void {
  const { table } = bench;
  for (const name of table.order) {
    if (!touched.has(name) || isBlank(bench, name)) continue;
    const item = bench.isRuled(name) ? judgeRuled(bench, name, items) : judgeOne(bench, name, items);
    items.set(name, item);
    if (!isOther(item)) continue;
    // A rule that looks at this field may see its own edits in another light now, as long as not everybody has seen what they came to.
    for (const reader of table.readers.get(name) ?? [])
      if (table.registers.get(reader)?.derived || bench.isOpen(reader)) touched.add(reader);
  }
}

/** A computed field that needs not exist yet; any other that was touched has an edit. */
function isBlank(bench: Bench, name: string): boolean {
  return bench.table.registers.get(name)?.derived === undefined && bench.register(name) === undefined;
}

/** All that is computed from these, on whatever way. */
function derivedFrom(table: Table, changed: ReadonlySet<string>): ReadonlySet<string> {
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
function isOther({ register, decision }: Judged): boolean {
  return decision.kind === 'held' || register.held !== undefined || !sameValue(decision.value, register.value);
}

/** Whether looking again came to something else than before. */
function isNews(item: Judged): boolean {
  const { register, decision } = item;
  return (decision.kind === 'held') !== (register.held !== undefined) || !sameValue(valueAfter(item), register.value);
}

/** The merged value after a decision: while a register waits, what everybody concerned had seen, or what the policy lets stand meanwhile. */
export function valueAfter({ register, decision }: Pick<Judged, 'register' | 'decision'>): Value {
  if (decision.kind !== 'held') return decision.value;
  // Two first values have nothing that both had seen: what stood before stays.
  return decision.provisional ?? (register.isBlank ? undefined : decision.base) ?? register.value;
}

function judgeOne(bench: Bench, name: string, items: Decided): Judged {
  const rule = bench.table.registers.get(name);
  if (!rule?.derived) return judgeRuled(bench, name, items);
  const register = bench.registerOf(name);
  return { name, register, decision: decideDerived(register, rule.derived, fieldsFor(bench, rule, items) ?? {}) };
}

/** By its policy, whatever it is computed from: a person's ruling stands until something changes. */
function judgeRuled(bench: Bench, name: string, items: Decided): Judged {
  const register = bench.registerOf(name);
  const rule = bench.table.registers.get(name);
  return { name, register, decision: bench.decide(name, register, rule && fieldsFor(bench, rule, items)) };
}

/** The fields that a rule looks at: as decided just now, or as last merged. */
function fieldsFor(bench: Bench, rule: RegisterRule, items: Decided): View['fields'] {
  if (rule.looksAt.length === 0) return undefined;
  return fieldsAt(rule.looksAt, (register) => {
    const item = items.get(register);
    return item ? standingAfter(item) : bench.standing(register);
  });
}
