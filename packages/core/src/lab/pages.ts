import type { EntityName, RecordId } from '../ids.ts';
import type { Ledger, PageAsk, PageOf } from '../ports/ledger.ts';
import { pagesOf } from '../ports/paging.ts';
import type { ChangeRow, ConflictRow, FailureRow } from '../ports/plan.ts';
import type { RecordState } from '../record/record.ts';

/** So many rows are asked for at a time: what the laboratory holds of a ledger in memory at any moment. */
export const LAB_PAGE_ROWS = 200;

/** The ledger as the laboratory asks it: it reads, and nothing else. */
export type LabLedger = Pick<Ledger, 'record' | 'records' | 'changes' | 'conflicts' | 'failures' | 'counts'>;

export interface Paging {
  /** Rows of a page; default `LAB_PAGE_ROWS`. No answer depends on it. */
  readonly pageRows?: number;
  /** Awaited after every page: a sidecar that works beside gets its turn. */
  readonly pause?: () => Promise<void>;
}

export function recordsOf(ledger: LabLedger, entity: EntityName | undefined, paging: Paging = {}): AsyncGenerator<RecordState> {
  return paged(paging, (ask) => ledger.records({ ...ask, ...(entity === undefined ? {} : { entity }) }));
}

export function changesOf(ledger: LabLedger, record: RecordId, paging: Paging = {}): AsyncGenerator<ChangeRow> {
  return paged(paging, (ask) => ledger.changes(record, ask));
}

export function conflictsOf(ledger: LabLedger, state: ConflictRow['state'], paging: Paging = {}): AsyncGenerator<ConflictRow> {
  return paged(paging, (ask) => ledger.conflicts({ ...ask, state }));
}

export function failuresOf(ledger: LabLedger, paging: Paging = {}): AsyncGenerator<FailureRow> {
  return paged(paging, (ask) => ledger.failures(ask));
}

async function* paged<Item>(
  { pageRows = LAB_PAGE_ROWS, pause }: Paging,
  page: (ask: PageAsk) => Promise<PageOf<Item>>,
): AsyncGenerator<Item> {
  for await (const items of pagesOf(pageRows, page)) {
    yield* items;
    await pause?.();
  }
}
