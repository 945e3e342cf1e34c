import type { RecordId } from '../ids.ts';

/** What a sleeper can be woken by. */
export interface Wakeable {
  /** Answers the way to unsubscribe. */
  onRing(listener: () => void): () => void;
}

/** Time, as the engine may know it. */
export interface Clock {
  /** ms since 1970 UTC. */
  nowMs(): number;
  /** Resolves after `ms`, or as soon as one of the wakers rings. */
  sleep(ms: number, wakers: readonly Wakeable[]): Promise<void>;
  /** Resolves when everything that is ready now has had its turn: what gathers meanwhile is committed together. */
  turn(): Promise<void>;
}

/** Chance, as the engine may use it. */
export interface Ids {
  record(): RecordId;
  /** At least 0, less than 1: spreads retries. */
  fraction(): number;
}

/** What the engine tells the outside while it works. Names of fields may appear, values never: so no words of a system, and no message of an error. */
export interface Log {
  event(name: string, fields: Readonly<Record<string, string | number | boolean>>): void;
}
