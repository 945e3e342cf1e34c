import type { CompactedRecord } from '../ports/epoch.ts';
import { checkSame } from './check.ts';
import type { LedgerLaw } from './ledger.ts';
import {
  CE,
  CUSTOMER,
  FNO,
  fullPlan,
  sampleChange,
  sampleCommit,
  sampleDelivery,
  sampleId,
  sampleRecord,
  samplePlan,
} from './ledger-samples.ts';
import { keyOf } from '../ids.ts';

const [A, B] = [sampleId(1), sampleId(2)];
const PAGE = { limit: 100 };

/** Three changes, and a second one of another record. */
const PLANS = [
  fullPlan(A),
  ...[2, 3].map((revision) => samplePlan(sampleRecord(A, revision, { identity: `c:${A}` }), { changes: [sampleChange(A, revision)] })),
  fullPlan(B),
];

function compactedAt(revision: number): CompactedRecord {
  const told = { edits: [], resolutions: [], patch: [{ op: 'add', path: '/name', value: 'Contoso' }] } as const;
  const stamp = sampleChange(A, 1).stamp;
  const epoch = {
    changes: 2,
    first: stamp,
    fromMs: 1,
    toMs: 2,
    heads: [sampleChange(A, 2).hash],
    opening: { turns: 2, registers: { name: { value: 'Contoso', count: 1, ops: [], log: [], brought: [] } } },
  };
  return {
    record: sampleRecord(A, revision, { identity: `c:${A}`, seq: 3 }),
    changes: [sampleChange(A, 2, { ...told, epoch }), sampleChange(A, 3)],
  };
}

/** Laws about histories that are told short. */
export const compactLaws: readonly LedgerLaw[] = [
  {
    law: 'a compacted record stands in the place of what it was; what is told beside its changes stays, and it goes on',
    run: async (rig) => {
      const opened = await rig.open();
      await opened.commit(sampleCommit(PLANS));
      const compacted = compactedAt(4);
      checkSame(await opened.compact(compacted), 'compacted', 'it is taken');
      const next = sampleRecord(A, 5, { identity: `c:${A}`, seq: 4 });
      await opened.commit(sampleCommit([samplePlan(next, { changes: [sampleChange(A, 4)] })]));
      const ledger = (await rig.reopen?.(opened)) ?? opened;
      checkSame(await ledger.record(A), next, 'the record goes on from there');
      checkSame((await ledger.changes(A, PAGE)).items, [...compacted.changes, sampleChange(A, 4)], 'so do its changes');
      checkSame(
        (await ledger.changes(A, { ...PAGE, fromSeq: 3 })).items.map(({ seq }) => seq),
        [3, 4],
        'and are found by number',
      );
      checkSame((await ledger.conflicts({ ...PAGE, record: A })).items, fullPlan(A).conflicts, 'its conflicts are as they were');
      checkSame((await ledger.deliveries({ ...PAGE, record: A })).items, [sampleDelivery(A)], 'so is its place in the queue');
      checkSame(await ledger.identified(CUSTOMER, `c:${A}`), A, 'its identity leads to it');
      checkSame(await ledger.linked(FNO, CUSTOMER, keyOf(`C-${A}`)), A, 'so does its key');
      checkSame((await ledger.changes(B, PAGE)).items, fullPlan(B).changes, 'others are as they were');
      checkSame((await ledger.deliveries({ ...PAGE, system: CE })).items.length, 2, 'and what is queued for them');
      checkSame((await ledger.counts()).changes, 4, 'what is left is counted');
    },
  },
  {
    law: 'a compaction that was made from another revision is refused as moved, and leaves nothing',
    run: async (rig) => {
      const ledger = await rig.open();
      await ledger.commit(sampleCommit(PLANS));
      for (const revision of [3, 5]) checkSame(await ledger.compact(compactedAt(revision)), 'moved', 'the record is at revision 3');
      checkSame(
        (await ledger.changes(A, PAGE)).items,
        [1, 2, 3].map((seq) => sampleChange(A, seq)),
        'its changes are as they were',
      );
      checkSame((await ledger.counts()).changes, 4, 'and counted so');
    },
  },
];
