import { nameOf, plansFor, recordId, type RevisedRecord } from '@concord/core';
import { Type, type Static } from 'typebox';
import { tellStanding } from './lab.ts';

const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);
const values = Type.Record(Type.String(), scalar);
const revision = Type.Object({
  entity: Type.String(),
  record: Type.String(),
  name: Type.String(),
  register: Type.String(),
  /** The systems that would be written to because of it. */
  writes: Type.Array(Type.String()),
  before: Type.Object({ values, held: Type.Boolean() }),
  after: Type.Object({ values, held: Type.Boolean(), rule: Type.Optional(Type.String()), reason: Type.Optional(Type.String()) }),
});
export type RevisionTold = Static<typeof revision>;

/** What other policies would change, and what was changed. */
export const applyShape = Type.Object({
  /** The name of the list; absent: nothing is left to change. */
  list: Type.Optional(Type.String()),
  records: Type.Number(),
  registers: Type.Number(),
  /** The first ones; empty once a list was reviewed. */
  revisions: Type.Array(revision),
  /** Records that were changed, and those that came to something else meanwhile and were left as they are. Absent: nothing was asked to be. */
  changed: Type.Optional(Type.Number()),
  moved: Type.Optional(Type.Number()),
});
export type ApplyTold = Static<typeof applyShape>;

/** The plans are made to be looked at, and none is carried out: when does not matter. */
const CONTEXT = { nowMs: 0, newRecord: recordId('none'), neverSent: () => false };

export function tellRevisions(found: RevisedRecord): readonly RevisionTold[] {
  const { record, table, revisions } = found;
  const plans = plansFor(found, { by: 'plan', note: '', context: CONTEXT });
  return revisions.map(({ register, fields, before, after }, index) => ({
    entity: record.entity,
    record: record.id,
    name: nameOf(table, record),
    register,
    writes: [...(plans[index]?.deliveries ?? [])].flatMap(([system, row]) => (row ? [system] : [])),
    before: { values: tellStanding(fields, before).values, held: before.held },
    after: tellStanding(fields, after),
  }));
}
