import type { ConflictId, Cursor, EntityName, Key, RecordId, SystemId } from '../ids.ts';
import type { Json } from '../values.ts';
import type { RecordState } from '../record/record.ts';
import type { CompactedRecord } from './epoch.ts';
import type { Erasure } from './erasure.ts';
import type { News } from './news.ts';
import type {
  ChangeRow,
  ConflictRow,
  ConflictState,
  CursorMove,
  DeliveryRow,
  DeliveryState,
  FailureRow,
  Note,
  OperatorAct,
  Plan,
} from './plan.ts';

/** What goes into one transaction. */
export interface Commit {
  readonly plans: readonly Plan[];
  readonly cursors: readonly CursorMove[];
  readonly failures: readonly FailureRow[];
  readonly acts: readonly OperatorAct[];
  readonly notes?: readonly Note[];
}

/** Why a plan was not taken. Nothing of it was written; the other plans of the commit stand. */
export type PlanAnswer =
  | { readonly kind: 'committed' }
  /** The record's revision is not one less than the plan's: reload and decide again. */
  | { readonly kind: 'moved' }
  /** The key or the identity leads to another record already: reload, and match with that record. */
  | { readonly kind: 'taken'; readonly by: RecordId };

export interface PageOf<Item> {
  readonly items: readonly Item[];
  /** Pass it on to get the next page; absent at the end. */
  readonly next?: string;
}

export interface PageAsk {
  /** 1 to `PAGE_ROWS_MAX`. */
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after?: string;
}

export const PAGE_ROWS_MAX = 500;

/**
 * Where everything is kept.
 *
 * `commit` is atomic and durable: when it resolves, what it took survives a crash and a power cut; when it throws, nothing of it was
 * taken. Plans are judged in order, each against the state that the plans before it left. Two processes must not hold one ledger.
 */
export interface Ledger {
  record(id: RecordId): Promise<RecordState | undefined>;
  /** Follows a link: the record that this key leads to. */
  linked(system: SystemId, entity: EntityName, key: Key): Promise<RecordId | undefined>;
  /** The record with this natural key. */
  identified(entity: EntityName, identity: string): Promise<RecordId | undefined>;
  commit(commit: Commit): Promise<readonly PlanAnswer[]>;
  cursor(system: SystemId, entity: EntityName): Promise<{ readonly cursor: Cursor | undefined; readonly listed: boolean }>;
  /** All keys that a system has for an entity, with the record each leads to: to find what a listing no longer tells. */
  links(system: SystemId, entity: EntityName, ask: PageAsk): Promise<PageOf<{ readonly key: Key; readonly record: RecordId }>>;
  /** Deliveries by due time, then by id; `parked` and `waiting` ones only when asked for. */
  deliveries(
    ask: PageAsk & { readonly system?: SystemId; readonly state?: DeliveryState; readonly record?: RecordId },
  ): Promise<PageOf<DeliveryRow>>;
  /** What is planned for one system of one entity, in whatever state, by record: the queue, to be read on while it changes. */
  queued(system: SystemId, entity: EntityName, ask: PageAsk): Promise<PageOf<DeliveryRow>>;
  /** By id. */
  records(ask: PageAsk & { readonly entity?: EntityName }): Promise<PageOf<RecordState>>;
  /** In order of `seq`, from `fromSeq` on (default 1). */
  changes(record: RecordId, ask: PageAsk & { readonly fromSeq?: number }): Promise<PageOf<ChangeRow>>;
  /** Latest first. */
  conflicts(
    ask: PageAsk & { readonly state?: ConflictState; readonly entity?: EntityName; readonly record?: RecordId },
  ): Promise<PageOf<ConflictRow>>;
  conflict(id: ConflictId): Promise<ConflictRow | undefined>;
  /** Latest first. */
  failures(ask: PageAsk): Promise<PageOf<FailureRow>>;
  /** What people did. Latest first. */
  acts(ask: PageAsk & { readonly record?: RecordId }): Promise<PageOf<OperatorAct>>;
  /** The records whose relations bear this mark, by id. */
  marked(entity: EntityName, mark: string, ask: PageAsk): Promise<PageOf<RecordId>>;
  /** The marks that begin so and that at least so many records bear, in the order of their text. */
  marks(entity: EntityName, ask: PageAsk & { readonly prefix: string; readonly atLeast: number }): Promise<PageOf<string>>;
  note(name: string): Promise<Json | undefined>;
  /** What was committed, in order, from behind a number on: 0 begins with the earliest that is kept. `limit`: 1 to `PAGE_ROWS_MAX`. */
  news(after: number, limit: number): Promise<readonly News[]>;
  /** The number of the latest; 0 where there is none yet. */
  latestNews(): Promise<number>;
  /**
   * Puts records without some of their values in the place of what they were; atomic and durable like `commit`. When it resolves, the values
   * are nowhere in the ledger, nor in what it was stored in. `moved`: the revision of a record is not one less; nothing was changed.
   */
  erase(erasure: Erasure): Promise<'erased' | 'moved'>;
  /**
   * Puts a record with a shorter history in the place of what it was; atomic and durable like `commit`. What is told beside its changes stays.
   * `moved`: the revision of the record is not one less; nothing was changed.
   */
  compact(compacted: CompactedRecord): Promise<'compacted' | 'moved'>;
  counts(): Promise<Counts>;
  close(): Promise<void>;
}

export interface Counts {
  readonly records: number;
  readonly changes: number;
  readonly held: number;
  readonly due: number;
  readonly waiting: number;
  readonly parked: number;
}
