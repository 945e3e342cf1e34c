import { compareStamps } from '../clock/stamp.ts';
import type { SystemId } from '../ids.ts';
import type { ChangeRow } from '../ports/plan.ts';

/** A way of whole rows, as other products go it. */
export interface Preset {
  /** As it is asked for, for example `one-master:fno`. */
  readonly name: string;
  /** Whether the second of two saves of one row, neither of which knew the other, stands. They are told in the order of hearing. */
  readonly beats: (incumbent: Save, newcomer: Save) => boolean;
  /** The only system whose saves are carried anywhere. */
  readonly master?: SystemId;
}

export type Save = Pick<ChangeRow, 'seq' | 'system' | 'stamp'>;

export const PRESET_NAMES = ['dual-write', 'newer-wins', 'one-master:<system>'] as const;
const MASTER = 'one-master:';

/** `undefined`: there is no such preset, or no such system. */
export function presetOf(name: string, systems: readonly SystemId[]): Preset | undefined {
  // No times are compared: each save is written over the other side as it comes, so that the one that comes last stands, however old it is.
  if (name === 'dual-write') return { name, beats: (incumbent, newcomer) => newcomer.seq > incumbent.seq };
  if (name === 'newer-wins') return { name, beats: (incumbent, newcomer) => compareStamps(newcomer.stamp, incumbent.stamp) > 0 };
  const master = systems.find((system) => name === `${MASTER}${system}`);
  return master && { name, master, beats: (_incumbent, newcomer) => newcomer.system === master };
}
