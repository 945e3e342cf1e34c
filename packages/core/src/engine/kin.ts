import { recordId, type EntityName, type RecordId } from '../ids.ts';
import type { Stamp } from '../clock/stamp.ts';
import type { Table } from '../map/compile.ts';
import { member, type KeyRule, type ReferenceRule } from '../map/relations.ts';
import { couldFold } from '../merge/fold.ts';
import type { Ledger } from '../ports/ledger.ts';
import { LIFE, type RecordState } from '../record/record.ts';
import { frontierIn } from '../merge/frontier.ts';
import { registerIn, valueIn } from '../record/registers.ts';
import type { Value } from '../values.ts';

/** So many records with one mark are looked at; more than that are no key. */
export const KIN_MAX = 100;
/** A chain of records that were folded into each other is no longer than this. */
const FOLDS_MAX = 100;

/** The record itself, or the one that goes on for it. */
export async function canonical(ledger: Ledger, id: RecordId): Promise<RecordState | undefined> {
  let record = await ledger.record(id);
  for (let steps = 0; steps < FOLDS_MAX && record?.relations?.mergedInto !== undefined; steps += 1) {
    record = await ledger.record(record.relations.mergedInto);
  }
  return record;
}

/** The living records that bear a mark, without this one. */
export async function others(ledger: Ledger, entity: EntityName, mark: string, self?: RecordId): Promise<readonly RecordState[]> {
  const { items } = await ledger.marked(entity, mark, { limit: KIN_MAX });
  const found = await Promise.all(items.filter((id) => id !== self).map((id) => ledger.record(id)));
  return found.flatMap((record) => (record && isAlive(record) ? [record] : []));
}

export function isAlive(record: RecordState): boolean {
  return record.relations?.mergedInto === undefined && valueIn(record, LIFE) === 'live';
}

/** What a record claims: its merged value, or the one that waits for a person. */
export function claimIn(record: RecordState): (register: string) => Value | undefined {
  return (name) => {
    const register = registerIn(record, name);
    return register?.held?.code === 'C07' ? (frontierIn(register).at(-1)?.value ?? register.value) : register?.value;
  };
}

export const mergedIn = (record: RecordState) => (name: string) => valueIn(record, name);

export function referenceMark({ field }: Pick<ReferenceRule, 'field'>, id: RecordId): string {
  return `ref:${field}:${id}`;
}

/** Work that is left to do for a record; it stays marked until it is done. */
export const CHILDREN_LEFT = '$children';
/** The conflict whose losing values have yet to become records follows. */
export const FORK_LEFT = '$fork:';
/** Its deletion waits because of others. */
export const KEPT = '$kept';

/** The marks that a record bears by what it holds. What is dead or folded claims nothing. */
export function marksOf(table: Table, record: RecordState): readonly string[] {
  if (!isAlive(record)) return [];
  const { match, review, unique, children } = table.relations;
  const marks = [...match, ...review, ...unique].flatMap((rule) => markOf(rule, mergedIn(record)) ?? []);
  const held = unique.flatMap((rule) => {
    const waits = rule.registers.some((name) => registerIn(record, name)?.held?.code === 'C07');
    const text = waits ? rule.text(claimIn(record)) : undefined;
    return text === undefined ? [] : [`wants:${rule.name}:${text}`];
  });
  const rows = unique.flatMap((rule) => table.systems.flatMap((system) => heldElsewhere(rule, record, system)));
  const parents = children.flatMap((rule) => {
    const id = referredIn(record, rule);
    return id === undefined ? [] : [referenceMark(rule, id)];
  });
  return [...new Set([...marks, ...held, ...rows, ...parents])].toSorted();
}

export function markOf(rule: KeyRule, valueOf: (register: string) => Value | undefined): string | undefined {
  const text = rule.text(valueOf);
  return text === undefined ? undefined : `${rule.name}:${text}`;
}

export function rowMark(rule: KeyRule, system: string, text: string): string {
  return `row:${rule.name}@${system}:${text}`;
}

/** The key that a record's row still has in a system where that is not what is merged. */
function heldElsewhere(rule: KeyRule, record: RecordState, system: string): readonly string[] {
  if (record.links[system]?.state !== 'present') return [];
  const text = rule.text((name) => registerIn(record, name)?.shadows[system]?.value);
  return text === undefined || text === rule.text(mergedIn(record)) ? [] : [rowMark(rule, system, text)];
}

/** The record that a reference field of another means. */
export function referredIn(record: RecordState, { register, index }: Pick<ReferenceRule, 'register' | 'index'>): RecordId | undefined {
  const value = member(valueIn(record, register), index);
  return typeof value === 'string' ? idOf(value) : undefined;
}

function idOf(text: string): RecordId | undefined {
  return text === '' ? undefined : recordId(text);
}

/** When a record was first heard of, by its author's own time. */
export async function birthOf(ledger: Ledger, id: RecordId): Promise<Stamp | undefined> {
  const [first] = (await ledger.changes(id, { limit: 1 })).items;
  return first?.epoch?.first ?? first?.stamp;
}

/** A record with its birth; of two, the earlier one goes on, whichever was heard of first. */
export interface Born {
  readonly id: RecordId;
  readonly stamp: Stamp | undefined;
}

export function compareBirths(a: Born, b: Born): number {
  const byTime = a.stamp && b.stamp ? a.stamp.ms - b.stamp.ms || a.stamp.count - b.stamp.count : 0;
  return byTime || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Whether two records could be joined, and nobody has said that they are not one. */
export function mayBeOne(a: RecordState, b: RecordState): boolean {
  if (a.relations?.apart?.includes(b.id) || b.relations?.apart?.includes(a.id)) return false;
  return couldFold(a, b);
}
