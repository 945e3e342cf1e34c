import type { SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { ConflictRow, Plan } from '../ports/plan.ts';
import { copyOfLink, copyOfRecord } from '../record/copies.ts';
import { LIFE, type Edit, type Link, type RecordState } from '../record/record.ts';
import { registersIn } from '../record/registers.ts';
import { isResting } from '../record/resting.ts';
import { enter, firstSight, putShadow } from './absorb.ts';
import { planDeliveries } from './deliveries.ts';
import { frontierIn } from './frontier.ts';
import { part } from './bury.ts';
import { draftOf, fail, linkOf, planOf, putLink, registerNow, registerOf, type Context, type Draft } from './draft.ts';
import type { RowPlace } from '../record/relations.ts';

/** Two records that are one: what becomes of either. */
export interface Folded {
  readonly survivor: Plan;
  readonly alias: Plan;
}

/** Whether no system has a row of its own for each: only then can they be one without a row that is left over. */
export function canFold(a: RecordState, b: RecordState): boolean {
  return sharedSystems(a, b).length === 0;
}

/**
 * Whether they can be one at all. Where people of one system made a row for each, they told them apart, or somebody must choose between the rows;
 * but of two people in two systems, neither saw the row that Concord made for the other one's.
 */
export function couldFold(a: RecordState, b: RecordState): boolean {
  return sharedSystems(a, b).every((system) => a.links[system]?.isMade || b.links[system]?.isMade);
}

function sharedSystems(a: RecordState, b: RecordState): readonly string[] {
  return Object.keys(a.links).filter((system) => a.links[system]?.state === 'present' && b.links[system]?.state === 'present');
}

/**
 * Folds a record into another. Its links move; its edits enter the survivor's frontiers, each with its own stamp, as births that knew nothing
 * of the survivor. The alias keeps its history, and leads on. `open`: the alias's conflicts that wait; they are closed, because what they are
 * about is decided in the survivor.
 */
export function fold(survivor: RecordState, alias: RecordState, open: readonly ConflictRow[], table: Table, context: Context): Folded {
  const draft = draftOf(survivor, table, context);
  const present: (readonly [SystemId, Link])[] = [];
  const left: RowPlace[] = [];
  for (const system of table.systems) {
    const link = alias.links[system];
    if (link?.state !== 'present' || link.key === undefined) continue;
    const own = survivor.links[system];
    const ownKey = own?.state === 'present' ? own.key : undefined;
    const isOver = ownKey !== undefined && link.isMade === true;
    if (ownKey !== undefined) left.push({ system, key: isOver ? link.key : ownKey });
    if (isOver) draft.linked.push({ system, key: link.key });
    else present.push([system, link]);
    if (ownKey !== undefined && !isOver) part(draft, system);
  }
  for (const [system, link] of present) takeLink(draft, system, link);
  const edits = Object.entries(registersIn(alias)).flatMap(([name, register]) => frontierIn(register).map((edit) => ({ name, edit })));
  for (const group of inOrderOfTime(
    edits.filter(({ name, edit }) => name !== LIFE && present.some(([system]) => system === edit.system)),
  )) {
    enterAll(draft, group);
  }
  for (const [system] of present) takeShadows(draft, alias, system);
  for (const { system, key } of left) fail(draft, system, 'C06', `${key} is left over: Concord made it, and it is mirrored no longer`, key);
  planDeliveries(draft);
  return { survivor: withAlias(planOf(draft), survivor, alias, left), alias: retire(alias, survivor, open, table, context) };
}

function takeLink(draft: Draft, system: SystemId, link: Link): void {
  if (link.key === undefined) return;
  const moved = copyOfLink(link);
  moved.heads = draft.record.heads;
  moved.ownSeq = linkOf(draft, system).ownSeq;
  moved.planned = undefined;
  moved.unconfirmed = undefined;
  moved.parked = undefined;
  moved.discarded = undefined;
  moved.blocked = undefined;
  putLink(draft, system, moved);
  draft.linked.push({ system, key: link.key });
  const life = registerOf(draft, LIFE);
  putShadow(draft, LIFE, life, system, { value: 'live', ops: life.ops, saw: life.count });
}

interface Told {
  readonly name: string;
  readonly edit: Edit;
}

/** Edits that one author made at one time, together; the earliest first. */
function inOrderOfTime(edits: readonly Told[]): readonly (readonly Told[])[] {
  const groups = new Map<string, Told[]>();
  for (const told of edits.toSorted((a, b) => a.edit.stamp.ms - b.edit.stamp.ms || (a.edit.system < b.edit.system ? -1 : 1))) {
    const { system, stamp, by = '' } = told.edit;
    const place = `${stamp.ms} ${system} ${by}`;
    groups.set(place, [...(groups.get(place) ?? []), told]);
  }
  return [...groups.values()];
}

function enterAll(draft: Draft, group: readonly Told[]): void {
  const [first] = group;
  if (!first) return;
  const { system, stamp, by } = first.edit;
  const news = group.filter(({ name, edit }) => !firstSight(draft, system, name, edit.value));
  const found = news.map(({ name, edit }) => ({ name, value: edit.value, shadow: registerNow(draft, name)?.shadows[system] }));
  enter(draft, found, { system, modifiedAtMs: stamp.ms, ...(by === undefined ? {} : { by }) });
}

/** What a system holds that is not its own edit: it has seen nothing of the survivor yet. */
function takeShadows(draft: Draft, alias: RecordState, system: string): void {
  for (const [name, { shadows }] of Object.entries(registersIn(alias))) {
    const shadow = shadows[system];
    const known = registerNow(draft, name);
    if (name === LIFE || !shadow || known?.shadows[system] || !draft.table.registers.has(name)) continue;
    putShadow(draft, name, known ?? registerOf(draft, name), system, { value: shadow.value, sent: undefined, ops: [], saw: 0 });
  }
}

/** `left`: rows that Concord made beside rows of people. They lead to the record, so that they do not become one of their own. */
function withAlias(plan: Plan, survivor: RecordState, alias: RecordState, left: readonly RowPlace[]): Plan {
  const record = copyOfRecord(plan.record);
  const { relations = {} } = survivor;
  const apart = [...new Set([...(relations.apart ?? []), ...(alias.relations?.apart ?? [])])].filter(
    (id) => id !== survivor.id && id !== alias.id,
  );
  const aliases = [...new Set([...(relations.aliases ?? []), ...(alias.relations?.aliases ?? []), alias.id])].toSorted();
  const passedOver = [...(relations.passedOver ?? []), ...(alias.relations?.passedOver ?? []), ...left];
  record.relations = {
    ...relations,
    aliases,
    ...(apart.length === 0 ? {} : { apart: apart.toSorted() }),
    ...(passedOver.length === 0 ? {} : { passedOver }),
  };
  record.identity ??= alias.identity;
  return { ...plan, record };
}

function retire(alias: RecordState, survivor: RecordState, open: readonly ConflictRow[], { systems }: Table, { nowMs }: Context): Plan {
  const record = copyOfRecord(alias);
  record.revision += 1;
  record.identity = undefined;
  record.relations = { mergedInto: survivor.id, ...(alias.relations?.aliases ? { aliases: alias.relations.aliases } : {}) };
  record.links = Object.fromEntries(
    Object.entries(alias.links).map(([system, { heads, ownSeq }]) => [system, { state: 'absent', heads, ownSeq }]),
  );
  record.registers = Object.fromEntries(
    Object.entries(alias.registers).map(([name, stored]) => [name, isResting(stored) ? stored : { ...stored, held: undefined }]),
  );
  return {
    record,
    changes: [],
    conflicts: open.map((row) => ({ ...row, state: 'settled', closedSeq: alias.seq, closedAtMs: nowMs })),
    deliveries: new Map(systems.map((system) => [system, undefined])),
    linked: [],
    unlinked: systems.flatMap((system) => {
      const key = alias.links[system]?.key;
      return key === undefined ? [] : [{ system, key }];
    }),
    failures: [],
  };
}
