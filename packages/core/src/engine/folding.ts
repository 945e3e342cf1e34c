import type { RecordId } from '../ids.ts';
import { canFold, couldFold, fold } from '../merge/fold.ts';
import type { ConflictRow, OperatorAct, Plan } from '../ports/plan.ts';
import type { RecordState } from '../record/record.ts';
import { contextOf } from './context.ts';
import type { Governor } from './governor.ts';
import { birthOf, canonical, compareBirths } from './kin.ts';
import type { Parts } from './parts.ts';
import { answered } from './questions.ts';
import { must } from '../errors/must.ts';

/** Two records that are moved by others this often while they are folded are left for the next time. */
const TRIES_MAX = 20;
const OPEN_MAX = 500;

export type Joined = { readonly kind: 'joined'; readonly record: RecordId } | { readonly kind: 'apart'; readonly words: string };

/** Who said that two records are one; absent where a key did. */
export interface Said {
  readonly by: string;
  readonly act: OperatorAct;
}

/**
 * Makes two records one. Whichever way round they are named, the one that was born first goes on, and joining what is joined already
 * changes nothing. Both lanes are held, the lesser id's first, so that two joins cannot wait for each other.
 */
export async function join(parts: Parts, governor: Governor, one: RecordId, other: RecordId, said?: Said): Promise<Joined> {
  const [first, second] = [one, other].toSorted();
  if (first === undefined || second === undefined || first === second) return { kind: 'joined', record: one };
  return parts.lanes.run(first, () => parts.lanes.run(second, () => joinHeld(parts, governor, one, other, said)));
}

async function joinHeld(parts: Parts, governor: Governor, one: RecordId, other: RecordId, said: Said | undefined): Promise<Joined> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const pair = await Promise.all([canonical(parts.ledger, one), canonical(parts.ledger, other)]);
    const [a, b] = pair.map((record) => must(record, 'a record that is named exists'));
    if (!a || !b || a.id === b.id) return { kind: 'joined', record: a?.id ?? one };
    if (!(said ? couldFold : canFold)(a, b))
      return { kind: 'apart', words: 'both have a row in one system: choose between these rows first' };
    const [survivor, alias] = await inOrderOfBirth(parts, a, b);
    const plans = await plansFor(parts, governor, survivor, alias, said);
    const beganMs = parts.traces?.nowMs() ?? 0;
    const answers = await parts.committer.plans(plans.map(({ plan }) => plan));
    if (answers.some(({ kind }) => kind !== 'committed')) continue;
    for (const { plan } of plans) parts.traces?.committed(plan, beganMs);
    for (const { plan } of plans) parts.committed(plan);
    for (const { chores } of plans) parts.chores(chores);
    return { kind: 'joined', record: survivor.id };
  }
  throw new Error(`Records ${one} and ${other} were changed ${TRIES_MAX} times while they were joined.`);
}

async function inOrderOfBirth({ ledger }: Parts, a: RecordState, b: RecordState): Promise<readonly [RecordState, RecordState]> {
  const [first, second] = await Promise.all([birthOf(ledger, a.id), birthOf(ledger, b.id)]);
  return compareBirths({ id: a.id, stamp: first }, { id: b.id, stamp: second }) < 0 ? [a, b] : [b, a];
}

async function plansFor(parts: Parts, governor: Governor, survivor: RecordState, alias: RecordState, said: Said | undefined) {
  const { ledger, clock, deciding } = parts;
  const table = must(parts.tables.get(survivor.entity), 'a record has a table map');
  const [own, others] = await Promise.all(
    [survivor, alias].map(({ id }) => ledger.conflicts({ state: 'held', record: id, limit: OPEN_MAX })),
  );
  const context = contextOf(parts);
  const decide = () => fold(survivor, alias, others?.items ?? [], table, context);
  const folded = deciding ? await deciding(decide) : decide();
  const told = (row: ConflictRow): ConflictRow =>
    answered(row, survivor.seq, clock.nowMs(), said?.by, `${alias.id} and ${survivor.id} are one`);
  const left = closeBetween(folded.survivor, alias, own?.items ?? [], told);
  const aliasPlan = { ...folded.alias, conflicts: folded.alias.conflicts.map((row) => (row.about ? told(row) : row)) };
  // The alias lets go of its keys before the survivor takes them.
  return [{ plan: aliasPlan, chores: [] }, governor.finish(table, survivor, said ? { ...left, act: said.act } : left)];
}

/** Whether the two are one is no question any more. */
function closeBetween(plan: Plan, alias: RecordState, open: readonly ConflictRow[], told: (row: ConflictRow) => ConflictRow): Plan {
  const { issues = [], ...rest } = plan.record.relations ?? {};
  const over = issues.filter(
    (issue) => issue.kind === 'candidates' && issue.records.some((id) => id === alias.id || alias.relations?.aliases?.includes(id)),
  );
  if (over.length === 0) return plan;
  const left = issues.filter((issue) => !over.includes(issue));
  const closed = open.filter((row) => over.some(({ id }) => id === row.id)).map(told);
  const record = { ...plan.record, relations: left.length === 0 ? rest : { ...rest, issues: left } };
  return { ...plan, record, conflicts: [...plan.conflicts, ...closed] };
}
