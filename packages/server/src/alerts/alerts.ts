import type { AlertsConfig, Clock, Counts, EngineStatus } from '@concord/core';
import { nanoid } from 'nanoid';
import { openClosing } from '../stream/closing.ts';
import { openCourier, wordsOf, type CourierSurroundings, type CourierTally } from './courier.ts';
import type { Destination } from './destinations.ts';
import type { Message } from './message.ts';
import { rememberedOf, toldIn, watchedFrom, type AlertMemory } from './remembered.ts';
import { NOTHING_WATCHED, watch, type Notice } from './watch.ts';

/** Looks every now and then, and has people told. It only reads, and never keeps the engine waiting. */
export interface Alerts {
  start(): void;
  /** By destination. */
  tallies(): Readonly<Record<string, CourierTally>>;
  stop(): Promise<void>;
}

export interface AlertsOptions extends CourierSurroundings {
  readonly config: AlertsConfig;
  readonly destinations: readonly Destination[];
  readonly status: () => EngineStatus;
  /** Throws while the ledger cannot tell. */
  readonly counts: () => Promise<Counts>;
  readonly memory: AlertMemory;
}

export function openAlerts({ config, destinations, status, counts, memory, clock, warn }: AlertsOptions): Alerts {
  const couriers = destinations.map((destination) => openCourier(destination, { clock, warn }));
  const stop = openClosing();
  let running: Promise<unknown> = Promise.resolve();
  let watched = NOTHING_WATCHED;
  let kept = '';

  async function look(): Promise<void> {
    const observed = { status: status(), counts: await counts().catch(() => undefined), nowMs: clock.nowMs() };
    const seen = watch(config, observed, watched);
    watched = seen.watched;
    for (const courier of couriers) {
      const notices = seen.notices.filter(({ to }) => !to || to.includes(courier.name));
      if (notices.length > 0) courier.put(messageOf(clock, notices));
    }
    await remember();
  }

  /** A ledger that cannot be written just now is what may have been told of: it is tried again at the next look. */
  async function remember(): Promise<void> {
    const told = toldIn(watched);
    if (told === kept) return;
    const isWritten = await memory.write(rememberedOf(watched)).then(
      () => true,
      () => false,
    );
    if (isWritten) kept = told;
  }

  async function recall(): Promise<void> {
    watched = watchedFrom(await memory.read(), config.rules);
    kept = toldIn(watched);
  }

  async function lookOn(): Promise<void> {
    await recall();
    while (!stop.isClosing) {
      await look();
      if (!stop.isClosing) await clock.sleep(config.everyMs, [stop]);
    }
  }

  return {
    start() {
      // Whatever is wrong here, the engine goes on.
      running = Promise.all([lookOn(), ...couriers.map((courier) => courier.run())]).catch((cause: unknown) =>
        warn({ words: wordsOf(cause) }, 'alerts have ended: nobody is told any more'),
      );
    },
    tallies: () => Object.fromEntries(couriers.map((courier) => [courier.name, courier.tally()])),
    async stop() {
      stop.close();
      await Promise.all(couriers.map((courier) => courier.stop()));
      await running;
    },
  };
}

export function messageOf(clock: Pick<Clock, 'nowMs'>, notices: readonly Notice[]): Message {
  return { id: `msg_${nanoid()}`, atMs: clock.nowMs(), notices };
}
