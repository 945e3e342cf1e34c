import { openBell, type Clock, type Wakeable } from '@concord/core';
import type { Destination } from './destinations.ts';
import type { Message } from './message.ts';

/** Brings messages to one destination, in their order, and tries again what does not arrive. */
export interface Courier {
  readonly name: string;
  put(message: Message): void;
  tally(): CourierTally;
  /** Resolves when it was stopped. */
  run(): Promise<void>;
  stop(): Promise<void>;
}

export interface CourierTally {
  readonly sent: number;
  /** Tries that failed, and messages that found no room. */
  readonly failed: number;
}

/** The oldest make room: what begins now is of more use than what began long ago. */
const QUEUE_MAX = 100;
const ATTEMPTS_MAX = 30;
const RETRY_MS = 5_000;
const RETRY_MS_MAX = 600_000;
const IDLE_MS = 3_600_000;

export interface CourierSurroundings {
  readonly clock: Clock;
  readonly warn: (fields: Readonly<Record<string, string | number>>, words: string) => void;
}

export function openCourier(destination: Destination, { clock, warn }: CourierSurroundings): Courier {
  const { name } = destination;
  const queue: Message[] = [];
  const stopping = new AbortController();
  let [sent, failed] = [0, 0];

  const bell = openBell();
  const stopped: Wakeable = {
    onRing(listener) {
      stopping.signal.addEventListener('abort', listener);
      return () => stopping.signal.removeEventListener('abort', listener);
    },
  };

  /** Whether it has arrived, or was given up. */
  async function attempt(message: Message, count: number): Promise<boolean> {
    try {
      await destination.send(message, stopping.signal);
      sent += 1;
      return true;
    } catch (cause) {
      if (stopping.signal.aborted) return false;
      failed += 1;
      const isLast = count >= ATTEMPTS_MAX;
      warn({ destination: name, message: message.id, attempt: count, words: wordsOf(cause) }, isLast ? GIVEN_UP : NOT_SENT);
      return isLast;
    }
  }

  async function bring(message: Message): Promise<void> {
    for (let count = 1; !stopping.signal.aborted && !(await attempt(message, count)); count += 1)
      if (!stopping.signal.aborted) await clock.sleep(Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** (count - 1)), [stopped]);
  }

  return {
    name,
    put(message) {
      queue.push(message);
      if (queue.length > QUEUE_MAX) {
        const dropped = queue.shift();
        failed += 1;
        warn({ destination: name, message: dropped?.id ?? '', waiting: QUEUE_MAX }, NO_ROOM);
      }
      bell.ring();
    },
    tally: () => ({ sent, failed }),
    async run() {
      while (!stopping.signal.aborted) {
        const message = queue.shift();
        if (message) await bring(message);
        else await clock.sleep(IDLE_MS, [bell, stopped]);
      }
    },
    async stop() {
      stopping.abort();
      await destination.close();
    },
  };
}

const NOT_SENT = 'an alert could not be sent, and is tried again';
const GIVEN_UP = 'an alert could not be sent, and is given up';
const NO_ROOM = 'too many alerts wait for a destination: the oldest is given up';

/** What a network says names hosts and numbers. Of anything else, such as a mail server's words, the code alone is told. */
export function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'it failed';
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  const status = 'responseCode' in cause && typeof cause.responseCode === 'number' ? ` ${cause.responseCode}` : '';
  return code === undefined ? cause.message : `${code}${status}`;
}
