import { systemId, type CursorMove, type Ledger } from '@concord/core';
import type { Chronicle } from './chronicle.ts';
import { placeOf, type Place } from './feed.ts';
import { THING } from './map.ts';
import type { Kept } from './rows.ts';
import type { SimSystem } from './system.ts';

/** Watches where the feeds are resumed: never before where they were, and never behind what is kept. */
export interface CursorWatch {
  moved(move: CursorMove): Promise<void>;
}

export function watchCursors(
  systems: ReadonlyMap<string, SimSystem>,
  ledger: Ledger,
  chronicle: Chronicle,
  isPutBack: boolean,
): CursorWatch {
  const last = new Map<string, Place>();
  return {
    async moved({ system, entity, cursor }) {
      const inside = systems.get(system);
      // The feed of a system that was put back goes on as if nothing had been.
      if (!inside || entity !== THING || isPutBack) return;
      if (cursor === undefined) return void last.delete(system);
      const [before, now] = [last.get(system), placeOf(cursor)];
      last.set(system, now);
      if (before && isBack(before, now)) chronicle.breach(5, `the cursor of ${system} went back from ${before.at} to ${now.at}`);
      for (const kept of inside.rows.all()) {
        if (kept.at > now.at || (now.of === 'listing' && !kept.columns) || (await isTaken(ledger, inside, kept))) continue;
        chronicle.breach(5, `the cursor of ${system} is at ${now.at}, before ${kept.key} as of ${kept.at} was kept`);
      }
    },
  };
}

function isBack(before: Place, now: Place): boolean {
  if (now.issue !== before.issue) return now.issue < before.issue;
  return now.of === before.of ? now.at < before.at : now.of === 'listing';
}

async function isTaken(ledger: Ledger, { nature, rows }: SimSystem, kept: Kept): Promise<boolean> {
  const id = await ledger.linked(systemId(nature.id), THING, kept.key);
  const link = id && (await ledger.record(id))?.links[nature.id];
  if (!kept.columns) return link === undefined || link.state !== 'present' || link.key !== kept.key;
  // Time goes on while this is asked: a row that has changed since is told again.
  return (link?.state === 'present' && link.version === kept.version) || rows.get(kept.key)?.at !== kept.at;
}
