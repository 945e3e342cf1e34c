import type { Key, Version } from '../ids.ts';
import type { Sighting } from '../ports/system.ts';

/** The version that a line of a feed tells, where it tells one. */
export function versionOf(sighting: Sighting): Version | undefined {
  return sighting.kind === 'row' ? sighting.row.version : sighting.kind === 'glimpse' ? sighting.version : undefined;
}

export function keyOf(sighting: Sighting): Key {
  return sighting.kind === 'row' ? sighting.row.key : sighting.key;
}
