import type { EntityName, SystemId } from '../ids.ts';
import type { PutBackChoice } from '../merge/put-back.ts';
import type { OperatorAct } from '../ports/plan.ts';
import type { Json } from '../values.ts';
import type { Parts } from './parts.ts';
import { openBell } from './signal.ts';
import type { Wakeable } from '../ports/surroundings.ts';

/** Why a map takes nothing from its system, nor writes to it: the system was put back, and a person is to say what its older state means. */
export interface PutBack {
  readonly sinceMs: number;
  /** By what that was noticed, or who said so. */
  readonly words: string;
  /** The system was put back to a moment before this one, as far as is known; ms since 1970 UTC. */
  readonly beforeMs?: number;
  /** What a person said: all rows are being taken by it. Absent: they are waited for. */
  readonly chosen?: PutBackAsk & { readonly atMs: number };
}

/** What a person wants of the older state of a map. */
export interface PutBackAsk {
  readonly choice: PutBackChoice;
  readonly by: string;
  readonly note?: string;
}

export interface MapName {
  readonly system: SystemId;
  readonly entity: EntityName;
}

/** Which maps wait because their system was put back. It stands in the ledger, and so outlasts a restart. */
export interface PutBacks {
  load(): Promise<void>;
  of(system: SystemId, entity: EntityName): PutBack | undefined;
  /** All maps of the system wait from now on. */
  enter(system: SystemId, words: string, act?: OperatorAct): Promise<void>;
  /** A person chose. `idle`: nothing waits for that. `beforeMs`: what the report found. */
  choose(map: MapName, ask: PutBackAsk, beforeMs?: number): Promise<'done' | 'idle'>;
  /** What was lost was told at this time: the system was put back to a moment before it. */
  lost(map: MapName, atMs: number): void;
  /** All rows were taken: the map goes on. */
  end(map: MapName): Promise<void>;
  readonly bell: Wakeable;
}

type Kept = Pick<Parts, 'ledger' | 'clock' | 'committer'>;

/** `held`: called when a map begins to wait, and when it goes on. */
export function openPutBacks({ ledger, clock, committer }: Kept, maps: readonly MapName[], held: (map: MapName) => void): PutBacks {
  const waiting = new Map<string, PutBack>();
  const bell = openBell();
  const nameOf = ({ system, entity }: MapName): string => `put back ${entity} ${system}`;

  async function begin(map: MapName, words: string): Promise<void> {
    const now = waiting.get(nameOf(map));
    const next = now && !now.chosen ? now : { sinceMs: clock.nowMs(), words };
    // Before it is kept: not a row more is taken, nor written.
    waiting.set(nameOf(map), next);
    if (next === now) return;
    held(map);
    bell.ring();
    await committer.note({ name: nameOf(map), value: written(next) });
  }

  return {
    async load() {
      for (const map of maps) {
        const told = readBack(await ledger.note(nameOf(map)));
        if (told) waiting.set(nameOf(map), told);
      }
    },
    of: (system, entity) => waiting.get(nameOf({ system, entity })),
    async enter(system, words, act) {
      const own = maps.filter((map) => map.system === system);
      await Promise.all([...own.map((map) => begin(map, words)), ...(act ? [committer.act(act)] : [])]);
    },
    async choose(map, { choice, by, note }, beforeMs) {
      const before = waiting.get(nameOf(map));
      if (!before || before.chosen) return 'idle';
      const atMs = clock.nowMs();
      const { system, entity } = map;
      const words = `${entity} in ${system}${note === undefined ? '' : `: ${note}`}`;
      const chosen = { choice, by, ...(note === undefined ? {} : { note }), atMs };
      const next = { ...before, chosen, ...(beforeMs === undefined ? {} : { beforeMs }) };
      const cursors = [{ system, entity, cursor: undefined, listed: (await ledger.cursor(system, entity)).listed }];
      const acts = [{ atMs, operator: by, act: `put back: ${choice}`, note: words }];
      // With the cursor: after a crash everything is listed once more, and what was taken is as it was.
      await ledger.commit({ plans: [], cursors, failures: [], acts, notes: [{ name: nameOf(map), value: written(next) }] });
      waiting.set(nameOf(map), next);
      return 'done';
    },
    lost(map, atMs) {
      const now = waiting.get(nameOf(map));
      if (now && atMs < (now.beforeMs ?? Number.POSITIVE_INFINITY)) waiting.set(nameOf(map), { ...now, beforeMs: atMs });
    },
    async end(map) {
      if (!waiting.get(nameOf(map))?.chosen) return;
      await committer.note({ name: nameOf(map), value: undefined });
      if (!waiting.get(nameOf(map))?.chosen) return;
      waiting.delete(nameOf(map));
      held(map);
    },
    bell,
  };
}

/** What a person wrote is kept as `words`, which an erasure looks into. */
function written({ chosen, words: why, ...told }: PutBack): Json {
  const { note: words, ...choice } = chosen ?? {};
  return JSON.parse(JSON.stringify({ ...told, why, ...(chosen ? { chosen: choice } : {}), words }));
}

/** What this file wrote itself. */
function readBack(told: Json | undefined): PutBack | undefined {
  if (told === undefined) return undefined;
  const { why, words, chosen, ...rest }: Written = JSON.parse(JSON.stringify(told));
  return { ...rest, words: why, ...(chosen ? { chosen: { ...chosen, ...(words === undefined ? {} : { note: words }) } } : {}) };
}

interface Written extends Omit<PutBack, 'words'> {
  readonly why: string;
  readonly words?: string;
}
