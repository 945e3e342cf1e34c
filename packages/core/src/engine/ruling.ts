import { changeAt } from '../ports/change-at.ts';
import type { RecordId, SystemId } from '../ids.ts';
import { reopen } from '../merge/reopen.ts';
import { resolve, type Ruling } from '../merge/resolve.ts';
import type { ConflictRow, EditTold, OperatorAct, Plan } from '../ports/plan.ts';
import { frontierIn } from '../merge/frontier.ts';
import { registerIn } from '../record/registers.ts';
import type { RecordState } from '../record/record.ts';
import type { Value } from '../values.ts';
import type { ReopeningAsk, RulingAsk } from './offered.ts';
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
  /** It is not as the person saw it. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'no-such-side'; readonly sides: readonly string[] }
  /** The conflict asks something else. */
  | { readonly kind: 'no-such-choice'; readonly choices: readonly string[] }
  /** It cannot be done as things are. */
  | { readonly kind: 'refused'; readonly words: string };

/** Carries out what a person decided: in the record's lane, against the record as it is then. */
export async function rule(parts: Parts, intake: Intake, decision: RulingAsk): Promise<RulingAnswer> {
  const conflict = await parts.ledger.conflict(decision.conflict);
  if (!conflict) return { kind: 'unknown-conflict' };
  if (decision.isAsSeen?.(conflict) === false) return { kind: 'moved' };
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
    const { contributors: sides = [] } = conflict?.resolution ?? {};
    const choices = [...frontierIn(register), ...sides];
    const value = valueOf(choices, choice);
    if (value === undefined) {
      answer = { kind: 'no-such-side', sides: [...new Set(choices.map((edit) => edit.system))] };
      return undefined;
    }
    const decided = resolve(record, rulingOf(conflict?.register ?? '', value, decision), table, context);
    return { ...decided, act: actOf(parts, decision, record.id) };
  }

  await parts.lanes.run(conflict.record, async () => {
    if (await isMoved(parts, decision)) answer = { kind: 'moved' };
    else await intake.persist(conflict.record, plan, true);
  });
  return answer;
}

/** In the lane of its record nothing changes a conflict but what is done there. */
async function isMoved(parts: Parts, { conflict, isAsSeen }: Pick<RulingAsk, 'conflict' | 'isAsSeen'>): Promise<boolean> {
  return isAsSeen !== undefined && !isAsSeen(must(await parts.ledger.conflict(conflict), 'a conflict is never forgotten'));
}

export type ReopeningAnswer =
  | { readonly kind: 'reopened' | 'unknown-conflict' | 'moved' }
  /** It cannot be done as things are. */
  | { readonly kind: 'refused'; readonly words: string };

/** Has a closed conflict wait for a person again, in the record's lane. */
export async function reopenConflict(parts: Parts, intake: Intake, ask: ReopeningAsk): Promise<ReopeningAnswer> {
  const conflict = await parts.ledger.conflict(ask.conflict);
  if (!conflict) return { kind: 'unknown-conflict' };
  if (conflict.about) return { kind: 'refused', words: 'it was about the record as a whole, and what was done about it is done' };
  const table = must(parts.tables.get(conflict.entity), 'a record has a table map');
  const sided = await withFirstSides(parts, conflict);
  return parts.lanes.run(conflict.record, async (): Promise<ReopeningAnswer> => {
    if (await isMoved(parts, ask)) return { kind: 'moved' };
    const record = must(await parts.ledger.record(conflict.record), 'a conflict has a record');
    const why = whyNot(record, conflict.register);
    if (why !== undefined) return { kind: 'refused', words: why };
    await intake.persist(conflict.record, (now, context) => {
      const plan = reopen(now, sided, ask.by, table, context);
      return plan && { ...plan, act: actOf(parts, ask, now.id, 'reopen') };
    });
    return { kind: 'reopened' };
  });
}

/** With the sides that it was opened with: where it was decided twice, its row tells the last decision alone. */
async function withFirstSides({ ledger }: Parts, conflict: ConflictRow): Promise<ConflictRow> {
  const { record, register, openedSeq, resolution, fields } = conflict;
  const change = await changeAt(ledger, record, openedSeq);
  if (!change || change.erased?.some((field) => fields.includes(field))) return conflict;
  const first = change.resolutions.find((told) => told.register === register)?.contributors ?? [];
  const more = first.filter(({ system }) => !resolution.contributors.some((one) => one.system === system));
  return { ...conflict, resolution: { ...resolution, contributors: [...resolution.contributors, ...more] } };
}

function whyNot(record: RecordState, name: string): string | undefined {
  const into = record.relations?.mergedInto;
  if (into !== undefined) return `its record was folded into ${into}`;
  const held = registerIn(record, name)?.held;
  return held && `it waits for a person already, as ${held.id}`;
}

type Side = Pick<EditTold, 'system' | 'value'>;

/** Of one system, the first counts. */
function valueOf(sides: readonly Side[], choice: { readonly side: SystemId } | { readonly value: Value }): Value | undefined {
  return 'value' in choice ? choice.value : sides.find((edit) => edit.system === choice.side)?.value;
}

function rulingOf(register: string, value: Value, { by, note }: RulingAsk): Ruling {
  return { register, value, by, ...(note === undefined ? {} : { note }) };
}

export function actOf(parts: Parts, { by, note, conflict }: ReopeningAsk, record: RecordId, act = 'resolve'): OperatorAct {
  return { atMs: parts.clock.nowMs(), operator: by, act, record, conflict, ...(note === undefined ? {} : { note }) };
}
