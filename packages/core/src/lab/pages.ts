import { ConcordError } from '../errors/concord-error.ts';
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

/**
 * A history in pages. Throws HISTORY_MOVED where it was told short between two of them: the pages before would belong to another document than
 * those behind.
 */
export async function* changesOf(
  ledger: Pick<LabLedger, 'changes'>,
  record: RecordId,
  { pageRows = LAB_PAGE_ROWS, pause }: Paging = {},
): AsyncGenerator<ChangeRow> {
  let begun: ChangeRow | undefined;
  for await (const items of pagesOf(pageRows, (ask) => ledger.changes(record, ask))) {
    if (begun && begun.hash !== (await ledger.changes(record, { limit: 1 })).items[0]?.hash)
      throw new ConcordError('HISTORY_MOVED', { record });
    begun ??= items[0];
    yield* items;
    await pause?.();
  }
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
