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
import { digest } from './hash.ts';

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

/** How far the telling has come: what the core keeps, and nothing else. Tellings that begin alike go on from the same one. */
export interface Heard {
  readonly record: RecordState | undefined;
  readonly writes: number;
  readonly nowMs: number;
}

const ROUNDS_MAX = 12;
/** Between one thing that is heard and the next. */
const APART_MS = 1000;

/** A record in systems that all hold `base`, of which so much is heard, each thing twice. What is told first is heard so much later. */
export function openScope(core: Core, table: Table, base: Value, heardMs: number) {
  function contextAt(nowMs: number) {
    return { nowMs, newRecord: ID, neverSent: () => true, digest };
  }

  function rowOf(system: SystemId, name: string, value: Value, atMs: number): MappedRow {
    const values = new Map<string, Value>([['name', value]]);
    return { system, key: keyOf(system), version: version(name), values, modifiedAtMs: BASE_MS + atMs, unreadable: [], waitsFor: [] };
  }

  function taken(heard: Heard, plan: Plan | undefined): Heard {
    return plan ? { ...heard, record: plan.record } : heard;
  }

  function hear(before: Heard, { system, value, atMs, number }: Told, nowMs: number): Heard {
    const heard = { ...before, nowMs };
    const { record } = heard;
    if (value !== undefined) {
      return taken(heard, core.observe(record, rowOf(system, `${system} ${number}`, value, atMs), table, contextAt(nowMs)));
    }
    return record ? taken(heard, core.observeGone(record, { system, key: keyOf(system) }, table, contextAt(nowMs))) : heard;
  }

  /** Every planned write arrives, until none is left. */
  function delivered(heard: Heard): Heard {
    let now = heard;
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const due = table.systems.filter((system) => now.record?.links[system]?.planned);
      if (due.length === 0) break;
      for (const system of due) now = deliveredTo(now, system);
    }
    return now;
  }

  function deliveredTo(heard: Heard, system: SystemId): Heard {
    const { record, nowMs } = heard;
    const planned = record?.links[system]?.planned;
    if (!record || !planned) return heard;
    const writes = heard.writes + 1;
    if (planned.kind === 'delete')
      return taken({ ...heard, writes }, core.settle(record, system, { kind: 'removed' }, table, contextAt(nowMs)));
    // A row that is made anew holds nothing but what was written.
    const before = planned.kind === 'create' ? null : core.registerIn(record, 'name')?.shadows[system]?.value;
    const value = planned.registers['name']?.value ?? before ?? null;
    const row = { ...rowOf(system, `ours ${writes}`, value, 0) };
    return taken({ ...heard, writes }, core.settle(record, system, { kind: 'written', row }, table, contextAt(nowMs)));
  }

  function standing(record: RecordState | undefined, name: string): Standing {
    const register = record && core.registerIn(record, name);
    if (!register?.held) return register?.value;
    return {
      choices: core
        .frontierIn(register)
        .map(({ value }) => value)
        .toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)),
    };
  }

  const first = { system: table.systems[0] ?? systemId('fno'), value: base, atMs: 0, number: 0 };
  const opening = delivered(hear({ record: undefined, writes: 0, nowMs: BASE_MS }, first, BASE_MS));

  return {
    opening,
    /** `place`: how many were told before it. */
    hear(heard: Heard, told: Told, place: number): Heard {
      const nowMs = BASE_MS + heardMs + place * APART_MS;
      return hear(hear(heard, told, nowMs), told, nowMs + 1);
    },
    /** What it comes to once everything is delivered. */
    outcome(heard: Heard): Outcome {
      const { record } = delivered(heard);
      return { value: standing(record, 'name'), life: standing(record, core.LIFE) };
    },
  };
}

export type OpenScope = ReturnType<typeof openScope>;

/** Tells the sequences one into another in every way there is, and what each comes to; what begins alike is heard once. */
export function* endings(
  scope: OpenScope,
  sequences: readonly (readonly Told[])[],
): Iterable<{ readonly outcome: Outcome; readonly order: readonly Told[] }> {
  yield* endingsAfter(scope, scope.opening, [], sequences);
}

function* endingsAfter(
  scope: OpenScope,
  heard: Heard,
  order: readonly Told[],
  sequences: readonly (readonly Told[])[],
): Iterable<{ readonly outcome: Outcome; readonly order: readonly Told[] }> {
  const rest = sequences.filter(({ length }) => length > 0);
  if (rest.length === 0) yield { outcome: scope.outcome(heard), order };
  for (const [index, [first, ...others]] of rest.entries()) {
    if (first === undefined) continue;
    const next = rest.map((other, at) => (at === index ? others : other));
    yield* endingsAfter(scope, scope.hear(heard, first, order.length), [...order, first], next);
  }
}

/** Every sequence of so many of the items. */
export function* sequencesOf<Item>(items: readonly Item[], length: number): Iterable<readonly Item[]> {
  if (length === 0) yield [];
  else for (const first of items) for (const rest of sequencesOf(items, length - 1)) yield [first, ...rest];
}
