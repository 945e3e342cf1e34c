import { brokeOf } from '../errors/broke.ts';
import type { EntityName, SystemId } from '../ids.ts';
import { keyReferences, type Table } from '../map/compile.ts';
import type { Plan } from '../ports/plan.ts';
import { erasureIn } from './erasing.ts';
import { openAwaited } from './awaited.ts';
import { openComparisons } from './comparisons.ts';
import { openBirths } from './births.ts';
import { openChores, type Chore } from './chores.ts';
import { openCommitter } from './committer.ts';
import { leaveNote, plannedIn, takeNote } from './farewell.ts';
import { openFresh, type Fresh } from './fresh.ts';
import { openDeliverer, type Deliverer } from './deliverer.ts';
import { openEvolving } from './evolving.ts';
import { openInitial } from './initial.ts';
import type { InitialStatus } from './initial-status.ts';
import { openOlder } from './older.ts';
import { openIntake } from './intake.ts';
import { openGuard, type Guard } from './guard.ts';
import type { ChildRule } from './governor.ts';
import { openLanes } from './lanes.ts';
import { openLedgerHealth } from './ledger-health.ts';
import { backoffMs } from './pace.ts';
import { LIMITS, type Parts, type Stop } from './parts.ts';
import type { PullerStatus } from './map-status.ts';
import { setLink } from './linking.ts';
import { openPauses, type Pauses } from './pauses.ts';
import { openPins } from './pins.ts';
import { openPuller, type Puller } from './puller.ts';
import { openPutBackDesk } from './put-back-desk.ts';
import { openPutBacks, type MapName } from './put-backs.ts';
import { openReads } from './reads.ts';
import { openWitnesses } from './witnesses.ts';
import { openTally } from './tally.ts';
import { openTraces } from './traces.ts';
import { actOfRow, release, releaseAll, type ReleasedAll } from './release.ts';
import { actOf, resyncRecord, type ResyncAsk } from './resync.ts';
import { restore } from './restoring.ts';
import { openRetention } from './retention.ts';
import { revise } from './revising.ts';
import { reopenConflict, rule } from './ruling.ts';
import { openBell } from './signal.ts';
import { takeHints } from './hints.ts';
import type { EngineOptions, Engine } from './offered.ts';

/** The loop: five hops, two of them pure, one transaction. */
export function openEngine(options: EngineOptions): Engine {
  const stop = { ...openBell(), isStopped: false };
  const news = openBell();
  const deliverers = new Map<SystemId, Deliverer>();
  const pullers: Puller[] = [];
  const listed = new Map<EntityName, Set<SystemId>>();
  const pauses = openPauses(options);
  const fresh = openFresh();
  const parts = partsOf(
    options,
    stop,
    fresh,
    (plan) => pass(plan),
    (chores) => choring.put(chores),
    (system, entity) => guards.get(`${system} ${entity}`),
    pressure,
    pauses,
    (system, entity) => initial.wrote(system, entity),
    async (system, entity, record) => {
      for (const [id, deliverer] of deliverers) if (id === system) await deliverer.look(entity, record);
    },
    (map) => void refill(map).catch((cause: unknown) => options.log.event('queue not read', { ...map, ...brokeOf(cause) })),
  );
  const guards = new Map<string, Guard>();
  const initial = openInitial(parts);
  const intake = openIntake(parts);
  const choring = openChores(parts, () => intake);
  const pins = openPins(parts, () => intake);
  const retention = openRetention(parts, options.retention ?? {}, pins.pinned);
  const putBacks = openPutBackDesk(parts, mapsOf(options), (map) => pullerOf(map.system, map.entity)?.relist());
  const comparisons = openComparisons(parts, pullers, options.compareEveryMs);
  const evolving = openEvolving(parts, { pullers, comparisons, intake: () => intake, opened: nudgeAll }, options.evolve ?? 'auto');
  let running: Promise<unknown> = Promise.resolve();
  let hasStarted = false;

  /** What was committed moves on: writes into the outboxes, and whatever it brings to those that waited for it. */
  function pass(plan: Plan): void {
    news.ring();
    pins.follow(plan);
    for (const [system, row] of plan.deliveries) {
      const deliverer = deliverers.get(system);
      if (row) deliverer?.put(row);
      else deliverer?.drop(plan.record.entity, plan.record.id);
    }
    choring.put(parts.awaited.endedBy(plan));
    if (plan.linked.length === 0) return;
    for (const { system, key } of plan.linked) pullerOf(system, plan.record.entity)?.letIn(key);
    for (const puller of pullers) if (puller.isAwaiting) puller.wake();
  }

  /** Only where writes may go at all: a listing must come to its end before any is sent. */
  function pressure(from: SystemId, { map, systems }: Table): string | undefined {
    if (!isOpen(map.entity)) return undefined;
    const full = systems.find((to) => to !== from && (deliverers.get(to)?.ready ?? 0) >= parts.limits.queueMax);
    return full && `${deliverers.get(full)?.ready} writes to ${full} wait; what is new is read when they are fewer`;
  }

  function nudgeAll(): void {
    for (const deliverer of deliverers.values()) deliverer.nudge();
  }

  function pullerOf(id: SystemId, of: EntityName): Puller | undefined {
    return pullers.find((puller) => puller.system === id && puller.entity === of);
  }

  /** What waits for a map is in the ledger alone while it rests, and in the queue again when it goes on. */
  async function refill({ system, entity }: MapName): Promise<void> {
    const deliverer = deliverers.get(system);
    if (pauses.of(system, entity) ?? parts.backs.of(system, entity)) deliverer?.dropAll(entity);
    else for await (const row of plannedIn(options.ledger, system, entity)) deliverer?.put(row);
    pullerOf(system, entity)?.wake();
  }

  /** What is under way as a map is paused comes to its end, and nobody need wait for that to be told. */
  function statusOf(puller: Puller): PullerStatus {
    if (!isBegun(puller.entity)) return { ...puller.status(), state: 'kept' };
    const putBack = parts.backs.of(puller.system, puller.entity);
    if (putBack) return { ...puller.status(), state: 'put-back', words: putBack.words, putBack };
    const pause = pauses.of(puller.system, puller.entity);
    return pause ? { ...puller.status(), state: 'paused', pause } : puller.status();
  }

  /** Whether an entity runs: nobody need start its first agreement, or what its configuration has become. */
  function isBegun(entity: EntityName): boolean {
    return initial.isBegun(entity) && !evolving.keeps(entity);
  }

  /** Nothing is written before every system was listed once, and again where its rows are read in another way: what looks missing may be unread. */
  function isOpen(entity: EntityName): boolean {
    return isBegun(entity) && !evolving.reads(entity) && listed.get(entity)?.size === parts.tables.get(entity)?.systems.length;
  }

  /** Rows whose key refers to another entity can only be told apart once that entity was listed. */
  function isReady(system: SystemId, table: Table): boolean {
    const referred = keyReferences(table).filter((entity) => parts.tables.get(entity)?.systems.includes(system));
    return isBegun(table.map.entity) && !evolving.renews(table.map.entity) && referred.every((entity) => listed.get(entity)?.has(system));
  }

  async function beginInitial(entity: EntityName, asked: ResyncAsk): Promise<'begun' | ReleasedAll | 'unknown'> {
    if (!parts.tables.has(entity)) return 'unknown';
    const [isFirst, isAllowed] = [await initial.begin(entity, asked), await evolving.allow(entity, asked)];
    if (isFirst || isAllowed) return 'begun';
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
    const [changes, begunAtMs] = [evolving.changes(entity), initial.begunAtMs(entity)];
    const state = !isBegun(entity) ? 'kept' : !isOpen(entity) ? 'reading' : isWriting ? 'writing' : 'done';
    return { entity, state, systems, changes, ...(begunAtMs === undefined ? {} : { begunAtMs }) };
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
            nudgeAll();
          },
        ),
      );
    }
  }

  return {
    async start() {
      await pauses.load(pullers);
      await parts.backs.load();
      await pins.load();
      await initial.load();
      await retention.load();
      await comparisons.load();
      await evolving.load();
      const isUnsent = await takeNote(parts);
      for (const { system, entity } of pullers) {
        for await (const row of plannedIn(options.ledger, system, entity)) {
          if (row.state !== 'parked' && isUnsent(row.id)) fresh.add(row.id);
          deliverers.get(row.system)?.put(row);
          if (row.state === 'parked') await deliverers.get(row.system)?.look(entity, row.record);
        }
      }
      hasStarted = true;
      await choring.reload();
      running = Promise.all([
        ...pullers.map((puller) => puller.run(stop)),
        ...[...deliverers.values()].map((deliverer) => deliverer.run(stop)),
        choring.run(stop),
        pins.run(stop),
        retention.run(stop),
        comparisons.run(stop),
        evolving.run(stop),
        putBacks.run(stop),
      ]);
    },
    async stop() {
      stop.isStopped = true;
      stop.ring();
      await running;
      while ([...deliverers.values()].some(({ underWay }) => underWay > 0) || parts.lanes.busy > 0) await parts.clock.turn();
      if (hasStarted) await leaveNote(parts, fresh).catch((cause: unknown) => parts.log.event('stop not noted', { ...brokeOf(cause) }));
    },
    hint: (system, body, headers) =>
      takeHints(
        parts,
        pullers.filter(({ entity }) => isBegun(entity) && !evolving.renews(entity)),
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
      const decided = (await guards.get(`${system} ${entity}`)?.decide(decision)) || (await puller.decide(decision));
      if (!decided) return 'idle';
      puller.wake();
      return 'decided';
    },
    pause: async (system, entity, asked) => {
      const puller = pullerOf(system, entity);
      if (!puller) return 'unknown';
      const done = await pauses.set(system, entity, asked);
      if (done === 'idle') return done;
      if (asked.act === 'start') puller.relist();
      await refill({ system, entity });
      return done;
    },
    putBack: putBacks.status,
    settlePutBack: (system, entity, asked) => putBacks.choose({ system, entity }, asked),
    reportPutBack: (system, entity) => putBacks.report({ system, entity }),
    declarePutBack: putBacks.declare,
    release: (id, asked) => release(parts, intake, id, asked),
    releaseAll: (which, asked) => releaseAll(parts, intake, which, asked),
    resyncRecord: (id, asked) => resyncRecord(parts, intake, id, asked),
    resyncEntity: async (entity, asked) => {
      const chosen = pullers.filter((puller) => puller.entity === entity);
      if (chosen.length > 0) await parts.committer.act(actOf(parts, { entity }, asked));
      for (const puller of chosen) comparisons.begin(puller, { by: asked.by });
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
    comparisons: comparisons.list,
    compact: retention.begin,
    retention: retention.pass,
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
      retention.isIdle &&
      pullers.every((puller) => puller.isResting) &&
      [...deliverers.values()].every(({ ready, underWay }) => ready === 0 && underWay === 0),
  };
}

function partsOf(
  options: EngineOptions,
  stop: Stop,
  fresh: Fresh,
  pass: (plan: Plan) => void,
  chores: (chores: readonly Chore[]) => void,
  guardOf: Parts['guardOf'],
  pressure: Parts['pressure'],
  pauses: Pauses,
  wrote: Parts['wrote'],
  look: Parts['look'],
  held: (map: MapName) => void,
): Parts {
  const { ledger, clock, ids, log, digest, deciding, tracing } = options;
  const limits = { ...LIMITS, ...options.limits };
  const health = openLedgerHealth(clock, log);
  const tally = openTally();
  const waitMs = (failures: number): number => backoffMs({ limits, ids }, failures);
  const committer = openCommitter({ commit: (commit) => (tally.wroteLedger(), ledger.commit(commit)) }, clock, { health, stop, waitMs });
  const tables = new Map(options.tables.map((table) => [table.map.entity, table]));
  const witnesses = openWitnesses({ ledger, tables, isFresh: fresh.has });
  const backs = openPutBacks({ ledger, clock, committer }, mapsOf(options), held);
  return {
    ledger,
    clock,
    ids,
    log,
    tables,
    systems: new Map(options.systems.map((system) => [system.id, system])),
    limits,
    health,
    children: childRules(options.tables),
    chores,
    guardOf,
    pressure,
    pauseOf: pauses.of,
    wrote,
    look,
    awaited: openAwaited(options.systems.map(({ id }) => id)),
    lanes: openLanes(),
    reads: openReads(),
    tally,
    births: openBirths(),
    committer,
    backs,
    older: openOlder({ committer, clock, ledger, tables, backs, isFresh: fresh.has }, witnesses),
    isFresh: fresh.has,
    doubt: fresh.doubt,
    ...(digest ? { digest } : {}),
    ...(deciding ? { deciding } : {}),
    ...(tracing ? { traces: openTraces(tracing) } : {}),
    committed: (plan) => {
      fresh.follow(plan);
      witnesses.follow(plan);
      tally.committed(plan);
      pass(plan);
    },
  };
}

function mapsOf({ tables, systems }: EngineOptions): readonly MapName[] {
  return tables.flatMap(({ map: { entity }, systems: own }) =>
    systems.flatMap(({ id }) => (own.includes(id) ? [{ system: id, entity }] : [])),
  );
}

/** By entity, the fields of others that refer to it and say what happens when it is deleted. */
function childRules(tables: readonly Table[]): ReadonlyMap<EntityName, readonly ChildRule[]> {
  const rules = new Map<EntityName, ChildRule[]>();
  for (const table of tables)
    for (const child of table.relations.children) rules.set(child.entity, [...(rules.get(child.entity) ?? []), { table, rule: child }]);
  return rules;
}
