import type { Disbelief } from '../merge/undo.ts';
import type { EntityName, Key, SystemId } from '../ids.ts';
import type { GuardBound, GuardMap } from '../map/table.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { OperatorAct } from '../ports/plan.ts';
import { countOf } from '../ports/paging.ts';
import type { Sighting } from '../ports/system.ts';
import type { Json } from '../values.ts';
import type { Parts } from './parts.ts';
import { keyOf, versionOf } from './sightings.ts';

export type Guarded = 'deletes' | 'updates';
export type Verdict = 'take' | 'wait' | 'refuse';

/** What a guard keeps waiting, for whoever decides. */
export interface GuardStatus {
  readonly kind: Guarded;
  /** How many there were in the window, these included. */
  readonly counted: number;
  readonly most: number;
  /** All rows of the map. */
  readonly rows: number;
  readonly examples: readonly Key[];
  readonly words: string;
}

export interface Decision {
  readonly decision: 'pass' | 'refuse';
  readonly by: string;
  readonly note?: string;
}

/** Stops a map when more is deleted or changed in a window than people do, until somebody has looked. */
export interface Guard {
  /** What stood when the engine was stopped. */
  load(): Promise<void>;
  /** What the feed is about to bring, counted as a whole before any of it is taken. `empty`: the side told no row at all. */
  foresee(kind: Guarded, keys: readonly Key[], empty?: boolean): Promise<void>;
  /** Whether one of them may be taken. */
  judge(kind: Guarded, key: Key): Promise<Verdict>;
  /** A person decided; it holds for everything up to the end of the feed. Answers whether there was anything to decide. */
  decide(decision: Decision): Promise<boolean>;
  /** The feed was followed to its end with nothing kept back. */
  caughtUp(): Promise<void>;
  /** What was kept back has come back by itself: nothing is to be decided any more. */
  letGo(): Promise<void>;
  readonly decision: Decision | undefined;
  /** Absent: nothing waits. */
  readonly status: readonly GuardStatus[] | undefined;
}

const EXAMPLES_MAX = 5;
const LINKS_PAGE = 500;

/** What is remembered over a restart. */
interface State {
  readonly sinceMs: number;
  readonly counts: Readonly<Record<Guarded, number>>;
  readonly held: readonly GuardStatus[];
  readonly decision?: Decision;
}

const NOTHING: State = { sinceMs: 0, counts: { deletes: 0, updates: 0 }, held: [] };

/** A window of no length counts each time anew. */
type Bounds = GuardMap & { readonly what?: 'brake' };

export function openGuard(parts: Parts, map: Bounds, system: SystemId, entity: EntityName): Guard {
  const { ledger, clock, committer } = parts;
  const name = `${map.what ?? 'guard'} ${entity} ${system}`;
  let state = NOTHING;
  // A row that is told twice in one window is one row.
  let counted = new Set<string>();

  function put(next: State): Promise<void> {
    state = next;
    return committer.note({ name, value: next === NOTHING ? undefined : written(next) });
  }

  /** The window as it is now: it begins with the first row that is counted in it. */
  function window(): State {
    const nowMs = clock.nowMs();
    if (nowMs - state.sinceMs < map.withinMs) return state;
    counted = new Set();
    return { ...state, sinceMs: nowMs, counts: NOTHING.counts };
  }

  function isHeld(kind: Guarded): boolean {
    return state.held.some((one) => one.kind === kind);
  }

  const rows = (): Promise<number> => countOf(LINKS_PAGE, (ask) => ledger.links(system, entity, ask));

  async function count(kind: Guarded, keys: readonly Key[], empty: boolean): Promise<void> {
    const bound = map[kind];
    if (!bound || state.decision || isHeld(kind)) return;
    const now = window();
    const fresh = keys.filter((key) => !counted.has(kind + key));
    if (fresh.length === 0) return;
    const total = now.counts[kind] + fresh.length;
    const most = total > bound.most || empty ? mostOf(bound, await rows()) : undefined;
    if (most && (total > most.most || empty)) return hold(kind, total, most, fresh, empty);
    for (const key of fresh) counted.add(kind + key);
    // Before they are taken: a crash in the midst of them counts too many, never too few.
    await put({ ...now, counts: { ...now.counts, [kind]: total } });
  }

  async function hold(kind: Guarded, total: number, { most, all }: Most, keys: readonly Key[], empty: boolean): Promise<void> {
    if (isHeld(kind)) return;
    const words = map.what
      ? `${total} of ${all} rows of ${entity} are missing from the listing of ${system}; nothing is deleted until somebody has looked`
      : empty
        ? `${system} tells no ${entity} at all, where ${all} are known; nothing is deleted until somebody has looked`
        : `${total} ${kind} of ${entity} within ${map.withinMs / 1000} s, of ${all} rows; more than ${most} wait until somebody has looked`;
    const status = { kind, counted: total, most, rows: all, examples: keys.slice(0, EXAMPLES_MAX), words };
    await put({ ...window(), held: [...state.held, status] });
    parts.log.event('guarded', { system, entity, kind, counted: total });
    await committer.failure({ atMs: clock.nowMs(), system, entity, code: 'C20', words });
  }

  return {
    async load() {
      state = readState(await ledger.note(name)) ?? NOTHING;
    },
    foresee: (kind, keys, empty = false) => count(kind, keys, empty),
    async judge(kind, key) {
      if (!map[kind]) return 'take';
      await count(kind, [key], false);
      if (!isHeld(kind)) return 'take';
      if (!state.decision) return counted.has(kind + key) ? 'take' : 'wait';
      return state.decision.decision === 'pass' ? 'take' : 'refuse';
    },
    async decide(decision) {
      if (state.held.length === 0 || state.decision) return false;
      const act: OperatorAct = {
        atMs: clock.nowMs(),
        operator: decision.by,
        act: `guard ${decision.decision}`,
        note: noteOf(decision, entity, system),
      };
      state = { ...state, decision };
      await ledger.commit({ plans: [], cursors: [], failures: [], acts: [act], notes: [{ name, value: written(state) }] });
      return true;
    },
    async caughtUp() {
      if (!state.decision) return;
      counted = new Set();
      await put(NOTHING);
    },
    async letGo() {
      if (state !== NOTHING) await put(NOTHING);
    },
    get decision() {
      return state.decision;
    },
    get status() {
      return state.held.length === 0 ? undefined : state.held;
    },
  };
}

interface Most {
  readonly most: number;
  readonly all: number;
}

function mostOf({ most, share }: GuardBound, all: number): Most {
  return { most: Math.max(most, Math.floor(all * share)), all };
}

function noteOf({ note }: Decision, entity: EntityName, system: SystemId): string {
  return note === undefined ? `${entity} in ${system}` : `${entity} in ${system}: ${note}`;
}

function written(state: State): Json {
  return JSON.parse(JSON.stringify(state));
}

/** What this file wrote itself. */
function readState(told: Json | undefined): State | undefined {
  return told === undefined ? undefined : JSON.parse(JSON.stringify(told));
}

/** Counts what a page would delete or change, before any of it is taken. */
export async function foreseeIn(
  ledger: Pick<Ledger, 'linked' | 'record'>,
  guard: Guard,
  { system, entity }: { readonly system: SystemId; readonly entity: EntityName },
  sightings: readonly Sighting[],
): Promise<void> {
  const keys: { readonly deletes: Key[]; readonly updates: Key[] } = { deletes: [], updates: [] };
  for (const sighting of sightings) {
    const id = await ledger.linked(system, entity, keyOf(sighting));
    const link = id && (await ledger.record(id))?.links[system];
    if (!link || link.state !== 'present') continue;
    if (sighting.kind === 'gone') keys.deletes.push(keyOf(sighting));
    else if (versionOf(sighting) !== undefined && versionOf(sighting) !== link.version) keys.updates.push(keyOf(sighting));
  }
  await guard.foresee('deletes', keys.deletes);
  await guard.foresee('updates', keys.updates);
}

/** In the name of whoever decided. */
export function disbeliefOf(guard: Guard | undefined): Disbelief {
  const { by = 'concord', note = 'a mass change that was refused' } = guard?.decision ?? {};
  return { by, note };
}
