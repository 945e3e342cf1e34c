import type { EntityName, SystemId } from '../ids.ts';
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
  /** `read`: never written there. `write`: never read from there. Absent: both. */
  readonly only?: 'read' | 'write';
}

export interface FieldMap {
  readonly name: string;
  readonly type: FieldType;
  /** By system. A system that is missing does not have the field. */
  readonly sides: Readonly<Record<string, Side>>;
}

/** A unit of merging: one field, or a group. */
export interface RegisterMap {
  /** The field's or the group's name. */
  readonly name: string;
  /** The fields it stands for, in the order of its tuple values; one for a plain field. */
  readonly fields: readonly [FieldMap, ...FieldMap[]];
  readonly policy: PolicySpec;
}

export type DeletePolicy = 'delete-wins' | 'update-wins' | 'manual';

/** One system's side of a table map. */
export interface TableSide extends Binding {
  readonly system: SystemId;
  /** The column that carries our record id in a system that numbers its own rows. */
  readonly correlation?: string;
  /** `read`: records are never written there. */
  readonly only?: 'read';
}

/** How one entity is mirrored. */
export interface TableMap {
  readonly entity: EntityName;
  /** By system. */
  readonly sides: Readonly<Record<string, TableSide>>;
  /** Names of the fields of the natural key, by which rows of different systems are matched; empty: matched by links only. */
  readonly key: readonly string[];
  readonly delete: DeletePolicy;
  readonly registers: readonly RegisterMap[];
}
