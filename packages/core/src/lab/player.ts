import type { EditTold } from '../ports/plan.ts';
import type { Value } from '../values.ts';
import type { Moment } from './moments.ts';

/** What a register comes to in a replay. */
export interface Standing {
  readonly value: Value;
  /** Waits for a person. */
  readonly held: boolean;
  /** The rule that decided it; absent where nothing had to be decided. */
  readonly rule?: string;
  readonly reason?: string;
}

/** A register that a moment touched, decided. */
export interface Played {
  readonly register: string;
  readonly standing: Standing;
  /** To how many systems that would be written. */
  readonly writes: number;
}

/** An edit that lost and is in no other value. */
export interface Loss {
  readonly edit: EditTold;
  readonly rule: string;
  /** What stands, or stood, in its place. */
  readonly stands: Value;
}

/** One record, played again from its stored edits. Nothing else enters: no clock, no shadows, no document. */
export interface Player {
  take(moment: Moment): readonly Played[];
  standing(register: string): Standing | undefined;
  registers(): readonly string[];
  /** Everything that has been lost up to now. */
  losses(): readonly Loss[];
}
