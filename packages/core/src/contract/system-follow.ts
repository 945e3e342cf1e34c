import type { Cursor, Key } from '../ids.ts';
import type { Pull, Row } from '../ports/system.ts';
import { check } from './check.ts';
import type { SystemRig } from './system.ts';

/** What somebody knows who has only the feed to go by. */
export interface Follower {
  readonly cursor: Cursor | undefined;
  readonly rows: Map<Key, Row>;
}

/** Some feeds take turns between ways of looking: after so many ends each has had its turn. */
const ENDS = 4;
const PULLS_MAX = 200;

export const newcomer = (): Follower => ({ cursor: undefined, rows: new Map() });

/** Pulls until nothing more is told, as the engine does it: glimpses are read, and so is what a whole listing no longer tells. */
export async function follow(
  rig: SystemRig,
  from: Follower,
  between: (pulls: number) => Promise<void> = async () => {},
): Promise<Follower> {
  let { cursor } = from;
  let told: Set<Key> | undefined = cursor === undefined ? new Set() : undefined;
  let ends = 0;
  for (let pulls = 1; ends < ENDS; pulls += 1) {
    check(pulls < PULLS_MAX, `a feed comes to an end within ${PULLS_MAX} pulls`);
    const pull = await pulled(rig, cursor);
    for (const sighting of pull.sightings) {
      if (sighting.kind === 'row') from.rows.set(sighting.row.key, sighting.row);
      else await look(rig, from, sighting.key);
      if (pull.of === 'listing' && sighting.kind !== 'gone') told?.add(sighting.kind === 'row' ? sighting.row.key : sighting.key);
    }
    cursor = pull.cursor;
    if (pull.of === 'listing' && !pull.more) {
      for (const key of from.rows.keys()) if (told && !told.has(key)) await look(rig, from, key);
      told = new Set();
    }
    if (!pull.more) ends += 1;
    await between(pulls);
  }
  return { cursor, rows: from.rows };
}

export async function pulled(rig: SystemRig, cursor: Cursor | undefined): Promise<Extract<Pull, { kind: 'page' }>> {
  const pull = await rig.system.changes(rig.entity, cursor);
  check(pull.kind === 'page', `a pull answers with a page, not with ${JSON.stringify(pull)}`);
  return pull;
}

async function look(rig: SystemRig, { rows }: Follower, key: Key): Promise<void> {
  const read = await rig.system.read(rig.entity, key);
  if (read.kind === 'row') rows.set(key, read.row);
  else if (read.kind === 'missing') rows.delete(key);
  else check(false, `a row can be read: ${JSON.stringify(read)}`);
}

/** What a follower knows is what is there. */
export async function checkFollows(rig: SystemRig, follower: Follower, promise: string): Promise<void> {
  const { one, two } = rig.columns;
  const shown = (rows: Iterable<readonly [Key, Readonly<Record<string, unknown>>]>): string =>
    JSON.stringify(
      [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, columns]) => [key, columns[one] ?? '', columns[two] ?? '']),
    );
  const known = shown([...follower.rows].map(([key, row]) => [key, row.columns] as const));
  const there = shown(await rig.user.rows());
  check(known === there, `${promise}\n  there ${there}\n  told  ${known}`);
}
