import type { Cursor, EntityName, Key, SystemId, Version } from '../ids.ts';
import type { Json, JsonObject, Scalar } from '../values.ts';
import type { FieldType } from '../map/type.ts';

/** A row as one system tells it: its own column names, its own JSON. A column that is missing was not told. */
export interface Row {
  readonly key: Key;
  readonly version: Version;
  readonly columns: JsonObject;
  /** When the system says it was last changed, in ms since 1970 UTC. */
  readonly modifiedAtMs?: number;
  /** Who changed it last, where the system tells. */
  readonly by?: string;
}

export type Sighting =
  | { readonly kind: 'row'; readonly row: Row }
  /** The row exists in this version, but was not read. Without a version nothing is known of it but its key: it is read. */
  | { readonly kind: 'glimpse'; readonly key: Key; readonly version?: Version }
  | { readonly kind: 'gone'; readonly key: Key };

/** The answers that say "not now" or "not you", alike for reads and writes. Nothing was changed. */
export type Trouble =
  /** Ask again after this long. */
  | { readonly kind: 'throttled'; readonly retryAfterMs: number }
  /** The system could not be reached, or answered that it is not able to work now. */
  | { readonly kind: 'unreachable'; readonly words: string }
  /** It does not accept our credentials or our rights. */
  | { readonly kind: 'denied'; readonly words: string }
  /** It no longer has the table, or a column, as the table map names it. */
  | { readonly kind: 'drifted'; readonly words: string };

export type Pull =
  | {
      readonly kind: 'page';
      readonly sightings: readonly Sighting[];
      /** Where to go on. Commit it only after the page's rows. */
      readonly cursor: Cursor;
      /** More pages are waiting now. */
      readonly more: boolean;
      /** Whether this page is part of a listing of everything (`listing`) or of what changed since the cursor (`delta`). */
      readonly of: 'listing' | 'delta';
    }
  /** The cursor is too old or was made for another schema: list everything again. */
  | { readonly kind: 'expired' }
  | Trouble;

export type Read = { readonly kind: 'row'; readonly row: Row } | { readonly kind: 'missing' } | Trouble;

/** Why a system refused a row for good. */
export type RefusalClass = 'validation-rejected' | 'reference-missing' | 'schema-drift' | 'duplicate-key' | 'payload-too-large' | 'denied';

export interface Write {
  readonly kind: 'create' | 'update' | 'delete';
  readonly entity: EntityName;
  /** The row's key; absent at a create. */
  readonly key?: Key;
  /** The version that the row must still have; absent at a create. */
  readonly expected?: Version;
  /** The columns to set: the changed ones only at an update, none at a delete. */
  readonly columns: JsonObject;
  /** At a create: the columns of the natural key, by which a row that exists already is found. Empty when there is none. */
  readonly match?: JsonObject;
  /** At a create in a system that numbers its own rows: the column that carries our id, looked up before any retry. */
  readonly correlation?: { readonly column: string; readonly value: string };
  /** Marks the write as ours where the system can carry a mark. */
  readonly tag: string;
  /** Where the write stands in a trace, as W3C Trace Context says it, for systems that are reached over HTTP; absent where nobody watches. */
  readonly traceparent?: string;
}

export type Outcome =
  /** Done. `columns` is the stored row as told after the write; a column that is missing was not told. */
  | {
      readonly kind: 'written';
      readonly key: Key;
      readonly version: Version;
      readonly columns: JsonObject;
      /** The columns were read after the write, not told by it: an edit of somebody else may be among them. */
      readonly readLater?: true;
    }
  /** Done, but nobody could tell what is stored, nor under which version: the row is read before anything else is written to it. */
  | { readonly kind: 'applied'; readonly key: Key }
  /** Deleted. */
  | { readonly kind: 'removed' }
  /** The row is not in the expected version; nothing was written. `row` is what it holds now, if that could be read. */
  | { readonly kind: 'stale'; readonly row?: Row }
  /** There is no row with that key; nothing was written. */
  | { readonly kind: 'missing' }
  /** A create met a row with that key or correlation; nothing was written. `row` is that row, if it could be read. */
  | { readonly kind: 'exists'; readonly row?: Row }
  | { readonly kind: 'refused'; readonly why: RefusalClass; readonly words: string }
  /**
   * No answer, or one that does not promise what became of it: the write may or may not have been applied. Read before any retry. `unable`: the
   * system said that it cannot work now; nothing more is sent to it for a while, for as long as it asked.
   */
  | { readonly kind: 'unknown'; readonly words: string; readonly unable?: { readonly retryAfterMs?: number } }
  | Trouble;

/** What an inbound hook points at. It is only a hint: the rows are read. */
export interface Hint {
  readonly entity: EntityName;
  /** Absent when the hook does not say which row, or when the feed tells it more cheaply than a read: the feed is pulled. */
  readonly key?: Key;
}

/**
 * How a system writes and reads canonical values in its JSON. Pure.
 *
 * A `choice` is the system's own symbol as text (`192350000`, `Invoiced`), `choices` a canonical set of such symbols, a `reference` the
 * referenced row's key as text: value maps and links turn them into canonical values, not the dialect. An empty value in the system's
 * own convention (an empty string, a year-1900 date) decodes to `null`.
 */
export interface Dialect {
  /** Returns `undefined` when the JSON is not a value of that type: the caller tells the user what was found and where. */
  decode(type: FieldType, json: Json): Scalar | undefined;
  /** Returns `undefined` when the system cannot represent the value. */
  encode(type: FieldType, value: Scalar): Json | undefined;
}

/** One entity as one system keeps it: a table map's side, in plain data. */
export interface Binding {
  readonly entity: EntityName;
  /** The OData set or table. */
  readonly set: string;
  /** The columns that make up the row's key in the system; absent: the adapter asks the system's metadata. */
  readonly id?: readonly string[];
  /** Columns to read: all mapped ones. */
  readonly columns: readonly string[];
  /** Only rows in which each column has this value are mirrored. Systems that cannot filter a feed leave it to the engine. */
  readonly where: JsonObject;
  /** Set at a create, never read. */
  readonly constants: JsonObject;
  /** How to tell changes where the system offers several ways (adapter's own words). */
  readonly feed?: string;
  /** How stale writes are prevented, where the system offers several ways (adapter's own words). */
  readonly concurrency?: string;
}

/** `other`: a kind that no field can be mirrored from. */
export const COLUMN_KINDS = [
  'text',
  'integer',
  'decimal',
  'date',
  'datetime',
  'yesno',
  'choice',
  'choices',
  'lookup',
  'id',
  'other',
] as const;

export type ColumnKind = (typeof COLUMN_KINDS)[number];

/** A column, as the system's metadata tells it; what it does not tell is absent. */
export interface ColumnFacts {
  /** As rows are read. */
  readonly name: string;
  readonly kind: ColumnKind;
  /** The type in the system's own word. */
  readonly told: string;
  readonly charsMax?: number;
  /** Digits after the point. */
  readonly scale?: number;
  /** Of a choice: the symbols, as rows tell them. */
  readonly symbols?: readonly string[];
  /** A row cannot be made without it. */
  readonly isRequired: boolean;
  readonly canCreate: boolean;
  readonly canUpdate: boolean;
}

/** What is done with rows. */
export type Right = 'read' | 'create' | 'update' | 'delete';

/** Whether our user has a right. */
export interface RightFacts {
  /** What the system calls it. */
  readonly name: string;
  /** `some`: for rows of some owners only. */
  readonly reach: 'none' | 'some' | 'all';
  /** The reach in the system's own word. */
  readonly told: string;
}

/** A table, as the system's metadata tells it. */
export interface TableFacts {
  readonly kind: 'table';
  readonly columns: readonly ColumnFacts[];
  /** Columns by which the system itself finds a row, or keeps them unique. */
  readonly keys: readonly (readonly string[])[];
  /** Whether it tells changes since a cursor; absent where it never does, or always. */
  readonly tracksChanges?: boolean;
  /** What our user may do there; absent where the system does not tell. */
  readonly rights?: Readonly<Partial<Record<Right, RightFacts>>>;
}

/**
 * One business system, as the engine sees it.
 *
 * `changes` may repeat rows but must not skip any; without a cursor it lists every row and ends in a cursor from which every change
 * since the listing began is told. `write` must not overwrite a row whose version is not `expected`: it answers `stale` instead.
 * No method throws for an answer of the system; what is thrown is a defect and stops the map. Nothing is retried here.
 */
export interface System {
  readonly id: SystemId;
  readonly dialect: Dialect;
  changes(entity: EntityName, from: Cursor | undefined): Promise<Pull>;
  read(entity: EntityName, key: Key): Promise<Read>;
  write(write: Write): Promise<Outcome>;
  /** Absent: the system pushes nothing. Throws nothing: a body that it cannot read answers with a hint at every entity. */
  hints?(body: Json, headers: Readonly<Record<string, string>>): readonly Hint[];
  /** What the system's own metadata says of an entity, as it is now. Absent: there is no metadata to ask. */
  describe?(entity: EntityName): Promise<TableFacts | Trouble>;
  /** Negative when `a` is older than `b`. Absent: versions can only be told apart. */
  compareVersions?(a: Version, b: Version): number;
  /** Stops what is under way (its answers become `unknown` or `unreachable`) and lets go of every connection. */
  close(): Promise<void>;
}
