import type { RecordId, SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { ConflictCode } from '../register/code.ts';
import { copyOfLink } from '../record/copies.ts';
import type { Attempt, RecordState } from '../record/record.ts';
import { frontierIn } from '../merge/frontier.ts';
import { registerIn } from '../record/registers.ts';
import { member } from '../map/relations.ts';
import type { Plan } from '../ports/plan.ts';
import { canonical, markOf, mayBeOne, mergedIn, others, referredIn } from './kin.ts';
import { namesOf, speaksAgainst } from './matching.ts';
import type { Parts } from './parts.ts';
import { relate } from './questions.ts';
import { isEmpty } from '../values.ts';

/** What keeps a write from being sent, in words. */
export interface Obstacle {
  /** The records whose change may end it. */
  readonly records: readonly RecordId[];
  readonly words: string;
  readonly code?: ConflictCode;
  /** After so long it is told; absent: never. */
  readonly waitMs?: number;
}

/**
 * While two records may be one, neither gets a row where the other has one: that could not be taken back. By a further key they are joined in
 * a moment; by a weak key a person is asked. It is derived from the records themselves, whether the question stands in the inbox yet or not.
 */
export async function openQuestion(ledger: Ledger, table: Table, record: RecordState, system: SystemId): Promise<Obstacle | undefined> {
  const { review, match } = table.relations;
  for (const [index, rule] of [...match, ...review].entries()) {
    const mark = markOf(rule, mergedIn(record));
    const kin = mark === undefined ? [] : await others(ledger, record.entity, mark, record.id);
    const isFirst = ({ id, links }: RecordState): boolean =>
      links[system]?.state === 'present' || (links[system]?.planned?.kind === 'create' && id < record.id);
    const other = kin.find((one) => isFirst(one) && mayBeOne(record, one));
    if (!other || (index < match.length && speaksAgainst(table, index, other, namesOf(record)))) continue;
    const words = `${rule.fields.join(' and ')} are the same as in the record ${other.id}, which has a row in ${system}, or is to have one`;
    return { records: [other.id, record.id], code: 'C06', words };
  }
  return undefined;
}

/** More records than this are not followed: who waits in a longer circle waits until somebody looks. */
const CIRCLE_MAX = 64;

/** What a record that is missing in a system waits for there, over others. `closed`: for the one that waits for it, so each would wait for ever. */
export interface Chain {
  readonly closed: boolean;
  readonly records: readonly RecordId[];
}

export async function chainFrom({ ledger, tables }: Parts, system: SystemId, missing: RecordId, self: RecordId): Promise<Chain> {
  const seen = new Set<RecordId>();
  const ahead = [missing];
  for (let id = ahead.pop(); id !== undefined && seen.size < CIRCLE_MAX; id = ahead.pop()) {
    const record = seen.has(id) ? undefined : await canonical(ledger, id);
    seen.add(id);
    if (record) seen.add(record.id);
    if (record?.id === self) return { closed: true, records: [...seen] };
    if (!record || record.links[system]?.state === 'present') continue;
    for (const rule of tables.get(record.entity)?.relations.references.values() ?? []) {
      const next = referredIn(record, rule);
      if (next !== undefined) ahead.push(next);
    }
  }
  return { closed: false, records: [...seen] };
}

/**
 * A reference that the record's row has elsewhere and that a new row would be made without, because it leads nowhere yet or waits for a person.
 */
export function referenceLeftOut(record: RecordState, { registers }: Attempt, table: Table, system: SystemId): Obstacle | undefined {
  for (const { field, register, index, onMissing, waitMs } of table.relations.references.values()) {
    const isTold = !isEmpty(member(registers[register]?.value, index));
    if (isTold || onMissing === 'null' || table.registers.get(register)?.writes(system) !== true) continue;
    const unread = Object.values(record.links).flatMap((link) => link.unread?.find((one) => one.register === register) ?? [])[0];
    if (unread) return { records: [record.id], words: `${field} refers to ${unread.entity} ${unread.text}, which is not mirrored`, waitMs };
    const stands = registerIn(record, register);
    const isWaiting = stands?.held !== undefined && stands.held.provisional !== true;
    const isInDispute = isWaiting && frontierIn(stands).some(({ value }) => !isEmpty(member(value, index)));
    if (isInDispute) return { records: [record.id], words: `${field} waits for a person` };
  }
  return undefined;
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
