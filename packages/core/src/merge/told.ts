import type { ResolutionTold } from '../ports/plan.ts';
import { LIFE, type Edit, type Register } from '../record/record.ts';
import { sameValue, type Value } from '../values.ts';
import type { Decision } from './decide.ts';
import { toldEdit, type Draft } from './draft.ts';
import { baseOf } from './frontier.ts';
import { rivalsOfDeletion } from './life.ts';
import { must } from '../errors/must.ts';

/** A decision as the history tells it; nothing is told of an edit that stands without a rival. */
export function tellDecision(draft: Draft, name: string, register: Register, decision: Decision): ResolutionTold | undefined {
  if (decision.kind === 'agreed') {
    if (draft.table.registers.get(name)?.derived) return undefined;
    const rivals = register.frontier.length > 1 && register.frontier.some((edit) => edit.on !== undefined);
    return rivals ? tellAgreement(name, register, decision.value) : undefined;
  }
  const base = name === LIFE ? undefined : baseOf(register);
  const losers = decision.kind === 'settled' ? decision.losers.map((edit) => toldEdit(name, edit)) : [];
  const rivals = name === LIFE ? rivalsOfDeletion(draft).map(([field, edit]) => toldEdit(field, edit)) : [];
  const value = decision.kind === 'settled' ? decision.value : decision.provisional;
  return {
    register: name,
    code: isLate(register, decision) ? 'C18' : decision.code,
    kind: decision.kind,
    ...(value === undefined ? {} : { value }),
    rule: decision.rule,
    reason: decision.reason,
    ...(base === undefined ? {} : { base }),
    contributors: [...register.frontier.map((edit) => toldEdit(name, edit)), ...rivals],
    losers: [...losers, ...(decision.kind === 'settled' && decision.value === 'deleted' ? rivals : [])],
  };
}

/** A conflict that was settled before, and is decided again because an edit was heard of late. */
function isLate({ verdict, held, frontier }: Register, decision: Decision): boolean {
  if (decision.kind !== 'settled' || decision.isOwn || decision.code === 'C09') return false;
  return verdict !== undefined && held === undefined && frontier.length > 1;
}

export function tellAgreement(register: string, { frontier }: Register, value: Value): ResolutionTold {
  const contributors = frontier.map((edit) => toldEdit(register, edit));
  const reason = 'all sides came to the same value';
  const code = register === LIFE && value === 'deleted' ? 'C05' : 'C03';
  return { register, code, kind: 'settled', value, rule: 'convergent', reason, contributors, losers: [] };
}

/** A person decided: everything else that stood there has lost, and can be found again. */
export function tellRuling(register: string, { frontier, held }: Register, overruled: readonly Edit[]): ResolutionTold {
  const ruling = must(frontier.at(-1), 'a ruling is an edit');
  const { value, by } = ruling;
  return {
    register,
    code: held?.code ?? 'C01',
    kind: 'settled',
    value,
    rule: 'ruling',
    reason: `${by ?? 'a person'} decided`,
    contributors: [...overruled, ruling].map((edit) => toldEdit(register, edit)),
    losers: overruled.filter((edit) => !sameValue(edit.value, value)).map((edit) => toldEdit(register, edit)),
  };
}
