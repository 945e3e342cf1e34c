import { brokeOf } from '../errors/broke.ts';
import type { EntityName, SystemId } from '../ids.ts';
import type { Json } from '../values.ts';
import type { Parts, Stop } from './parts.ts';
import type { Puller } from './puller.ts';
import type { Divergence } from './comparing.ts';
import { openBell } from './signal.ts';

/** All rows of a map were held against what the ledger believes of them. */
export interface Comparison {
  readonly system: SystemId;
  readonly entity: EntityName;
  /** Who asked; absent: it was time. */
  readonly by?: string;
  /** ms since 1970 UTC. */
  readonly beganAtMs: number;
  readonly endedAtMs: number;
  readonly rows: number;
  /** Rows that were taken anew, with those of which the feed was about to tell. */
  readonly differing: number;
  /** Those of them that nothing explains. */
  readonly unexplained: number;
  /** The first of these. */
  readonly differences: readonly Divergence[];
}

export interface ComparisonAsk {
  /** Absent: it is time. */
  readonly by?: string;
  /** The configuration has changed, and rows differ because of that. */
  readonly isExpected?: boolean;
  readonly ended?: () => void;
}

export interface Comparisons {
  load(): Promise<void>;
  /** Has a map compared; it goes on by itself. */
  begin(puller: Puller, ask?: ComparisonAsk): void;
  /** Those that ended, latest first. */
  list(): readonly Comparison[];
  run(stop: Stop): Promise<void>;
}

const NOTE = 'comparisons';
/** So many are remembered: with eight maps a day, three months. */
const KEPT_MAX = 800;
/** It is looked so often whether a map is due that could not be compared when its time had come. */
const LOOK_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Has each map compared once in a while, whatever its feed tells: what was lost on the way is found, and not only hoped away. Maps are spread over the
 * time, and of one system one is compared at a time. `everyMs` absent: only when a person asks.
 */
export function openComparisons(parts: Parts, pullers: readonly Puller[], everyMs: number | undefined): Comparisons {
  const { clock, ledger, committer } = parts;
  const bell = openBell();
  const running = new Set<Puller>();
  let ended: readonly Comparison[] = [];
  let keeping: Promise<void> = Promise.resolve();
  let startedAtMs = 0;

  function dueAtMs(puller: Puller, place: number, every: number): number {
    const last = ended.find(({ system, entity }) => system === puller.system && entity === puller.entity);
    return last ? last.endedAtMs + every : startedAtMs + ((place + 1) * every) / pullers.length;
  }

  function isFree(puller: Puller): boolean {
    return puller.status().state === 'live' && ![...running].some(({ system }) => system === puller.system);
  }

  function begin(puller: Puller, { by, isExpected = false, ended: tell }: ComparisonAsk = {}): void {
    const beganAtMs = clock.nowMs();
    running.add(puller);
    puller.resync((found) => {
      running.delete(puller);
      const { system, entity } = puller;
      const whose = by === undefined ? {} : { by };
      const { rows, differing, unexplained, differences } = found;
      keep({ system, entity, ...whose, beganAtMs, endedAtMs: clock.nowMs(), rows, differing, unexplained, differences });
      bell.ring();
      tell?.();
    }, isExpected);
  }

  /** The note is written whole, and the latest stands. */
  function keep(one: Comparison): void {
    ended = [one, ...ended].slice(0, KEPT_MAX);
    const value: Json = JSON.parse(JSON.stringify(ended));
    const kept = committer.note({ name: NOTE, value });
    const told = one.unexplained > 0 ? committer.failure(failureOf(one)) : undefined;
    keeping = Promise.all([keeping, kept, told]).then(
      () => undefined,
      (cause: unknown) => parts.log.event('comparison not noted', { ...brokeOf(cause) }),
    );
  }

  /** Begins what is due. Answers when to look again, in ms. */
  function look(every: number): number {
    const nowMs = clock.nowMs();
    const waits = pullers.map((puller, place) => {
      const inMs = dueAtMs(puller, place, every) - nowMs;
      if (inMs <= 0 && isFree(puller)) begin(puller);
      return inMs > 0 ? inMs : LOOK_MS;
    });
    return Math.min(LOOK_MS, ...waits);
  }

  return {
    async load() {
      startedAtMs = clock.nowMs();
      ended = readComparisons(await ledger.note(NOTE));
    },
    begin,
    list: () => ended,
    async run(stop) {
      while (!stop.isStopped) {
        await clock.sleep(everyMs === undefined ? DAY_MS : look(everyMs), [stop, bell]);
        bell.take();
      }
      await keeping;
    },
  };
}

function failureOf({ system, entity, endedAtMs: atMs, rows, unexplained }: Comparison) {
  const words = `${unexplained} of ${rows} rows were not what they were taken for, and nothing had told so; what they hold counts as edits. GET /v1/comparisons names them`;
  return { atMs, system, entity, code: 'DIFFERENCE', words };
}

/** What this file wrote itself. */
function readComparisons(told: Json | undefined): readonly Comparison[] {
  return told === undefined ? [] : JSON.parse(JSON.stringify(told));
}
