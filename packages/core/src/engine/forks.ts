import { conflictIdFrom, type ConflictId, type EntityName } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import { forked, forkedBy, forkId } from '../merge/fork.ts';
import type { ConflictRow, Plan } from '../ports/plan.ts';
import type { Chore } from './chores.ts';
import type { Intake } from './intake.ts';
import { FORK_LEFT } from './kin.ts';
import type { Parts } from './parts.ts';
import { relate } from './questions.ts';
import { must } from '../errors/must.ts';

/** Marks of the conflicts of a plan whose losing values become records. */
export function forkMarks(table: Table, { conflicts }: Plan): readonly string[] {
  return conflicts.filter((row) => isFork(table, row)).map(({ id }) => FORK_LEFT + id);
}

function isFork(table: Table, { register, resolution }: ConflictRow): boolean {
  return table.relations.forks.has(register) && forkedBy(resolution).length > 0;
}

export function forkChore(entity: EntityName, record: Plan['record']['id'], mark: string): Chore {
  return { kind: 'fork', entity, record, conflict: conflictIdFrom(mark.slice(FORK_LEFT.length)) };
}

/**
 * Makes a record of every value that lost in a conflict. The record stays marked until all are made, so that a start after a crash finds it
 * again; one that is made already is left as it is.
 */
export async function tendFork(parts: Parts, intake: Intake, table: Table, chore: Extract<Chore, { kind: 'fork' }>): Promise<void> {
  const { ledger, lanes } = parts;
  await lanes.run(chore.record, async () => {
    const conflict = await ledger.conflict(chore.conflict);
    if (conflict && isFork(table, conflict)) await makeAll(parts, intake, table, conflict);
    await intake.persist(chore.record, (record) => unmarked(record, chore.conflict));
  });
}

async function makeAll(parts: Parts, intake: Intake, table: Table, { record, register, resolution }: ConflictRow): Promise<void> {
  const rule = must(table.relations.forks.get(register), 'the conflict is of a register that forks');
  const into = must(parts.tables.get(rule.into), 'the configuration names an entity');
  for (const edit of forkedBy(resolution)) {
    const id = forkId(record, edit);
    if (await parts.ledger.record(id)) continue;
    await parts.lanes.run(id, () => intake.create(into, (context) => forked(record, edit, rule, into, context)));
  }
}

function unmarked(record: Plan['record'], conflict: ConflictId): Plan | undefined {
  const { marks = [], ...rest } = record.relations ?? {};
  const mark = FORK_LEFT + conflict;
  return marks.includes(mark) ? relate(record, { ...rest, marks: marks.filter((other) => other !== mark) }) : undefined;
}
