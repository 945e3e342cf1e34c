import { recordId, type DeliveryId, type EntityName, type SystemId } from '../ids.ts';
import { discardWrite, retryWrite } from '../merge/release.ts';
import type { DeliveryRow, DeliveryState, OperatorAct } from '../ports/plan.ts';
import { pagesOf } from '../ports/paging.ts';
import type { RowAside } from './aside.ts';
import type { Intake } from './intake.ts';
import type { Parts } from './parts.ts';
import { must } from '../errors/must.ts';

/** What a person wants of a write that is parked, or waits. */
export interface ReleaseAsk {
  /** `retry`: try it again, now. `discard`: the system is left without it until it would be something else. */
  readonly decision: 'retry' | 'discard';
  readonly by: string;
  readonly note?: string;
}

/** `gone`: it was delivered, given up, or planned anew meanwhile. */
export type ReleaseAnswer = 'released' | 'gone';

/** Which of the parked writes; all of them, where nothing is said. */
export interface Parked {
  readonly system?: SystemId;
  readonly entity?: EntityName;
}

export interface ReleasedAll {
  readonly released: number;
  /** Delivered or planned anew between the look and the release. */
  readonly gone: number;
  /** There are more than one call may release. */
  readonly more: boolean;
}

/** One call releases so many at the most: whoever calls sees that it goes on. */
export const RELEASED_MAX = 10_000;
const PAGE = 500;
/** So many are released side by side, and share commits. */
const TOGETHER = 64;
const STATES: readonly DeliveryState[] = ['parked', 'waiting', 'due'];

export async function release(parts: Parts, intake: Intake, id: DeliveryId, ask: ReleaseAsk): Promise<ReleaseAnswer> {
  const row = await rowOf(parts, id);
  return row ? releaseRow(parts, intake, row, ask) : 'gone';
}

export async function releaseAll(parts: Parts, intake: Intake, which: Parked, ask: ReleaseAsk): Promise<ReleasedAll> {
  const { rows, more } = await parkedRows(parts, which);
  let released = 0;
  for (let from = 0; from < rows.length; from += TOGETHER) {
    const answers = await Promise.all(rows.slice(from, from + TOGETHER).map((row) => releaseRow(parts, intake, row, ask)));
    released += answers.filter((answer) => answer === 'released').length;
  }
  return { released, gone: rows.length - released, more };
}

/** Listed before the first is released: one that is refused again at once would come up a second time. */
async function parkedRows({ ledger }: Parts, { system, entity }: Parked): Promise<{ rows: DeliveryRow[]; more: boolean }> {
  const rows: DeliveryRow[] = [];
  const asked = { state: 'parked' as const, ...(system === undefined ? {} : { system }) };
  for await (const page of pagesOf(PAGE, (paging) => ledger.deliveries({ ...asked, ...paging }))) {
    for (const row of page) if (entity === undefined || row.entity === entity) rows.push(row);
    if (rows.length > RELEASED_MAX) break;
  }
  return { rows: rows.slice(0, RELEASED_MAX), more: rows.length > RELEASED_MAX };
}

/** A delivery's id begins with that of its record. */
async function rowOf({ ledger }: Parts, id: DeliveryId): Promise<DeliveryRow | undefined> {
  const record = recordId(id.split('.')[0] ?? '');
  for (const state of STATES) {
    const page = await ledger.deliveries({ record, state, limit: PAGE });
    const row = page.items.find((item) => item.id === id);
    if (row) return row;
  }
  return undefined;
}

async function releaseRow(parts: Parts, intake: Intake, row: DeliveryRow, { decision, by, note }: ReleaseAsk): Promise<ReleaseAnswer> {
  const act = { atMs: parts.clock.nowMs(), operator: by, act: decision, record: row.record, ...(note === undefined ? {} : { note }) };
  return parts.lanes.run(row.record, async () => {
    // In the lane nothing moves it any more: whether it is still the one that the caller saw is certain.
    if ((await rowOf(parts, row.id)) === undefined) return 'gone';
    const answer = await intake.persist(row.record, (record, context) => {
      const table = must(parts.tables.get(record.entity), 'a record has a table map');
      const plan = (decision === 'retry' ? retryWrite : discardWrite)(record, row.system, table, context);
      return plan && { ...plan, act };
    });
    return answer === 'committed' ? 'released' : 'gone';
  });
}

/** What a person did about a row that no record has. */
export function actOfRow(parts: Parts, row: Pick<RowAside, 'system' | 'entity' | 'key'>, { decision, by, note }: ReleaseAsk): OperatorAct {
  const words = `${row.entity} ${row.key} of ${row.system}${note === undefined ? '' : `: ${note}`}`;
  return { atMs: parts.clock.nowMs(), operator: by, act: `${decision} row`, note: words };
}
