import { checkSame } from './check.ts';
import type { LedgerLaw } from './ledger.ts';
import { fullPlan, sampleCommit, sampleConflict, sampleId, samplePlan, sampleRecord } from './ledger-samples.ts';

const [A, B] = [sampleId(1), sampleId(2)];
const ALL = 100;

/** Laws about what followers are told. */
export const newsLaws: readonly LedgerLaw[] = [
  {
    law: 'news are numbered without gaps in the order of commits, refused plans tell none, and the numbers go on after a start',
    run: async (rig) => {
      const ledger = await rig.open();
      checkSame([await ledger.latestNews(), await ledger.news(0, ALL)], [0, []], 'a new ledger has none');
      await ledger.commit(sampleCommit([fullPlan(A), fullPlan(B)]));
      await ledger.commit(sampleCommit([fullPlan(A), samplePlan(sampleRecord(B, 2))]));
      checkSame(await ledger.latestNews(), 4, 'a version and a conflict each; a plan that moved, or changes nothing, tells nothing');
      const reopened = rig.reopen ? await rig.reopen(ledger) : ledger;
      const held = { ...sampleConflict(A, 2), state: 'resolved' as const };
      await reopened.commit(sampleCommit([samplePlan(sampleRecord(A, 2), { conflicts: [held] })]));
      const told = await reopened.news(0, ALL);
      checkSame(
        told.map(({ number, kind, record }) => [number, kind, record]),
        [
          [1, 'version', A],
          [2, 'conflict', A],
          [3, 'version', B],
          [4, 'conflict', B],
          [5, 'conflict', A],
        ],
        'each in its place',
      );
    },
  },
  {
    law: 'news are read on from any number, also from within a commit, and no more than were asked for',
    run: async (rig) => {
      const ledger = await rig.open();
      await ledger.commit(sampleCommit([fullPlan(A), fullPlan(B)]));
      await ledger.commit(sampleCommit([samplePlan(sampleRecord(B, 2), { conflicts: [sampleConflict(B, 2)] })]));
      const all = await ledger.news(0, ALL);
      for (const { number } of all) {
        checkSame(await ledger.news(number, ALL), all.slice(number), `those behind ${number}`);
        checkSame(await ledger.news(number - 1, 1), all.slice(number - 1, number), `number ${number} alone`);
      }
    },
  },
];
