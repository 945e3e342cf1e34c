import type { Stamp } from '../clock/stamp.ts';
import type { ChangeHash, SystemId } from '../ids.ts';
import type { Held, RecordState, Register, Verdict } from '../record/record.ts';
import type { ChangeRow, EditTold } from './plan.ts';

/**
 * The beginning of a record's history, where what was before it was compacted away: told by the first change that is left, which sets
 * everything that stood.
 */
export interface Epoch {
  /** How many changes stood before: those with the numbers 1 to this one, which the first change that is left bears itself. */
  readonly changes: number;
  /** The number of the first of those that were told until then: higher than 1 where an epoch stood before it. Absent in epochs of before it was told. */
  readonly begins?: number;
  /** Of the very first change of the record. */
  readonly first: Stamp;
  /** The earliest and the latest time that was told by what stood before; ms since 1970 UTC. */
  readonly fromMs: number;
  readonly toMs: number;
  /**
   * Where the document stood at the end of what was before it: hashes that an archive must come to, so that it can be proved that these were
   * the changes. Absent where values were erased since, of which a hash would tell.
   */
  readonly heads?: readonly ChangeHash[];
  /** What a replay needs to begin here. */
  readonly opening: Opening;
}

/** What the laboratory has come to at the end of what was compacted away. */
export interface Opening {
  /** So many operations were named. */
  readonly turns: number;
  readonly registers: Readonly<Record<string, RegisterOpening>>;
  readonly life?: LifeOpening | undefined;
}

/** One register, as it is told when a replay begins at an epoch. */
export interface RegisterOpening extends Pick<Register, 'value' | 'count' | 'ops' | 'stable' | 'log' | 'renumbered' | 'isBlank'> {
  readonly held?: Pick<Held, 'code' | 'provisional'> | undefined;
  /** By the number of an open edit, the change that brought it. */
  readonly brought: readonly (readonly [number: number, seq: number])[];
  /** The number of the merged value that Concord wrote last, where nobody's newer edit has replaced it. */
  readonly wrote?: number | undefined;
  readonly why?: Pick<Verdict, 'rule' | 'reason'> | undefined;
}

/** The life of a record, likewise. */
export interface LifeOpening extends RegisterOpening {
  readonly wasDead: boolean;
  readonly rivals: readonly EditTold[];
  /** The systems that have it, or had it. */
  readonly has: readonly (readonly [system: SystemId, isThere: boolean])[];
}

/** A record whose history begins with an epoch, to stand in the place of what it was. */
export interface CompactedRecord {
  /** Afterwards. Its revision is one more than that of the record that it was made from. */
  readonly record: RecordState;
  /** All that are left, the one that begins the epoch first. */
  readonly changes: readonly ChangeRow[];
}
