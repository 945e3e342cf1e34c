import type { Stamp } from '../clock/stamp.ts';
import type { OpId, SystemId } from '../ids.ts';
import { CONCORD, PERSON } from './actors.ts';
import type { Json, Value } from '../values.ts';

/** What an author had perhaps seen instead, where a write to their system was never answered. */
export interface Reading {
  /** The merged value, by number, that the write carried. */
  readonly saw: number;
  /** Its value. */
  readonly before: Value;
}

/** A change of a register by somebody who had seen something. A fact: stored, never altered. */
export interface Edit {
  readonly op: OpId;
  /** A system, `person` for a ruling, `concord` for a value that Concord computes. */
  readonly author: SystemId;
  readonly value: Value;
  /** What the author's system showed. Absent: the edit says what is there, whatever was before (see `isReset`). */
  readonly before?: Value | undefined;
  /** The merged value, by number, that the author had seen; 0 for none. */
  readonly saw: number;
  /** The first merged value, by number, that includes the edit. Ascends in the log. */
  readonly number: number;
  /** The author's own time, unaltered. */
  readonly stamp: Stamp;
  readonly by?: string | undefined;
  readonly or?: readonly Reading[] | undefined;
  /**
   * It is nobody's own any more: a stable value that became an edit again (then its own number), or an edit that its system has lost. Edits of one
   * author that were lost together bear one number here, and were made with each other in mind.
   */
  readonly adrift?: number | undefined;
  /** Of a stable value that became an edit again: what its policy had kept. */
  readonly kept?: Kept | undefined;
}

/** What a policy keeps of closed edits besides the value; nearly always nothing. */
export type Kept = Json;

/** What everybody has seen, and no open edit disputes. */
export interface Stable {
  readonly value: Value;
  readonly kept?: Kept | undefined;
  readonly number: number;
  /** The operation and the author of the edit that stands. */
  readonly op: OpId;
  readonly author: SystemId;
  /** The greatest of what was closed, so that what comes after it comes after all of it. */
  readonly stamp: Stamp;
  readonly by?: string | undefined;
}

/** The unit that is merged: a stable value, and the edits since that somebody may not have seen. */
export interface Register {
  /** Absent until first values are agreed on. */
  readonly stable?: Stable | undefined;
  /** The number of the current merged value: how many there have been. */
  readonly count: number;
  /** The open edits, by number. */
  readonly log: readonly Edit[];
  /** By system, the latest merged value that it is known to hold. Facts only: a value that looks alike confirms nothing. */
  readonly acks: Readonly<Record<string, number>>;
  /** By system, what it shows where that does not follow from the log and its acknowledgement: a form of its own, or something older. */
  readonly shown?: Readonly<Record<string, Value>> | undefined;
  /** The last merged value that came about without an edit: other fields changed the answer. */
  readonly renumbered?: number | undefined;
}

export const BLANK: Register = { count: 0, log: [], acks: {} };

/** Whether it says what is there whatever was before: a birth (a system's first value), a ruling, a computed value. */
export function isReset({ before }: { readonly before?: Value | undefined }): boolean {
  return before === undefined;
}

/** Whether an edit is a system's own, who had it in mind at the next one: a system has one screen. People and Concord have none. */
export function isOwnOf({ author, adrift }: Pick<Edit, 'author' | 'adrift'>, system: string): boolean {
  return author === system && adrift === undefined && author !== PERSON && author !== CONCORD;
}

/** Whether two edits were made on one screen. */
export function isOfOneScreen(a: Edit, b: Edit): boolean {
  return a.adrift === b.adrift && isOwnOf({ author: a.author }, b.author);
}

/** Whether a system is a step ahead by its own doing: its latest own edit, where it is newer than what it acknowledged. */
export function ownAbove({ log, acks }: Register, system: string): Edit | undefined {
  return log.findLast((edit) => isOwnOf(edit, system) && edit.number > (acks[system] ?? 0));
}
