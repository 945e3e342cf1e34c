import type { RecordId } from '../ids.ts';
import type { Ledger } from './ledger.ts';
import type { ChangeRow } from './plan.ts';

/** One change of a record's history; `undefined` where it is not told by itself, or not any more. */
export async function changeAt(ledger: Pick<Ledger, 'changes'>, record: RecordId, seq: number): Promise<ChangeRow | undefined> {
  const [change] = (await ledger.changes(record, { fromSeq: seq, limit: 1 })).items;
  return change?.seq === seq ? change : undefined;
}
