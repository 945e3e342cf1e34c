import type { ResolutionTold } from '../ports/plan.ts';
import { LIFE, type Edit, type Register } from '../record/record.ts';
import { sameValue, type Value } from '../values.ts';
import type { Decision } from './decision.ts';
import { toldEdit, type Draft } from './draft.ts';
import { policyIn } from './closing-in.ts';
import { baseOf } from './deciding.ts';
import { frontierIn } from './frontier.ts';
import { PERSON } from '../register/actors.ts';
import { rivalsOfDeletion } from './life.ts';
import { must } from '../errors/must.ts';

/** A decision as the history tells it; nothing is told of an edit that stands without a rival. */
export function tellDecision(draft: Draft, name: string, register: Register, decision: Decision): ResolutionTold | undefined {
  if (decision.kind === 'agreed') {
    if (register.log.length < 2 || draft.table.registers.get(name)?.derived) return undefined;
    const frontier = frontierIn(register);
    const rivals = frontier.length > 1 && frontier.some((edit) => edit.on !== undefined);
    return rivals ? tellAgreement(name, register, decision.value) : undefined;
  }
  const losers = decision.kind === 'settled' ? decision.losers.map((edit) => toldEdit(name, edit)) : [];
  const rivals = name === LIFE ? rivalsOfDeletion(draft).map(([field, edit]) => toldEdit(field, edit)) : [];
  const value = decision.kind === 'settled' ? decision.value : decision.provisional;
  const base = decision.base ?? (decision.kind === 'settled' && decision.isOwn ? baseOf(register, policyIn(draft, name)) : undefined);
  return {
    register: name,
    code: isLate(register, decision) ? 'C18' : decision.code,
    kind: decision.kind,
    ...(value === undefined ? {} : { value }),
    rule: decision.rule,
    reason: decision.reason,
    ...(base === undefined ? {} : { base }),
    contributors: [...frontierIn(register).map((edit) => toldEdit(name, edit)), ...rivals],
    losers: [...losers, ...(decision.kind === 'settled' && decision.value === 'deleted' ? rivals : [])],
  };
}

/** A conflict that was settled before, and is decided again because an edit was heard of late. */
function isLate(register: Register, decision: Decision): boolean {
  if (decision.kind !== 'settled' || decision.isOwn || decision.code === 'C09') return false;
  return register.verdict !== undefined && register.held === undefined && frontierIn(register).length > 1;
}

export function tellAgreement(register: string, told: Register, value: Value): ResolutionTold {
  const contributors = frontierIn(told).map((edit) => toldEdit(register, edit));
  const reason = 'all sides came to the same value';
  const code = register === LIFE && value === 'deleted' ? 'C05' : 'C03';
  return { register, code, kind: 'settled', value, rule: 'convergent', reason, contributors, losers: [] };
}

/** A person decided: everything else that stood there has lost, and can be found again. */
export function tellRuling(register: string, ruled: Register, overruled: readonly Edit[]): ResolutionTold {
  const ruling = must(
    frontierIn(ruled).findLast(({ system }) => system === PERSON),
    'a ruling is an edit',
  );
  const { value, by } = ruling;
  return {
    register,
    code: ruled.held?.code ?? 'C01',
    kind: 'settled',
    value,
    rule: 'ruling',
    reason: `${by ?? 'a person'} decided`,
    contributors: [...overruled, ruling].map((edit) => toldEdit(register, edit)),
    losers: overruled.filter((edit) => !sameValue(edit.value, value)).map((edit) => toldEdit(register, edit)),
  };
}
