import type { EntityName, Key } from '../ids.ts';
import type { System } from '../ports/system.ts';
import type { JsonObject } from '../values.ts';
import { createLaws } from './system-create.ts';
import { faultLaws } from './system-fault.ts';
import { feedLaws } from './system-feed.ts';
import { writeLaws } from './system-write.ts';

/**
 * What a system's author lends to the laws: a fresh system of one entity without rows, and somebody else who works in it. Let a page hold
 * three rows or fewer, so that listings have several; a feed that finds deletions now and then must look at each pull.
 */
export interface SystemRig {
  readonly system: System;
  readonly entity: EntityName;
  /** Two columns that hold text and start empty. */
  readonly columns: { readonly one: string; readonly two: string };
  /** What a `write` needs to create the row of that name; `match` is its natural key. */
  fresh(name: string): { readonly columns: JsonObject; readonly match: JsonObject };
  /** A text column for our own id, where rows are numbered by the system; `columns` of `fresh` may then be written without `match`. */
  readonly correlation?: string;
  /** Works in the system without the adapter, and never fails. */
  readonly user: {
    create(name: string, columns: JsonObject): Promise<Key>;
    edit(key: Key, columns: JsonObject): Promise<void>;
    remove(key: Key): Promise<void>;
    /** Everything that is there, by the adapter's keys. */
    rows(): Promise<ReadonlyMap<Key, JsonObject>>;
  };
  /** The next write is applied, but its answer does not come. */
  loseNextAnswer(): Promise<void>;
  /** The next write is applied, and a gateway answers with this status in the system's place. Absent: the system is not behind one. */
  answerInstead?(status: number, retryAfterSeconds?: number): Promise<void>;
  /** The next read is not answered. */
  failNextRead?(): Promise<void>;
  /** Takes the system off the network. */
  goDown(): Promise<void>;
}

/** One promise of every system. `run` throws an Error when it is broken. */
export interface SystemLaw {
  readonly law: string;
  run(rig: SystemRig): Promise<void>;
}

/** The laws of systems, to be run by any test runner, each with a rig of its own. */
export const systemLaws: readonly SystemLaw[] = [...feedLaws, ...writeLaws, ...createLaws, ...faultLaws];
