import type { RecordId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import { identityAnew, renew, toSetAside, type Untold } from '../merge/renew.ts';
import type { ConflictRow } from '../ports/plan.ts';
import { pagesOf } from '../ports/paging.ts';
import { copyOfRecord } from '../record/copies.ts';
import type { RecordState } from '../record/record.ts';
import { registerIn } from '../record/registers.ts';
import type { Intake } from './intake.ts';
import { marksOf } from './kin.ts';
import type { Parts, Stop } from './parts.ts';

const PAGE = 500;
/** Marks by which records find each other: what bears one that the table map does not give, or lacks one, is renewed. */
const KIN = /^(?:match|review|unique)/u;

export interface RenewalAsk {
  readonly table: Table;
  /** The natural key is another. */
  readonly isRekeyed: boolean;
  /** Registers that begin anew. */
  readonly anew: readonly string[];
  /** What systems had told, and is read in another way. */
  readonly untold: readonly Untold[];
}

/** Has another table map hold for every record of an entity. Answers whether it came to its end. */
export async function renewAll(parts: Parts, intake: Intake, stop: Stop, asked: RenewalAsk): Promise<boolean> {
  const { entity } = asked.table.map;
  for await (const records of pagesOf(PAGE, (ask) => parts.ledger.records({ ...ask, entity }))) {
    for (const { id } of records) {
      if (stop.isStopped) return false;
      await renewOne(parts, intake, id, asked);
    }
    await parts.clock.turn();
  }
  return true;
}

function renewOne(parts: Parts, intake: Intake, id: RecordId, { table, isRekeyed, anew, untold }: RenewalAsk): Promise<unknown> {
  return parts.lanes.run(id, async () => {
    const record = await parts.ledger.record(id);
    if (!record) return;
    const identity = isRekeyed ? await freeName(parts, table, record) : undefined;
    const inVain = await askedInVain(parts, { table, anew }, record);
    await intake.persist(id, (now, context) => {
      const plan = renew(now, { identity, anew, untold, inVain }, table, context);
      if (plan || !isMarkedOtherwise(table, now)) return plan;
      // The marks follow from the record as it is: it is enough to write it once more.
      return { ...renewedAlone(now), changes: [], conflicts: [], deliveries: new Map(), linked: [], unlinked: [], failures: [] };
    });
  });
}

function renewedAlone(now: RecordState): { readonly record: RecordState } {
  const record = copyOfRecord(now);
  record.revision += 1;
  return { record };
}

/** Two records that the new key does not tell apart stay two, each as it is named. */
async function freeName({ ledger }: Parts, table: Table, record: RecordState): Promise<string | undefined> {
  const identity = identityAnew(record, table);
  const holder = identity === undefined ? undefined : await ledger.identified(record.entity, identity);
  return holder === undefined ? identity : undefined;
}

/** The questions of registers that are set aside. */
async function askedInVain(
  { ledger }: Parts,
  { table, anew }: Pick<RenewalAsk, 'table' | 'anew'>,
  record: RecordState,
): Promise<readonly ConflictRow[]> {
  const found: ConflictRow[] = [];
  for (const name of toSetAside(record, table, anew)) {
    const id = registerIn(record, name)?.held?.id;
    const conflict = id && (await ledger.conflict(id));
    if (conflict?.state === 'held') found.push(conflict);
  }
  return found;
}

function isMarkedOtherwise(table: Table, record: RecordState): boolean {
  const [own, borne] = [marksOf(table, record), record.relations?.marks ?? []];
  return own.some((mark) => !borne.includes(mark)) || borne.some((mark) => KIN.test(mark) && !own.includes(mark));
}
