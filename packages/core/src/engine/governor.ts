import type { EntityName, RecordId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { ReferenceRule, UniqueRule } from '../map/relations.ts';
import type { Context, Kept } from '../merge/draft.ts';
import type { Plan } from '../ports/plan.ts';
import { pagesOf } from '../ports/paging.ts';
import { copyOfRecord } from '../record/copies.ts';
import { LIFE, type RecordState } from '../record/record.ts';
import { registerIn, valueIn } from '../record/registers.ts';
import { sameValue } from '../values.ts';
import type { Chore } from './chores.ts';
import { waitMarks } from './awaited.ts';
import { contextOf } from './context.ts';
import { forkChore, forkMarks } from './forks.ts';
import {
  birthOf,
  CHILDREN_LEFT,
  claimIn,
  compareBirths,
  FORK_LEFT,
  isAlive,
  KEPT,
  KIN_MAX,
  markOf,
  marksOf,
  mayBeOne,
  mergedIn,
  others,
  referenceMark,
  referredIn,
} from './kin.ts';
import type { Parts } from './parts.ts';
import { ask, whetherOne } from './questions.ts';

/** A plan that keeps the rules between records, and what is to be done once it is committed. */
export interface Governed {
  readonly plan: Plan;
  readonly chores: readonly Chore[];
}

export interface Governor {
  /**
   * Makes a plan, looks at what it means for other records, and makes it again where they have a say. `byPerson`: a deletion that a person
   * ordered is not asked about again.
   */
  govern(
    table: Table,
    before: RecordState | undefined,
    make: (context: Context) => Plan | undefined,
    byPerson?: boolean,
  ): Promise<Governed | undefined>;
  /** The marks of a plan's record, and what follows from them. */
  finish(table: Table, before: RecordState | undefined, plan: Plan): Governed;
}

/** A reference field by which records of another entity belong to those of this one. */
export interface ChildRule {
  readonly table: Table;
  readonly rule: ReferenceRule;
}

/** So many children at the most go with their parent before a person is asked; their own guard may set it lower. */
const CASCADE_MAX = 1000;

export function openGovernor(parts: Parts): Governor {
  const { ledger, deciding } = parts;

  function isFree(table: Table): boolean {
    return !table.relations.isMarked && childrenOf(parts, table.map.entity).length === 0;
  }

  async function govern(
    table: Table,
    before: RecordState | undefined,
    make: (context: Context) => Plan | undefined,
    byPerson = false,
  ): Promise<Governed | undefined> {
    const decided = async (around: Context): Promise<Plan | undefined> => (deciding ? deciding(() => make(around)) : make(around));
    const context = contextOf(parts);
    const first = await decided(context);
    if (!first || isFree(table)) return first && { plan: first, chores: [] };
    const keep = byPerson ? undefined : await whyKept(table, before, first);
    const second = keep ? await decided({ ...context, keep }) : first;
    const taken = second ? await takenKeys(table, before, second) : new Map<string, string>();
    const third = taken.size === 0 ? second : await decided({ ...context, ...(keep ? { keep } : {}), taken });
    if (!third) return undefined;
    const asked = await askOfKin(table, before, third);
    const governed = finish(table, before, asked, keep);
    return { ...governed, chores: [...governed.chores, ...(await lateChores(table, before, asked))] };
  }

  /** A reference may become known only after the record that it means was deleted. */
  async function lateChores(table: Table, before: RecordState | undefined, { record }: Plan): Promise<readonly Chore[]> {
    const chores: Chore[] = [];
    for (const rule of isAlive(record) ? table.relations.children : []) {
      const id = referredIn(record, rule);
      if (id === undefined || (before && isAlive(before) && referredIn(before, rule) === id)) continue;
      const parent = await ledger.record(id);
      if (parent && valueIn(parent, LIFE) === 'deleted') chores.push({ kind: 'children', entity: parent.entity, record: id });
    }
    return chores;
  }

  /** Why the deletion that a plan brings must wait. */
  async function whyKept(table: Table, before: RecordState | undefined, { record }: Plan): Promise<Kept | undefined> {
    if (!before || valueIn(record, LIFE) !== 'deleted' || valueIn(before, LIFE) === 'deleted') return undefined;
    for (const { table: child, rule } of childrenOf(parts, table.map.entity)) {
      const count = await countChildren(before, child, rule);
      const kept = keptBy(child.map.entity, rule, count, boundOf(child));
      if (kept) return kept;
    }
    return keptForReview(table, before);
  }

  /** A child goes with its parent only once somebody has said so. */
  async function keptForReview(table: Table, before: RecordState): Promise<Kept | undefined> {
    for (const rule of table.relations.children.filter(({ onParentDeleted }) => onParentDeleted === 'hold')) {
      const id = referredIn(before, rule);
      const parent = id && (await ledger.record(id));
      if (parent && !isAlive(parent)) return { code: 'C04', rule: 'hold', reason: `its ${rule.field} was deleted` };
    }
    return undefined;
  }

  async function countChildren({ id, relations }: RecordState, child: Table, rule: ReferenceRule): Promise<number> {
    let count = 0;
    for (const one of [id, ...(relations?.aliases ?? [])]) count += await countMarked(child.map.entity, referenceMark(rule, one));
    return count;
  }

  async function countMarked(entity: EntityName, mark: string): Promise<number> {
    let count = 0;
    for await (const records of pagesOf(KIN_MAX, (paging) => ledger.marked(entity, mark, paging))) {
      count += records.length;
      if (count > CASCADE_MAX) break;
    }
    return count;
  }

  /** The registers that would take a key which another record has. */
  async function takenKeys(table: Table, before: RecordState | undefined, plan: Plan): Promise<ReadonlyMap<string, string>> {
    const taken = new Map<string, string>();
    for (const rule of table.relations.unique) {
      const mark = isAlive(plan.record) ? markOf(rule, claimIn(plan.record)) : undefined;
      if (mark === undefined || (before && isAlive(before) && markOf(rule, mergedIn(before)) === mark)) continue;
      const holder = await holderOf(rule, mark, plan, before);
      if (holder === undefined) continue;
      for (const name of contested(rule, before, plan.record))
        taken.set(name, `${rule.fields.join(' and ')} belongs to the record ${holder}`);
    }
    return taken;
  }

  /** The record that keeps the key, if it is not this one. */
  async function holderOf(
    rule: UniqueRule,
    mark: string,
    { record, changes }: Plan,
    before: RecordState | undefined,
  ): Promise<RecordId | undefined> {
    const rivals = await others(ledger, record.entity, mark, record.id);
    if (rivals.length === 0) return undefined;
    if (rule.onViolation === 'manual') return rivals[0]?.id;
    const own = { id: record.id, stamp: before ? await birthOf(ledger, record.id) : changes[0]?.stamp };
    const births = await Promise.all(rivals.map(async ({ id }) => ({ id, stamp: await birthOf(ledger, id) })));
    return births.filter((rival) => compareBirths(rival, own) < 0).toSorted(compareBirths)[0]?.id;
  }

  /** Weak keys that are new and that other records have: a person is asked. */
  async function askOfKin(table: Table, before: RecordState | undefined, plan: Plan): Promise<Plan> {
    const { record } = plan;
    if (!isAlive(record)) return plan;
    let asked = plan;
    for (const rule of table.relations.review) {
      const mark = markOf(rule, mergedIn(record));
      if (mark === undefined || before?.relations?.marks?.includes(mark)) continue;
      const kin = (await others(ledger, record.entity, mark, record.id)).filter((other) => mayBeOne(record, other));
      if (kin.length === 0) continue;
      const records = kin.map(({ id }) => id).toSorted();
      asked = ask(asked, whetherOne(rule, records), parts.clock.nowMs());
    }
    return asked;
  }

  function finish(table: Table, before: RecordState | undefined, plan: Plan, keep?: Kept): Governed {
    if (isFree(table)) return { plan, chores: [] };
    const old = before?.relations?.marks ?? [];
    const marks = [...marksOf(table, plan.record), ...waitMarks(plan.record), ...workLeft(table, before, plan, keep)].toSorted();
    const chores = choresOf(table, before, plan.record, old, marks);
    if (marks.length === old.length && marks.every((mark, index) => mark === old[index])) return { plan, chores };
    const record = copyOfRecord(plan.record);
    record.relations = { ...plan.record.relations, marks };
    return { plan: { ...plan, record }, chores };
  }

  function workLeft(table: Table, before: RecordState | undefined, plan: Plan, keep: Kept | undefined): readonly string[] {
    const { record: after } = plan;
    const isLeft = (mark: string): boolean => mark === CHILDREN_LEFT || mark.startsWith(FORK_LEFT);
    const left = new Set<string>([...(after.relations?.marks ?? []).filter(isLeft), ...forkMarks(table, plan)]);
    const died = before !== undefined && isAlive(before) && valueIn(after, LIFE) === 'deleted';
    if (died && childrenOf(parts, after.entity).length > 0) left.add(CHILDREN_LEFT);
    const waits = registerIn(after, LIFE)?.held !== undefined && (keep?.rule === 'restrict' || before?.relations?.marks?.includes(KEPT));
    if (waits) left.add(KEPT);
    return [...left];
  }

  function choresOf(
    table: Table,
    before: RecordState | undefined,
    after: RecordState,
    old: readonly string[],
    marks: readonly string[],
  ): readonly Chore[] {
    const { entity, id } = after;
    const chores: Chore[] = [];
    if (marks.includes(CHILDREN_LEFT) && !old.includes(CHILDREN_LEFT)) chores.push({ kind: 'children', entity, record: id });
    for (const mark of marks) {
      if (old.includes(mark)) continue;
      if (mark.startsWith(FORK_LEFT)) chores.push(forkChore(entity, id, mark));
      if (mark.startsWith('review')) chores.push({ kind: 'review', entity, mark });
      if (mark.startsWith('match')) chores.push({ kind: 'reunite', entity, mark });
      if (mark.startsWith('unique')) chores.push({ kind: 'claimed', entity, mark });
    }
    for (const mark of old) if (mark.startsWith('unique') && !marks.includes(mark)) chores.push({ kind: 'freed', entity, mark });
    if (before && isAlive(before) && !isAlive(after)) chores.push(...parentsOf(table, before));
    return chores;
  }

  return { govern, finish };
}

/** Those whose deletion may have waited for this record. */
function parentsOf(table: Table, before: RecordState): readonly Chore[] {
  return table.relations.children.flatMap((rule) => {
    const record = referredIn(before, rule);
    return record === undefined || rule.onParentDeleted !== 'restrict' ? [] : [{ kind: 'kept' as const, entity: rule.entity, record }];
  });
}

/** The fields of other entities that refer to this one and say what happens when it is deleted. */
export function childrenOf(parts: Pick<Parts, 'children'>, entity: EntityName): readonly ChildRule[] {
  return parts.children.get(entity) ?? [];
}

function boundOf({ map }: Table): number {
  const bounds = Object.values(map.sides).flatMap(({ guard }) => (guard?.deletes ? [guard.deletes.most] : []));
  return Math.min(CASCADE_MAX, ...bounds);
}

function keptBy(child: EntityName, { field, onParentDeleted }: ReferenceRule, count: number, most: number): Kept | undefined {
  if (onParentDeleted === 'restrict' && count > 0)
    return { code: 'C04', rule: 'restrict', reason: `${count} ${child} refer to it by ${field}` };
  if (onParentDeleted === 'cascade' && count > most)
    return { code: 'C20', rule: 'cascade', reason: `${count} ${child} would be deleted with it, more than ${most}` };
  return undefined;
}

function contested({ registers }: UniqueRule, before: RecordState | undefined, after: RecordState): readonly string[] {
  const changed = registers.filter((name) => !before || !sameValue(claimIn(before)(name), claimIn(after)(name)));
  return changed.length > 0 ? changed : registers;
}
