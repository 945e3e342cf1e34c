import { setTimeout as wait } from 'node:timers/promises';
import { openPairing, type PairedTold, type Pairing } from '@concord/adapters';
import {
  ConcordError,
  firstLook,
  must,
  type Cursor,
  type FirstLook,
  type Row,
  type Sighting,
  type System,
  type Table,
} from '@concord/core';
import { openSystems } from '../../compose.ts';
import { entityUnknown } from '../../entity-unknown.ts';
import { inLaboratory } from '../lab/opened.ts';
import { tellReport } from './words.ts';

export interface ReportGiven {
  readonly config: string;
  readonly entity?: string;
  readonly json?: boolean;
}

/** What an initial write would find, of one entity. */
export interface Report {
  readonly entity: string;
  /** The system whose values stand where two rows differ; absent: the policies decide. */
  readonly seed?: string;
  readonly read: readonly Read[];
  readonly pairs: readonly (PairedTold & { readonly here: string; readonly there: string; readonly keys: readonly string[] })[];
}

interface Read {
  readonly system: string;
  readonly rows: number;
  /** Kept out by a filter. */
  readonly filtered: number;
  /** Rows with columns that could not be understood. */
  readonly unreadable: number;
}

const TOLD_EVERY = 50_000;
const TRIES_MAX = 5;
const TRY_AGAIN_MS = 1_000;

/** Reads everything that the systems hold, and says what would become of it. Writes nothing, neither to a system nor to the ledger. */
export async function reportInitial({ config: file, entity, json = false }: ReportGiven): Promise<number> {
  return inLaboratory(file, async ({ config, tables }) => {
    const asked = [...tables.values()].filter(({ map }) => entity === undefined || map.entity === entity);
    if (asked.length === 0) throw entityUnknown(entity ?? '', tables.keys());
    const systems = await openSystems(config);
    try {
      const reports: Report[] = [];
      for (const table of asked) reports.push(await reportOf(table, systems, json ? () => undefined : (words) => console.error(words)));
      console.log(json ? JSON.stringify(reports, undefined, 2) : reports.map(tellReport).join('\n\n'));
      return 0;
    } finally {
      await Promise.all(systems.map((system) => system.close()));
    }
  });
}

async function reportOf(table: Table, systems: readonly System[], say: (words: string) => void): Promise<Report> {
  const { entity, seed, key, match = [] } = table.map;
  const keys = [key.join(' + '), ...match.map(({ fields }) => fields.join(' + '))];
  const ours = systems.filter(({ id }) => table.systems.includes(id));
  const pairing = openPairing(keys.length);
  try {
    const read: Read[] = [];
    for (const system of ours) read.push(await readAll(system, table, pairing, say));
    const first = must(ours[0], 'an entity is in two systems');
    const pairs = ours.slice(1).map(({ id }) => ({ here: first.id, there: id, keys, ...pairing.pair(first.id, id) }));
    return { entity, ...(seed === undefined ? {} : { seed }), read, pairs };
  } finally {
    pairing.close();
  }
}

/** Follows a listing to its end, a page in memory at a time. Throws INITIAL_UNREAD. */
async function readAll(system: System, table: Table, pairing: Pairing, say: (words: string) => void): Promise<Read> {
  let cursor: Cursor | undefined;
  let [rows, filtered, unreadable] = [0, 0, 0];
  for (;;) {
    const { sightings, ...page } = await pageOf(system, table, cursor);
    const looks: FirstLook[] = [];
    for (const sighting of sightings) {
      const row = await rowOf(system, table, sighting);
      const look = row && (await firstLook(system, table, row));
      if (look) looks.push(look);
      else if (row) filtered += 1;
      unreadable += look && look.unreadable > 0 ? 1 : 0;
    }
    pairing.put(system.id, looks);
    if (Math.floor(rows / TOLD_EVERY) < Math.floor((rows + looks.length) / TOLD_EVERY))
      say(`${system.id}: ${rows + looks.length} rows read`);
    rows += looks.length;
    if (!page.more) return { system: system.id, rows, filtered, unreadable };
    cursor = page.cursor;
  }
}

async function pageOf(system: System, table: Table, cursor: Cursor | undefined) {
  let words = '';
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const pull = await system.changes(table.map.entity, cursor);
    if (pull.kind === 'page') return pull;
    words = 'words' in pull ? pull.words : pull.kind;
    if (pull.kind !== 'throttled' && pull.kind !== 'unreachable') break;
    await wait(pull.kind === 'throttled' ? pull.retryAfterMs : TRY_AGAIN_MS);
  }
  throw new ConcordError('INITIAL_UNREAD', { system: system.id, words });
}

async function rowOf(system: System, table: Table, sighting: Sighting): Promise<Row | undefined> {
  if (sighting.kind === 'row') return sighting.row;
  if (sighting.kind === 'gone') return undefined;
  const read = await system.read(table.map.entity, sighting.key);
  if (read.kind === 'row') return read.row;
  if (read.kind === 'missing') return undefined;
  throw new ConcordError('INITIAL_UNREAD', { system: system.id, words: 'words' in read ? read.words : read.kind });
}
