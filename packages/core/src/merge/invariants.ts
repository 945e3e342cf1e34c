import type { SystemId } from '../ids.ts';
import type { TableInvariant } from '../map/invariants.ts';
import type { FieldValues } from '../expression/expression.ts';
import { latestOf } from '../policy/edits.ts';
import { PERSON } from '../register/actors.ts';
import type { Register } from '../record/record.ts';
import type { RegisterPolicy } from '../register/answer.ts';
import { sameValue, type Scalar, type Value } from '../values.ts';
import type { Decision } from './decision.ts';
import { aloneOf, baseOf, policyOf } from './deciding.ts';
import { frontierIn } from './frontier.ts';
import { fieldsAt, standingAfter } from './standing.ts';
import type { Bench, Judged } from './turns.ts';
import { must } from '../errors/must.ts';

/** By register: what it would count as. */
type Candidate = ReadonlyMap<string, Value | undefined>;

/** One invariant over one record, while its registers are decided. */
interface Case {
  readonly bench: Bench;
  readonly rule: TableInvariant;
  readonly items: Map<string, Judged>;
  readonly changed: Set<string>;
}

/**
 * Holds what was decided against the invariants, in their declared order, and decides otherwise where one is broken. One pass; what is still
 * broken then waits for a person. Answers the registers that were decided otherwise.
 */
export function enforce(bench: Bench, items: Map<string, Judged>): ReadonlySet<string> {
  const changed = new Set<string>();
  const cases = bench.table.invariants.map((rule): Case => ({ bench, rule, items, changed }));
  for (const one of cases) {
    if (!isConcerned(one) || !isBroken(one)) continue;
    if (one.rule.onViolation.kind === 'revert') revert(one);
    if (isBroken(one)) hold(one);
  }
  // What one of them decided may have broken another, and what is held may too: each round holds more, or is the last.
  for (let round = 0; round < cases.length; round += 1) {
    const broken = changed.size === 0 ? [] : cases.filter((one) => isConcerned(one) && isBroken(one) && isHoldable(one));
    if (broken.length === 0) return changed;
    for (const one of broken) hold(one);
  }
  return changed;
}

function isConcerned({ rule, items }: Case): boolean {
  return rule.registers.some((name) => items.has(name));
}

/** Empty counts as kept, and so does what cannot be computed: nobody can say that it is broken. */
function isBroken({ rule, bench, items }: Case, candidate?: Candidate): boolean {
  const answer = rule.check.evaluate(
    fieldsFor(rule, (name) => (candidate?.has(name) ? candidate.get(name) : valueNow(bench, items, name))),
  );
  return answer.kind === 'value' && answer.value === false;
}

function valueNow(bench: Bench, items: ReadonlyMap<string, Judged>, name: string): Value | undefined {
  const item = items.get(name);
  return item ? standingAfter(item) : bench.standing(name);
}

/** The edited fields with these values, and what is computed from them. */
function fieldsFor({ places, derived }: TableInvariant, valueOf: (register: string) => Value | undefined): FieldValues {
  const edited = fieldsAt(places, valueOf);
  if (derived.length === 0) return edited;
  const fields: Record<string, Scalar> = { ...edited };
  for (const { field, expression } of derived) {
    const computed = expression.evaluate(fields);
    fields[field] = computed.kind === 'value' ? computed.value : null;
  }
  return fields;
}

function itemOf({ bench, items }: Case, name: string): Judged {
  const before = items.get(name);
  if (before) return before;
  const register = bench.registerOf(name);
  return { name, register, decision: { kind: 'agreed', value: register.value } };
}

function decideOtherwise({ items, changed }: Case, item: Judged, decision: Decision): void {
  items.set(item.name, { name: item.name, register: item.register, decision });
  changed.add(item.name);
}

function tellBroken({ rule }: Case): string {
  return `"${rule.check.text}" does not hold`;
}

/** The registers that may go back: somebody edited them, and no person ruled. */
function revertible(one: Case): readonly Judged[] {
  return one.rule.registers.map((name) => itemOf(one, name)).filter(({ name, register }) => one.bench.isOpen(name) && !isRuled(register));
}

/**
 * All fields of the check go back together: to the edits of the author who edited one of them last, with what all had agreed on beside them;
 * where that breaks the check too, to what all had agreed on.
 */
function revert(one: Case): void {
  const open = revertible(one).filter(({ decision }) => decision.kind !== 'held');
  const last = latestOf(open.flatMap(({ register }) => frontierIn(register)));
  if (!last) return;
  const own = new Map(open.map((item) => [item.name, valueBy(one, item, last.system)] as const));
  const agreed = new Map(open.map((item) => [item.name, baseBy(one, item)] as const));
  for (const [candidate, words] of [
    [own, `what ${last.system} entered last stands as a whole`],
    [agreed, 'what all had agreed on stands'],
  ] as const) {
    if ([...candidate.values()].includes(undefined) || isBroken(one, candidate)) continue;
    for (const item of open) {
      const value = candidate.get(item.name);
      if (value !== undefined) decideOtherwise(one, item, reverted(item, value, `${tellBroken(one)}: ${words}`));
    }
    return;
  }
}

/** What an author alone would have come to: its own edits as their policies let them through, and no others. */
function valueBy(one: Case, { name, register }: Judged, author: SystemId): Value | undefined {
  return aloneOf(register, policyIn(one, name), author);
}

function baseBy(one: Case, { name, register }: Judged): Value | undefined {
  return baseOf(register, policyIn(one, name));
}

function policyIn({ bench, items }: Case, name: string): RegisterPolicy {
  const rule = must(bench.table.registers.get(name), 'an invariant is about registers of the table map');
  const fields = fieldsAt(rule.looksAt, (other) => valueNow(bench, items, other));
  return policyOf(rule, { seed: bench.table.map.seed, fields });
}

function reverted({ register, decision }: Judged, value: Value, reason: string): Decision {
  if (decision.kind !== 'held' && sameValue(decision.value, value)) return decision;
  const losers = frontierIn(register).filter((edit) => !sameValue(edit.value, value));
  const base = decision.kind === 'agreed' ? undefined : decision.base;
  return { kind: 'settled', value, rule: 'invariant', reason, code: 'C09', losers, ...(base === undefined ? {} : { base }) };
}

function isHoldable(one: Case): boolean {
  return revertible(one).some(({ decision }) => decision.kind !== 'held' || decision.provisional !== undefined);
}

/** Nothing is written of what people edited, until one of them decides. */
function hold(one: Case): void {
  for (const item of revertible(one)) {
    const { decision } = item;
    if (decision.kind === 'held' && decision.provisional === undefined) continue;
    const base = baseBy(one, item);
    const held = { kind: 'held', rule: 'invariant', reason: tellBroken(one), code: 'C09' } as const;
    decideOtherwise(one, item, base === undefined ? held : { ...held, base });
  }
}

/** A person's word passes invariants as it passes gates. */
function isRuled(register: Register): boolean {
  return frontierIn(register).some((edit) => edit.system === PERSON);
}
