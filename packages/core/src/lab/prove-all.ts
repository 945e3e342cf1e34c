import type { Table } from '../map/compile.ts';
import type { RecordState } from '../record/record.ts';
import { recordsOf, type LabLedger, type Paging } from './pages.ts';
import { prove, type Proof } from './prove.ts';
import type { Tables } from './replay.ts';

/** A record, held against its own edits. */
export interface ProvenRecord {
  readonly record: RecordState;
  readonly table: Table;
  readonly proof: Proof;
}

/** Proves one record, or every one. */
export async function* proofs(
  ledger: LabLedger,
  tables: Tables,
  ask: Paging & { readonly record?: RecordState } = {},
): AsyncGenerator<ProvenRecord> {
  for await (const record of ask.record ? [ask.record] : recordsOf(ledger, undefined, ask)) {
    const table = tables.get(record.entity);
    if (table) yield { record, table, proof: await prove(ledger, table, record, ask) };
  }
}
