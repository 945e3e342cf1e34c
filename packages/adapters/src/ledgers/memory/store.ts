import type {
  ChangeRow,
  ConflictId,
  ConflictRow,
  Cursor,
  DeliveryRow,
  EntityName,
  FailureRow,
  Json,
  Key,
  News,
  OperatorAct,
  RecordId,
  RecordState,
  SystemId,
} from '@concord/core';

/** Everything that a memory ledger holds. The maps are its own; the rows in them are never altered. */
export interface Store {
  readonly records: Map<RecordId, RecordState>;
  /** By system and entity, then by key. */
  readonly links: Map<string, Map<Key, RecordId>>;
  /** By entity and identity. */
  readonly identities: Map<string, RecordId>;
  readonly changes: Map<RecordId, ChangeRow[]>;
  /** With the order in which they were opened. */
  readonly conflicts: Map<ConflictId, { readonly row: ConflictRow; readonly number: number }>;
  /** By record and system. */
  readonly deliveries: Map<string, DeliveryRow>;
  /** By system and entity. */
  readonly cursors: Map<string, { readonly cursor: Cursor | undefined; readonly listed: boolean }>;
  /** By entity, then by mark. */
  readonly marks: Map<string, Map<string, Set<RecordId>>>;
  readonly notes: Map<string, Json>;
  readonly failures: FailureRow[];
  readonly acts: OperatorAct[];
  /** The latest ones; the number of the last tells how many there were. */
  readonly news: News[];
}

export function emptyStore(): Store {
  return {
    records: new Map(),
    links: new Map(),
    identities: new Map(),
    changes: new Map(),
    conflicts: new Map(),
    deliveries: new Map(),
    cursors: new Map(),
    marks: new Map(),
    notes: new Map(),
    failures: [],
    acts: [],
    news: [],
  };
}

/** One text for two names; a length before the first keeps `a` + `bc` apart from `ab` + `c`. */
export function place(first: string, second: string): string {
  return `${first.length}:${first}${second}`;
}

export function linkPlace(system: SystemId, entity: EntityName): string {
  return place(system, entity);
}
