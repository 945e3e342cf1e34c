import type { Clock, EngineStatus, Ledger } from '@concord/core';

const EVERY_MS = 10_000;
/** Two hours. */
const SAMPLES_MAX = 720;
const PAGE = 500;
/** So much news is counted for one sample; of more, the rest is passed over: it is a picture, not an account. */
const PAGES_MAX = 20;
const MS_A_SECOND = 1_000;

/** How one entity stood at one moment. */
interface Sample {
  readonly atMs: number;
  /** By `entity system`, in seconds: since the last pull that told everything, and since the oldest write waits. */
  readonly from: ReadonlyMap<string, number>;
  readonly to: ReadonlyMap<string, number>;
  /** By entity, since the sample before. */
  readonly versions: ReadonlyMap<string, number>;
  readonly conflicts: ReadonlyMap<string, number>;
}

/** What was measured since the start, for two hours at the most: in memory alone, and for the eye. Prometheus keeps it for longer. */
export interface Trends {
  start(): void;
  stop(): Promise<void>;
  /** Every series is of one length, the latest last. */
  told(mayBeSeen: (entity: string) => boolean): TrendsTold;
}

export interface TrendsTold {
  readonly everySeconds: number;
  readonly until: string;
  readonly maps: readonly {
    readonly entity: string;
    readonly system: string;
    readonly from: readonly number[];
    readonly to: readonly number[];
  }[];
  readonly entities: readonly { readonly entity: string; readonly versions: readonly number[]; readonly conflicts: readonly number[] }[];
}

interface Rooms {
  readonly ledger: Pick<Ledger, 'news' | 'latestNews'>;
  readonly status: () => EngineStatus;
  readonly clock: Clock;
}

export function openTrends({ ledger, status, clock }: Rooms): Trends {
  const samples: Sample[] = [];
  let heard: number | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;
  let looking: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    const counted = await count();
    const { maps, deliveries } = status();
    const nowMs = clock.nowMs();
    const seconds = (sinceMs: number): number => Math.max(0, Math.round((nowMs - sinceMs) / MS_A_SECOND));
    const from = maps.flatMap(({ entity, system, upToMs }) =>
      upToMs === undefined ? [] : [[`${entity} ${system}`, seconds(upToMs)] as const],
    );
    const to = deliveries.flatMap(({ system, behindMs }) =>
      Object.entries(behindMs).map(([entity, ms]) => [`${entity} ${system}`, seconds(ms)] as const),
    );
    samples.push({ atMs: nowMs, from: new Map(from), to: new Map(to), ...counted });
    if (samples.length > SAMPLES_MAX) samples.shift();
  }

  async function count(): Promise<Pick<Sample, 'versions' | 'conflicts'>> {
    const [versions, conflicts] = [new Map<string, number>(), new Map<string, number>()];
    heard ??= await ledger.latestNews();
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const items = await ledger.news(heard, PAGE);
      for (const item of items) {
        const counts = item.kind === 'version' ? versions : 'state' in item && item.state === 'held' ? conflicts : undefined;
        counts?.set(item.entity, (counts.get(item.entity) ?? 0) + 1);
      }
      heard = items.at(-1)?.number ?? heard;
      if (items.length < PAGE) return { versions, conflicts };
    }
    heard = await ledger.latestNews();
    return { versions, conflicts };
  }

  return {
    start() {
      // What cannot be measured now leaves a gap, and is nobody's trouble: a ledger that is in trouble says so itself.
      timer = setInterval(() => {
        looking = looking.then(look).catch(() => undefined);
      }, EVERY_MS);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await looking;
    },
    told(mayBeSeen) {
      const maps = status().maps.filter(({ entity }) => mayBeSeen(entity));
      const entities = [...new Set(maps.map(({ entity }) => entity))];
      return {
        everySeconds: EVERY_MS / MS_A_SECOND,
        until: new Date(samples.at(-1)?.atMs ?? clock.nowMs()).toISOString(),
        maps: maps.map(({ entity, system }) => {
          const name = `${entity} ${system}`;
          return {
            entity,
            system,
            from: samples.map((sample) => sample.from.get(name) ?? 0),
            to: samples.map((sample) => sample.to.get(name) ?? 0),
          };
        }),
        entities: entities.map((entity) => ({
          entity,
          versions: samples.map((sample) => sample.versions.get(entity) ?? 0),
          conflicts: samples.map((sample) => sample.conflicts.get(entity) ?? 0),
        })),
      };
    },
  };
}
