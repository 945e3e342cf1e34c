import { ERASED_WORDS, type Erasure } from '../ports/erasure.ts';
import { checkSame } from './check.ts';
import type { LedgerLaw } from './ledger.ts';
import {
  FNO,
  fullPlan,
  sampleAct,
  sampleChange,
  sampleCommit,
  sampleConflict,
  sampleDelivery,
  sampleId,
  sampleRecord,
  CE,
  CUSTOMER,
} from './ledger-samples.ts';
import { keyOf } from '../ids.ts';

const [A, B] = [sampleId(1), sampleId(2)];
const PAGE = { limit: 100 };

function erasureOf(revision: number): Erasure {
  const { identity: _identity, ...record } = sampleRecord(A, revision);
  return {
    records: [
      {
        record,
        changes: [sampleChange(A, 1, { edits: [], resolutions: [], patch: [], erased: ['name'] })],
        conflicts: [sampleConflict(A, 1, { fields: [] })],
        unlinked: [{ system: FNO, key: keyOf(`C-${A}`) }],
      },
    ],
    scrub: (words) => words.replaceAll('locked', 'shut'),
    act: sampleAct(A, 'erased'),
  };
}

/** Laws about values that leave a ledger. */
export const eraseLaws: readonly LedgerLaw[] = [
  {
    law: 'an erasure stands in the place of what there was, with the act that records it; words lose what it takes out of them',
    run: async (rig) => {
      const ledger = await rig.open();
      await ledger.commit(sampleCommit([fullPlan(A), fullPlan(B)]));
      const erasure = erasureOf(2);
      checkSame(await ledger.erase(erasure), 'erased', 'it is taken');
      const [erased] = erasure.records;
      checkSame(await ledger.record(A), erased?.record, 'the record is the one without');
      checkSame((await ledger.changes(A, PAGE)).items, erased?.changes, 'so are its changes');
      checkSame((await ledger.conflicts({ ...PAGE, record: A })).items, erased?.conflicts, 'so are its conflicts');
      checkSame(await ledger.identified(CUSTOMER, `c:${A}`), undefined, 'its identity leads nowhere');
      checkSame(await ledger.linked(FNO, CUSTOMER, keyOf(`C-${A}`)), undefined, 'its key leads nowhere');
      checkSame(
        (await ledger.deliveries({ ...PAGE, record: A })).items,
        [sampleDelivery(A, { words: 'The row is shut.' })],
        'words are without',
      );
      const words = (await ledger.failures(PAGE)).items.map((row) => row.words);
      checkSame(words, [ERASED_WORDS, ERASED_WORDS], 'of its failures no words are kept');
      checkSame((await ledger.acts(PAGE)).items, [erasure.act], 'it is recorded');
      checkSame((await ledger.changes(B, PAGE)).items, fullPlan(B).changes, 'others are as they were');
      checkSame(await ledger.identified(CUSTOMER, `c:${B}`), B, 'and are found as before');
      checkSame((await ledger.counts()).changes, 2, 'no change is lost');
    },
  },
  {
    law: 'an erasure that was made from an older revision is refused as moved, and leaves nothing',
    run: async (rig) => {
      const ledger = await rig.open();
      await ledger.commit(sampleCommit([fullPlan(A)]));
      for (const revision of [1, 3]) checkSame(await ledger.erase(erasureOf(revision)), 'moved', 'the record is at revision 1');
      checkSame((await ledger.changes(A, PAGE)).items, fullPlan(A).changes, 'its changes are as they were');
      checkSame((await ledger.deliveries({ ...PAGE, system: CE })).items, [sampleDelivery(A)], 'its words are as they were');
      checkSame((await ledger.acts(PAGE)).items, [], 'nothing is recorded');
    },
  },
];
