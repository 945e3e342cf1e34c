import type { EntityName, RecordId, SystemId } from '../ids.ts';
import type { OperatorAct } from '../ports/plan.ts';
import type { RecordState } from '../record/record.ts';
import type { Intake } from './intake.ts';
import { NotNow } from './not-now.ts';
import { newComparing } from './comparing.ts';
import type { Parts } from './parts.ts';
import { must } from '../errors/must.ts';

/** Who wants everything compared, and why. */
export interface ResyncAsk {
  readonly by: string;
  readonly note?: string;
}

export interface Resynced {
  readonly systems: Readonly<Record<SystemId, 'read' | 'absent' | 'unreachable'>>;
  readonly differing: number;
  /** The systems that are written to because of it. */
  readonly writes: readonly SystemId[];
}

/** Reads a record's rows in all systems again, whatever their versions say, and takes what differs as the edits that they are. */
export async function resyncRecord(parts: Parts, intake: Intake, id: RecordId, ask: ResyncAsk): Promise<Resynced | 'unknown'> {
  const comparing = newComparing();
  if (!(await parts.ledger.record(id))) return 'unknown';
  await parts.committer.act(actOf(parts, { record: id }, ask));
  const systems: Record<SystemId, Resynced['systems'][SystemId]> = {};
  for (const system of parts.systems.values()) {
    const read = await parts.lanes.run(id, async () => {
      const record = must(await parts.ledger.record(id), 'just seen');
      if (record.links[system.id]?.state !== 'present') return isMapped(parts, record, system.id) ? ('absent' as const) : undefined;
      try {
        await intake.reread(record, system, comparing);
        return 'read' as const;
      } catch (cause) {
        if (cause instanceof NotNow) return 'unreachable' as const;
        throw cause;
      }
    });
    if (read) systems[system.id] = read;
  }
  return { systems, differing: comparing.differing, writes: [...comparing.writes] };
}

function isMapped({ tables }: Parts, { entity }: RecordState, system: SystemId): boolean {
  return tables.get(entity)?.systems.includes(system) ?? false;
}

export function actOf(
  parts: Parts,
  what: { readonly record: RecordId } | { readonly entity: EntityName },
  { by, note }: ResyncAsk,
): OperatorAct {
  const words = [...('entity' in what ? [what.entity] : []), ...(note === undefined ? [] : [note])].join(': ');
  const told = words === '' ? {} : { note: words };
  return { atMs: parts.clock.nowMs(), operator: by, act: 'resync', ...('record' in what ? { record: what.record } : {}), ...told };
}
