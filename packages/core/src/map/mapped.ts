import type { Key, SystemId, Version } from '../ids.ts';
import type { Unread } from '../record/record.ts';
import type { Value } from '../values.ts';

/** A row translated into canonical values, or the news that it is gone. */
export interface MappedRow {
  readonly system: SystemId;
  readonly key: Key;
  /** `undefined`: it was written, and nobody knows what came of it. */
  readonly version: Version | undefined;
  /** By register; a register that is missing was not told. */
  readonly values: ReadonlyMap<string, Value>;
  readonly modifiedAtMs?: number;
  readonly by?: string;
  readonly identity?: string;
  /** Columns that could not be understood: the register counts as not told, and somebody should see it. */
  readonly unreadable: readonly { readonly register: string; readonly words: string }[];
  /** References to rows that are not mirrored yet: the register counts as not told, and the row is read again later. */
  readonly waitsFor: readonly Unread[];
}
