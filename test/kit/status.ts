import { entityName, systemId, type EngineStatus, type Counts } from '@concord/core';
import type { Observed } from '../../packages/server/src/alerts/conditions.ts';

type Map = EngineStatus['maps'][number];

export const NO_COUNTS: Counts = { records: 0, changes: 0, held: 0, due: 0, waiting: 0, parked: 0 };

/** An engine of one entity in two systems, all well but for what is given. */
export function observed(
  nowMs: number,
  given: { counts?: Partial<Counts> | 'unknown'; fno?: Partial<Map>; isUnread?: boolean; status?: Partial<EngineStatus> } = {},
): Observed {
  const map = (system: string): Map => ({
    system: systemId(system),
    entity: entityName('customer'),
    state: 'live',
    listed: true,
    toldRows: 0,
    filteredRows: 0,
    asideRows: 0,
    olderRows: 0,
    upToMs: nowMs,
  });
  const { upToMs: _read, ...unread } = map('fno');
  const status: EngineStatus = {
    maps: [{ ...(given.isUnread ? unread : map('fno')), ...given.fno }, map('ce')],
    deliveries: [],
    tallies: { conflicts: {}, writes: {}, reads: 0, commits: 0 },
    ...given.status,
  };
  return { status, counts: given.counts === 'unknown' ? undefined : { ...NO_COUNTS, ...given.counts }, nowMs };
}
