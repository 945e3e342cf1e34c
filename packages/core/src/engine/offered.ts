import type { ConflictId, DeliveryId, EntityName, Key, RecordId, SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { ConflictRow, ErasedTold } from '../ports/plan.ts';
import type { Deciding } from '../ports/sandbox.ts';
import type { Clock, Ids, Log, Wakeable } from '../ports/surroundings.ts';
import type { System } from '../ports/system.ts';
import type { Tracing } from '../ports/tracing.ts';
import type { Digest } from '../record/encode.ts';
import type { Json, Value } from '../values.ts';
import type { RowAside } from './aside.ts';
import type { ErasureAsk } from './erasing.ts';
import type { Evolve } from './evolving.ts';
import type { InitialStatus } from './initial-status.ts';
import type { Decision } from './guard.ts';
import type { LedgerTrouble } from './ledger-health.ts';
import type { Comparison } from './comparisons.ts';
import type { Circuit } from './pace.ts';
import type { Limits } from './parts.ts';
import type { PullerStatus } from './map-status.ts';
import type { LinkingAnswer, LinkingAsk } from './linking.ts';
import type { PauseAsk } from './pauses.ts';
import type { Pin, PinAnswer, PinAsk } from './pins.ts';
import type { PutBackAnswer, PutBackDesk } from './put-back-desk.ts';
import type { PutBackAsk } from './put-backs.ts';
import type { Tallies } from './tally.ts';
import type { Parked, ReleaseAnswer, ReleaseAsk, ReleasedAll } from './release.ts';
import type { ResyncAsk, Resynced } from './resync.ts';
import type { RetentionAsk, RetentionOptions, RetentionPass } from './retention.ts';
import type { RestoringAnswer, RestoringAsk } from './restoring.ts';
import type { RevisingAnswer, RevisingAsk } from './revising.ts';
import type { ReopeningAnswer, RulingAnswer } from './ruling.ts';

export interface EngineOptions {
  readonly tables: readonly Table[];
  readonly systems: readonly System[];
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly limits?: Partial<Limits>;
  /** SHA-256, where the platform has a faster one than the core's own. */
  readonly digest?: Digest;
  /** Where policies of the user's own run beside the engine; absent: there are none, or they are waited for. */
  readonly deciding?: Deciding;
  /** Where the hops of each change are told; absent: nowhere, and it costs nothing. */
  readonly tracing?: Tracing;
  /** How often all rows of each map are compared with what the ledger believes of them; ms. Absent: only when a person asks. */
  readonly compareEveryMs?: number;
  /** What becomes of the records that exist where the configuration has changed; absent: `auto`. */
  readonly evolve?: Evolve;
  /** How histories are told short; absent: only when a person asks, and here. */
  readonly retention?: RetentionOptions;
}

export interface EngineStatus {
  /** What keeps the ledger from being written; absent while it can be. */
  readonly ledger?: LedgerTrouble;
  readonly maps: readonly PullerStatus[];
  readonly deliveries: readonly {
    readonly system: SystemId;
    readonly waiting: number;
    readonly underWay: number;
    readonly paused?: string;
    readonly circuit: Circuit;
    /** By entity, since when its oldest write to the system is planned and not done, at the earliest since the start; ms since 1970 UTC. */
    readonly behindMs: Readonly<Record<EntityName, number>>;
  }[];
  /** What happened since the start. */
  readonly tallies: Tallies;
}

/** What a person decides about an open conflict: the value of one side, or a value; or, about a record as a whole, what it asks. */
export interface RulingAsk {
  readonly conflict: ConflictId;
  readonly choice:
    | { readonly side: SystemId }
    | { readonly value: Value }
    /** It is the same thing as this record. */
    | { readonly join: RecordId }
    /** It is the same thing as none of them. */
    | { readonly apart: true }
    /** This row is the one that is mirrored. */
    | { readonly row: Key };
  readonly by: string;
  readonly note?: string;
  /** Whether the conflict is still as the person saw it; asked where nothing can change it any more. Absent: it may be as it is. */
  readonly isAsSeen?: (conflict: ConflictRow) => boolean;
}

/** What a person wants of a conflict that is closed. */
export type ReopeningAsk = Pick<RulingAsk, 'conflict' | 'by' | 'note' | 'isAsSeen'>;

export interface Engine {
  /** Begins to pull and to deliver. Resolves when what the ledger holds is in the queues. */
  start(): Promise<void>;
  /** Lets what is under way come to its end, and stops. What is planned stays in the ledger. */
  stop(): Promise<void>;
  /** An inbound hook arrived. Answers how many rows or feeds it led to; `undefined` when there is no such system. */
  hint(system: SystemId, body: Json, headers: Readonly<Record<string, string>>): number | undefined;
  resolve(decision: RulingAsk): Promise<RulingAnswer>;
  /** Has a closed conflict wait for a person again. */
  reopen(ask: ReopeningAsk): Promise<ReopeningAnswer>;
  /** Brings a record to where it was reviewed to come to under other policies. */
  revise(ask: RevisingAsk): Promise<RevisingAnswer>;
  /** Lets what a map's guard keeps waiting pass, or has it undone. `idle`: nothing waits. */
  guard(system: SystemId, entity: EntityName, decision: Decision): Promise<'decided' | 'idle' | 'unknown'>;
  /** Has a map rest, or go on. `idle`: there was nothing to change. */
  pause(system: SystemId, entity: EntityName, ask: PauseAsk): Promise<'done' | 'idle' | 'unknown'>;
  /** A map whose system was put back: how that was noticed, and what the two hold. */
  readonly putBack: PutBackDesk['status'];
  /** A person says what the older state of a map means, and the map goes on. */
  settlePutBack(system: SystemId, entity: EntityName, ask: PutBackAsk): Promise<PutBackAnswer>;
  /** Has the report made anew. `idle`: it is under way, or nothing waits. */
  reportPutBack(system: SystemId, entity: EntityName): 'begun' | 'idle';
  /** A person knows that a system was put back: all of its maps wait. */
  readonly declarePutBack: PutBackDesk['declare'];
  /** Has one write tried again at once, or given up. */
  release(id: DeliveryId, ask: ReleaseAsk): Promise<ReleaseAnswer>;
  /** Reads a record's rows in all systems again, and takes what differs from what is known. */
  resyncRecord(id: RecordId, ask: ResyncAsk): Promise<Resynced | 'unknown'>;
  /** The same for all rows of an entity; it goes on by itself, and `status` tells how far. Answers the systems that are read. */
  resyncEntity(entity: EntityName, ask: ResyncAsk): Promise<readonly SystemId[]>;
  /** Comparisons of all rows of a map that ended, latest first. */
  comparisons(): readonly Comparison[];
  /** Rows that are set aside because something broke over them, of all maps. */
  aside(): readonly RowAside[];
  /** Has a row that is set aside read again, or given up. `still`: something breaks over it as before. */
  releaseRow(row: Pick<RowAside, 'system' | 'entity' | 'key'>, ask: ReleaseAsk): Promise<'released' | 'gone' | 'still'>;
  /** The same for everything that is parked, or a part of it. */
  releaseAll(which: Parked, ask: ReleaseAsk): Promise<ReleasedAll>;
  /** Parts a record from its row in one system, or has them mirrored again. */
  link(ask: LinkingAsk): Promise<LinkingAnswer>;
  /** Has a past value of a record stand again. */
  restore(ask: RestoringAsk): Promise<RestoringAnswer>;
  /** Has a value of a record stand until a time, whoever edits the field meanwhile. */
  pin(ask: PinAsk): Promise<PinAnswer>;
  unpin(ask: Pick<Pin, 'record' | 'register' | 'by'>): Promise<'unpinned' | 'gone'>;
  pins(): readonly Pin[];
  /** Starts what the configuration keeps waiting. Begun already: has what failed, and only that, tried again. `unknown`: no such entity. */
  beginInitial(entity: EntityName, ask: ResyncAsk): Promise<'begun' | ReleasedAll | 'unknown'>;
  /** How far systems have come to their first agreement. */
  initial(entity: EntityName): InitialStatus | undefined;
  /** Has values of a record leave the ledger, in its lane. Throws as `erasureIn` does. */
  erase(ask: ErasureAsk): Promise<ErasedTold>;
  /** Has old changes leave the ledger, by and by; `retention` tells how far. `busy`: it is under way already. */
  compact(ask: RetentionAsk): Promise<'begun' | 'busy'>;
  /** The pass under way, or the last one. */
  retention(): RetentionPass | undefined;
  status(): EngineStatus;
  /** Rings when the ledger has news. */
  readonly news: Wakeable;
  /** Whether nothing is left to take, to send or to wait for, as far as is known. */
  isQuiet(): boolean;
}
