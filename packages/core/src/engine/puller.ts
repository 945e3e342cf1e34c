import { messageOf } from '../errors/message-of.ts';
import { brokeOf } from '../errors/broke.ts';
import type { Cursor, EntityName, Key, SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { Pull, Sighting, System, Trouble } from '../ports/system.ts';
import { absencesFrom } from './absences.ts';
import { openAside, type RowAside } from './aside.ts';
import { openAwaiting } from './awaiting.ts';
import { openDoor } from './door.ts';
import { foreseeIn } from './guard.ts';
import type { Intake } from './intake.ts';
import { NotNow } from './not-now.ts';
import { isOfLedger } from './ledger-health.ts';
import { backoffMs } from './pace.ts';
import { openPrints, type Prints } from './prints.ts';
import { must } from '../errors/must.ts';
import type { Parts, Stop } from './parts.ts';
import { isMirrored } from './references.ts';
import { openSweep, type Done } from './comparing.ts';
import { askedOf, type MapState, type PullerStatus } from './map-status.ts';
import { keyOf } from './sightings.ts';
import { openBell } from './signal.ts';
import { openBrake } from './brake.ts';
import type { Decision } from './guard.ts';

/** A side that told so many rows before and tells none now looks empty by mistake. */
const EMPTY_MIN = 2;
/** While a feed tells nothing new, its cursor is kept so often, so that it never gets too old to go on from. */
const STILL_MS = 600_000;
const OVERDUE = 'its key refers to a record that did not come; it is looked at again when it changes';

export interface Puller {
  readonly system: SystemId;
  readonly entity: EntityName;
  run(stop: Stop): Promise<void>;
  /** There may be something new. */
  wake(): void;
  /** Lists every row again, and compares each with what is known of it. `done`: called at its end. `isExpected`: the configuration has changed. */
  resync(done?: Done, isExpected?: boolean): void;
  /** Lists every row again. */
  relist(): void;
  /** There may be something new in this row: it is read. Rejects when it cannot be. */
  look(key: Key): Promise<void>;
  /** The row belongs to a record now, whatever a filter said of it before. */
  letIn(key: Key): void;
  /** Rows that are set aside because something broke over them. */
  readonly aside: readonly RowAside[];
  /** Reads a row that is set aside again, or gives it up. Answers whether it was there, and is not any more. */
  releaseAside(key: Key, decision: 'retry' | 'discard'): Promise<boolean>;
  /** A person decided about rows that a listing does not tell any more. Answers whether there was anything to decide. */
  decide(decision: Decision): Promise<boolean>;
  /** Whether rows wait for a record that their key refers to. */
  readonly isAwaiting: boolean;
  /** Whether it sleeps until the next poll, with nothing left to take. */
  readonly isResting: boolean;
  status(): PullerStatus;
}

/** `isReady`: whether everything that this entity's natural key refers to has been listed, so that its rows can be told apart. */
export function openPuller(
  parts: Parts,
  intake: Intake,
  system: System,
  table: Table,
  isReady: () => boolean,
  listedNow: () => void,
): Puller {
  const { entity } = table.map;
  const { clock, committer, ledger, limits, reads } = parts;
  const bell = openBell();
  let cursor: Cursor | undefined;
  let listed = false;
  let state: MapState = 'starting';
  let words: string | undefined;
  let upToMs: number | undefined;
  let heard = parts.traces?.heard('feed');
  const awaiting = openAwaiting();
  const door = openDoor();
  const aside = openAside(parts, system.id, entity);
  const guard = parts.guardOf(system.id, entity);
  const brake = openBrake(parts, system.id, entity);
  let savedAtMs = Number.NEGATIVE_INFINITY;
  let resting = false;
  let anew = false;
  let failures = 0;
  let toldRows = 0;
  // The keys of a listing that was followed from its first page; absent while it is not known to be whole.
  let seen: Prints | undefined;
  const sweep = openSweep();

  /** While a person's choice for a system that was put back is carried out, no guard stops the map: they looked. */
  const isTakenBack = (): boolean => parts.backs.of(system.id, entity)?.chosen !== undefined;
  const isHeldBack = (): boolean => parts.backs.of(system.id, entity) !== undefined && !isTakenBack();
  const isPaused = (): boolean => parts.pauseOf(system.id, entity) !== undefined || isHeldBack();

  async function once(): Promise<number> {
    if (isPaused()) return holdBack('paused');
    // What was saved by a pull that was still under way is not gone on from.
    if (anew) return relist();
    if (sweep.begin(upToMs)) cursor = undefined;
    const pressure = parts.pressure(system.id, table);
    if (pressure !== undefined) return holdBack('pressed', pressure);
    const startedMs = clock.nowMs();
    const began = reads.begin();
    heard = parts.traces?.heard(listed ? 'feed' : 'listing');
    try {
      const pull = await system.changes(entity, cursor);
      const restMs = await take(pull, began, startedMs);
      if (pull.kind === 'page' && !pull.more) await lookAgain(began);
      return restMs;
    } catch (cause) {
      if (cause instanceof NotNow) return trouble('unreachable', cause.message);
      throw cause;
    } finally {
      reads.end(began);
    }
  }

  /** A person's word holds from the moment that it is kept, and not from the next pull on. */
  function stateNow(): MapState {
    if (isPaused()) return 'paused';
    const now = state !== 'paused' ? state : listed ? 'live' : 'starting';
    return now === 'live' && brake.waiting ? 'guarded' : now;
  }

  /** The feed keeps what it has: the map rests, or there is no room for what would come of it. */
  function holdBack(as: 'paused' | 'pressed', why?: string): number {
    state = as;
    words = why;
    return limits.pollMs;
  }

  /** Answers how long to rest before the next pull. */
  async function take(pull: Pull, began: number, startedMs: number): Promise<number> {
    if (pull.kind === 'expired') return restart('cursor expired');
    if (pull.kind !== 'page') return later(pull);
    const [plans, wasListed] = [parts.tally.plans, listed];
    // Of a listing that was broken off, nobody knows any more what it told: what is missing from it could not be noticed. That of a first one is
    // no different: it may have been begun more than once, and what was taken before may be gone.
    if (pull.of === 'listing' && cursor !== undefined && !seen) return restart('listing begun again');
    if (pull.of === 'listing' && cursor === undefined) seen = openPrints();
    state = pull.of === 'listing' && !listed ? 'listing' : 'live';
    if (pull.of === 'listing' && !listed) toldRows += pull.sightings.length;
    if (guard && !isTakenBack()) await foreseeIn(ledger, guard, { system: system.id, entity }, pull.sightings);
    await takeAll(pull.sightings, began);
    if (pull.of === 'listing') for (const sighting of pull.sightings) seen?.put(keyOf(sighting), 1);
    const ended = pull.of === 'listing' && !pull.more;
    if (ended) await endListing();
    // What waits for a person is told again by the next pull, because the cursor stays before it.
    if (isHolding()) return held();
    const moved = pull.cursor !== cursor || ended;
    cursor = pull.cursor;
    // While rows wait in memory the ledger's cursor stays behind them: after a restart they are told again.
    const isNews = parts.tally.plans !== plans || !wasListed;
    if (moved && awaiting.size === 0 && (isNews || clock.nowMs() >= savedAtMs + STILL_MS)) await saveCursor();
    failures = 0;
    if (pull.more) return 0;
    await guard?.caughtUp();
    state = 'live';
    words = undefined;
    upToMs = startedMs;
    return limits.pollMs;
  }

  function isHolding(): boolean {
    return !isTakenBack() && guard?.status !== undefined && guard.decision === undefined;
  }

  function held(): number {
    state = 'guarded';
    words = guard?.status?.map((one) => one.words).join('; ');
    return limits.pollMs;
  }

  function saveCursor(): Promise<void> {
    savedAtMs = clock.nowMs();
    return committer.cursor({ system: system.id, entity, cursor, listed });
  }

  /** Rows whose key refers to a record that may have come by now. */
  async function lookAgain(began: number): Promise<void> {
    if (awaiting.size === 0) return;
    const ready = await awaiting.ready((one) => isMirrored(ledger, system.id, one));
    await takeAll(
      ready.map((key) => ({ kind: 'glimpse', key })),
      began,
    );
    for (const key of awaiting.overdue(clock.nowMs())) {
      await committer.failure({ atMs: clock.nowMs(), system: system.id, entity, key, code: 'C08', words: OVERDUE });
    }
    if (awaiting.size === 0) await saveCursor();
  }

  async function endListing(): Promise<void> {
    if (seen) await takeAbsences(seen);
    if (isHolding()) return;
    if (isTakenBack() && !anew) await parts.backs.end({ system: system.id, entity });
    sweep.end();
    seen = openPrints();
    if (listed) return;
    listed = true;
    listedNow();
  }

  async function takeAll(sightings: readonly Sighting[], began: number, by = guard): Promise<void> {
    const now = sweep.now();
    if (now) now.rows += sightings.length;
    const origin = { system, table, began, awaiting, door, guard: isTakenBack() ? undefined : by, comparing: now, heard };
    for (const page of await parts.older.ahead(system, entity, sightings)) await takePage(origin, page);
  }

  async function takePage(origin: Parameters<Intake['take']>[0], sightings: readonly Sighting[]): Promise<void> {
    for (let from = 0; from < sightings.length; from += limits.rowsMax) {
      // A sweep of what is known already waits for nothing but the ledger: writes under way would not be heard of before its page ends.
      if (from > 0) await clock.turn();
      const ended = await Promise.allSettled(sightings.slice(from, from + limits.rowsMax).map((sighting) => intake.take(origin, sighting)));
      const page = sightings.slice(from, from + limits.rowsMax);
      for (const [index, result] of ended.entries()) {
        const key = keyOf(must(page[index], 'an end for each'));
        if (result.status === 'fulfilled') await (aside.has(key) && aside.drop(key));
        else if (result.reason instanceof NotNow || isOfLedger(result.reason)) throw result.reason;
        else await aside.put(key, result.reason);
      }
    }
  }

  /** Rows that were set aside are read again. */
  async function takeAside(keys: readonly Key[]): Promise<void> {
    const began = reads.begin();
    heard = parts.traces?.heard('reread');
    try {
      await takeAll(
        keys.map((key) => ({ kind: 'glimpse', key })),
        began,
      );
    } finally {
      reads.end(began);
    }
  }

  /** What a whole listing did not tell is gone, unless suspiciously much is. */
  async function takeAbsences(told: Prints): Promise<void> {
    const absent = await absencesFrom(ledger, system.id, entity, (key) => told.get(key) !== undefined);
    const isGuarded = !isTakenBack() && table.map.sides[system.id]?.guard?.deletes !== undefined;
    if (isGuarded) {
      const living = absent.filter((one) => one.isAlive).map(({ key }) => key);
      await guard?.foresee('deletes', living, told.size === 0 && living.length >= EMPTY_MIN);
    }
    const judge = isGuarded || isTakenBack() ? guard : await brake.judge(absent, told.size + absent.length);
    if (judge === 'wait' || isHolding()) return;
    const began = reads.begin();
    try {
      await takeAll(
        absent.map(({ key }) => ({ kind: 'glimpse', key })),
        began,
        judge ?? guard,
      );
    } finally {
      reads.end(began);
    }
    await brake.done();
  }

  function relist(): Promise<number> {
    anew = false;
    return restart('listed anew');
  }

  async function restart(why: string): Promise<number> {
    parts.log.event(why, { system: system.id, entity });
    await committer.cursor({ system: system.id, entity, cursor: undefined, listed });
    cursor = undefined;
    savedAtMs = Number.NEGATIVE_INFINITY;
    return 0;
  }

  function later(pull: Trouble): number {
    if (pull.kind === 'throttled') {
      state = 'throttled';
      return pull.retryAfterMs;
    }
    return trouble(pull.kind, pull.words);
  }

  function trouble(kind: 'unreachable' | 'denied' | 'drifted', why: string): number {
    if (state !== kind) parts.log.event(kind, { system: system.id, entity });
    state = kind;
    words = why;
    failures += 1;
    return backoffMs(parts, failures - 1);
  }

  async function begin(stop: Stop): Promise<void> {
    ({ cursor, listed } = await ledger.cursor(system.id, entity));
    await guard?.load();
    await aside.load();
    if (listed) listedNow();
    while (!stop.isStopped && !isReady()) await clock.sleep(limits.gatherMs, [stop]);
    while (!stop.isStopped && isPaused()) await clock.sleep(holdBack('paused'), [stop, bell]);
    if (stop.isStopped) return;
    if (state === 'paused') state = 'starting';
    // Another version of Concord, or another configuration, may know what to do with them.
    await takeAside(aside.list().map(({ key }) => key));
  }

  /** A defect, or a ledger that cannot be read: it is told once, and tried again for as long as it takes. Answers when. */
  async function halt(cause: unknown): Promise<number> {
    const why = messageOf(cause);
    if (cause instanceof NotNow) return trouble('unreachable', why);
    if (state !== 'stopped' || words !== why) {
      parts.log.event('map stopped', { system: system.id, entity, ...brokeOf(cause) });
      const told = { atMs: clock.nowMs(), system: system.id, entity, code: 'MAP_STOPPED', words: why };
      if (!isOfLedger(cause)) await committer.failure(told).catch(() => undefined);
    }
    state = 'stopped';
    words = why;
    failures += 1;
    return backoffMs(parts, failures - 1);
  }

  async function rest(ms: number, stop: Stop): Promise<void> {
    if (ms <= 0 || stop.isStopped) return;
    // A hint cannot hurry a system that asked for time.
    if (state !== 'live' && state !== 'guarded' && state !== 'paused') return clock.sleep(ms, [stop]);
    resting = true;
    if (!bell.take()) await clock.sleep(ms, [stop, bell]);
    resting = false;
    if (bell.take() && !stop.isStopped) await clock.sleep(limits.gatherMs, [stop]);
  }

  return {
    system: system.id,
    entity,
    async run(stop) {
      for (let begun = false; !stop.isStopped;) {
        try {
          if (begun) await rest(await once(), stop);
          else await begin(stop);
          begun = true;
        } catch (cause) {
          if (!stop.isStopped) await clock.sleep(await halt(cause), [stop]);
        }
      }
    },
    wake: bell.ring,
    resync(done, isExpected) {
      sweep.ask(done, isExpected);
      bell.ring();
    },
    relist() {
      anew = true;
      bell.ring();
    },
    letIn: door.drop,
    async look(key) {
      // The feed tells it when it is followed again.
      if (isPaused()) return;
      const began = reads.begin();
      try {
        await intake.take({ system, table, began, awaiting, door, guard, heard: parts.traces?.heard('hint') }, { kind: 'glimpse', key });
      } finally {
        reads.end(began);
      }
    },
    get aside() {
      return aside.list();
    },
    async releaseAside(key, decision) {
      if (!aside.has(key)) return false;
      if (decision === 'discard') await aside.drop(key);
      else await takeAside([key]);
      return !aside.has(key);
    },
    async decide(decision) {
      const isDecided = await brake.decide(decision);
      // What was missing is looked at again as it is now.
      if (isDecided) anew = true;
      return isDecided;
    },
    get isAwaiting() {
      return awaiting.size > 0;
    },
    get isResting() {
      return resting || (state !== 'starting' && state !== 'listing' && state !== 'live');
    },
    status: () => ({
      system: system.id,
      entity,
      state: stateNow(),
      listed,
      toldRows,
      filteredRows: door.size,
      asideRows: aside.list().length,
      olderRows: parts.older.count(system.id, entity),
      ...askedOf(guard?.status, brake.waiting, words),
      ...sweep.status(),
      ...(upToMs === undefined ? {} : { upToMs }),
    }),
  };
}
