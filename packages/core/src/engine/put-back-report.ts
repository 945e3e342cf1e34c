import type { Cursor, Key, RecordId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { Sighting, System } from '../ports/system.ts';
import { LIFE, type RecordState } from '../record/record.ts';
import { valueIn } from '../record/registers.ts';
import type { Value } from '../values.ts';
import { absencesFrom } from './absences.ts';
import { translated } from './matching.ts';
import { NotNow } from './not-now.ts';
import { backoffMs } from './pace.ts';
import type { Parts, Stop } from './parts.ts';
import { openPrints } from './prints.ts';
import { keyOf, versionOf } from './sightings.ts';
import { toldApart, wasMadeSince } from './taking-back.ts';

/** A value of one row, as its system shows it and as the ledger holds it. */
export interface PutBackExample {
  readonly record: RecordId;
  readonly key: Key;
  readonly shows: Value;
  readonly stands: Value;
}

/** So many rows, the first of them named. */
export interface PutBackRows {
  readonly count: number;
  readonly examples: readonly { readonly record: RecordId; readonly key: Key }[];
}

export interface PutBackRegister {
  readonly count: number;
  readonly examples: readonly PutBackExample[];
}

/** What a system that was put back holds, against what the ledger holds: nothing of it is taken. */
export interface PutBackReport {
  readonly state: 'reading' | 'done';
  /** Why it cannot be read just now. */
  readonly words?: string;
  /** Rows that were read. */
  readonly rows: number;
  readonly same: number;
  /** By register: older values, which would be given back or taken over. */
  readonly lost: Readonly<Record<string, PutBackRegister>>;
  /** By register: what nobody has told before: edits since, which are taken whatever is chosen. */
  readonly edited: Readonly<Record<string, PutBackRegister>>;
  /** Rows that it lost: they are from after the moment that it was put back to. */
  readonly lostRows: PutBackRows;
  /** Rows that it has no more, and perhaps had: giving back asks a person about each. */
  readonly missingRows: PutBackRows;
  /** Rows that were deleted, and are there again. */
  readonly againRows: PutBackRows;
  /** Rows that the ledger does not know. They are taken as new ones. */
  readonly newRows: number;
  /** The system was put back to a moment before this one; ms since 1970 UTC. */
  readonly beforeMs?: number;
}

const EXAMPLES_MAX = 5;
const NO_ROWS: PutBackRows = { count: 0, examples: [] };
const EMPTY: PutBackReport = {
  state: 'reading',
  rows: 0,
  same: 0,
  lost: {},
  edited: {},
  lostRows: NO_ROWS,
  missingRows: NO_ROWS,
  againRows: NO_ROWS,
  newRows: 0,
};

/** Makes the report of one map, by a listing of its own. `keep`: called as it gets on. Ends early when `isOver`. */
export async function reportOn(
  parts: Parts,
  system: System,
  table: Table,
  { keep, isOver, stop }: { readonly keep: (report: PutBackReport) => void; readonly isOver: () => boolean; readonly stop: Stop },
): Promise<void> {
  const { entity } = table.map;
  let report = EMPTY;
  let cursor: Cursor | undefined;
  let seen = openPrints();
  let failures = 0;

  async function onPage(sightings: readonly Sighting[]): Promise<void> {
    for (const sighting of sightings) {
      seen.put(keyOf(sighting), 1);
      report = await withSighting(parts, system, table, report, sighting);
    }
  }

  async function wait(words: string, ms: number): Promise<void> {
    failures += 1;
    report = { ...report, words };
    keep(report);
    await parts.clock.sleep(ms, [stop]);
  }

  while (!isOver()) {
    const pull = await system.changes(entity, cursor);
    if (pull.kind === 'throttled') await wait('it asks for time', pull.retryAfterMs);
    else if (pull.kind === 'expired') [report, cursor, seen] = [EMPTY, undefined, openPrints()];
    else if (pull.kind !== 'page') await wait(pull.words, backoffMs(parts, failures));
    else {
      try {
        await onPage(pull.sightings);
      } catch (cause) {
        if (!(cause instanceof NotNow)) throw cause;
        [report, cursor, seen] = [EMPTY, undefined, openPrints()];
        await wait(cause.message, backoffMs(parts, failures));
        continue;
      }
      const { words: _words, ...read } = report;
      report = read;
      cursor = pull.cursor;
      if (!pull.more || pull.of === 'delta') break;
      keep(report);
    }
  }
  if (isOver()) return;
  keep({ ...(await withAbsences(parts, system, table, report, (key) => seen.get(key) !== undefined)), state: 'done' });
}

async function withSighting(parts: Parts, system: System, table: Table, before: PutBackReport, sighting: Sighting): Promise<PutBackReport> {
  const { entity } = table.map;
  const report = { ...before, rows: before.rows + 1 };
  const key = keyOf(sighting);
  const id = await parts.ledger.linked(system.id, entity, key);
  const record = id && (await parts.ledger.record(id));
  if (sighting.kind === 'gone') return before;
  if (!record) return { ...report, newRows: report.newRows + 1 };
  if (record.relations?.mergedInto !== undefined) return report;
  const link = record.links[system.id];
  const isSame = sighting.kind === 'glimpse' && link?.state === 'present' && link.version === versionOf(sighting);
  return isSame ? { ...report, same: report.same + 1 } : withRow(parts, system, table, report, record, sighting);
}

async function withRow(
  parts: Parts,
  system: System,
  table: Table,
  report: PutBackReport,
  record: RecordState,
  sighting: Sighting,
): Promise<PutBackReport> {
  const key = keyOf(sighting);
  const read = sighting.kind === 'row' ? sighting : await system.read(table.map.entity, key);
  if (read.kind === 'missing') return report;
  if (read.kind !== 'row') throw new NotNow(system.id, read.kind);
  const isAgain = record.links[system.id]?.state === 'deleted' && valueIn(record, LIFE) === 'deleted';
  if (isAgain) return { ...report, againRows: withOne(report.againRows, { record: record.id, key }) };
  const mapped = await translated(parts.ledger, system, table, read.row, record);
  const { differences } = await toldApart(parts, record, mapped, table);
  if (differences.length === 0) return { ...report, same: report.same + 1 };
  let next = report;
  for (const { name, kind, shows, lostAtMs } of differences) {
    const stands = valueIn(record, name) ?? null;
    const side = kind === 'lost' ? 'lost' : 'edited';
    const one = withOne(next[side][name] ?? { count: 0, examples: [] }, { record: record.id, key, shows, stands });
    next = { ...next, [side]: { ...next[side], [name]: one } };
    if (lostAtMs !== undefined) next = { ...next, beforeMs: Math.min(next.beforeMs ?? Number.POSITIVE_INFINITY, lostAtMs) };
  }
  return next;
}

async function withAbsences(
  parts: Parts,
  system: System,
  table: Table,
  report: PutBackReport,
  isTold: (key: Key) => boolean,
): Promise<PutBackReport> {
  const { entity } = table.map;
  let next = report;
  for (const { key, isAlive } of await absencesFrom(parts.ledger, system.id, entity, isTold)) {
    const record = isAlive ? await parts.ledger.linked(system.id, entity, key) : undefined;
    if (record === undefined) continue;
    const kind = (await wasMadeSince(parts, record, report.beforeMs)) ? 'lostRows' : 'missingRows';
    next = { ...next, [kind]: withOne(next[kind], { record, key }) };
  }
  return next;
}

function withOne<One>(of: { readonly count: number; readonly examples: readonly One[] }, one: One) {
  return { count: of.count + 1, examples: of.examples.length < EXAMPLES_MAX ? [...of.examples, one] : of.examples };
}
