import { keyOf } from '../ids.ts';
import { check, checkSame } from './check.ts';
import type { LedgerLaw } from './ledger.ts';
import {
  CE,
  CUSTOMER,
  FNO,
  fullPlan,
  ORDER,
  sampleAct,
  sampleChange,
  sampleCommit,
  sampleFailure,
  sampleId,
  samplePlan,
  sampleRecord,
} from './ledger-samples.ts';
import type { Ledger, PlanAnswer } from '../ports/ledger.ts';
import type { Plan } from '../ports/plan.ts';

const [A, B, C] = [sampleId(1), sampleId(2), sampleId(3)];
const KEY = keyOf('C-0001');
const PAGE = { limit: 100 };

/** Laws about what a commit takes and what it refuses. */
export const commitLaws: readonly LedgerLaw[] = [
  {
    law: 'what a plan holds can be read back, every part of it',
    run: async (rig) => {
      const ledger = await rig.open();
      const plan = fullPlan(A);
      checkSame(await commit(ledger, plan), [{ kind: 'committed' }], 'the plan is taken');
      await checkKept(ledger, plan);
    },
  },
  {
    law: 'a plan made from an older revision is refused as moved, and leaves nothing',
    run: async (rig) => {
      const ledger = await rig.open();
      await commit(ledger, samplePlan(sampleRecord(A, 1)));
      await commit(ledger, samplePlan(sampleRecord(A, 2)));
      checkSame(await commit(ledger, fullPlan(A, 2)), [{ kind: 'moved' }], 'revision 2 was taken before');
      checkSame(await commit(ledger, fullPlan(A, 1)), [{ kind: 'moved' }], 'the record is there already');
      checkSame(await commit(ledger, fullPlan(A, 4)), [{ kind: 'moved' }], 'revision 3 is missing');
      await checkNothingBut(ledger, sampleRecord(A, 2));
    },
  },
  {
    law: 'a later revision of a record that is not there is refused as moved',
    run: async (rig) => {
      const ledger = await rig.open();
      checkSame(await commit(ledger, fullPlan(A, 2)), [{ kind: 'moved' }], 'there is no revision 1');
      checkSame(await ledger.record(A), undefined, 'no record came of it');
    },
  },
  {
    law: 'plans are judged in order, each against what those before it left',
    run: async (rig) => {
      const ledger = await rig.open();
      const revisions = [1, 2, 2, 3].map((revision) => samplePlan(sampleRecord(A, revision), { changes: [sampleChange(A, revision)] }));
      const kinds = (await commit(ledger, ...revisions)).map((answer) => answer.kind);
      checkSame(kinds, ['committed', 'committed', 'moved', 'committed'], 'only the repeated revision is refused');
      const seqs = (await ledger.changes(A, PAGE)).items.map((change) => change.seq);
      checkSame(seqs, [1, 2, 3], 'each change is kept once');
    },
  },
  {
    law: 'a refused plan leaves nothing, and all else in its commit stands',
    run: async (rig) => {
      const ledger = await rig.open();
      await commit(ledger, samplePlan(sampleRecord(B, 1), { linked: [{ system: FNO, key: KEY }] }));
      const rival = fullPlan(A);
      const refused = { ...rival, linked: [...rival.linked, { system: FNO, key: KEY }] };
      const more = { failures: [sampleFailure('beside')], acts: [sampleAct(C, 'beside')] };
      const answers = await ledger.commit(sampleCommit([refused, fullPlan(C)], more));
      checkSame(answers, [{ kind: 'taken', by: B }, { kind: 'committed' }], 'one is refused, one is taken');
      await checkAbsent(ledger, rival);
      await checkKept(ledger, fullPlan(C), ['beside']);
      checkSame((await ledger.acts(PAGE)).items, more.acts, 'what a person did stands');
    },
  },
  {
    law: 'a key leads to one record of its system and entity',
    run: async (rig) => {
      const ledger = await rig.open();
      const linked = [{ system: FNO, key: KEY }];
      await commit(ledger, samplePlan(sampleRecord(A, 1), { linked }));
      checkSame(await commit(ledger, samplePlan(sampleRecord(B, 1), { linked })), [{ kind: 'taken', by: A }], 'the key is taken');
      checkSame(await commit(ledger, samplePlan(sampleRecord(A, 2), { linked })), [{ kind: 'committed' }], 'its own key may be told again');
      const elsewhere = samplePlan(sampleRecord(B, 1), { linked: [{ system: CE, key: KEY }] });
      const order = samplePlan(sampleRecord(C, 1, { entity: ORDER }), { linked });
      checkSame(await commit(ledger, elsewhere, order), [{ kind: 'committed' }, { kind: 'committed' }], 'elsewhere the key is free');
      checkSame(await ledger.linked(FNO, CUSTOMER, KEY), A, 'the link is as it was');
      checkSame(await ledger.linked(FNO, ORDER, KEY), C, 'each entity has keys of its own');
    },
  },
  {
    law: 'a key moves to another record once its own record has let go of it, also within one commit',
    run: async (rig) => {
      const ledger = await rig.open();
      const keys = [{ system: FNO, key: KEY }];
      await commit(ledger, samplePlan(sampleRecord(A, 1), { linked: keys }));
      const [letGo, takeUp] = [samplePlan(sampleRecord(A, 2), { unlinked: keys }), samplePlan(sampleRecord(B, 1), { linked: keys })];
      const early = (await commit(ledger, takeUp, letGo)).map((answer) => answer.kind);
      checkSame(early, ['taken', 'committed'], 'the key is not free before it is let go');
      checkSame(await ledger.linked(FNO, CUSTOMER, KEY), undefined, 'nobody has it');
      const back = samplePlan(sampleRecord(A, 3), { linked: keys });
      const [again, over] = [samplePlan(sampleRecord(A, 4), { unlinked: keys }), takeUp];
      const kinds = (await commit(ledger, back, again, over)).map((answer) => answer.kind);
      checkSame(kinds, ['committed', 'committed', 'committed'], 'it moves in order');
      checkSame(await ledger.linked(FNO, CUSTOMER, KEY), B, 'the key leads to its new record');
    },
  },
  {
    law: 'a record cannot let go of a key that leads to another one',
    run: async (rig) => {
      const ledger = await rig.open();
      const keys = [{ system: FNO, key: KEY }];
      await commit(ledger, samplePlan(sampleRecord(A, 1), { linked: keys }), samplePlan(sampleRecord(B, 1), { unlinked: keys }));
      checkSame(await ledger.linked(FNO, CUSTOMER, KEY), A, 'the link stands');
    },
  },
  {
    law: 'an identity belongs to one record of its entity, and is free once that record has another',
    run: async (rig) => {
      const ledger = await rig.open();
      const named = (id: typeof A, revision: number, identity: string): Plan => samplePlan(sampleRecord(id, revision, { identity }));
      await commit(ledger, named(A, 1, 'acme'));
      checkSame(await commit(ledger, named(B, 1, 'acme')), [{ kind: 'taken', by: A }], 'a new record cannot have it');
      checkSame(await ledger.record(B), undefined, 'nothing of the new record is kept');
      await commit(ledger, named(B, 1, 'beta'));
      checkSame(await commit(ledger, named(B, 2, 'acme')), [{ kind: 'taken', by: A }], 'an old record cannot take it');
      const kinds = await commit(ledger, named(A, 2, 'alpha'), named(B, 2, 'acme'));
      check(
        kinds.every((answer) => answer.kind === 'committed'),
        'once let go it is free, in the same commit',
      );
      checkSame([await ledger.identified(CUSTOMER, 'acme'), await ledger.identified(CUSTOMER, 'alpha')], [B, A], 'both are found');
      checkSame(await ledger.identified(CUSTOMER, 'beta'), undefined, 'a name let go leads nowhere');
      checkSame(await ledger.identified(ORDER, 'acme'), undefined, 'another entity has identities of its own');
    },
  },
];

function commit(ledger: Ledger, ...plans: readonly Plan[]): Promise<readonly PlanAnswer[]> {
  return ledger.commit(sampleCommit(plans));
}

/** Everything that the plan holds is in the ledger; `beside` are words of failures that stand beside its own. */
export async function checkKept(ledger: Ledger, plan: Plan, beside: readonly string[] = []): Promise<void> {
  const { id, entity, identity = '' } = plan.record;
  checkSame(await ledger.record(id), plan.record, 'the record is kept');
  checkSame((await ledger.changes(id, PAGE)).items, plan.changes, 'its changes are kept');
  checkSame((await ledger.conflicts({ ...PAGE, record: id })).items, plan.conflicts, 'its conflicts are kept');
  for (const conflict of plan.conflicts) checkSame(await ledger.conflict(conflict.id), conflict, 'a conflict is found by its id');
  checkSame((await ledger.deliveries({ ...PAGE, record: id })).items, [...plan.deliveries.values()], 'its deliveries are kept');
  for (const { system, key } of plan.linked) checkSame(await ledger.linked(system, entity, key), id, 'its keys lead to it');
  checkSame(await ledger.identified(entity, identity), id, 'its identity leads to it');
  const words = (await ledger.failures(PAGE)).items.map((failure) => failure.words);
  checkSame(words, [...plan.failures.map((failure) => failure.words), ...beside].toReversed(), 'its failures are kept');
}

async function checkAbsent(ledger: Ledger, plan: Plan): Promise<void> {
  const { id, entity, identity = '' } = plan.record;
  checkSame(await ledger.record(id), undefined, 'there is no record');
  checkSame(await ledger.identified(entity, identity), undefined, 'its identity leads nowhere');
  for (const { system, key } of plan.linked) checkSame(await ledger.linked(system, entity, key), undefined, 'its keys lead nowhere');
  await checkNoRows(ledger, plan);
}

async function checkNoRows(ledger: Ledger, { record, conflicts }: Plan): Promise<void> {
  checkSame((await ledger.changes(record.id, PAGE)).items, [], 'there is no change');
  for (const { id } of conflicts) checkSame(await ledger.conflict(id), undefined, 'there is no conflict');
  checkSame((await ledger.deliveries({ ...PAGE, record: record.id })).items, [], 'there is no delivery');
}

/** The ledger holds this one record, and nothing that came of refused plans. */
async function checkNothingBut(ledger: Ledger, record: Plan['record']): Promise<void> {
  checkSame(await ledger.record(record.id), record, 'the record is as it was');
  await checkNoRows(ledger, fullPlan(record.id));
  checkSame((await ledger.links(FNO, CUSTOMER, PAGE)).items, [], 'no key leads to it');
  checkSame((await ledger.failures(PAGE)).items, [], 'no failure is told');
  checkSame(await ledger.counts(), { records: 1, changes: 0, held: 0, due: 0, waiting: 0, parked: 0 }, 'the counts say so too');
}
