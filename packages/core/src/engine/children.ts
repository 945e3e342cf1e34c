import type { RecordId, SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { ReferenceRule } from '../map/relations.ts';
import type { Context } from '../merge/draft.ts';
import { deleteWith, holdFor } from '../merge/reconsider.ts';
import { resolve } from '../merge/resolve.ts';
import type { Plan } from '../ports/plan.ts';
import { pagesOf } from '../ports/paging.ts';
import { PERSON } from '../register/actors.ts';
import { LIFE, type RecordState } from '../record/record.ts';
import { frontierIn } from '../merge/frontier.ts';
import { registerIn, valueIn } from '../record/registers.ts';
import { isTuple, type Value } from '../values.ts';
import { childrenOf, type ChildRule } from './governor.ts';
import type { Intake } from './intake.ts';
import { CHILDREN_LEFT, isAlive, referenceMark, referredIn } from './kin.ts';
import type { Parts } from './parts.ts';
import { relate } from './questions.ts';

const PAGE = 500;

/**
 * A record was deleted: what becomes of those that refer to it, each by a plan of its own. The record stays marked until all had their turn,
 * so that a start after a crash finds it again; having two turns changes nothing.
 */
export async function tendChildren(parts: Parts, intake: Intake, table: Table, id: RecordId): Promise<void> {
  const parent = await parts.ledger.record(id);
  if (!parent) return;
  if (!isAlive(parent)) for (const child of childrenOf(parts, table.map.entity)) await tendAll(parts, intake, parent, child);
  await parts.lanes.run(id, () =>
    intake.persist(id, (record) => {
      const { marks = [], ...rest } = record.relations ?? {};
      if (!marks.includes(CHILDREN_LEFT)) return undefined;
      return relate(record, { ...rest, marks: marks.filter((mark) => mark !== CHILDREN_LEFT) });
    }),
  );
}

async function tendAll(parts: Parts, intake: Intake, parent: RecordState, child: ChildRule): Promise<void> {
  for (const id of [parent.id, ...(parent.relations?.aliases ?? [])]) {
    const mark = referenceMark(child.rule, id);
    for await (const records of pagesOf(PAGE, (paging) => parts.ledger.marked(child.table.map.entity, mark, paging)))
      for (const record of records) await tend(parts, intake, parent, record, child);
  }
}

function tend({ lanes }: Parts, intake: Intake, parent: RecordState, id: RecordId, { table, rule }: ChildRule): Promise<unknown> {
  return lanes.run(id, () =>
    intake.persist(id, (record, context) => {
      const refers = referredIn(record, rule);
      const isChild = refers === parent.id || (refers !== undefined && parent.relations?.aliases?.includes(refers));
      return isChild && isAlive(record) ? planFor(parent, record, rule, table, context) : undefined;
    }),
  );
}

function planFor(parent: RecordState, record: RecordState, rule: ReferenceRule, table: Table, context: Context): Plan | undefined {
  const why = `${rule.entity} ${parent.id} was deleted`;
  switch (rule.onParentDeleted) {
    case 'cascade': {
      const system = deleterOf(parent, table);
      if (system) return deleteWith(record, system, table, context);
      return resolve(record, { register: LIFE, value: 'deleted', by: 'concord', note: why }, table, context);
    }
    case 'orphan':
      return resolve(record, { register: rule.register, value: emptied(record, rule), by: 'concord', note: why }, table, context);
    case 'hold':
      return holdFor(record, [LIFE], { code: 'C04', rule: 'hold', reason: why }, table, context);
    case 'restrict':
    case undefined:
      return undefined;
  }
}

/** The system whose user deleted the record, if that system knows the other table; a person's ruling is nobody's there. */
function deleterOf(parent: RecordState, { systems }: Table): SystemId | undefined {
  const life = registerIn(parent, LIFE);
  const edit = life && frontierIn(life).find(({ value, system }) => value === 'deleted' && system !== PERSON);
  return edit && systems.includes(edit.system) ? edit.system : undefined;
}

function emptied(record: RecordState, { register, index }: ReferenceRule): Value {
  const value = valueIn(record, register);
  return isTuple(value) ? value.map((part, at) => (at === index ? null : part)) : null;
}
