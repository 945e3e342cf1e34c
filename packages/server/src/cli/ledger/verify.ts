import type { ReadOnlyLedger } from '@concord/adapters';
import {
  changesOf,
  ConcordError,
  recordsOf,
  verifyKeeping,
  verifyRecord,
  type ChangeRow,
  type RecordState,
  type Tables,
  messageOf,
} from '@concord/core';
import { inLaboratory, ledgerToRead } from '../lab/opened.ts';
import { verifyArchive } from './archive.ts';

export interface VerifyGiven {
  readonly config: string;
  /** Another ledger file than the configured one: a backup. */
  readonly ledger?: string;
  /** What was written before changes were compacted away. */
  readonly archive?: string;
  /** The head of the chain of acts, as an earlier run told it. */
  readonly actsHead?: string;
}

const TOLD_EVERY = 1000;

/**
 * Holds all of a ledger against itself: its pages, every document (hashes, heads, values, patches) against its row, and the row against the links
 * and the queues. Reads, and changes nothing; the sidecar must not be running on that file.
 */
export async function verify(given: VerifyGiven): Promise<number> {
  return inLaboratory(given.config, async ({ config, tables }) => {
    const ledger = ledgerToRead(config, given.ledger);
    try {
      const { records, faults, erased, unsummed } = await verifyLedger(ledger, tables, {
        fault: (words) => console.error(words),
        progress: (done, of) => console.log(`${done} of ${of} records verified`),
      });
      console.log(`${records} records verified, ${faults} wrong`);
      if (unsummed > 0)
        console.log(`${unsummed} rows are from before Concord summed their texts: a bit of a reason or a name in them is not proved`);
      if (erased > 0) console.log(`values of ${erased} records were erased: concord erasures --config ${given.config}`);
      if (faults > 0) console.log(`Restore the last backup that verifies: concord restore <backup> --config ${given.config}`);
      const chained = tellActs(ledger.proveActs(given.actsHead));
      const unproved = given.archive === undefined ? 0 : await verifyArchive(ledger, given.archive);
      return faults + unproved + chained === 0 ? 0 : 1;
    } finally {
      await ledger.close();
    }
  });
}

/** Answers how many faults there are in it. */
function tellActs({ acts, unchained, head, faults }: ReturnType<ReadOnlyLedger['proveActs']>): number {
  for (const words of faults) console.error(`acts: ${words}`);
  const before = unchained === 0 ? '' : ` (and ${unchained} from before there was a chain)`;
  const known = head === '' ? '' : `; to prove them again later: --acts-head ${head}`;
  console.log(`${acts} acts of people in one chain${before}, ${faults.length} wrong${known}`);
  return faults.length;
}

export interface Telling {
  fault(words: string): void;
  progress(done: number, of: number): void;
}

/** Answers how many records were looked at, how many of them, or of the file's pages, are wrong, of how many values were erased, and how many rows have no sum. */
export async function verifyLedger(
  ledger: ReadOnlyLedger,
  tables: Tables,
  { fault, progress }: Telling,
): Promise<{ readonly records: number; readonly faults: number; readonly erased: number; readonly unsummed: number }> {
  const pages = ledger.unsound();
  for (const words of pages) fault(`the file: ${words}`);
  const sums = ledger.proveSums();
  for (const words of sums.faults) fault(`the file: ${words}`);
  const told = await ledger.counts();
  let [records, faults, changes, erased] = [0, pages.length + sums.faults.length, 0, 0];
  for await (const record of recordsOf(ledger, undefined)) {
    const history = await historyOf(ledger, record);
    const wrong = await faultsOf(ledger, tables, record, history);
    for (const words of wrong) fault(`${record.entity} ${record.id}: ${words}`);
    faults += wrong.length > 0 ? 1 : 0;
    changes += history.length;
    erased += history.some((change) => change.erased) ? 1 : 0;
    records += 1;
    if (records % TOLD_EVERY === 0) progress(records, told.records);
  }
  if (records === told.records && changes === told.changes) return { records, faults, erased, unsummed: sums.unsummed };
  fault(`the ledger counts ${told.records} records and ${told.changes} changes, and holds ${records} and ${changes}`);
  return { records, faults: faults + 1, erased, unsummed: sums.unsummed };
}

async function historyOf(ledger: ReadOnlyLedger, { id }: RecordState): Promise<readonly ChangeRow[]> {
  const changes: ChangeRow[] = [];
  try {
    for await (const change of changesOf(ledger, id)) changes.push(change);
  } catch (thrown) {
    // What cannot be read is a fault of this record: the others are still to be looked at.
    if (!(thrown instanceof ConcordError && thrown.code === 'LEDGER_DAMAGED')) throw thrown;
  }
  return changes;
}

async function faultsOf(
  ledger: ReadOnlyLedger,
  tables: Tables,
  record: RecordState,
  history: readonly ChangeRow[],
): Promise<readonly string[]> {
  const table = tables.get(record.entity);
  const keeping = await verifyKeeping(ledger, record);
  const expected = record.seq - ((history[0]?.epoch?.changes ?? 1) - 1);
  if (history.length !== expected) return [...keeping, `${history.length} of its ${expected} changes can be read`];
  try {
    return [...keeping, ...(table ? verifyRecord(table, record, history) : [])];
  } catch (thrown) {
    return [...keeping, `its document cannot be loaded: ${messageOf(thrown)}`];
  }
}
