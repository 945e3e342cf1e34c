import {
  isOfParts,
  keyOf,
  LIFE,
  observe,
  observeGone,
  recordId,
  registersIn,
  resolve,
  sameValue,
  settle,
  toColumns,
  version,
  type ChangeRow,
  type Context,
  type Dialect,
  type MappedRow,
  type Plan,
  type RecordState,
  type References,
  type SystemId,
  type Table,
  type Value,
  frontierIn,
} from '@concord/core';

/** One record in several systems, and the pure core between them: no engine, no wire. Every step may be taken in any order. */
export interface World {
  readonly table: Table;
  record: RecordState | undefined;
  readonly changes: ChangeRow[];
  readonly plans: Plan[];
  readonly rows: Map<SystemId, { values: Map<string, Value>; version: number } | undefined>;
  nowMs: number;
  writes: number;
  /** The writes that were sent, whether or not anybody heard what became of them. */
  readonly sent: Set<string>;
  /** What a system makes of a value that is written to it. */
  store?: (system: SystemId, name: string, value: Value) => Value;
  /** By system, what was written of fields that it tells in another column. */
  readonly apart: Map<SystemId, Map<string, Value>>;
  /** What a system says of a write that it refuses; nothing, when it takes it. */
  refuse?: (system: SystemId, values: Readonly<Record<string, Value>>) => string | undefined;
}

export function worldOf(table: Table): World {
  const { systems } = table;
  return {
    table,
    record: undefined,
    changes: [],
    plans: [],
    rows: new Map(systems.map((system) => [system, undefined])),
    nowMs: 1_700_000_000_000,
    writes: 0,
    sent: new Set(),
    apart: new Map(),
  };
}

function contextOf(world: World): Context {
  return { nowMs: world.nowMs, newRecord: recordId('record-of-the-test-00'), neverSent: (id) => !world.sent.has(id) };
}

function take(world: World, plan: Plan | undefined): void {
  if (!plan) return;
  world.record = plan.record;
  world.changes.push(...plan.changes);
  world.plans.push(plan);
}

/** A user edits, creates or deletes a row in one system. */
export function edit(world: World, system: SystemId, changes: Readonly<Record<string, Value>>): void {
  const row = world.rows.get(system);
  world.nowMs += 1000;
  world.rows.set(system, {
    values: new Map([...(row?.values ?? emptyRow(world.table)), ...Object.entries(changes)]),
    version: world.nowMs,
  });
}

export function remove(world: World, system: SystemId): void {
  world.nowMs += 1000;
  world.rows.set(system, undefined);
}

function rowOf(world: World, system: SystemId, identity: string): MappedRow | undefined {
  const row = world.rows.get(system);
  return (
    row && {
      system,
      key: keyOf(`${system}-1`),
      version: version(String(row.version)),
      values: row.values,
      modifiedAtMs: row.version,
      identity,
      unreadable: [],
      waitsFor: [],
    }
  );
}

/** The feed tells of one system's row. */
export function pull(world: World, system: SystemId): void {
  const row = rowOf(world, system, '["a"]');
  if (row) take(world, observe(world.record, row, world.table, contextOf(world)));
  else if (world.record) take(world, observeGone(world.record, { system, key: keyOf(`${system}-1`) }, world.table, contextOf(world)));
}

export type Loss = 'none' | 'answer';

/** The planned delivery to one system is sent, against its version; with `answer` lost, the write happens but nobody hears of it. */
export function deliver(world: World, system: SystemId, loss: Loss = 'none'): void {
  const planned = world.record?.links[system]?.planned;
  if (!world.record || !planned) return;
  const row = world.rows.get(system);
  world.sent.add(planned.id);
  const context = contextOf(world);
  const told = (): MappedRow | undefined => rowOf(world, system, '["a"]');
  const end = (settled: Parameters<typeof settle>[2]): void => {
    if (loss === 'none') take(world, settle(world.record ?? neverHere(), system, settled, world.table, context));
    else
      take(
        world,
        settle(world.record ?? neverHere(), system, { kind: 'unknown', words: 'lost', dueAtMs: 0, attempts: 1 }, world.table, context),
      );
  };
  if (planned.kind === 'create' ? row : !row) {
    const current = told();
    return end(current ? { kind: 'exists', row: current } : { kind: 'missing' });
  }
  if (row && planned.expected !== String(row.version)) return end({ kind: 'stale', row: told() ?? neverHere() });
  const stored = row?.values;
  const isApart = (name: string): boolean => isOfParts(world.table, name);
  // What the system holds already is confirmed, not written.
  const isHeld = ([name, { value }]: readonly [string, { readonly value: Value }]): boolean =>
    name === LIFE || (isApart(name) ? false : sameValue(stored?.get(name), value));
  if (planned.kind === 'update' && Object.entries(planned.registers).every(isHeld))
    return end({ kind: 'written', row: told() ?? neverHere() });
  const composed = toColumns(world.table, system, new Map(Object.entries(planned.registers)), PLAIN, NOTHING_REFERRED);
  if (composed.kind === 'not-representable') return end({ kind: 'unfit', registers: composed.registers });
  const values = Object.fromEntries(Object.entries(planned.registers).map(([name, { value }]) => [name, value]));
  const refusal = world.refuse?.(system, values);
  if (refusal !== undefined) return end({ kind: 'refused', why: 'validation-rejected', words: refusal });
  world.writes += 1;
  world.nowMs += 1000;
  if (planned.kind === 'delete') {
    world.rows.set(system, undefined);
    return end({ kind: 'removed' });
  }
  const written = Object.entries(planned.registers)
    .filter(([name]) => name !== LIFE && !isApart(name))
    .map(([name, { value }]) => [name, world.store?.(system, name, value) ?? value] as const);
  world.rows.set(system, { values: new Map([...(row?.values ?? emptyRow(world.table)), ...written]), version: world.nowMs });
  const apart = Object.entries(planned.registers).filter(([name]) => isApart(name));
  world.apart.set(system, new Map([...(world.apart.get(system) ?? []), ...apart.map(([name, { value }]) => [name, value] as const)]));
  end({ kind: 'written', row: told() ?? neverHere() });
}

const PLAIN: Dialect = { encode: (_type, value) => value, decode: (_type, json) => (typeof json === 'object' ? null : json) };

const NOTHING_REFERRED: References = { toRecord: () => undefined, toText: () => undefined, recordIn: () => undefined };

function emptyRow(table: Table): readonly (readonly [string, Value])[] {
  return [...table.registers.values()].map((rule) => [rule.name, rule.fields.length > 1 ? rule.fields.map(() => null) : null] as const);
}

export function ruleHeld(world: World, choose: (values: readonly Value[]) => Value): void {
  const held = Object.entries(world.record ? registersIn(world.record) : {}).find(([, register]) => register.held);
  if (!world.record || !held) return;
  world.nowMs += 1000;
  const [name, register] = held;
  const value = choose(frontierIn(register).map(({ value: candidate }) => candidate));
  take(world, resolve(world.record, { register: name, value, by: 'mia' }, world.table, contextOf(world)));
}

/** Pulls and delivers until nothing is left to do; held registers stay as they are. */
export function calm(world: World): void {
  const ROUNDS_MAX = 50;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const before = world.plans.length;
    for (const system of world.rows.keys()) pull(world, system);
    for (const system of world.rows.keys()) deliver(world, system);
    if (world.plans.length === before) return;
  }
  throw new Error(`not calm after ${ROUNDS_MAX} rounds`);
}

function neverHere(): never {
  throw new Error('a row or a record was expected here');
}
