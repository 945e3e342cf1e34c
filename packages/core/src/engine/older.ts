import type { EntityName, SystemId } from '../ids.ts';
import type { MappedRow } from '../map/mapped.ts';
import type { Row, Sighting, System } from '../ports/system.ts';
import type { RecordState } from '../record/record.ts';
import type { Parts } from './parts.ts';
import { versionOf, keyOf } from './sightings.ts';
import { isOldState } from './taking-back.ts';
import type { Witnesses } from './witnesses.ts';

/** Rows that were read in an older version than their system had answered before. */
export interface Older {
  /** For a row that was just read, in the lane of its record. Answers whether its system was put back. */
  look(system: System, record: RecordState | undefined, row: Row): Promise<boolean>;
  /** The same where versions have no order: by times of change, and only if the row of another record bears it out. */
  suspect(system: System, record: RecordState, row: MappedRow): Promise<boolean>;
  /** A row is gone that was to be written: whether others prove that its system was put back, so that nobody need have deleted it. */
  lost(system: System, record: RecordState): Promise<boolean>;
  /** Of a page, those that may be older first: nothing beside them is taken before they were looked at. */
  ahead(system: System, entity: EntityName, page: readonly Sighting[]): Promise<readonly (readonly Sighting[])[]>;
  /** Of a map, since the start. */
  count(system: SystemId, entity: EntityName): number;
}

/**
 * What cannot be otherwise: no system takes a version back, unless it was put back itself. The first row of a map is told to whoever looks, and all maps of
 * its system wait for a person.
 */
export function openOlder(
  parts: Pick<Parts, 'committer' | 'clock' | 'ledger' | 'tables' | 'backs' | 'isFresh'>,
  witnesses: Witnesses,
): Older {
  const { committer, clock, ledger, tables, backs } = parts;
  const counts = new Map<string, number>();
  /** By map, the last record of which a row was changed last before what it was known to hold. */
  const suspected = new Map<string, RecordState['id']>();

  async function enter({ id: system }: System, { entity, id: record }: RecordState, key: Row['key'], why: string): Promise<boolean> {
    const map = `${system} ${entity}`;
    counts.set(map, (counts.get(map) ?? 0) + 1);
    if (backs.of(system, entity)) return true;
    const words = `${why}: ${system} was put back, and nothing of it is taken or written before a person says what its older state means. See: concord put-back show ${entity} ${system}`;
    await Promise.all([
      backs.enter(system, `a row of ${entity} showed it: ${why}`),
      committer.failure({ atMs: clock.nowMs(), system, entity, record, key, code: 'PUT_BACK', words }),
    ]);
    return true;
  }

  async function isOlder(system: System, entity: EntityName, sighting: Sighting): Promise<boolean> {
    const version = versionOf(sighting);
    if (version === undefined) return false;
    const id = await ledger.linked(system.id, entity, keyOf(sighting));
    const link = id && (await ledger.record(id))?.links[system.id];
    return link !== undefined && link.state === 'present' && isBefore(system, version, link.version);
  }

  return {
    async look(system, record, { key, version }) {
      const link = record?.links[system.id];
      if (!record || link?.state !== 'present' || link.key !== key || !isBefore(system, version, link.version)) return false;
      return enter(system, record, key, `it is in a version older than one that ${system.id} answered before`);
    },
    async suspect(system, record, row) {
      const table = tables.get(record.entity);
      if (system.compareVersions || record.links[system.id]?.state !== 'present' || !table) return false;
      if (!(await isOldState(parts, record, row, table))) return false;
      const map = `${system.id} ${record.entity}`;
      const isBorneOut = suspected.has(map) && suspected.get(map) !== record.id;
      suspected.set(map, record.id);
      if (!isBorneOut && !(await witnesses.speakAgainst(system, record.entity, record.id))) return false;
      return enter(system, record, row.key, 'it was changed last before what it was known to hold was made, and so was another');
    },
    async lost(system, record) {
      const key = record.links[system.id]?.key;
      if (key === undefined || !(await witnesses.speakAgainst(system, record.entity, record.id))) return false;
      return enter(system, record, key, `it is gone, and other rows are older than ${system.id} answered before`);
    },
    async ahead(system, entity, page) {
      if (!system.compareVersions || backs.of(system.id, entity)) return [page];
      const older: Sighting[] = [];
      for (const sighting of page) if (await isOlder(system, entity, sighting)) older.push(sighting);
      return older.length === 0 ? [page] : [older, page.filter((sighting) => !older.includes(sighting))];
    },
    count: (system, entity) => counts.get(`${system} ${entity}`) ?? 0,
  };
}

function isBefore({ compareVersions }: System, version: Row['version'], known: Row['version'] | undefined): boolean {
  return known !== undefined && compareVersions !== undefined && compareVersions(version, known) < 0;
}
