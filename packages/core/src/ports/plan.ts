import type { ActorId, ChangeHash, ConflictId, Cursor, DeliveryId, EntityName, Key, RecordId, SystemId } from '../ids.ts';
import type { Stamp } from '../clock/stamp.ts';
import type { RecordState } from '../record/record.ts';
import type { Question } from '../record/relations.ts';
import type { Reading } from '../register/register.ts';
import type { Json, Value } from '../values.ts';
import type { ConflictCode } from '../register/code.ts';
import type { Epoch } from './epoch.ts';

/** One line of a JSON Patch (RFC 6902). */
export interface PatchLine {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: Json;
}

/** An edit as the history tells it. */
export interface EditTold {
  readonly register: string;
  readonly system: SystemId;
  readonly value: Value;
  readonly on?: Value | undefined;
  /** The merged value of the register, by number, that its author had seen; 0 for none. Causality, as a replay needs it. */
  readonly saw: number;
  /** Up to which merged value, by number, everything was closed when it was heard of, where that is not `saw`. */
  readonly closed?: number | undefined;
  /** Its author's step before, by number, that it stands for as well: nobody else can have seen that one. */
  readonly joins?: number | undefined;
  /** What it was perhaps made on instead, where a write to its system was never answered. */
  readonly or?: readonly Reading[] | undefined;
  /** Which edit of the register it is, counted from 1. */
  readonly number: number;
  readonly stamp: Stamp;
  readonly by?: string | undefined;
}

/** A decision as the history tells it: nothing that lost is ever left out. */
export interface ResolutionTold {
  readonly register: string;
  readonly code: ConflictCode;
  readonly kind: 'settled' | 'held';
  readonly value?: Value;
  readonly rule: string;
  readonly reason: string;
  readonly base?: Value;
  readonly contributors: readonly EditTold[];
  readonly losers: readonly EditTold[];
}

/** One change of a record's document. Appended, and altered by nothing but an erasure and a compaction. */
export interface ChangeRow {
  readonly record: RecordId;
  /** Counts from 1 in each record. */
  readonly seq: number;
  readonly hash: ChangeHash;
  readonly actor: ActorId;
  readonly system: SystemId;
  readonly stamp: Stamp;
  /** When Concord took it in, by its own clock; ms since 1970 UTC. Absent: it is from before that was kept. */
  readonly knownAtMs?: number | undefined;
  readonly by?: string | undefined;
  /** What a person wrote beside a ruling. */
  readonly note?: string | undefined;
  /** The Automerge change: the chunks of a record, put one behind another, are its document. */
  readonly chunk: Uint8Array;
  /** From the merged values before this change to those after it. */
  readonly patch: readonly PatchLine[];
  readonly edits: readonly EditTold[];
  readonly resolutions: readonly ResolutionTold[];
  /** Other registers whose edits somebody had yet to see, so that they were looked at again together with those that this one touched. */
  readonly again?: readonly string[] | undefined;
  /** Fields of which it told values that were erased since: an empty value is told in their place. */
  readonly erased?: readonly string[] | undefined;
  /** It begins an epoch: what was before it was compacted away, and it sets what stood then. It tells no edit and no decision. */
  readonly epoch?: Epoch | undefined;
}

export type ConflictState = 'held' | 'settled' | 'resolved';

/** A frontier of different values, and what became of it. */
export interface ConflictRow {
  readonly id: ConflictId;
  readonly record: RecordId;
  readonly entity: EntityName;
  readonly register: string;
  /** The fields that the register stands for, in the order of tuple values. */
  readonly fields: readonly string[];
  readonly code: ConflictCode;
  /** `held` waits for a person; `settled` was decided by policy; `resolved` by a person. */
  readonly state: ConflictState;
  readonly resolution: ResolutionTold;
  readonly openedSeq: number;
  readonly openedAtMs: number;
  readonly closedSeq?: number;
  readonly closedAtMs?: number;
  /** It is about the record as a whole, not about a register: what a person can choose. */
  readonly about?: Question;
}

export type DeliveryState =
  /** Waits for its turn. */
  | 'due'
  /** Waits for another record to exist in the target system. */
  | 'waiting'
  /** Refused: waits for a person or a new edit. */
  | 'parked';

/** The queue's view of a planned write; what it writes is in the record's link. */
export interface DeliveryRow {
  readonly id: DeliveryId;
  readonly record: RecordId;
  readonly entity: EntityName;
  readonly system: SystemId;
  readonly state: DeliveryState;
  readonly kind: 'create' | 'update' | 'delete';
  /** Not before this time; ms since 1970 UTC. */
  readonly dueAtMs: number;
  readonly attempts: number;
  /** What went wrong last, in the system's own words. */
  readonly words?: string;
  /** It waits for something outside this system, and is told so; unlike other parked writes it goes on as soon as that comes. */
  readonly code?: ConflictCode;
  /** Since when it waits for another record; ms since 1970 UTC. */
  readonly sinceMs?: number;
}

/** Everything that one decision commits: in one transaction, or not at all. */
export interface Plan {
  /** The record afterwards. Its revision is one more than that of the record the plan was made from (1 for a new record). */
  readonly record: RecordState;
  readonly changes: readonly ChangeRow[];
  /** By id: added or replaced. */
  readonly conflicts: readonly ConflictRow[];
  /** At most one a system, in place of the one before; `undefined` takes it off the queue. */
  readonly deliveries: ReadonlyMap<SystemId, DeliveryRow | undefined>;
  /** Keys that now lead to this record. */
  readonly linked: readonly { readonly system: SystemId; readonly key: Key }[];
  /** Keys that no longer do. */
  readonly unlinked: readonly { readonly system: SystemId; readonly key: Key }[];
  readonly failures: readonly FailureRow[];
  /** What a person did to bring the plan about: it stands or falls with it. */
  readonly act?: OperatorAct;
}

/** A thing that went wrong and that somebody should see. */
export interface FailureRow {
  readonly atMs: number;
  readonly system: SystemId;
  readonly entity: EntityName;
  readonly record?: RecordId;
  readonly key?: Key;
  readonly code: string;
  readonly words: string;
}

export interface CursorMove {
  readonly system: SystemId;
  readonly entity: EntityName;
  /** `undefined`: forget it, so that everything is listed again. */
  readonly cursor: Cursor | undefined;
  /** Whether the first listing has been read to its end. */
  readonly listed: boolean;
}

/** Something small that is to be remembered beside the records, under a name of its own; `undefined` forgets it. */
export interface Note {
  readonly name: string;
  readonly value: Json | undefined;
}

/** What a person did. */
export interface OperatorAct {
  readonly atMs: number;
  readonly operator: string;
  readonly act: string;
  readonly record?: RecordId;
  readonly conflict?: ConflictId;
  readonly note?: string;
  /** What was erased; never a value. */
  readonly erased?: ErasedTold;
}

/** The extent of an erasure. */
export interface ErasedTold {
  readonly fields: readonly string[];
  /** The record, and those that were folded into it. */
  readonly records: readonly RecordId[];
  /** Changes that told something of the fields. */
  readonly changes: number;
  /** Where the record's document stood afterwards: the checkpoint from which its hashes go on. */
  readonly heads: readonly ChangeHash[];
}
