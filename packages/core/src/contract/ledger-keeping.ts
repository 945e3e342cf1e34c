import { cursor } from '../ids.ts';
import type { Json } from '../values.ts';
import { checkRefused, checkSame } from './check.ts';
import type { LedgerLaw } from './ledger.ts';
import { checkKept } from './ledger-commit.ts';
import {
  CE,
  CUSTOMER,
  FNO,
  fullPlan,
  ORDER,
  sampleAct,
  sampleCommit,
  sampleConflict,
  sampleDelivery,
  sampleId,
  samplePlan,
  sampleRecord,
} from './ledger-samples.ts';

const [A, B] = [sampleId(1), sampleId(2)];
const PAGE = { limit: 100 };

/** Laws about what a ledger remembers. */
export const keepingLaws: readonly LedgerLaw[] = [
  {
    law: 'a new ledger holds nothing',
    run: async (rig) => {
      const ledger = await rig.open();
      checkSame(await ledger.counts(), { records: 0, changes: 0, held: 0, due: 0, waiting: 0, parked: 0 }, 'all counts are 0');
      checkSame(await ledger.cursor(FNO, CUSTOMER), { listed: false }, 'no feed was read');
      checkSame(await ledger.record(A), undefined, 'no record is there');
      checkSame((await ledger.records(PAGE)).items, [], 'no record is listed');
    },
  },
  {
    law: 'a cursor stands for one system and entity, moves, and can be forgotten',
    run: async (rig) => {
      const ledger = await rig.open();
      const move = (system: typeof FNO, to: string | undefined, listed: boolean): Promise<unknown> =>
        ledger.commit(
          sampleCommit([], { cursors: [{ system, entity: CUSTOMER, cursor: to === undefined ? undefined : cursor(to), listed }] }),
        );
      await move(FNO, 'one', false);
      await move(CE, 'other', true);
      checkSame(await ledger.cursor(FNO, CUSTOMER), { cursor: 'one', listed: false }, 'it is remembered');
      await move(FNO, 'two', true);
      checkSame(await ledger.cursor(FNO, CUSTOMER), { cursor: 'two', listed: true }, 'it moves');
      checkSame(await ledger.cursor(FNO, ORDER), { listed: false }, 'another entity has its own');
      await move(FNO, undefined, false);
      checkSame(await ledger.cursor(FNO, CUSTOMER), { listed: false }, 'it is forgotten');
      checkSame(await ledger.cursor(CE, CUSTOMER), { cursor: 'other', listed: true }, 'the other system keeps its own');
    },
  },
  {
    law: 'a record has at most one delivery for each system: the last one planned, until it is taken off',
    run: async (rig) => {
      const ledger = await rig.open();
      const [first, second] = [sampleDelivery(A), sampleDelivery(A, { attempts: 7, state: 'parked', dueAtMs: 5 })];
      const other = sampleDelivery(A, { system: FNO });
      await ledger.commit(
        sampleCommit([
          samplePlan(sampleRecord(A, 1), {
            deliveries: new Map([
              [CE, first],
              [FNO, other],
            ]),
          }),
        ]),
      );
      await ledger.commit(sampleCommit([samplePlan(sampleRecord(A, 2), { deliveries: new Map([[CE, second]]) })]));
      checkSame((await ledger.deliveries({ ...PAGE, state: 'parked' })).items, [second], 'the last one stands');
      checkSame((await ledger.deliveries(PAGE)).items, [other], 'the one before is gone, the other system keeps its own');
      await ledger.commit(sampleCommit([samplePlan(sampleRecord(A, 3), { deliveries: new Map([[CE, undefined]]) })]));
      checkSame((await ledger.deliveries({ ...PAGE, state: 'parked' })).items, [], 'it is taken off');
    },
  },
  {
    law: 'deliveries that wait or are parked are told only when asked for',
    run: async (rig) => {
      const ledger = await rig.open();
      const due = sampleDelivery(A);
      const waiting = sampleDelivery(B, { state: 'waiting' });
      const parked = sampleDelivery(B, { state: 'parked', system: FNO });
      const plans = [samplePlan(sampleRecord(A, 1), { deliveries: new Map([[CE, due]]) })];
      plans.push(
        samplePlan(sampleRecord(B, 1), {
          deliveries: new Map([
            [CE, waiting],
            [FNO, parked],
          ]),
        }),
      );
      await ledger.commit(sampleCommit(plans));
      checkSame((await ledger.deliveries(PAGE)).items, [due], 'only what is due');
      checkSame((await ledger.deliveries({ ...PAGE, state: 'waiting' })).items, [waiting], 'what waits, when asked for');
      checkSame((await ledger.queued(CE, CUSTOMER, PAGE)).items, [due, waiting], 'a queue in whatever state, of its system alone');
      checkSame((await ledger.deliveries({ ...PAGE, state: 'parked', system: CE })).items, [], 'of the system asked for');
      checkSame((await ledger.deliveries({ ...PAGE, state: 'parked', system: FNO, record: B })).items, [parked], 'of the record asked for');
      checkSame(await ledger.counts(), { records: 2, changes: 0, held: 0, due: 1, waiting: 1, parked: 1 }, 'all are counted');
    },
  },
  {
    law: 'records are found by their marks, as they are now, and how many share one is known',
    run: async (rig) => {
      const ledger = await rig.open();
      const marked = (id: typeof A, revision: number, marks: readonly string[]): Promise<unknown> =>
        ledger.commit(sampleCommit([samplePlan(sampleRecord(id, revision, { relations: { marks } }))]));
      await marked(A, 1, ['key0:"x"', 'ref:order:1']);
      await marked(B, 1, ['key0:"x"', 'key0:"y"']);
      checkSame((await ledger.marked(CUSTOMER, 'key0:"x"', PAGE)).items, [A, B], 'both have it');
      checkSame((await ledger.marked(CUSTOMER, 'key0:"x"', { limit: 1, after: A })).items, [B], 'the next page');
      checkSame(
        (await ledger.marks(CUSTOMER, { ...PAGE, prefix: 'key0:', atLeast: 1 })).items,
        ['key0:"x"', 'key0:"y"'],
        'those that begin so',
      );
      checkSame((await ledger.marks(CUSTOMER, { ...PAGE, prefix: 'key0:', atLeast: 2 })).items, ['key0:"x"'], 'those that are shared');
      checkSame((await ledger.marks(ORDER, { ...PAGE, prefix: '', atLeast: 1 })).items, [], 'another entity has marks of its own');
      await marked(A, 2, ['key0:"y"']);
      const reopened = rig.reopen ? await rig.reopen(ledger) : ledger;
      checkSame((await reopened.marked(CUSTOMER, 'key0:"x"', PAGE)).items, [B], 'what is left behind is not found any more');
      checkSame((await reopened.marked(CUSTOMER, 'key0:"y"', PAGE)).items, [A, B], 'what is new is found');
      checkSame((await reopened.record(A))?.relations, { marks: ['key0:"y"'] }, 'the record says the same');
    },
  },
  {
    law: 'an alias gives its identity up, and leads on after the ledger was opened again',
    run: async (rig) => {
      const ledger = await rig.open();
      await ledger.commit(sampleCommit([samplePlan(sampleRecord(A, 1, { identity: 'acme' }))]));
      await ledger.commit(sampleCommit([samplePlan(sampleRecord(A, 2, { relations: { mergedInto: B } }))]));
      const reopened = rig.reopen ? await rig.reopen(ledger) : ledger;
      checkSame(await reopened.identified(CUSTOMER, 'acme'), undefined, 'the name leads nowhere');
      const { identity, relations } = (await reopened.record(A)) ?? {};
      checkSame([identity, relations], [undefined, { mergedInto: B }], 'it has no name, and leads on');
    },
  },
  {
    law: 'a note is kept under its name, replaced, and forgotten',
    run: async (rig) => {
      const ledger = await rig.open();
      const put = (name: string, value: Json | undefined): Promise<unknown> =>
        ledger.commit(sampleCommit([], { notes: [{ name, value }] }));
      await put('one', { a: [1] });
      await put('two', 'x');
      await put('one', { a: [2] });
      checkSame([await ledger.note('one'), await ledger.note('two')], [{ a: [2] }, 'x'], 'each under its name');
      await put('one', undefined);
      checkSame(await ledger.note('one'), undefined, 'it is forgotten');
    },
  },
  {
    law: 'a delivery keeps what it waits for, and since when',
    run: async (rig) => {
      const ledger = await rig.open();
      const parked = sampleDelivery(A, { state: 'parked', code: 'C08', sinceMs: 77 });
      await ledger.commit(sampleCommit([samplePlan(sampleRecord(A, 1), { deliveries: new Map([[CE, parked]]) })]));
      checkSame((await ledger.deliveries({ ...PAGE, state: 'parked' })).items, [parked], 'all of it');
    },
  },
  {
    law: 'a conflict told again takes the place of the one before, and is found by state, entity and record',
    run: async (rig) => {
      const ledger = await rig.open();
      const held = sampleConflict(A, 1, { state: 'held' });
      const resolved = { ...held, state: 'resolved' as const, closedSeq: 2, closedAtMs: held.openedAtMs + 9 };
      const order = sampleConflict(B, 1, { entity: ORDER });
      await ledger.commit(sampleCommit([samplePlan(sampleRecord(A, 1), { conflicts: [held] })]));
      await ledger.commit(sampleCommit([samplePlan(sampleRecord(B, 1, { entity: ORDER }), { conflicts: [order] })]));
      checkSame((await ledger.conflicts({ ...PAGE, state: 'held' })).items, [held], 'it waits');
      checkSame((await ledger.counts()).held, 1, 'it is counted');
      await ledger.commit(sampleCommit([samplePlan(sampleRecord(A, 2), { conflicts: [resolved] })]));
      checkSame((await ledger.conflicts({ ...PAGE, state: 'held' })).items, [], 'it waits no more');
      checkSame((await ledger.conflicts({ ...PAGE, record: A })).items, [resolved], 'it is there once');
      checkSame((await ledger.conflicts({ ...PAGE, entity: ORDER, state: 'settled' })).items, [order], 'the other is found by entity');
      checkSame((await ledger.counts()).held, 0, 'none is held');
    },
  },
  {
    law: 'what people did is kept, and found by the record it was done to',
    run: async (rig) => {
      const ledger = await rig.open();
      const [first, second] = [sampleAct(A, 'first'), sampleAct(B, 'second')];
      const bare = { atMs: 5, operator: 'ben', act: 'pause' };
      await ledger.commit(sampleCommit([], { acts: [first, second, bare] }));
      checkSame((await ledger.acts(PAGE)).items, [bare, second, first], 'all, latest first');
      checkSame((await ledger.acts({ ...PAGE, record: A })).items, [first], 'those of one record');
    },
  },
  {
    law: 'texts of any script and length come back as they were',
    run: async (rig) => {
      const ledger = await rig.open();
      const strange = `naïve 織物 🧵 "quoted" \u0000 \u2028 ${'x'.repeat(100_000)}`;
      const record = sampleRecord(A, 1, { identity: strange });
      await ledger.commit(sampleCommit([samplePlan(record, { conflicts: [sampleConflict(A, 1, { register: strange })] })]));
      checkSame(await ledger.record(A), record, 'the record is whole');
      checkSame(await ledger.identified(CUSTOMER, strange), A, 'its identity is whole');
      checkSame((await ledger.conflicts(PAGE)).items[0]?.register, strange, 'the conflict is whole');
    },
  },
  {
    law: 'what was committed is there again after it was closed and opened',
    run: async (rig) => {
      if (!rig.reopen) return;
      const ledger = await rig.open();
      const plan = fullPlan(A);
      const acts = [sampleAct(A, 'kept')];
      await ledger.commit(
        sampleCommit([plan], { acts, cursors: [{ system: FNO, entity: CUSTOMER, cursor: cursor('there'), listed: true }] }),
      );
      const counts = await ledger.counts();
      const again = await rig.reopen(ledger);
      await checkKept(again, plan);
      checkSame(await again.cursor(FNO, CUSTOMER), { cursor: 'there', listed: true }, 'the cursor is kept');
      checkSame((await again.acts(PAGE)).items, acts, 'what people did is kept');
      checkSame(await again.counts(), counts, 'the counts are the same');
      checkSame(await again.commit(sampleCommit([fullPlan(A)])), [{ kind: 'moved' }], 'it knows what it took');
    },
  },
  {
    law: 'a closed ledger says so',
    run: async (rig) => {
      const ledger = await rig.open();
      await ledger.close();
      await checkRefused(ledger.record(A), 'LEDGER_CLOSED', 'it gives no answer');
      await checkRefused(ledger.commit(sampleCommit([])), 'LEDGER_CLOSED', 'it takes nothing');
      await ledger.close();
    },
  },
];
