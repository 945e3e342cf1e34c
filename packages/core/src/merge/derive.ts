import type { FieldValues } from '../expression/expression.ts';
import type { DerivedRule } from '../map/rules.ts';
import { CONCORD } from '../register/actors.ts';
import type { Register } from '../record/record.ts';
import { sameValue, type Value } from '../values.ts';
import type { Decision } from './decision.ts';
import { frontierIn } from './frontier.ts';

/**
 * What a computed field comes to: its inputs as they are merged, and nothing else. Edits of it are evidence: compared, kept, and replaced
 * by what was computed.
 */
export function decideDerived(register: Register, { expression, invariant }: DerivedRule, fields: FieldValues): Decision {
  const rule = invariant === undefined ? 'derived' : 'invariant';
  const from = `computed from ${expression.reads.join(', ')}`;
  const reason = invariant === undefined ? from : `"${invariant}" did not hold: ${from}`;
  const computed = expression.evaluate(fields);
  if (computed.kind === 'fault') return { kind: 'held', rule, reason: `${computed.words}; ${from}`, code: 'C17' };
  return ownValue(register, computed.value, rule, reason);
}

/** A value that follows from other fields. What was merged before is no claim against it; what somebody set to something else has lost. */
function ownValue(register: Register, value: Value, rule: string, reason: string): Decision {
  const frontier = frontierIn(register);
  const evidence = frontier.filter(({ system }) => system !== CONCORD);
  const stood = !register.isBlank && sameValue(register.value, value);
  if (evidence.length === 0 ? stood : frontier.every((edit) => sameValue(edit.value, value))) return { kind: 'agreed', value };
  const losers = evidence.filter((edit) => !sameValue(edit.value, value) && !sameValue(edit.value, register.value));
  return { kind: 'settled', value, rule, reason, code: losers.length > 0 ? 'C09' : 'C02', losers, isOwn: true };
}
