import type { RegisterRule, Table } from '../map/compile.ts';
import type { View } from '../policy/policy.ts';
import type { Register } from '../record/record.ts';
import { sameValue, type Scalar, type Value } from '../values.ts';
import type { Decision } from './decide.ts';
import { memberOf } from './patch.ts';

/** A register as it was, with what was decided of it. */
export interface Turn {
  readonly name: string;
  readonly register: Register;
  readonly decision: Decision;
}

/** By register: the values that this round of decisions has changed so far. */
export type Decided = ReadonlyMap<string, Value>;

/** Where registers are decided: in a draft, or in a replay. */
export interface Bench<Item extends Turn> {
  decide(name: string, decided: Decided): Item;
  /** Whether somebody has yet to see the edits of a register: only then may they be looked at again. */
  isOpen(name: string): boolean;
}

/**
 * Decides every register that was touched, and then those whose rules look at a field that changed by it, each behind the registers that it
 * looks at. One that was only looked at again is told when it came to something else.
 */
export function inTurn<Item extends Turn>(table: Table, names: readonly string[], bench: Bench<Item>): readonly Item[] {
  const decided = new Map<string, Value>();
  const touched = table.readers.size === 0 ? undefined : new Set(names);
  const items: Item[] = [];
  for (const name of touched ? table.order : names) {
    if (touched && !touched.has(name)) continue;
    const item = bench.decide(name, decided);
    if (names.includes(name) || isNews(item)) items.push(item);
    const value = valueAfter(item);
    if (!touched || sameValue(value, item.register.value)) continue;
    decided.set(name, value);
    // A rule that looks at this field may see its own edits in another light now, as long as not everybody has seen what they came to.
    for (const reader of table.readers.get(name) ?? []) if (bench.isOpen(reader)) touched.add(reader);
  }
  return items;
}

/** Whether looking again came to something else than before. */
function isNews(item: Turn): boolean {
  const { register, decision } = item;
  return (decision.kind === 'held') !== (register.held !== undefined) || !sameValue(valueAfter(item), register.value);
}

/** The merged value after a decision: while a register waits, the one that stands meanwhile, or the last one. */
export function valueAfter({ register, decision }: Pick<Turn, 'register' | 'decision'>): Value {
  if (decision.kind === 'held') return decision.provisional ?? register.value;
  return decision.value;
}

/** The fields that a rule's conditions look at: as decided just now, or as last merged. */
export function fieldsFor(rule: RegisterRule, decided: Decided, merged: (register: string) => Value | undefined): View['fields'] {
  if (rule.looksAt.length === 0) return undefined;
  const fields: Record<string, Scalar> = {};
  for (const { field, register, index } of rule.looksAt) {
    const value = decided.get(register) ?? merged(register);
    fields[field] = value === undefined ? null : memberOf(value, index);
  }
  return fields;
}
