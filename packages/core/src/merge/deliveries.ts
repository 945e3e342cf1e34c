import { deliveryId, type SystemId } from '../ids.ts';
import type { DeliveryRow } from '../ports/plan.ts';
import { isEmpty } from '../policy/edits.ts';
import { LIFE, type Attempt, type Link, type RecordState, type Register } from '../record/record.ts';
import { linkOf, putLink, type Draft } from './draft.ts';

/** So many unconfirmed attempts are kept for one row; more than that were never sent, because each waits for the one before. */
const UNCONFIRMED_MAX = 16;

/** Plans, for every system, the one write that would bring it up to date; takes back a plan that is no longer needed. */
export function planDeliveries(draft: Draft): void {
  for (const system of draft.table.systems) {
    const link = linkOf(draft, system);
    const wanted = draft.table.map.sides[system]?.only === 'read' ? undefined : wantedFor(draft, system, link);
    const settled = wanted ? carries(link.planned, wanted) || carries(link.parked, wanted) : !link.planned && !link.parked;
    if (!settled) replace(draft, system, link, wanted);
    if (!wanted && link.unread) waitToRead(draft, system, link.unread);
  }
}

/** Nothing to write, but something to read again: it stands in the same queue. */
function waitToRead(draft: Draft, system: SystemId, [first]: NonNullable<Link['unread']>): void {
  const { id: record, entity, revision } = draft.record;
  const words = `${first?.register} refers to ${first?.entity} ${first?.text}, which is not mirrored yet`;
  const id = deliveryId(record, system, revision);
  draft.deliveries.set(system, {
    id,
    record,
    entity,
    system,
    kind: 'update',
    state: 'waiting',
    dueAtMs: draft.context.nowMs,
    attempts: 0,
    words,
  });
}

type Wanted = Pick<Attempt, 'kind' | 'registers' | 'expected'>;

function wantedFor(draft: Draft, system: SystemId, link: Link): Wanted | undefined {
  const life = draft.registers[LIFE];
  if (!life || life.held) return undefined;
  const expected = link.version === undefined ? {} : { expected: link.version };
  if (life.value === 'deleted') {
    return link.state === 'present' ? { kind: 'delete', registers: { [LIFE]: carried(life) }, ...expected } : undefined;
  }
  if (link.state !== 'present') return { kind: 'create', registers: { [LIFE]: carried(life), ...everything(draft, system) } };
  const registers = { ...unseenLife(life, system), ...unseen(draft, system) };
  return Object.keys(registers).length > 0 ? { kind: 'update', registers, ...expected } : undefined;
}

function everything(draft: Draft, system: SystemId): Attempt['registers'] {
  return select(draft, system, (register) => !isEmpty(register.value));
}

/** That a record lives on is nothing to write, but something to have confirmed. */
function unseenLife(life: Register, system: SystemId): Attempt['registers'] {
  const shadow = life.shadows[system];
  return shadow && life.ops.some((op) => !shadow.ops.includes(op)) ? { [LIFE]: carried(life) } : {};
}

/** By identity, not by value: a system that has acknowledged an operation is done with it, however it stored the value. */
function unseen(draft: Draft, system: SystemId): Attempt['registers'] {
  return select(draft, system, (register) => {
    const shadow = register.shadows[system];
    if (!shadow) return !isEmpty(register.value);
    if (shadow.ops === register.ops) return false;
    return register.ops.some((op) => !shadow.ops.includes(op));
  });
}

function select(draft: Draft, system: SystemId, wanted: (register: Register) => boolean): Attempt['registers'] {
  const chosen: Record<string, Attempt['registers'][string]> = {};
  for (const [name, rule] of draft.table.registers) {
    const register = draft.registers[name];
    if (register && !register.held && wanted(register) && rule.writes(system)) chosen[name] = carried(register);
  }
  return chosen;
}

function carried(register: Register): Attempt['registers'][string] {
  return { value: register.value, ops: register.ops, saw: register.count };
}

function carries(attempt: Attempt | undefined, wanted: Wanted): boolean {
  if (!attempt || attempt.kind !== wanted.kind || attempt.expected !== wanted.expected) return false;
  const names = Object.keys(wanted.registers);
  if (names.length !== Object.keys(attempt.registers).length) return false;
  return names.every((name) => attempt.registers[name]?.ops.join() === wanted.registers[name]?.ops.join());
}

function replace(draft: Draft, system: SystemId, link: Link, wanted: Wanted | undefined): void {
  const { planned: before, parked: _parked, unconfirmed = [], ...rest } = link;
  const perhapsSent = before && !draft.context.neverSent(before.id) ? [before] : [];
  const open = [...unconfirmed, ...perhapsSent].slice(-UNCONFIRMED_MAX);
  const planned = wanted && { ...wanted, id: nextId(draft.record, system), heads: draft.record.heads, seq: draft.record.seq };
  putLink(draft, system, { ...rest, ...(open.length > 0 ? { unconfirmed: open } : {}), ...(planned ? { planned } : {}) });
  draft.deliveries.set(system, planned && dueNow(draft, system, planned));
}

function nextId(record: RecordState, system: SystemId): Attempt['id'] {
  return deliveryId(record.id, system, record.revision);
}

export function dueNow({ record, context }: Draft, system: SystemId, { id, kind }: Attempt): DeliveryRow {
  return { id, record: record.id, entity: record.entity, system, kind, state: 'due', dueAtMs: context.nowMs, attempts: 0 };
}
