import type { RecordId, SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { ConflictCode } from '../record/code.ts';
import { copyOfLink } from '../record/copies.ts';
import type { Attempt, RecordState } from '../record/record.ts';
import type { Plan } from '../ports/plan.ts';
import { canonical, markOf, mayBeOne, mergedIn, others, referredIn } from './kin.ts';
import { namesOf, speaksAgainst } from './matching.ts';
import type { Parts } from './parts.ts';
import { relate } from './questions.ts';

/** What keeps a write from being sent, in words; the record whose change may end it. */
export interface Obstacle {
  readonly record: RecordId;
  readonly words: string;
  readonly code?: ConflictCode;
}

/**
 * While two records may be one, neither gets a row where the other has one: that could not be taken back. By a further key they are joined in
 * a moment; by a weak key a person is asked. It is derived from the records themselves, whether the question stands in the inbox yet or not.
 */
export async function openQuestion(
  ledger: Ledger,
  table: Table,
  record: RecordState,
  { kind }: Attempt,
  system: SystemId,
): Promise<Obstacle | undefined> {
  const { review, match } = table.relations;
  if (kind !== 'create') return undefined;
  for (const [index, rule] of [...match, ...review].entries()) {
    const mark = markOf(rule, mergedIn(record));
    const kin = mark === undefined ? [] : await others(ledger, record.entity, mark, record.id);
    const other = kin.find((one) => one.links[system]?.state === 'present' && mayBeOne(record, one));
    if (!other || (index < match.length && speaksAgainst(table, index, other, namesOf(record)))) continue;
    const words = `${rule.fields.join(' and ')} are the same as in the record ${other.id}, which is in ${system} already`;
    return { record: other.id, code: 'C06', words };
  }
  return undefined;
}

/** More records than this are not followed: who waits in a longer circle waits until somebody looks. */
const CIRCLE_MAX = 64;

/** Whether a record that is missing in a system waits, over others, for this one: then each would wait for ever. */
export async function closesCircle({ ledger, tables }: Parts, system: SystemId, missing: RecordId, self: RecordId): Promise<boolean> {
  const seen = new Set<RecordId>();
  const ahead = [missing];
  for (let id = ahead.pop(); id !== undefined && seen.size < CIRCLE_MAX; id = ahead.pop()) {
    const record = seen.has(id) ? undefined : await canonical(ledger, id);
    seen.add(id);
    if (record?.id === self) return true;
    if (!record || record.links[system]?.state === 'present') continue;
    for (const rule of tables.get(record.entity)?.relations.references.values() ?? []) {
      const next = referredIn(record, rule);
      if (next !== undefined) ahead.push(next);
    }
  }
  return false;
}

/** The planned write without one register, which follows when it can. `undefined`: nothing would be left of it. */
export function leaveOut(record: RecordState, system: SystemId, planned: Attempt, register: string): Plan | undefined {
  const link = record.links[system];
  if (!link || link.planned?.id !== planned.id) return undefined;
  const { [register]: _left, ...registers } = planned.registers;
  if (Object.keys(registers).length === 0) return undefined;
  const trimmed = copyOfLink(link);
  trimmed.planned = { ...planned, registers };
  const plan = relate(record, record.relations ?? {});
  return { ...plan, record: { ...plan.record, links: { ...record.links, [system]: trimmed } } };
}
