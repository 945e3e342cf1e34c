import type { RecordId, SystemId } from '../ids.ts';
import { resolve, type Ruling } from '../merge/resolve.ts';
import type { OperatorAct, Plan } from '../ports/plan.ts';
import { registerIn } from '../record/registers.ts';
import type { RecordState, Register } from '../record/record.ts';
import type { Value } from '../values.ts';
import type { RulingAsk } from './engine.ts';
import { answerQuestion } from './answers.ts';
import type { Context } from '../merge/draft.ts';
import type { Intake } from './intake.ts';
import type { Parts } from './parts.ts';
import { must } from '../errors/must.ts';

export type RulingAnswer =
  | { readonly kind: 'resolved'; readonly record: RecordId }
  | { readonly kind: 'unknown-conflict' }
  /** Somebody, or a newer edit, was first. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'no-such-side'; readonly sides: readonly string[] }
  /** The conflict asks something else. */
  | { readonly kind: 'no-such-choice'; readonly choices: readonly string[] }
  /** It cannot be done as things are. */
  | { readonly kind: 'refused'; readonly words: string };

/** Carries out what a person decided: in the record's lane, against the record as it is then. */
export async function rule(parts: Parts, intake: Intake, decision: RulingAsk): Promise<RulingAnswer> {
  const conflict = await parts.ledger.conflict(decision.conflict);
  if (!conflict) return { kind: 'unknown-conflict' };
  if (conflict.about) return answerQuestion(parts, intake, conflict, conflict.about, decision);
  if (!('value' in decision.choice) && !('side' in decision.choice)) return { kind: 'no-such-choice', choices: ['side', 'values'] };
  const { choice } = decision;
  const table = must(parts.tables.get(conflict.entity), 'a record has a table map');
  let answer: RulingAnswer = { kind: 'resolved', record: conflict.record };

  function plan(record: RecordState, context: Context): Plan | undefined {
    const register = registerIn(record, conflict?.register ?? '');
    if (register?.held?.id !== decision.conflict) {
      answer = { kind: 'closed' };
      return undefined;
    }
    const value = valueOf(register, choice);
    if (value === undefined) {
      answer = { kind: 'no-such-side', sides: register.frontier.map((edit) => edit.system) };
      return undefined;
    }
    const decided = resolve(record, rulingOf(conflict?.register ?? '', value, decision), table, context);
    return { ...decided, act: actOf(parts, decision, record.id) };
  }

  await parts.lanes.run(conflict.record, () => intake.persist(conflict.record, plan, true));
  return answer;
}

function valueOf(register: Register, choice: { readonly side: SystemId } | { readonly value: Value }): Value | undefined {
  return 'value' in choice ? choice.value : register.frontier.find((edit) => edit.system === choice.side)?.value;
}

function rulingOf(register: string, value: Value, { by, note }: RulingAsk): Ruling {
  return { register, value, by, ...(note === undefined ? {} : { note }) };
}

export function actOf(parts: Parts, { by, note, conflict }: RulingAsk, record: RecordId): OperatorAct {
  return { atMs: parts.clock.nowMs(), operator: by, act: 'resolve', record, conflict, ...(note === undefined ? {} : { note }) };
}
