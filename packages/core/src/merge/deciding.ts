import type { SystemId } from '../ids.ts';
import type { RegisterRule } from '../map/compile.ts';
import type { View } from '../policy/policy.ts';
import { amountOf } from '../policy/sums.ts';
import { CONCORD, PERSON } from '../register/actors.ts';
import type { Register } from '../record/record.ts';
import { answer, isHeld, solve, wholeOf, type Answer, type Question, type RegisterPolicy, type Resolution } from '../register/answer.ts';
import { commonPast, isChange, openEdits } from '../register/open.ts';
import { isReset } from '../register/register.ts';
import { registerPolicyOf, seenOf } from '../policy/register-policy.ts';
import { isEmpty, sameValue, type Value } from '../values.ts';
import type { Decision } from './decision.ts';

/** What a register's policy is told beside its edits. */
export interface Beside {
  /** The system whose values stand where two rows meet for the first time. */
  readonly seed?: SystemId | undefined;
  /** The record's fields, for conditions. */
  readonly fields?: View['fields'];
}

type Rule = Pick<RegisterRule, 'policy' | 'traits' | 'readsFields' | 'type'>;

/** A register's rule as a policy over its log. */
export function policyOf(rule: Rule, { seed, fields }: Beside): RegisterPolicy {
  const policy = registerPolicyOf(rule, { type: rule.type, ...(fields === undefined ? {} : { fields }) });
  if (seed === undefined || policy.gate) return policy;
  return { ...policy, resolve: (question) => seeded(seed, question) ?? policy.resolve(question) };
}

function seeded(seed: SystemId, { frontier }: Question): Resolution | undefined {
  const isBirth = frontier.every(({ edit }) => isReset(edit) && edit.author !== PERSON && edit.author !== CONCORD);
  const first = isBirth && frontier.length > 1 ? frontier.find(({ edit, value }) => edit.author === seed && !isEmpty(value)) : undefined;
  if (!first || frontier.every(({ value }) => sameValue(value, first.value))) return undefined;
  return { kind: 'settled', value: first.value, rule: 'seed', reason: `${seed} comes first where two rows meet`, code: 'C06' };
}

type Log = Pick<Register, 'stable' | 'log'>;

/** What a register comes to by its policy. */
export function decideRegister({ stable, log, count }: Log & Pick<Register, 'count'>, rule: Rule, beside: Beside): Decision {
  const [edit] = log;
  // Nearly always nobody edited at the same time, and an edit without a rival is only a gate's business, or that of who adds up.
  if (edit && log.length === 1 && !rule.traits.gate && !rule.traits.combines && isChange(edit))
    return { kind: 'agreed', value: edit.value };
  const policy = policyOf(rule, beside);
  return decisionOf({ stable, log }, answer({ stable, log, count, acks: {} }, policy), { rule, policy });
}

function decisionOf(
  log: Log,
  { frontier, value = null, kept, resolution }: Answer,
  { rule, policy }: { readonly rule: Rule; readonly policy: RegisterPolicy },
): Decision {
  if (!resolution) return { kind: 'agreed', value };
  const isSame = frontier.every((open) => sameValue(open.value, value));
  const isPart = rule.traits.parts;
  if (resolution.kind === 'settled' && isSame && !isPart && isWhole(value, kept)) return { kind: 'agreed', value };
  // A whole takes nothing from anybody who told a part.
  const code =
    resolution.code ??
    (isPart && resolution.kind === 'settled' ? 'C02' : undefined) ??
    (frontier.every(({ before }) => before === undefined) ? 'C06' : 'C01');
  const base = solved(log, policy).at(commonPast(frontier)).value;
  const { rule: name, reason } = resolution;
  const told = { rule: name, reason, code, ...(base === undefined ? {} : { base }) };
  if (resolution.kind === 'settled') {
    const losers = rule.traits.synthetic ? [] : frontier.filter((open) => !sameValue(open.value, value)).map(seenOf);
    return { kind: 'settled', value, ...told, losers };
  }
  const { provisional } = resolution;
  return { kind: 'held', ...told, ...(provisional === undefined ? {} : { provisional }) };
}

/** Two sales that both ended at the bound hold the same value, but not the whole of what was sold. */
function isWhole(value: Value, kept: Answer['kept']): boolean {
  if (typeof kept !== 'string') return true;
  const [sum, shown] = [amountOf(kept), amountOf(value)];
  return sum === undefined || shown === undefined || sum.equals(shown);
}

/** What everybody in the frontier had seen; `undefined` at a birth. */
export function baseOf(log: Log, policy: RegisterPolicy): Value | undefined {
  const { at, frontier } = solved(log, policy);
  return at(commonPast(frontier)).value;
}

/** What one author's edits in the frontier would have come to, with nobody's beside them but what their author had seen. */
export function aloneOf(log: Log, policy: RegisterPolicy, author: SystemId): Value | undefined {
  const { at, frontier } = solved(log, policy);
  const own = frontier.filter(({ edit }) => edit.author === author);
  const alone = at(own.reduce((set, open) => set | open.past | open.bit, 0n));
  return own.length === 0 || isHeld(alone) ? at(commonPast(frontier)).value : alone.value;
}

function solved({ log, stable }: Log, policy: RegisterPolicy): { readonly at: Question['at']; readonly frontier: Answer['frontier'] } {
  const opens = openEdits(log, stable);
  const at = solve(opens, stable, policy);
  return { at, frontier: at(wholeOf(opens)).frontier };
}
