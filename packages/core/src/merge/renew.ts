import { systemId, type SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import { namedBy } from '../map/translate.ts';
import type { ConflictRow, Plan } from '../ports/plan.ts';
import { copyOfLink, copyOfRecord, copyOfRegister } from '../record/copies.ts';
import { LIFE, type RecordState, type Register } from '../record/record.ts';
import { asideName, isSetAside, registerIn, valueIn } from '../record/registers.ts';
import { isTuple } from '../values.ts';
import { planDeliveries } from './deliveries.ts';
import { draftOf, planOf, putLink, putRegister, registerNow, type Context, type Draft } from './draft.ts';
import { computeAnew } from './judge.ts';

export interface Untold {
  readonly register: string;
  readonly system: SystemId;
}

/** What a record is renewed by, beside its table map. */
export interface Renewing {
  /** The name by which rows find it, if that is free; absent: it keeps the one that it has. */
  readonly identity?: string | undefined;
  /** Registers whose values are of another shape now: what they were is set aside, and they begin anew. */
  readonly anew: readonly string[];
  /** What systems had told of some registers says nothing of what they tell now. */
  readonly untold: readonly Untold[];
  /** Questions of registers that are set aside. */
  readonly inVain: readonly ConflictRow[];
}

/**
 * Another table map holds for a record that exists: what is computed is computed anew, what a system lacks is planned, and what was open of fields
 * and systems that are gone ends. `undefined`: it is as it should be.
 */
export function renew(record: RecordState, { identity, anew, untold, inVain }: Renewing, table: Table, context: Context): Plan | undefined {
  const aside = toSetAside(record, table, anew);
  const draft = draftOf(aside.length === 0 ? record : setAside(record, aside), table, context);
  if (identity !== undefined) draft.record = { ...copyOfRecord(draft.record), identity };
  const isForgotten = untold.filter((one) => forget(draft, one)).length > 0;
  const isLetGo = letSystemsGo(draft);
  draft.conflicts.push(...inVain.map((conflict) => abandoned(draft, conflict)));
  if (valueIn(record, LIFE) === 'live') computeAnew(draft);
  planDeliveries(draft);
  const plan = planOf(draft);
  const isNews =
    identity !== undefined ||
    aside.length > 0 ||
    isForgotten ||
    isLetGo ||
    draft.conflicts.length > 0 ||
    plan.changes.length > 0 ||
    plan.deliveries.size > 0;
  return isNews ? plan : undefined;
}

/** The registers of fields that nobody mirrors any more, and those that begin anew. */
export function toSetAside({ registers }: RecordState, table: Table, anew: readonly string[]): readonly string[] {
  const names = Object.keys(registers).filter((name) => name !== LIFE && !isSetAside(name));
  return names.filter((name) => !table.registers.has(name) || anew.includes(name));
}

/**
 * Of what they were only the operations stay, for whoever checks the document: their values are in the history, where an erasure finds them. Of
 * writes that were perhaps made nothing is recognized any more.
 */
function setAside(record: RecordState, names: readonly string[]): RecordState {
  const others = <One>(all: Readonly<Record<string, One>>): Readonly<Record<string, One>> =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));
  const aside = names.flatMap((name) => {
    const register = registerIn(record, name);
    return register ? [[asideName(record, name), operationsOf(register)] as const] : [];
  });
  const links = Object.entries(record.links).map(([system, link]) => {
    const unconfirmed = link.unconfirmed?.map((attempt) => ({ ...attempt, registers: others(attempt.registers) }));
    return [system, { ...copyOfLink(link), unconfirmed }] as const;
  });
  return {
    ...copyOfRecord(record),
    links: Object.fromEntries(links),
    registers: { ...others(record.registers), ...Object.fromEntries(aside) },
  };
}

function operationsOf(register: Register): Register {
  const value = isTuple(register.value) ? register.value.map(() => null) : null;
  return {
    ...copyOfRegister(register),
    value,
    stable: undefined,
    log: [],
    shadows: {},
    renumbered: undefined,
    verdict: undefined,
    trail: undefined,
    held: undefined,
  };
}

/** What its values name a record by its natural key; `undefined`: nothing, or what it is named already. */
export function identityAnew({ identity, relations, ...record }: RecordState, table: Table): string | undefined {
  const named = relations?.mergedInto === undefined ? namedBy(table, (name) => valueIn(record, name)) : undefined;
  return named === identity ? undefined : named;
}

/** Answers whether it had told anything. */
function forget(draft: Draft, { register: name, system }: Untold): boolean {
  const register = registerNow(draft, name);
  if (!register?.shadows[system]) return false;
  const { [system]: _told, ...shadows } = register.shadows;
  putRegister(draft, name, { ...copyOfRegister(register), shadows });
  return true;
}

function letSystemsGo(draft: Draft): boolean {
  const mirrored: ReadonlySet<string> = new Set(draft.table.systems);
  const open = Object.entries(draft.links).filter(
    ([id, { planned, parked, unread }]) => !mirrored.has(id) && (planned || parked || unread),
  );
  for (const [id, waiting] of open) {
    const [system, link] = [systemId(id), copyOfLink(waiting)];
    link.planned = undefined;
    link.parked = undefined;
    link.blocked = undefined;
    link.unread = undefined;
    putLink(draft, system, link);
    draft.deliveries.set(system, undefined);
  }
  return open.length > 0;
}

function abandoned({ record: { seq }, context }: Draft, conflict: ConflictRow): ConflictRow {
  const reason = `${conflict.fields.join(' and ')} is not mirrored any more, or begins anew; ${conflict.resolution.reason}`;
  return { ...conflict, state: 'settled', resolution: { ...conflict.resolution, reason }, closedSeq: seq, closedAtMs: context.nowMs };
}
