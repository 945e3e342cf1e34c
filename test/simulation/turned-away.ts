import type { Outcome, Write } from '@concord/core';
import type { Chronicle } from './chronicle.ts';

/** More often than this nobody tries in vain, also where the row that is in the way cannot be read for a while. */
const IN_VAIN_MAX = 30;

/** Whoever was told that a row is another one by now, and asks for the very same again and again, has not listened. */
export function countTurnedAway(chronicle: Chronicle): { heard(system: string, write: Write, told: Outcome): void } {
  const counts = new Map<string, number>();
  return {
    heard(system, { kind, key, expected, columns }, told) {
      if (told.kind !== 'stale' && told.kind !== 'exists' && told.kind !== 'missing') return;
      const row = `${kind} of ${key ?? String(columns['account'])} in ${system}`;
      const name = `${row} as of ${expected}`;
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      if (count === IN_VAIN_MAX) chronicle.breach(4, `the ${row} is asked for ${count} times, and always ${told.kind}`);
    },
  };
}
