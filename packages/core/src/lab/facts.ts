import type { EntityName, RecordId, SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import { UNKNOWN_BASE } from '../register/answer.ts';
import type { ChangeRow, ConflictRow, EditTold, FailureRow, ResolutionTold } from '../ports/plan.ts';
import { CONCORD, PERSON } from '../register/actors.ts';
import { isEmpty, sameValue, type Value } from '../values.ts';
import { openGaps, type Gaps } from './gaps.ts';
import { isFirstCopy } from './knowledge.ts';
import { momentsOf, type Moment } from './moments.ts';
import { changesOf, conflictsOf, failuresOf, recordsOf, type LabLedger, type Paging } from './pages.ts';
import type { Tables } from './replay.ts';

/** So many records are kept as examples of a fact. */
const EXAMPLES_MAX = 3;
/** So many real frontiers are kept of each register, to try policies on. */
const FRONTIERS_MAX = 50;
/** So many of the latest failures, and of the conflicts of each state, are read. */
const ROWS_READ_MAX = 20_000;

/** Concurrent edits as they were decided, and the value that they were made on. */
export interface Frontier {
  readonly edits: readonly EditTold[];
  readonly base?: Value;
}

/** What is known of one register over all records. First copies are no edits. */
export interface RegisterFacts {
  readonly entity: EntityName;
  readonly register: string;
  edits: number;
  readonly bySystem: Map<SystemId, number>;
  /** What systems held when they were first read, by system. */
  readonly copies: Map<SystemId, number>;
  /** Edits that emptied it. */
  cleared: number;
  /** The longest text. */
  charsMax: number;
  /** Decimal places that were seen, at the most. */
  placesMax: number;
  /** Concurrent edits of two systems, and of these the ones within a second of each other. */
  rivals: number;
  closeRivals: number;
  /** Decisions: of whatever kind, by rule, and those in which a base was missing that should have been there. */
  decisions: number;
  readonly byRule: Map<string, number>;
  readonly lastByRule: Map<string, number>;
  baseless: number;
  held: number;
  /** Two systems that set it to and fro, between the same two values. */
  flaps: number;
  /** Over all records, the products of two systems' counts of edits: with the time, what meets by chance. */
  readonly pairs: Map<string, number>;
  readonly frontiers: Frontier[];
  readonly examples: Map<string, RecordId[]>;
}

/** Everything that lint, forecast and suggestions go by, from one read of the ledger. */
export interface Facts {
  readonly registers: ReadonlyMap<string, RegisterFacts>;
  /** Changes that edited both of two registers of one entity, by `entity a b`. */
  readonly together: ReadonlyMap<string, number>;
  /** From whom to whom, how long edits stayed unseen. */
  readonly gaps: Gaps;
  /** Systems that tell whole seconds only. */
  readonly wholeSeconds: ReadonlySet<SystemId>;
  readonly failures: readonly FailureRow[];
  readonly conflicts: readonly ConflictRow[];
  readonly firstMs: number;
  readonly lastMs: number;
  readonly records: number;
}

export function placeOf(entity: string, register: string): string {
  return `${entity}.${register}`;
}

export async function gatherFacts(
  ledger: LabLedger,
  tables: Tables,
  ask: Paging & { readonly progress?: (records: number) => void } = {},
): Promise<Facts> {
  const gathering = openGathering();
  let records = 0;
  for await (const record of recordsOf(ledger, undefined, ask)) {
    const table = tables.get(record.entity);
    if (!table) continue;
    const own = gathering.record(table, record.id);
    for await (const moment of momentsOf(changesOf(ledger, record.id, ask))) own.moment(moment);
    own.end();
    records += 1;
    ask.progress?.(records);
  }
  const states = ['held', 'resolved'] as const;
  const conflicts = await Promise.all(states.map((state) => some(conflictsOf(ledger, state, ask))));
  return { ...gathering.facts(), failures: await some(failuresOf(ledger, ask)), conflicts: conflicts.flat(), records };
}

async function some<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const list: Item[] = [];
  for await (const item of items) {
    list.push(item);
    if (list.length >= ROWS_READ_MAX) break;
  }
  return list;
}

function openGathering() {
  const registers = new Map<string, RegisterFacts>();
  const together = new Map<string, number>();
  const gaps = openGaps();
  const fractions = new Map<SystemId, boolean>();
  let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

  function of(entity: EntityName, register: string): RegisterFacts {
    const place = placeOf(entity, register);
    const found = registers.get(place) ?? blankFacts(entity, register);
    registers.set(place, found);
    return found;
  }

  function time({ stamp: { ms, system } }: ChangeRow): void {
    firstMs = Math.min(firstMs, ms);
    lastMs = Math.max(lastMs, ms);
    if (system !== PERSON && system !== CONCORD) fractions.set(system, (fractions.get(system) ?? false) || ms % 1000 !== 0);
  }

  function record({ map: { entity }, registers: rules }: Table, id: RecordId) {
    const trails = new Map<string, Trail>();

    function edit(told: EditTold, copy: boolean): void {
      const facts = of(entity, told.register);
      const trail = trails.get(told.register) ?? { last: new Map(), values: [], counts: new Map() };
      trails.set(told.register, trail);
      if (copy) {
        count(facts.copies, told.system);
        measure(facts, told.value);
        follow(trail, told);
        return;
      }
      facts.edits += 1;
      count(facts.bySystem, told.system);
      count(trail.counts, told.system);
      measure(facts, told.value);
      if (isEmpty(told.value) && told.on !== undefined && !isEmpty(told.on)) show(facts, 'cleared', id, () => (facts.cleared += 1));
      for (const other of trail.last.values()) meet(facts, other, told, id);
      if (isFlap(trail, told)) show(facts, 'flaps', id, () => (facts.flaps += 1));
      follow(trail, told);
    }

    function meet(facts: RegisterFacts, other: EditTold, told: EditTold, example: RecordId): void {
      if (other.system === told.system || told.system === PERSON || other.system === PERSON) return;
      // A first copy was not made when it was told.
      if (other.on === undefined && other.saw === 0) return;
      const gapMs = told.stamp.ms - other.stamp.ms;
      const isSeen = told.saw >= other.number;
      gaps.add(other.system, told.system, gapMs, isSeen);
      if (isSeen) return;
      facts.rivals += 1;
      if (Math.abs(gapMs) < 1000) show(facts, 'close', example, () => (facts.closeRivals += 1));
    }

    function decided(told: ResolutionTold, ms: number): void {
      const facts = of(entity, told.register);
      facts.decisions += 1;
      count(facts.byRule, told.rule);
      facts.lastByRule.set(told.rule, ms);
      if (told.kind === 'held') show(facts, 'held', id, () => (facts.held += 1));
      const isBaseless =
        (told.code === 'C19' && told.rule !== UNKNOWN_BASE) ||
        (told.base === undefined && told.contributors.some((one) => one.on !== undefined));
      if (isBaseless) show(facts, 'baseless', id, () => (facts.baseless += 1));
      if (facts.frontiers.length < FRONTIERS_MAX && told.contributors.length > 1)
        facts.frontiers.push({ edits: told.contributors, ...(told.base === undefined ? {} : { base: told.base }) });
    }

    return {
      moment(moment: Moment): void {
        const { change, resolutions } = moment;
        time(change);
        const copy = isFirstCopy(moment);
        for (const told of change.edits) edit(told, copy);
        for (const told of resolutions) decided(told, change.stamp.ms);
        if (copy || change.system === PERSON) return;
        const names = change.edits
          .map(({ register }) => register)
          .filter((name) => rules.has(name))
          .toSorted();
        for (const [index, a] of names.entries()) for (const b of names.slice(index + 1)) count(together, `${entity} ${a} ${b}`);
      },
      end(): void {
        for (const [register, { counts }] of trails) pair(of(entity, register), counts);
      },
    };
  }

  return {
    record,
    facts: () => ({
      registers,
      together,
      gaps,
      wholeSeconds: new Set([...fractions].flatMap(([system, isFine]) => (isFine ? [] : [system]))),
      firstMs,
      lastMs,
    }),
  };
}

/** One register of one record, on the way. */
interface Trail {
  /** The latest edit of each system. */
  readonly last: Map<SystemId, EditTold>;
  /** The latest three. */
  readonly values: EditTold[];
  readonly counts: Map<SystemId, number>;
}

function follow(trail: Trail, told: EditTold): void {
  trail.last.set(told.system, told);
  trail.values.push(told);
  if (trail.values.length > 3) trail.values.shift();
}

/** a, b, a, b, in turns by two systems. */
function isFlap({ values }: Trail, told: EditTold): boolean {
  const [first, second, third] = values;
  if (!first || !second || !third) return false;
  const turns = first.system === third.system && second.system === told.system && first.system !== told.system;
  return turns && sameValue(first.value, third.value) && sameValue(second.value, told.value) && !sameValue(first.value, told.value);
}

function pair(facts: RegisterFacts, counts: ReadonlyMap<SystemId, number>): void {
  const systems = [...counts.keys()].filter((system) => system !== PERSON).toSorted();
  for (const [index, a] of systems.entries())
    for (const b of systems.slice(index + 1)) {
      const product = (counts.get(a) ?? 0) * (counts.get(b) ?? 0);
      facts.pairs.set(`${a} ${b}`, (facts.pairs.get(`${a} ${b}`) ?? 0) + product);
    }
}

function measure(facts: RegisterFacts, value: Value): void {
  if (typeof value !== 'string') return;
  facts.charsMax = Math.max(facts.charsMax, value.length);
  const places = /^-?\d+\.(\d+)$/u.exec(value)?.[1]?.replace(/0+$/u, '').length ?? 0;
  facts.placesMax = Math.max(facts.placesMax, places);
}

function show(facts: RegisterFacts, what: string, record: RecordId, happened: () => unknown): void {
  happened();
  const shown = facts.examples.get(what) ?? [];
  facts.examples.set(what, shown);
  if (shown.length < EXAMPLES_MAX && !shown.includes(record)) shown.push(record);
}

function count<Name>(counts: Map<Name, number>, name: Name): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** What is told of a register of which nothing was told yet. */
export function blankFacts(entity: EntityName, register: string): RegisterFacts {
  return {
    entity,
    register,
    edits: 0,
    bySystem: new Map(),
    copies: new Map(),
    cleared: 0,
    charsMax: 0,
    placesMax: 0,
    rivals: 0,
    closeRivals: 0,
    decisions: 0,
    byRule: new Map(),
    lastByRule: new Map(),
    baseless: 0,
    held: 0,
    flaps: 0,
    pairs: new Map(),
    frontiers: [],
    examples: new Map(),
  };
}
