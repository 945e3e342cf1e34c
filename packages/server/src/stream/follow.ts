import { openBell, type Clock, type Engine, type EngineStatus, type Ledger, type News, type Wakeable } from '@concord/core';
import { latestPlace, placeNamed, placeOf, type Place } from './place.ts';
import type { InitialProgress } from './initial.ts';
import type { Sse } from './sse.ts';

/** What a reader follows. */
export interface Following {
  readonly sse: Sse;
  /** What it heard last, where it says so. */
  readonly lastId: string | undefined;
  /** The entities that it is told of; absent: all, and what is not told by entity. */
  readonly entities: ReadonlySet<string> | undefined;
  /** Whether it may still listen: keys are revoked. */
  readonly mayListen: () => boolean;
  /** Rings when no more is to be told. */
  readonly closing: Wakeable & { readonly isClosing: boolean };
}

export interface FollowLimits {
  /** Between two looks at what is not told by the ledger: the state of maps, and how far they are. */
  readonly lookMs: number;
  /** Something is said at least so often. */
  readonly beatMs: number;
}

const NEWS_PAGE = 200;

interface Parts {
  readonly ledger: Pick<Ledger, 'news' | 'latestNews'>;
  readonly engine: Pick<Engine, 'news' | 'status'>;
  readonly clock: Clock;
  readonly initial: InitialProgress;
}

/**
 * Tells a reader what is new until it leaves. Everything that has an id is read from the ledger, now and when it comes back, so that there
 * is one way only, nothing is kept for anybody, and a reader that is slow is merely behind.
 */
export async function follow(parts: Parts, { sse, lastId, entities, mayListen, closing }: Following, limits: FollowLimits): Promise<void> {
  const { ledger, engine, clock, initial } = parts;
  const isTold = (entity: string): boolean => entities?.has(entity) ?? true;
  const told = new Map<string, string>();
  let place = await begin(ledger, sse, lastId);
  let saidMs = clock.nowMs();
  let lookedMs = Number.NEGATIVE_INFINITY;

  /** Answers whether there may be more. */
  async function tellNews(): Promise<boolean> {
    const items = await ledger.news(place.number, NEWS_PAGE);
    if (items[0] && items[0].number !== place.number + 1) await reset(sse, placeOf(items[0]));
    for (const item of items) {
      place = placeOf(item);
      if (!isTold(item.entity)) continue;
      saidMs = clock.nowMs();
      if (!(await sse.send({ id: place.id, event: item.kind, data: dataOf(item) }))) return false;
    }
    return items.length === NEWS_PAGE;
  }

  /** How things stand, where that is not what was told last. It has no id: whoever comes back is told how it stands then. */
  async function tellState(): Promise<void> {
    // While much is committed these states change with each commit: they are told as they are from time to time.
    if (clock.nowMs() - lookedMs < limits.lookMs) return;
    lookedMs = clock.nowMs();
    const writes = (await initial.told(entities)).map((data) => ({ event: 'initial-write' as const, name: data.entity, data }));
    for (const { event, name, data } of [...statesOf(engine.status(), entities), ...writes]) {
      const text = JSON.stringify(data);
      if (told.get(`${event} ${name}`) === text) continue;
      told.set(`${event} ${name}`, text);
      saidMs = clock.nowMs();
      if (!(await sse.send({ event, data }))) return;
    }
  }

  async function tell(): Promise<void> {
    while (sse.isOpen && (await tellNews())) if (!mayListen()) return;
    await tellState();
    if (clock.nowMs() - saidMs < limits.beatMs) return;
    saidMs = clock.nowMs();
    await sse.beat(place.id);
  }

  // What rings while something is told must not be slept through.
  const bell = openBell();
  const off = engine.news.onRing(bell.ring);
  try {
    while (sse.isOpen) {
      bell.take();
      if (closing.isClosing) sse.end('Concord is stopping; come back with your last id');
      else if (!mayListen()) sse.end('the key was revoked, or the session has ended');
      else await tell();
      if (sse.isOpen && !bell.take()) await clock.sleep(limits.lookMs, [bell, closing]);
    }
  } finally {
    off();
  }
}

async function begin(ledger: Parts['ledger'], sse: Sse, lastId: string | undefined): Promise<Place> {
  const known = lastId === undefined ? undefined : await placeNamed(ledger, lastId);
  if (known) return known;
  const place = await latestPlace(ledger);
  if (lastId === undefined) await sse.send({ id: place.id, event: 'begin', data: {} });
  else await reset(sse, place);
  return place;
}

/** What came before is not known here, or not any more. */
function reset(sse: Sse, { id }: Place): Promise<boolean> {
  return sse.send({ id, event: 'reset', data: { words: 'What came before is not known: read anew what you keep.' } });
}

function dataOf({ kind: _kind, number: _number, ...data }: News): object {
  return data;
}

interface State {
  readonly event: 'map' | 'progress';
  readonly name: string;
  readonly data: object;
}

function statesOf({ maps, deliveries }: EngineStatus, entities: ReadonlySet<string> | undefined): readonly State[] {
  const own = maps.filter(({ entity }) => entities?.has(entity) ?? true);
  const states = own.map((map) => {
    // When the last pull was is another thing at every pull.
    const { upToMs: _upToMs, ...data } = map;
    return { event: 'map' as const, name: `${map.entity} ${map.system}`, data };
  });
  if (entities) return states;
  const queues = deliveries.map((data) => ({ event: 'progress' as const, name: data.system, data }));
  return [...states, ...queues];
}
