import type { EntityName, Key, SystemId } from '../ids.ts';
import type { Ledger } from '../ports/ledger.ts';
import { pagesOf } from '../ports/paging.ts';
import { isAlive } from './kin.ts';

const LINKS_PAGE = 500;

/** A row that was there, and that a whole listing did not tell. */
export interface Absence {
  readonly key: Key;
  /** Whether its record lives. */
  readonly isAlive: boolean;
}

/** That a row which is known to be gone is not told is no news, however many of them there are by now. */
export async function absencesFrom(
  ledger: Pick<Ledger, 'links' | 'record'>,
  system: SystemId,
  entity: EntityName,
  isTold: (key: Key) => boolean,
): Promise<readonly Absence[]> {
  const absent: Absence[] = [];
  for await (const links of pagesOf(LINKS_PAGE, (ask) => ledger.links(system, entity, ask))) {
    for (const { key, record: id } of links) {
      const record = isTold(key) ? undefined : await ledger.record(id);
      const link = record?.links[system];
      if (record && link?.state === 'present' && link.key === key) absent.push({ key, isAlive: isAlive(record) });
    }
  }
  return absent;
}
