import { deliveryId, type SystemId } from '../ids.ts';
import type { DeliveryRow } from '../ports/plan.ts';
import { copyOfLink } from '../record/copies.ts';
import { isHeldBy, isHeldByAll, isResting } from '../record/resting.ts';
import { LIFE, type Attempt, type Link, type RecordState, type Register, type Unread } from '../record/record.ts';
import { must } from '../errors/must.ts';
import { linkOf, putLink, registerNow, storedIn, type Draft } from './draft.ts';
import { patienceFor } from './unread.ts';
import { isEmpty } from '../values.ts';

/** So many unconfirmed attempts are kept for one row; more than that were never sent, because each waits for the one before. */
const UNCONFIRMED_MAX = 16;

/** Plans, for every system, the one write that would bring it up to date; takes back a plan that is no longer needed. */
export function planDeliveries(draft: Draft): void {
  const restless = restlessIn(draft);
  for (const system of draft.table.systems) {
    const link = linkOf(draft, system);
    const wanted =
      draft.table.map.sides[system]?.only === 'read' ? undefined : besides(link.discarded, wantedFor(draft, system, link, restless));
    const settled = wanted ? carries(link.planned, wanted) || carries(link.parked, wanted) : !link.planned && !link.parked;
    if (!settled) replace(draft, system, link, wanted);
    if (!wanted && link.unread) waitToRead(draft, system, link.unread);
    if (!wanted && link.blocked) putLink(draft, system, { ...linkOf(draft, system), blocked: undefined });
  }
}

/** Nothing to write, but something to read again once it may be understood: it stands in the same queue, unless it does already. */
function waitToRead(draft: Draft, system: SystemId, unread: readonly Unread[]): void {
  const before = draft.record.links[system];
  const stands = before?.unread === unread && !before.planned && !before.parked && !draft.deliveries.has(system);
  if (stands) return;
  const { id: record, entity, revision } = draft.record;
  const id = deliveryId(record, system, revision);
  const { sinceMs, tellAtMs, words } = patienceFor(draft.table, unread, draft.context.nowMs);
  const whose = { id, record, entity, system };
  draft.deliveries.set(system, {
    ...whose,
    kind: 'update',
    state: 'waiting',
    dueAtMs: tellAtMs,
    attempts: 0,
    words,
    sinceMs,
  });
}

type Wanted = Pick<Attempt, 'kind' | 'registers' | 'expected'>;

/** Without what a person said the system is to be left without. A row that is made is made whole, or not at all. */
function besides(discarded: Link['discarded'], wanted: Wanted | undefined): Wanted | undefined {
  if (!discarded || !wanted || discarded.kind !== wanted.kind) return wanted;
  const rest = Object.entries(wanted.registers).filter(([name, { ops }]) => discarded.ops[name]?.join() !== ops.join());
  if (rest.length === 0) return undefined;
  return wanted.kind === 'update' ? { ...wanted, registers: Object.fromEntries(rest) } : wanted;
}

function wantedFor(draft: Draft, system: SystemId, link: Link, restless: readonly string[]): Wanted | undefined {
  const stored = storedIn(draft, LIFE);
  if (!stored || link.state === 'unlinked') return undefined;
  const expected = link.version;
  // By far the most: a record that lives, and that everybody knows to live.
  if (link.state === 'present' && isResting(stored) && stored[0] === 'live')
    return updateOf(unseen(draft, system, link, restless), expected);
  const life = must(registerNow(draft, LIFE), 'just seen');
  if (life.held) return undefined;
  if (life.value === 'deleted') {
    return link.state === 'present' ? { kind: 'delete', registers: { [LIFE]: carried(life) }, expected } : undefined;
  }
  if (link.state !== 'present') return { kind: 'create', registers: { [LIFE]: carried(life), ...everything(draft, system, link) } };
  return updateOf({ ...unseenLife(life, system), ...unseen(draft, system, link, restless) }, expected);
}

function updateOf(registers: Attempt['registers'], expected: Link['version']): Wanted | undefined {
  return Object.keys(registers).length > 0 ? { kind: 'update', registers, expected } : undefined;
}

/** What the system cannot hold is not sent again; another value of the register may fit. */
export function isWithheld({ withheld }: Link, name: string, { ops }: Register): boolean {
  const kept = withheld?.[name];
  return kept !== undefined && kept.ops.join() === ops.join();
}

function everything(draft: Draft, system: SystemId, link: Link): Attempt['registers'] {
  const chosen: Record<string, Attempt['registers'][string]> = {};
  for (const [name, rule] of draft.table.registers) {
    const register = registerNow(draft, name);
    if (!register || !isWritable(register) || !isToBeSaid(register, system) || isWithheld(link, name, register)) continue;
    if (rule.writes(system)) chosen[name] = carried(register);
  }
  return chosen;
}

/** That a field is empty need not be said to a new row, unless the row before it held something: then it is no edit of the new one. */
function isToBeSaid({ value, shadows }: Register, system: SystemId): boolean {
  return !isEmpty(value) || !isEmpty(shadows[system]?.value ?? null);
}

/** That a record lives on is nothing to write, but something to have confirmed. */
function unseenLife(life: Register, system: SystemId): Attempt['registers'] {
  const shadow = life.shadows[system];
  return shadow && life.ops.some((op) => !shadow.ops.includes(op)) ? { [LIFE]: carried(life) } : {};
}

/**
 * The registers that some linked system may not have seen, but for those that are worked on. What rests is nothing to write, to those that
 * have it: this is nearly every register of nearly every record, and it is looked at once for all systems.
 */
function restlessIn({ record: { registers }, awake }: Draft): readonly string[] {
  const names: string[] = [];
  for (const name in registers) {
    const stored = registers[name];
    if (stored !== undefined && !(isResting(stored) && isHeldByAll(stored)) && !awake.has(name)) names.push(name);
  }
  return names;
}

/** By identity, not by value: a system that has acknowledged an operation is done with it, however it stored the value. */
function unseen(draft: Draft, system: SystemId, link: Link, restless: readonly string[]): Attempt['registers'] {
  const chosen: Record<string, Attempt['registers'][string]> = {};
  for (const name of restless) {
    const stored = draft.record.registers[name];
    if (stored === undefined || (isResting(stored) && isHeldBy(stored, system))) continue;
    const register = registerNow(draft, name);
    if (register && isToWrite(draft, system, link, name, register)) chosen[name] = carried(register);
  }
  for (const [name, register] of draft.awake) {
    if (name !== LIFE && isToWrite(draft, system, link, name, register)) chosen[name] = carried(register);
  }
  return chosen;
}

function isToWrite(draft: Draft, system: SystemId, link: Link, name: string, register: Register): boolean {
  if (!isWritable(register) || !isUnseen(register, system) || isWithheld(link, name, register)) return false;
  // What somebody typed there is not understood yet, so it is in no history: it must not be written over.
  if (link.unread?.some((one) => one.register === name)) return false;
  return draft.table.registers.get(name)?.writes(system) === true;
}

function isUnseen(register: Register, system: SystemId): boolean {
  const shadow = register.shadows[system];
  if (!shadow) return !isEmpty(register.value);
  return shadow.ops !== register.ops && register.ops.some((op) => !shadow.ops.includes(op));
}

/** What is held is not written, but for the value that stands meanwhile. */
function isWritable({ held }: Register): boolean {
  return held === undefined || held.provisional === true;
}

function carried(register: Register): Attempt['registers'][string] {
  return { value: register.value, ops: register.ops, saw: register.count };
}

function carries(attempt: Attempt | undefined, wanted: Wanted): boolean {
  if (!attempt || attempt.kind !== wanted.kind || attempt.expected !== wanted.expected) return false;
  let left = Object.keys(attempt.registers).length;
  for (const name in wanted.registers) {
    const [was, is] = [attempt.registers[name]?.ops, wanted.registers[name]?.ops];
    if (was !== is && (was?.length !== is?.length || !is?.every((op, index) => op === was?.[index]))) return false;
    left -= 1;
  }
  return left === 0;
}

function replace(draft: Draft, system: SystemId, link: Link, wanted: Wanted | undefined): void {
  const { planned: before, unconfirmed = [] } = link;
  const open = before && !draft.context.neverSent(before.id) ? [...unconfirmed, before].slice(-UNCONFIRMED_MAX) : unconfirmed;
  const planned = wanted && plannedOf(draft.record, system, wanted);
  const next = copyOfLink(link);
  next.planned = planned;
  next.parked = undefined;
  next.unconfirmed = open.length > 0 ? open : undefined;
  putLink(draft, system, next);
  draft.deliveries.set(system, planned && dueNow(draft, system, planned));
}

function plannedOf({ id, revision, heads, seq }: RecordState, system: SystemId, { kind, registers, expected }: Wanted): Attempt {
  return { id: deliveryId(id, system, revision), kind, expected, registers, heads, seq };
}

export function dueNow({ record, context }: Draft, system: SystemId, { id, kind }: Attempt): DeliveryRow {
  return { id, record: record.id, entity: record.entity, system, kind, state: 'due', dueAtMs: context.nowMs, attempts: 0 };
}
