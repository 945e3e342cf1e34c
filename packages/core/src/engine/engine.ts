import type { ConflictId, DeliveryId, EntityName, Key, RecordId, SystemId } from '../ids.ts';
import { keyReferences, type Table } from '../map/compile.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { ConflictRow, ErasedTold, Plan } from '../ports/plan.ts';
import type { Clock, Ids, Log, Wakeable } from '../ports/surroundings.ts';
import type { System } from '../ports/system.ts';
import { pagesOf } from '../ports/paging.ts';
import type { Digest } from '../record/encode.ts';
import type { Json, Value } from '../values.ts';
import type { RowAside } from './aside.ts';
import { erasureIn, type ErasureAsk } from './erasing.ts';
import { openChores, type Chore } from './chores.ts';
import { openCommitter } from './committer.ts';
import { openFresh } from './fresh.ts';
import { openDeliverer, type Deliverer } from './deliverer.ts';
import { openInitial } from './initial.ts';
import type { InitialStatus } from './initial-status.ts';
import { openIntake } from './intake.ts';
import { openGuard, type Decision, type Guard } from './guard.ts';
import type { ChildRule } from './governor.ts';
import { openLanes } from './lanes.ts';
import { openLedgerHealth, type LedgerTrouble } from './ledger-health.ts';
import { backoffMs, type Circuit } from './pace.ts';
import { LIMITS, type Limits, type Parts, type Stop } from './parts.ts';
import type { PullerStatus } from './map-status.ts';
import { setLink, type LinkingAnswer, type LinkingAsk } from './linking.ts';
import { openPauses, type PauseAsk, type Pauses } from './pauses.ts';
import { openPins, type Pin, type PinAnswer, type PinAsk } from './pins.ts';
import { openPuller, type Puller } from './puller.ts';
import { openReads } from './reads.ts';
import { openTally, type Tallies } from './tally.ts';
import { actOfRow, release, releaseAll, type Parked, type ReleaseAnswer, type ReleaseAsk, type ReleasedAll } from './release.ts';
import { actOf, resyncRecord, type ResyncAsk, type Resynced } from './resync.ts';
import { restore, type RestoringAnswer, type RestoringAsk } from './restoring.ts';
import { revise, type RevisingAnswer, type RevisingAsk } from './revising.ts';
import { reopenConflict, rule, type ReopeningAnswer, type RulingAnswer } from './ruling.ts';
import { openBell } from './signal.ts';
import { takeHints } from './hints.ts';

export interface EngineOptions {
  readonly tables: readonly Table[];
  readonly systems: readonly System[];
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly limits?: Partial<Limits>;
  /** SHA-256, where the platform has a faster one than the core's own. */
  readonly digest?: Digest;
}

export interface EngineStatus {
  /** What keeps the ledger from being written; absent while it can be. */
  readonly ledger?: LedgerTrouble;
  readonly maps: readonly PullerStatus[];
  readonly deliveries: readonly {
    readonly system: SystemId;
    readonly waiting: number;
    readonly underWay: number;
    readonly paused?: string;
    readonly circuit: Circuit;
    /** By entity, since when its oldest write to the system is planned and not done, at the earliest since the start; ms since 1970 UTC. */
    readonly behindMs: Readonly<Record<EntityName, number>>;
  }[];
  /** What happened since the start. */
  readonly tallies: Tallies;
}

/** What a person decides about an open conflict: the value of one side, or a value; or, about a record as a whole, what it asks. */
export interface RulingAsk {
  readonly conflict: ConflictId;
  readonly choice:
    | { readonly side: SystemId }
    | { readonly value: Value }
    /** It is the same thing as this record. */
    | { readonly join: RecordId }
    /** It is the same thing as none of them. */
    | { readonly apart: true }
    /** This row is the one that is mirrored. */
    | { readonly row: Key };
  readonly by: string;
  readonly note?: string;
  /** Whether the conflict is still as the person saw it; asked where nothing can change it any more. Absent: it may be as it is. */
  readonly isAsSeen?: (conflict: ConflictRow) => boolean;
}

/** What a person wants of a conflict that is closed. */
export type ReopeningAsk = Pick<RulingAsk, 'conflict' | 'by' | 'note' | 'isAsSeen'>;

export interface Engine {
  /** Begins to pull and to deliver. Resolves when what the ledger holds is in the queues. */
  start(): Promise<void>;
  /** Lets what is under way come to its end, and stops. What is planned stays in the ledger. */
  stop(): Promise<void>;
  /** An inbound hook arrived. Answers how many rows or feeds it led to; `undefined` when there is no such system. */
  hint(system: SystemId, body: Json, headers: Readonly<Record<string, string>>): number | undefined;
  resolve(decision: RulingAsk): Promise<RulingAnswer>;
  /** Has a closed conflict wait for a person again. */
  reopen(ask: ReopeningAsk): Promise<ReopeningAnswer>;
  /** Brings a record to where it was reviewed to come to under other policies. */
  revise(ask: RevisingAsk): Promise<RevisingAnswer>;
  /** Lets what a map's guard keeps waiting pass, or has it undone. `idle`: nothing waits. */
  guard(system: SystemId, entity: EntityName, decision: Decision): Promise<'decided' | 'idle' | 'unknown'>;
  /** Has a map rest, or go on. `idle`: there was nothing to change. */
  pause(system: SystemId, entity: EntityName, ask: PauseAsk): Promise<'done' | 'idle' | 'unknown'>;
  /** Has one write tried again at once, or given up. */
  release(id: DeliveryId, ask: ReleaseAsk): Promise<ReleaseAnswer>;
  /** Reads a record's rows in all systems again, and takes what differs from what is known. */
  resyncRecord(id: RecordId, ask: ResyncAsk): Promise<Resynced | 'unknown'>;
  /** The same for all rows of an entity; it goes on by itself, and `status` tells how far. Answers the systems that are read. */
  resyncEntity(entity: EntityName, ask: ResyncAsk): Promise<readonly SystemId[]>;
  /** Rows that are set aside because something broke over them, of all maps. */
  aside(): readonly RowAside[];
  /** Has a row that is set aside read again, or given up. `still`: something breaks over it as before. */
  releaseRow(row: Pick<RowAside, 'system' | 'entity' | 'key'>, ask: ReleaseAsk): Promise<'released' | 'gone' | 'still'>;
  /** The same for everything that is parked, or a part of it. */
  releaseAll(which: Parked, ask: ReleaseAsk): Promise<ReleasedAll>;
  /** Parts a record from its row in one system, or has them mirrored again. */
  link(ask: LinkingAsk): Promise<LinkingAnswer>;
  /** Has a past value of a record stand again. */
  restore(ask: RestoringAsk): Promise<RestoringAnswer>;
  /** Has a value of a record stand until a time, whoever edits the field meanwhile. */
  pin(ask: PinAsk): Promise<PinAnswer>;
  unpin(ask: Pick<Pin, 'record' | 'register' | 'by'>): Promise<'unpinned' | 'gone'>;
  pins(): readonly Pin[];
  /** Starts what the configuration keeps waiting. Begun already: has what failed, and only that, tried again. `unknown`: no such entity. */
  beginInitial(entity: EntityName, ask: ResyncAsk): Promise<'begun' | ReleasedAll | 'unknown'>;
  /** How far systems have come to their first agreement. */
  initial(entity: EntityName): InitialStatus | undefined;
  /** Has values of a record leave the ledger, in its lane. Throws as `erasureIn` does. */
  erase(ask: ErasureAsk): Promise<ErasedTold>;
  status(): EngineStatus;
  /** Rings when the ledger has news. */
  readonly news: Wakeable;
  /** Whether nothing is left to take, to send or to wait for, as far as is known. */
  isQuiet(): boolean;
}

/** The loop: five hops, two of them pure, one transaction. */
export function openEngine(options: EngineOptions): Engine {
  const stop = { ...openBell(), isStopped: false };
  const news = openBell();
  const deliverers = new Map<SystemId, Deliverer>();
  const pullers: Puller[] = [];
  const listed = new Map<EntityName, Set<SystemId>>();
  const pauses = openPauses(options);
  const parts = partsOf(
    options,
    stop,
    (plan) => pass(plan),
    (chores) => choring.put(chores),
    (system, entity) => guards.get(`${system} ${entity}`),
    pressure,
    pauses,
    (system, entity) => initial.wrote(system, entity),
  );
  const guards = new Map<string, Guard>();
  const initial = openInitial(parts);
  const intake = openIntake(parts);
  const choring = openChores(parts, () => intake);
  const pins = openPins(parts, () => intake);
  let running: Promise<unknown> = Promise.resolve();

  /** What was committed moves on: writes into the outboxes, links to those that waited for them. */
  function pass(plan: Plan): void {
    news.ring();
    pins.follow(plan);
    for (const [system, row] of plan.deliveries) {
      const deliverer = deliverers.get(system);
      if (row) deliverer?.put(row);
      else deliverer?.drop(plan.record.id);
    }
    // What waited for an answer, or for the record to appear, is looked at again.
    if (plan.conflicts.some(({ about, state }) => about && state !== 'held')) wakeAll(plan);
    else if (parts.tables.get(plan.record.entity)?.relations.unique.length) wakeAll(plan);
    if (plan.linked.length === 0) return;
    for (const { system, key } of plan.linked) pullerOf(system, plan.record.entity)?.letIn(key);
    wakeAll(plan);
    for (const puller of pullers) if (puller.isAwaiting) puller.wake();
  }

  function wakeAll({ record }: Plan): void {
    for (const deliverer of deliverers.values()) deliverer.wake(record.id);
  }

  /** Only where writes may go at all: a listing must come to its end before any is sent. */
  function pressure(from: SystemId, { map, systems }: Table): string | undefined {
    if (!isOpen(map.entity)) return undefined;
    const full = systems.find((to) => to !== from && (deliverers.get(to)?.waiting ?? 0) >= parts.limits.queueMax);
    return full && `${deliverers.get(full)?.waiting} writes to ${full} wait; what is new is read when they are fewer`;
  }

  function pullerOf(id: SystemId, of: EntityName): Puller | undefined {
    return pullers.find((puller) => puller.system === id && puller.entity === of);
  }

  /** What is under way as a map is paused comes to its end, and nobody need wait for that to be told. */
  function statusOf(puller: Puller): PullerStatus {
    if (!initial.isBegun(puller.entity)) return { ...puller.status(), state: 'kept' };
    const pause = pauses.of(puller.system, puller.entity);
    return pause ? { ...puller.status(), state: 'paused', pause } : puller.status();
  }

  /** Nothing is written before every system was listed once: what looks missing may only not have been read yet. */
  function isOpen(entity: EntityName): boolean {
    return listed.get(entity)?.size === parts.tables.get(entity)?.systems.length;
  }

  /** Rows whose key refers to another entity can only be told apart once that entity was listed. */
  function isReady(system: SystemId, table: Table): boolean {
    const referred = keyReferences(table).filter((entity) => parts.tables.get(entity)?.systems.includes(system));
    return initial.isBegun(table.map.entity) && referred.every((entity) => listed.get(entity)?.has(system));
  }

  async function beginInitial(entity: EntityName, asked: ResyncAsk): Promise<'begun' | ReleasedAll | 'unknown'> {
    if (!parts.tables.has(entity)) return 'unknown';
    if (await initial.begin(entity, asked)) return 'begun';
    const failed = { decision: 'retry' as const, ...asked };
    for (const puller of pullers) if (puller.entity === entity) for (const { key } of puller.aside) await puller.releaseAside(key, 'retry');
    return releaseAll(parts, intake, { entity }, failed);
  }

  function initialStatus(entity: EntityName): InitialStatus | undefined {
    const ours = pullers.filter((puller) => puller.entity === entity);
    if (ours.length === 0) return undefined;
    const systems = ours.map((puller) => {
      const { system, listed: isListed, toldRows: rows } = puller.status();
      const remaining = deliverers.get(system)?.waitingOf(entity) ?? 0;
      return { system, listed: isListed, rows, remaining, ...initial.settled(system, entity) };
    });
    const isWriting = systems.some(({ remaining }) => remaining > 0);
    const state = !initial.isBegun(entity) ? 'kept' : !isOpen(entity) ? 'reading' : isWriting ? 'writing' : 'done';
    const begunAtMs = initial.begunAtMs(entity);
    return { entity, state, systems, ...(begunAtMs === undefined ? {} : { begunAtMs }) };
  }

  for (const system of options.systems) deliverers.set(system.id, openDeliverer(parts, intake, system, isOpen));
  for (const table of options.tables) {
    for (const system of options.systems.filter(({ id }) => table.systems.includes(id))) {
      const { entity, sides } = table.map;
      const bound = sides[system.id]?.guard;
      if (bound) guards.set(`${system.id} ${entity}`, openGuard(parts, bound, system.id, entity));
      pullers.push(
        openPuller(
          parts,
          intake,
          system,
          table,
          () => isReady(system.id, table),
          () => {
            listed.set(entity, (listed.get(entity) ?? new Set()).add(system.id));
            for (const deliverer of deliverers.values()) deliverer.nudge();
          },
        ),
      );
    }
  }

  return {
    async start() {
      await pauses.load(pullers);
      await pins.load();
      await initial.load();
      await reload(options.ledger, deliverers);
      await choring.reload();
      running = Promise.all([
        ...pullers.map((puller) => puller.run(stop)),
        ...[...deliverers.values()].map((deliverer) => deliverer.run(stop)),
        choring.run(stop),
        pins.run(stop),
      ]);
    },
    async stop() {
      stop.isStopped = true;
      stop.ring();
      await running;
      while ([...deliverers.values()].some(({ underWay }) => underWay > 0) || parts.lanes.busy > 0) await parts.clock.turn();
    },
    hint: (system, body, headers) =>
      takeHints(
        parts,
        pullers.filter(({ entity }) => initial.isBegun(entity)),
        system,
        body,
        headers,
      ),
    resolve: (decision) => rule(parts, intake, decision),
    reopen: (asked) => reopenConflict(parts, intake, asked),
    revise: (ask) => revise(parts, intake, ask),
    guard: async (system, entity, decision) => {
      const puller = pullerOf(system, entity);
      if (!puller) return 'unknown';
      const decided = await guards.get(`${system} ${entity}`)?.decide(decision);
      if (!decided) return 'idle';
      puller.wake();
      return 'decided';
    },
    pause: async (system, entity, asked) => {
      const puller = pullerOf(system, entity);
      if (!puller) return 'unknown';
      const done = await pauses.set(system, entity, asked);
      if (done === 'idle') return done;
      if (pauses.of(system, entity)) deliverers.get(system)?.dropAll(entity);
      else await reload(options.ledger, deliverers, { system, entity });
      if (asked.act === 'start') puller.relist();
      else puller.wake();
      return done;
    },
    release: (id, asked) => release(parts, intake, id, asked),
    releaseAll: (which, asked) => releaseAll(parts, intake, which, asked),
    resyncRecord: (id, asked) => resyncRecord(parts, intake, id, asked),
    resyncEntity: async (entity, asked) => {
      const chosen = pullers.filter((puller) => puller.entity === entity);
      if (chosen.length > 0) await parts.committer.act(actOf(parts, { entity }, asked));
      for (const puller of chosen) puller.resync();
      return chosen.map(({ system }) => system);
    },
    beginInitial,
    initial: initialStatus,
    aside: () => pullers.flatMap(({ aside }) => aside),
    releaseRow: async ({ system, entity, key }, asked) => {
      const puller = pullerOf(system, entity);
      if (!puller?.aside.some((row) => row.key === key)) return 'gone';
      const released = await puller.releaseAside(key, asked.decision);
      await parts.committer.act(actOfRow(parts, { system, entity, key }, asked));
      return released ? 'released' : 'still';
    },
    link: (asked) => setLink(parts, intake, asked),
    restore: (asked) => restore(parts, intake, asked),
    pin: pins.put,
    unpin: pins.drop,
    pins: pins.list,
    erase: (asked) =>
      parts.lanes.run(asked.record, () =>
        erasureIn({ ledger: parts.ledger, tables: parts.tables, nowMs: () => parts.clock.nowMs(), digest: parts.digest }, asked),
      ),
    status: () => ({
      ...(parts.health.trouble ? { ledger: parts.health.trouble } : {}),
      maps: pullers.map(statusOf),
      tallies: parts.tally.tallies(),
      deliveries: [...deliverers].map(([system, { waiting, underWay, paused, circuit, behind }]) => ({
        system,
        waiting,
        underWay,
        circuit,
        behindMs: Object.fromEntries(behind),
        ...(paused === undefined ? {} : { paused }),
      })),
    }),
    news,
    isQuiet: () =>
      parts.lanes.busy === 0 &&
      parts.reads.underWay === 0 &&
      choring.isIdle &&
      pins.isIdle &&
      pullers.every((puller) => puller.isResting) &&
      [...deliverers.values()].every(({ waiting, underWay }) => waiting === 0 && underWay === 0),
  };
}

function partsOf(
  options: EngineOptions,
  stop: Stop,
  pass: (plan: Plan) => void,
  chores: (chores: readonly Chore[]) => void,
  guardOf: Parts['guardOf'],
  pressure: Parts['pressure'],
  pauses: Pauses,
  wrote: Parts['wrote'],
): Parts {
  const { ledger, clock, ids, log, digest } = options;
  const fresh = openFresh();
  const limits = { ...LIMITS, ...options.limits };
  const health = openLedgerHealth(clock);
  const tally = openTally();
  const waitMs = (failures: number): number => backoffMs({ limits, ids }, failures);
  return {
    ledger,
    clock,
    ids,
    log,
    tables: new Map(options.tables.map((table) => [table.map.entity, table])),
    systems: new Map(options.systems.map((system) => [system.id, system])),
    limits,
    health,
    children: childRules(options.tables),
    chores,
    guardOf,
    pressure,
    pauseOf: pauses.of,
    wrote,
    lanes: openLanes(),
    reads: openReads(),
    tally,
    committer: openCommitter(ledger, clock, { health, stop, waitMs }),
    isFresh: fresh.has,
    ...(digest ? { digest } : {}),
    committed: (plan) => {
      fresh.follow(plan);
      tally.committed(plan);
      pass(plan);
    },
  };
}

/** By entity, the fields of others that refer to it and say what happens when it is deleted. */
function childRules(tables: readonly Table[]): ReadonlyMap<EntityName, readonly ChildRule[]> {
  const rules = new Map<EntityName, ChildRule[]>();
  for (const table of tables)
    for (const child of table.relations.children) rules.set(child.entity, [...(rules.get(child.entity) ?? []), { table, rule: child }]);
  return rules;
}

const QUEUE_PAGE = 500;

/** After a start, everything that is planned is due; nobody knows whether it was sent before. Also what was planned while a map was paused. */
async function reload(
  ledger: Ledger,
  deliverers: ReadonlyMap<SystemId, Deliverer>,
  only?: { readonly system: SystemId; readonly entity: EntityName },
): Promise<void> {
  for (const state of ['due', 'waiting', 'parked'] as const) {
    for await (const rows of pagesOf(QUEUE_PAGE, (ask) => ledger.deliveries({ ...ask, state, ...(only ? { system: only.system } : {}) })))
      for (const row of rows) if (!only || row.entity === only.entity) deliverers.get(row.system)?.put(row);
  }
}
