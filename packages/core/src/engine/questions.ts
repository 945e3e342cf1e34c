import { conflictId, type ConflictId, type RecordId } from '../ids.ts';
import type { KeyRule } from '../map/relations.ts';
import type { ConflictRow, Plan } from '../ports/plan.ts';
import type { ConflictCode } from '../register/code.ts';
import { copyOfRecord } from '../record/copies.ts';
import type { RecordState } from '../record/record.ts';
import type { Issue, Question, Relations } from '../record/relations.ts';

/** A question about a record as a whole, in the words that the inbox shows. */
export interface Asking {
  readonly question: Question;
  readonly fields: readonly string[];
  readonly code: ConflictCode;
  readonly rule: string;
  readonly reason: string;
}

/** Whether a record is the same as these, of which a weak key alone says so. */
export function whetherOne({ fields }: KeyRule, records: readonly RecordId[]): Asking {
  const reason = `${fields.join(' and ')} are the same as in ${records.join(', ')}; nothing else says that they are one`;
  return { question: { kind: 'candidates', records }, fields, code: 'C06', rule: 'review', reason };
}

/** A plan that only changes how a record stands to others. */
export function relate(record: RecordState, relations: Relations, more: Partial<Plan> = {}): Plan {
  const next = copyOfRecord(record);
  next.revision += 1;
  next.relations = relations;
  return { record: next, changes: [], conflicts: [], deliveries: new Map(), linked: [], unlinked: [], failures: [], ...more };
}

/** Opens a question on the record of a plan; one of the same kind that is open already takes up what is new. */
export function ask(plan: Plan, asking: Asking, nowMs: number): Plan {
  const { relations = {} } = plan.record;
  const before = relations.issues?.find((issue) => isSame(issue, asking.question));
  const question = before ? joined(before, asking.question) : asking.question;
  const id = before?.id ?? conflictId(plan.record.id, `$${question.kind}`, plan.record.revision);
  const issues = [...(relations.issues ?? []).filter((issue) => issue.id !== id), { id, ...question }];
  const record = copyOfRecord(plan.record);
  record.relations = { ...relations, issues };
  const others = plan.conflicts.filter((row) => row.id !== id);
  return { ...plan, record, conflicts: [...others, rowOf(plan.record, id, { ...asking, question }, nowMs)] };
}

function isSame(issue: Question, question: Question): boolean {
  if (issue.kind === 'rows' && question.kind === 'rows') return issue.system === question.system && issue.keys[1] === question.keys[1];
  return issue.kind === question.kind && issue.kind === 'candidates';
}

function joined(issue: Question, question: Question): Question {
  if (issue.kind !== 'candidates' || question.kind !== 'candidates') return question;
  return { kind: 'candidates', records: [...new Set([...issue.records, ...question.records])].toSorted() };
}

function rowOf(record: RecordState, id: ConflictId, { question, fields, code, rule, reason }: Asking, nowMs: number): ConflictRow {
  const register = `$${question.kind}`;
  const resolution = { register, code, kind: 'held' as const, rule, reason, contributors: [], losers: [] };
  const at = { openedSeq: record.seq, openedAtMs: nowMs };
  return { id, record: record.id, entity: record.entity, register, fields, code, state: 'held', resolution, ...at, about: question };
}

/** A question that was answered, by a person or by what happened meanwhile. */
export function answered(row: ConflictRow, seq: number, nowMs: number, by: string | undefined, answer: string): ConflictRow {
  const reason = by === undefined ? answer : `${by} decided: ${answer}`;
  const resolution = { ...row.resolution, kind: 'settled' as const, rule: by === undefined ? row.resolution.rule : 'ruling', reason };
  return { ...row, state: by === undefined ? 'settled' : 'resolved', resolution, closedSeq: seq, closedAtMs: nowMs };
}

/** Relations without a question. */
export function without(relations: Relations, id: ConflictId): Relations {
  const { issues = [], ...rest } = relations;
  const left = issues.filter((issue: Issue) => issue.id !== id);
  return left.length === 0 ? rest : { ...rest, issues: left };
}
