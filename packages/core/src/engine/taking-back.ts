import type { Key, RecordId, SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { MappedRow } from '../map/mapped.ts';
import { compareRow } from '../merge/compare.ts';
import type { Context } from '../merge/draft.ts';
import { NO_PAST, pastOf, type Past } from '../merge/past.ts';
import { takeBack, takeBackGone } from '../merge/put-back.ts';
import { differencesIn, wentBack, type Difference } from '../merge/set-back.ts';
import { pagesOf } from '../ports/paging.ts';
import type { ChangeRow, Plan } from '../ports/plan.ts';
import type { RecordState } from '../record/record.ts';
import { NotNow } from './not-now.ts';
import type { Parts } from './parts.ts';

const CHANGES_PAGE = 500;

export type Make = (record: RecordState, context: Context) => Plan | undefined;

type Reading = Pick<Parts, 'ledger' | 'backs' | 'isFresh'>;

/** What the whole history of a record tells. */
async function pastIn({ ledger }: Pick<Parts, 'ledger'>, record: RecordState): Promise<Past> {
  const changes: ChangeRow[] = [];
  for await (const page of pagesOf(CHANGES_PAGE, (ask) => ledger.changes(record.id, ask))) changes.push(...page);
  return pastOf(record, changes);
}

/** In what a row is not what it was known to be. Its record's history is read only where there is something to explain. */
export async function toldApart(
  parts: Pick<Parts, 'ledger' | 'isFresh'>,
  record: RecordState,
  row: MappedRow,
  table: Table,
): Promise<{ readonly differences: readonly Difference[]; readonly past: Past }> {
  const neverSent = parts.isFresh;
  const isSame = differencesIn(record, row, table, { past: NO_PAST, neverSent }).length === 0;
  const past = isSame && record.links[row.system]?.state === 'present' ? NO_PAST : await pastIn(parts, record);
  return { past, differences: isSame ? [] : differencesIn(record, row, table, { past, neverSent }) };
}

/**
 * Whether a row was changed last well before something was made that it was known to hold, and shows nothing but what it had shown: its system
 * was put back, unless somebody set its clock back and typed old values.
 */
export async function isOldState(
  parts: Pick<Parts, 'ledger' | 'isFresh'>,
  record: RecordState,
  row: MappedRow,
  table: Table,
): Promise<boolean> {
  if (!wentBack(record, row)) return false;
  const { differences } = await toldApart(parts, record, row, table);
  return differences.length > 0 && differences.every(({ kind, base }) => kind === 'lost' && base !== undefined);
}

/** How a row is taken while a person's choice is carried out; `undefined`: like any other. */
export async function takingBack(parts: Reading, table: Table, record: RecordState | undefined, row: MappedRow): Promise<Make | undefined> {
  const { entity } = table.map;
  const { system } = row;
  const chosen = parts.backs.of(system, entity)?.chosen;
  if (!chosen) return undefined;
  if (!record || chosen.choice === 'take-over') return (now, context) => compareRow(now, row, table, context);
  const { differences, past } = await toldApart(parts, record, row, table);
  for (const { lostAtMs } of differences) if (lostAtMs !== undefined) parts.backs.lost({ system, entity }, lostAtMs);
  return (now, context) => takeBack(now, row, table, context, { choice: chosen.choice, past, by: chosen.by });
}

/** The same for a row that is not there. */
export async function takingBackGone(
  parts: Reading,
  table: Table,
  gone: { readonly system: SystemId; readonly key: Key },
  id: RecordId,
): Promise<Make | undefined> {
  const back = parts.backs.of(gone.system, table.map.entity);
  if (!back?.chosen) return undefined;
  const { choice, by } = back.chosen;
  const isLost = await wasMadeSince(parts, id, back.beforeMs);
  return (now, context) => takeBackGone(now, gone, table, context, { choice, by, isLost });
}

/** Whether a record is from after the moment that a system was put back to: then nobody deleted its row, it was never there. */
export async function wasMadeSince({ ledger }: Pick<Parts, 'ledger'>, id: RecordId, beforeMs: number | undefined): Promise<boolean> {
  if (beforeMs === undefined) return false;
  const [first] = (await ledger.changes(id, { limit: 1 })).items;
  return first !== undefined && first.epoch === undefined && first.stamp.ms >= beforeMs;
}

/** Whether rows of a map are taken as a person chose. Before they did, none is. */
export function isTakenBack(
  { backs }: Pick<Parts, 'backs'>,
  { system, table }: { readonly system: { readonly id: SystemId }; readonly table: Table },
): boolean {
  const back = backs.of(system.id, table.map.entity);
  if (back && !back.chosen) throw new NotNow(system.id, 'it was put back');
  return back !== undefined;
}
