import type { Table } from '../map/compile.ts';
import type { Register } from '../record/record.ts';
import type { RegisterPolicy } from '../register/answer.ts';
import { closed } from './closing.ts';
import { policyOf } from './deciding.ts';
import type { Draft } from './draft.ts';
import { holdersIn } from './holders.ts';
import { fieldsAt, standingIn } from './standing.ts';

/** The register, with what nobody can dispute any more closed. */
export function closeIn(draft: Draft, name: string, register: Register): Register {
  if (register.log.length === 0 && register.renumbered === undefined) return register;
  const closing = { policy: () => policyIn(draft, name), isWholeOnly: isWholeOnly(draft.table, name) };
  return closed(register, { holders: holdersIn(draft, name), ...closing });
}

/** The policy of a register, with the fields that it looks at as they stand. */
export function policyIn(draft: Draft, name: string): RegisterPolicy {
  const { registers, map } = draft.table;
  const rule = registers.get(name);
  if (!rule || rule.derived) return DECIDED_ELSEWHERE;
  const fields = rule.looksAt.length === 0 ? undefined : fieldsAt(rule.looksAt, (other) => standingIn(draft, other));
  return policyOf(rule, { seed: map.seed, fields });
}

/** Whether what stood at an earlier number cannot be told from the log alone: other fields had a say. */
export function isWholeOnly({ registers, company }: Table, name: string): boolean {
  const rule = registers.get(name);
  return !rule || rule.derived !== undefined || rule.looksAt.length > 0 || (company.get(name) ?? []).length > 0;
}

/** What is decided elsewhere than by a policy keeps nothing beside its value. */
export const DECIDED_ELSEWHERE: RegisterPolicy = {
  combines: false,
  gate: false,
  readsFields: true,
  resolve: () => ({ kind: 'held', rule: 'none', reason: 'no policy' }),
};
