import type { EntityName, SystemId } from '../ids.ts';
import type { Scalar } from '../values.ts';
import type { Binding } from '../ports/system.ts';
import type { PolicySpec } from '../policy/spec.ts';
import type { FieldType } from './type.ts';

/** What a table map says of one field in one system. */
export interface Side {
  /** The column that is read. */
  readonly column: string;
  /** The column that is written, where it is another (an OData look-up is written through its navigation property). */
  readonly write?: string;
  /** The text to write, with `{}` in place of the value, for example `/accounts({})`. */
  readonly as?: string;
  /** For a reference: the field of the referenced entity that this column holds; absent: the column holds the row's key. */
  readonly by?: string;
  /** Canonical symbol to the system's own symbol, as text. */
  readonly values?: Readonly<Record<string, string>>;
  /** What the column is whose values a value map makes a choice of; absent: a choice of the system's own. */
  readonly holds?: 'text' | 'integer' | 'yesno';
  /** `read`: never written there. `write`: never read from there. Absent: both. */
  readonly only?: 'read' | 'write';
  /** A longer text does not go in there. */
  readonly maxLength?: number;
  /** JSONata: the column's JSON as the system tells it, to the JSON that is read in its place. */
  readonly from?: string;
  /** JSONata: the JSON that would be written, to what is written in its place. */
  readonly to?: string;
  /** `to` and `from` need not lead back to where they began. */
  readonly lossy?: boolean;
}

/** What happens where a reference leads to nothing. */
export interface ReferenceMap {
  /**
   * The record that it means is not in the system that is written to. `hold`: the write waits. `null`: the rest is written, and the
   * reference follows. `retry`: the same as `hold`. `stub`: as `hold`; and where not even a record is known, one is made of
   * the name alone.
   */
  readonly onMissing: 'hold' | 'null' | 'stub' | 'retry';
  /** After so long the wait is told as C08. It goes on. */
  readonly waitMs: number;
  /** The record that it means was deleted. Absent: nothing happens. */
  readonly onParentDeleted?: 'cascade' | 'restrict' | 'orphan' | 'hold';
}

export interface FieldMap {
  readonly name: string;
  readonly type: FieldType;
  /** By system. A system that is missing does not have the field. */
  readonly sides: Readonly<Record<string, Side>>;
  /** Told to nobody who has no right to see it. */
  readonly sensitive?: true;
  /** For a reference whose configuration says so. */
  readonly reference?: ReferenceMap;
}

/** A unit of merging: one field, or a group. */
export interface RegisterMap {
  /** The field's or the group's name. */
  readonly name: string;
  /** The fields it stands for, in the order of its tuple values; one for a plain field. */
  readonly fields: readonly [FieldMap, ...FieldMap[]];
  readonly policy: PolicySpec;
  /** What becomes of a value that a system refuses; absent: as for the entity. */
  readonly refused?: Refused;
}

/** `park`: it waits until the register has another value. `revert`: the system's own value stands in its place everywhere. */
export type Refused = 'park' | 'revert';

/** What becomes of a record that one system deletes. */
export type DeletePolicy =
  | 'delete-wins'
  | 'update-wins'
  | 'later-wins'
  /** The deletion stays in its system, where the record is no longer mirrored. */
  | 'unlink'
  /** A deletion is always undone. */
  | 'restore'
  | 'manual'
  /** Only this system's deletion counts; others are undone. */
  | { readonly owner: SystemId }
  /** The deletion stays in its system, and becomes an edit of this field elsewhere. */
  | { readonly soft: { readonly field: string; readonly value: Scalar } };

/** Fields that name a record together, and how their values are normalised before they are compared. */
export interface KeyMap {
  readonly fields: readonly string[];
  /** Outer blanks do not count, and inner ones count once. */
  readonly trim: boolean;
  /** Upper and lower case are the same. */
  readonly case: boolean;
  /** Texts that Unicode holds for the same are. */
  readonly nfc: boolean;
  /** Only digits count. */
  readonly digits: boolean;
}

export interface UniqueMap extends KeyMap {
  /** `first-keeps`: the older record keeps the key. `manual`: a person decides. */
  readonly onViolation: 'first-keeps' | 'manual';
}

/** How much may happen to the rows of one system before somebody must have looked. */
export interface GuardMap {
  readonly deletes?: GuardBound;
  readonly updates?: GuardBound;
  readonly withinMs: number;
}

export interface GuardBound {
  readonly most: number;
  /** Beyond `most` it is still believed up to this share of all rows. */
  readonly share: number;
}

/** One system's side of a table map. */
export interface TableSide extends Binding {
  readonly system: SystemId;
  /** The column that carries our record id in a system that numbers its own rows. */
  readonly correlation?: string;
  /** `read`: records are never written there. */
  readonly only?: 'read';
  /** CEL over the fields that the system tells: a row for which it is not true does not become a record. */
  readonly filter?: string;
  readonly guard?: GuardMap;
}

/** A field that is computed from others. */
export interface Derived {
  readonly field: string;
  /** CEL; its value is of the field's type. */
  readonly text: string;
}

/** A condition that a record keeps, and what happens where concurrent edits would break it. */
export interface Invariant {
  /** CEL; answers yes or no. Empty, where a field that it needs is: the invariant counts as kept. */
  readonly check: string;
  readonly onViolation:
    | { readonly kind: 'revert' }
    | { readonly kind: 'hold' }
    /** CEL: the value of the field that makes the check true. */
    | { readonly kind: 'recompute'; readonly field: string; readonly text: string };
}

/** How one entity is mirrored. */
export interface TableMap {
  readonly entity: EntityName;
  /** By system. */
  readonly sides: Readonly<Record<string, TableSide>>;
  /** Names of the fields of the natural key, by which rows of different systems are matched; empty: matched by links only. */
  readonly key: readonly string[];
  readonly delete: DeletePolicy;
  /** Absent: park. */
  readonly refused?: Refused;
  readonly registers: readonly RegisterMap[];
  /** CEL over the fields, for the rows of every system. */
  readonly filter?: string;
  /** In an order in which each can be computed: none reads one that comes after it. */
  readonly derived?: readonly Derived[];
  readonly invariants?: readonly Invariant[];
  /** Further keys by which rows are matched, in order, where the natural key does not tell. */
  readonly match?: readonly KeyMap[];
  /** Keys too weak to join anything by: what they match is asked. */
  readonly review?: readonly KeyMap[];
  readonly unique?: readonly UniqueMap[];
  /** The system whose values stand where two rows meet for the first time. */
  readonly seed?: SystemId;
  /** `wait`: nothing is read or written before somebody starts it. */
  readonly initial?: 'wait';
}
