import {
  entityName,
  systemId,
  type DeletePolicy,
  type FieldType,
  type PolicySpec,
  type SystemId,
  type Table,
  type Value,
} from '@concord/core';
import type { Core } from './core.ts';
import { endings, openScope, sequencesOf, type Outcome, type Told } from './small.ts';

interface OneField {
  readonly systems: readonly string[];
  readonly policy: PolicySpec;
  readonly type?: FieldType;
  readonly delete?: DeletePolicy;
}

/** Everything that so few systems can do with one field in so few edits. */
export interface Scope {
  readonly systems: readonly string[];
  /** How many edits each makes, at the most. */
  readonly edits: number;
  /** One in so many of the choices of edits, spread over all; absent: every one. */
  readonly oneIn?: number;
  readonly policy: PolicySpec;
  readonly delete: DeletePolicy;
}

export interface Explored {
  readonly orders: number;
  /** What came to different things in different orders. */
  readonly differing: readonly string[];
}

/** `undefined` is a deletion. */
const VALUES: readonly (Value | undefined)[] = ['red', 'blue', null, undefined];
const BASE = 'green';
/** By how much the second system's clock is ahead of the first's, the third's twice as much: not at all, a little, behind, far ahead. */
const SKEWS_MS = [0, 5, -5, 500_000] as const;
/** Heard of at once, or much later than it came about. */
const HEARD_MS = 3_600_000;

/** Tells every sequence of edits in every order, and compares what it comes to. */
export function explore(core: Core, scope: Scope): Explored {
  const opened = openScope(core, tableOf(core, scope), BASE, HEARD_MS);
  const systems = scope.systems.map(systemId);
  const { oneIn = 1 } = scope;
  const differing: string[] = [];
  let [orders, number] = [0, 0];
  for (const sequences of choices(systems.length, scope.edits)) {
    number += 1;
    if (number % oneIn > 0) continue;
    for (const skewMs of SKEWS_MS) {
      const told = sequences.map((values, index) => values.map((value, place) => toldBy(systems, index, value, place, skewMs)));
      let first: string | undefined;
      for (const { outcome, order } of endings(opened, told)) {
        orders += 1;
        const text = JSON.stringify(outcome);
        first ??= text;
        if (text !== first)
          differing.push(`${words(told)}, ${skewMs} ms apart: ${first}, and ${text} as ${order.map(({ system }) => system).join(' ')}`);
      }
    }
  }
  return { orders, differing };
}

function toldBy(systems: readonly SystemId[], index: number, value: Value | undefined, number: number, skewMs: number): Told {
  return { system: systems[index] ?? systemId('fno'), value, atMs: (number + 1) * 10_000 + index * skewMs, number: number + 1 };
}

/**
 * For each system, a sequence of edits of which none says what stands there already, and of which a deletion is the last: a row that is made
 * anew is heard of by an engine that knows the record for dead, or not yet, and that is not the same.
 */
function* choices(systems: number, edits: number): Iterable<readonly (readonly (Value | undefined)[])[]> {
  const upTo = Array.from({ length: edits + 1 }, (_none, length) => [...sequencesOf(VALUES, length)]).flat();
  const own = upTo.filter((values) =>
    values.every((value, index) => index === 0 || (value !== values[index - 1] && values[index - 1] !== undefined)),
  );
  yield* sequencesOf(own, systems);
}

function words(told: readonly (readonly Told[])[]): string {
  return told
    .map((one) => `${one[0]?.system}: ${one.map(({ value }) => (value === undefined ? 'delete' : String(value))).join(', ')}`)
    .join('; ');
}

/** What two or three edits must come to. */
export interface Expected {
  readonly what: string;
  readonly policy: PolicySpec;
  readonly base: Value;
  readonly edits: readonly (readonly [system: string, value: Value | undefined, atMs: number])[];
  readonly outcome: Partial<Outcome>;
}

const LATEST: PolicySpec = { name: 'latest', options: undefined };
const TEXT: PolicySpec = { name: 'text', options: 'words' };

const EXPECTED: readonly Expected[] = [
  {
    what: 'the later edit wins, whoever is heard of first',
    policy: LATEST,
    base: 'a',
    edits: [
      ['ce', 'later', 2000],
      ['fno', 'earlier', 1000],
    ],
    outcome: { value: 'later' },
  },
  {
    what: 'of two edits of one moment, that of the system with the greater name wins',
    policy: LATEST,
    base: 'a',
    edits: [
      ['fno', 'of fno', 1000],
      ['ce', 'of ce', 1000],
    ],
    outcome: { value: 'of fno' },
  },
  {
    what: 'two texts are merged upon what both began with',
    policy: TEXT,
    base: 'one two three',
    edits: [
      ['fno', 'ONE two three', 1000],
      ['ce', 'one two THREE', 2000],
    ],
    outcome: { value: 'ONE two THREE' },
  },
  {
    what: 'a late edit is weighed against the others with its own time',
    policy: LATEST,
    base: 'a',
    edits: [
      ['fno', 'first', 1000],
      ['ce', 'second', 2000],
      ['pos', 'third', 3000],
      ['fno', 'first again', 1500],
    ],
    outcome: { value: 'third' },
  },
];

/** What does not come out as it must. */
export function disappointments(core: Core): readonly string[] {
  return EXPECTED.flatMap(({ what, policy, base, edits, outcome }) => {
    const systems = [...new Set(edits.map(([system]) => system))];
    const table = tableOf(core, { systems, policy });
    const told = edits.map(([system, value, atMs], number) => ({ system: systemId(system), value, atMs, number: number + 1 }));
    const opened = openScope(core, table, base, HEARD_MS);
    const came = opened.outcome(told.reduce((heard, one, place) => opened.hear(heard, one, place), opened.opening));
    const isSo = Object.entries(outcome).every(
      ([name, value]) => JSON.stringify(Object.entries(came).find(([one]) => one === name)?.[1]) === JSON.stringify(value),
    );
    return isSo ? [] : [`${what}: ${JSON.stringify(came)}`];
  });
}

/** Of things with one field. */
export function tableOf(core: Core, { systems, policy, type = { kind: 'text' }, delete: rule = 'update-wins' }: OneField): Table {
  const entity = entityName('thing');
  const ids = systems.map(systemId);
  const side = (system: SystemId) => ({ system, entity, set: 'things', columns: ['name'], where: {}, constants: {} });
  return core.compileTable(
    {
      entity,
      sides: Object.fromEntries(ids.map((system) => [system, side(system)])),
      key: [],
      delete: rule,
      registers: [
        {
          name: 'name',
          fields: [{ name: 'name', type, sides: Object.fromEntries(ids.map((system) => [system, { column: 'name' }])) }],
          policy,
        },
      ],
    },
    core.policies,
  );
}
