import type { SystemId } from '../ids.ts';
import { systemId } from '../ids.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { DeliveryRow, DeliveryState } from '../ports/plan.ts';
import type { Link, RecordState } from '../record/record.ts';

export type Kept = Pick<Ledger, 'linked' | 'deliveries'>;

const STATES: readonly DeliveryState[] = ['due', 'waiting', 'parked'];
/** At most one a system. */
const DELIVERIES_MAX = 100;

/** Holds a record's links and its place in the queues against its row. Answers what differs, in words; nothing when they agree. */
export async function verifyKeeping(ledger: Kept, record: RecordState): Promise<readonly string[]> {
  const faults: string[] = [];
  const queued = await queuedOf(ledger, record);
  for (const [name, link] of Object.entries(record.links)) {
    const system = systemId(name);
    if (link.state === 'present' && link.key !== undefined) {
      const by = await ledger.linked(system, record.entity, link.key);
      if (by !== record.id) faults.push(`its key ${link.key} in ${system} leads to ${by ?? 'no record'}`);
    }
    faults.push(...queueFaults(system, link, queued.get(system)));
    queued.delete(system);
  }
  for (const system of queued.keys()) faults.push(`a delivery to ${system} is queued, of which the record knows nothing`);
  return faults;
}

async function queuedOf(ledger: Kept, { id }: RecordState): Promise<Map<SystemId, DeliveryRow>> {
  const queued = new Map<SystemId, DeliveryRow>();
  for (const state of STATES)
    for (const row of (await ledger.deliveries({ record: id, state, limit: DELIVERIES_MAX })).items) queued.set(row.system, row);
  return queued;
}

function queueFaults(system: SystemId, { planned, parked, unread }: Link, row: DeliveryRow | undefined): readonly string[] {
  const attempt = planned ?? parked;
  if (!row) return attempt || unread ? [`its write to ${system} is planned, and not queued`] : [];
  if (attempt) return attempt.id === row.id ? [] : [`the delivery ${row.id} to ${system} is queued in place of ${attempt.id}`];
  return unread ? [] : [`the delivery ${row.id} is queued, and nothing is to be written to ${system}`];
}
