import type { EntityName, SystemId } from '../ids.ts';
import type { Row, System } from '../ports/system.ts';
import type { RecordState } from '../record/record.ts';
import type { Parts } from './parts.ts';

/** Rows that were read in an older version than their system had answered before. */
export interface Older {
  /** For a row that was just read, in the lane of its record. */
  look(system: System, record: RecordState | undefined, row: Row): Promise<void>;
  /** Of a map, since the start. */
  count(system: SystemId, entity: EntityName): number;
}

/** What cannot be otherwise: no system takes a version back, unless it was put back itself. The first row of a map is told to whoever looks. */
export function openOlder({ committer, clock }: Pick<Parts, 'committer' | 'clock'>): Older {
  const counts = new Map<string, number>();
  return {
    async look({ id: system, compareVersions }, record, { key, version }) {
      const link = record?.links[system];
      if (!record || link?.state !== 'present' || link.key !== key || link.version === undefined || !compareVersions) return;
      if (compareVersions(version, link.version) >= 0) return;
      const { entity, id } = record;
      const map = `${system} ${entity}`;
      counts.set(map, (counts.get(map) ?? 0) + 1);
      if (counts.get(map) !== 1) return;
      const words = `it is in a version older than one that ${system} answered before: was ${system} put back? What it holds now counts as edits. Compare the others: concord resync entity ${entity}`;
      await committer.failure({ atMs: clock.nowMs(), system, entity, record: id, key, code: 'PUT_BACK', words });
    },
    count: (system, entity) => counts.get(`${system} ${entity}`) ?? 0,
  };
}
