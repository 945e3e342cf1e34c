import type { ActorId, ChangeHash, ConflictId, DeliveryId, EntityName, Key, OpId, RecordId, SystemId, Version } from '../ids.ts';
import type { Stamp } from '../clock/stamp.ts';
import type { Value } from '../values.ts';
import type { Edit as OpenEdit, Stable } from '../register/register.ts';
import type { ConflictCode } from '../register/code.ts';
import type { Relations } from './relations.ts';
import type { Stored } from './resting.ts';

/** Who made an edit: a system's users, a person at Concord's inbox, or Concord's own resolutions. */
export type Author = SystemId;

/** One register that a system was seen to change, as policies and people are shown it. */
export interface Edit {
  /** The operation that set it; for a group the operation of its first member. */
  readonly op: OpId;
  readonly system: Author;
  readonly value: Value;
  /** The value that its author saw and changed; absent at a birth. */
  readonly on?: Value | undefined;
  /** The merged value, by number, that its author had seen; 0 for none. */
  readonly saw: number;
  /** The first merged value, by number, that includes it. */
  readonly number: number;
  readonly stamp: Stamp;
  /** The user's name or id, where the system tells it. */
  readonly by?: string | undefined;
}

/** What one system is known to hold of one register. */
export interface Shadow {
  /** What is stored there. */
  readonly value: Value;
  /** What we wrote, where the system stored something else (rounded, trimmed, re-cased). */
  readonly sent?: Value | undefined;
  /** The operations that it reflects. */
  readonly ops: readonly OpId[];
  /** The latest merged value, by number, that the system is known to have seen, its own edits aside. */
  readonly saw: number;
}

/** Why a register holds the value that it holds. */
export interface Verdict {
  readonly rule: string;
  readonly reason: string;
  /** The number of the change that decided it. */
  readonly seq: number;
}

/** The open conflict of a register that waits for a person. */
export interface Held {
  readonly id: ConflictId;
  readonly seq: number;
  readonly atMs: number;
  readonly code: ConflictCode;
  /** A value stands meanwhile, and is written to the systems. */
  readonly provisional?: true;
}

/** An edit that a rule has turned away, perhaps for the second time: whether two of them go on for ever is seen by this. */
export interface Trail {
  readonly value: Value;
  readonly by: Author;
  /** What was put in its place, and by which rule. */
  readonly back: Value;
  readonly rule: string;
  readonly turns: number;
  /** The number of the change in which it was turned away first. */
  readonly since: number;
}

/** The unit that is merged: one field, or a group of fields that are taken together. */
export interface Register {
  /** The merged value; while a register is held, what everybody concerned had seen. */
  readonly value: Value;
  /** How many merged values there have been: the number of the current one. */
  readonly count: number;
  /** The live operations of the document: one when settled, several when held or convergent. */
  readonly ops: readonly OpId[];
  /** What everybody has seen, and no open edit disputes. Absent until first values are agreed on. */
  readonly stable?: Stable | undefined;
  /** The open edits: those that somebody may not have seen, by number. */
  readonly log: readonly OpenEdit[];
  readonly shadows: Readonly<Record<string, Shadow>>;
  /** The last merged value that came about without an edit: other fields changed the answer. */
  readonly renumbered?: number | undefined;
  readonly verdict?: Verdict | undefined;
  readonly trail?: Trail | undefined;
  /** The open conflict, when the register waits for a person. */
  readonly held?: Held | undefined;
  /** Nothing was merged yet: `value` stands for nothing. */
  readonly isBlank?: true | undefined;
}

/** A write to one system that was planned, and may have been sent. */
export interface Attempt {
  readonly id: DeliveryId;
  readonly kind: 'create' | 'update' | 'delete';
  /** The version that the row must still have; absent at a create. */
  readonly expected?: Version | undefined;
  /** Register name to what was to be written and the operations that it carries. */
  readonly registers: Readonly<Record<string, { readonly value: Value; readonly ops: readonly OpId[]; readonly saw: number }>>;
  /** The heads that the system will have seen once this is acknowledged. */
  readonly heads: readonly ChangeHash[];
  /** The number of the last change that it includes. */
  readonly seq: number;
}

/** A reference of a row that leads to nothing mirrored yet. */
export interface Unread {
  readonly register: string;
  readonly entity: string;
  readonly text: string;
  /** The field of the other entity that the text is; absent: it is the key of a row. */
  readonly by?: string;
  /** Since when it leads nowhere; ms since 1970 UTC. */
  readonly sinceMs?: number;
}

/** What keeps a planned write from being sent. */
export interface Blocked {
  /** The records whose change may end it; its own among them where an answer to a question about it would. */
  readonly by: readonly RecordId[];
  /** ms since 1970 UTC. */
  readonly sinceMs: number;
}

/** Ties a record to one system. */
export interface Link {
  /** Absent until the record exists there. */
  readonly key?: Key | undefined;
  readonly version?: Version | undefined;
  /** Present in the system, deleted from it, not there yet; or deleted there alone, and not to come back. */
  readonly state: 'present' | 'deleted' | 'absent' | 'unlinked';
  /** The heads that the system has seen. */
  readonly heads: readonly ChangeHash[];
  /** The number of the system's own last change; 0 when it has made none. */
  readonly ownSeq: number;
  /** The write that is planned or under way. */
  readonly planned?: Attempt | undefined;
  /** Earlier writes that nobody confirmed: any of them may still come back on the feed. */
  readonly unconfirmed?: readonly Attempt[] | undefined;
  /** References of the row that lead to nothing mirrored yet: the row is read again when they do. */
  readonly unread?: readonly Unread[] | undefined;
  /** What the planned write waits for. */
  readonly blocked?: Blocked | undefined;
  /** By register, the operations whose value the system cannot hold, and why: not sent until the register has others. */
  readonly withheld?: Readonly<Record<string, { readonly ops: readonly OpId[]; readonly words: string }>> | undefined;
  /** The write that the system refused: not tried again until it would write something else, or a person says so. */
  readonly parked?: Attempt | undefined;
  /** What a person said the system is to be left without: not written until it would be something else. */
  readonly discarded?: Discarded | undefined;
  /** Concord made the row, and none of its system's people; noted where rows that look alike are asked about. */
  readonly isMade?: true | undefined;
}

/** Of a write that was given up: the operations that it carried, register by register. */
export interface Discarded {
  readonly kind: Attempt['kind'];
  readonly ops: Readonly<Record<string, readonly OpId[]>>;
}

/** Where an actor's changes stand. */
export interface ActorState {
  readonly seq: number;
  readonly hash: ChangeHash;
}

/** Everything that the next change to a record needs, so that no document is loaded on the way. */
export interface RecordState {
  readonly id: RecordId;
  readonly entity: EntityName;
  /** Raised by each commit; a plan is refused when it moved. */
  readonly revision: number;
  /** How many changes the document has. */
  readonly seq: number;
  readonly heads: readonly ChangeHash[];
  readonly maxOp: number;
  readonly actors: Readonly<Record<ActorId, ActorState>>;
  readonly links: Readonly<Record<string, Link>>;
  /** Whole, or in short where every linked system has seen it: see `registerIn`. */
  readonly registers: Readonly<Record<string, Stored>>;
  /** The normalised natural key, when the table map declares one and the record has it. */
  readonly identity?: string | undefined;
  /** Absent: there is nothing to say. */
  readonly relations?: Relations | undefined;
}

/** The register that holds a record's life: `live` or `deleted`. A tombstone is a value that policies decide on. */
export const LIFE = '$life';
