import { createHash } from 'node:crypto';
import {
  keyOf,
  recordId,
  systemId,
  version,
  type MappedRow,
  type Plan,
  type RecordState,
  type SystemId,
  type Table,
  type Value,
} from '@concord/core';
import type { Core } from './core.ts';

/** One state of one system's row, and when it came about by that system's clock. `undefined`: it was deleted. */
export interface Told {
  readonly system: SystemId;
  readonly value: Value | undefined;
  readonly atMs: number;
  readonly number: number;
}

const ID = recordId('record-of-the-scope-0');
const BASE_MS = 1_750_000_000_000;

/** What one field of a record comes to when so much is heard of it in this order: the pure core, without engine or wire. */
export interface Outcome {
  readonly value: Standing;
  readonly life: Standing;
}

/** A value, or those that a person is asked to choose from: which of them stands meanwhile depends on who was heard of first. */
export type Standing = Value | undefined | { readonly choices: readonly Value[] };

/** All systems hold `base`; then every told state is heard, in order, each twice; then everything is delivered. */
export function outcomeOf(core: Core, table: Table, base: Value, told: readonly Told[], heardMs: number): Outcome {
  const scope = openScope(core, table);
  const { systems } = table;
  scope.hear({ system: systems[0] ?? systemId('fno'), value: base, atMs: 0, number: 0 }, BASE_MS);
  scope.deliver();
  told.forEach((one, index) => {
    scope.hear(one, BASE_MS + heardMs + index * 1000);
    scope.hear(one, BASE_MS + heardMs + index * 1000 + 1);
  });
  scope.deliver();
  return scope.outcome();
}

const ROUNDS_MAX = 12;

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function openScope(core: Core, table: Table) {
  let record: RecordState | undefined;
  let versions = 0;
  let nowMs = BASE_MS;
  const context = () => ({ nowMs, newRecord: ID, neverSent: () => true, digest });
  const take = (plan: Plan | undefined): void => {
    record = plan?.record ?? record;
  };

  function rowOf(system: SystemId, name: string, value: Value, atMs: number): MappedRow {
    const values = new Map<string, Value>([['name', value]]);
    return { system, key: keyOf(system), version: version(name), values, modifiedAtMs: BASE_MS + atMs, unreadable: [], waitsFor: [] };
  }

  return {
    hear({ system, value, atMs, number }: Told, heardAtMs: number): void {
      nowMs = heardAtMs;
      if (value === undefined) {
        if (record) take(core.observeGone(record, { system, key: keyOf(system) }, table, context()));
        return;
      }
      take(core.observe(record, rowOf(system, `${system} ${number}`, value, atMs), table, context()));
    },
    /** Every planned write arrives, until none is left. */
    deliver(): void {
      for (let round = 0; round < ROUNDS_MAX; round += 1) {
        const due = table.systems.filter((system) => record?.links[system]?.planned);
        if (due.length === 0) return;
        for (const system of due) deliverTo(system);
      }
    },
    outcome: (): Outcome => ({ value: standing('name'), life: standing(core.LIFE) }),
  };

  function standing(name: string): Standing {
    const register = record && core.registerIn(record, name);
    if (!register?.held) return register?.value;
    return {
      choices: register.frontier.map(({ value }) => value).toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)),
    };
  }

  function deliverTo(system: SystemId): void {
    const planned = record?.links[system]?.planned;
    if (!record || !planned) return;
    versions += 1;
    if (planned.kind === 'delete') return take(core.settle(record, system, { kind: 'removed' }, table, context()));
    // A row that is made anew holds nothing but what was written.
    const before = planned.kind === 'create' ? null : core.registerIn(record, 'name')?.shadows[system]?.value;
    const value = planned.registers['name']?.value ?? before ?? null;
    const row = { ...rowOf(system, `ours ${versions}`, value, 0) };
    take(core.settle(record, system, { kind: 'written', row }, table, context()));
  }
}

/** Every way in which the sequences may be told one into another. */
export function* interleavings<Item>(sequences: readonly (readonly Item[])[]): Iterable<readonly Item[]> {
  const rest = sequences.filter(({ length }) => length > 0);
  if (rest.length === 0) yield [];
  for (const [index, sequence] of rest.entries()) {
    const [first, ...others] = sequence;
    if (first === undefined) continue;
    for (const tail of interleavings(rest.map((other, at) => (at === index ? others : other)))) yield [first, ...tail];
  }
}

/** Every sequence of so many of the items. */
export function* sequencesOf<Item>(items: readonly Item[], length: number): Iterable<readonly Item[]> {
  if (length === 0) yield [];
  else for (const first of items) for (const rest of sequencesOf(items, length - 1)) yield [first, ...rest];
}
