import { check } from './check.ts';
import { planted, readRow, update } from './system-write.ts';
import type { SystemLaw, SystemRig } from './system.ts';

export const faultLaws: readonly SystemLaw[] = [
  {
    law: 'an update whose answer was lost is unknown, and a repeat with the old version is stale',
    run: async (rig) => {
      const row = await planted(rig);
      await rig.loseNextAnswer();
      const lost = await rig.system.write(update(rig, row, { [rig.columns.one]: 'written' }));
      check(lost.kind === 'unknown', `nobody knows what became of it: unknown, not ${JSON.stringify(lost)}`);
      check((await readRow(rig, row.key)).columns[rig.columns.one] === 'written', 'a read tells that it was applied');
      const again = await rig.system.write(update(rig, row, { [rig.columns.one]: 'written' }));
      check(again.kind === 'stale', `the repeat is stale, not ${again.kind}`);
    },
  },
  {
    law: 'what a gateway answers in the place of a system says nothing of a write, whatever its status: it is unknown',
    run: async (rig) => {
      for (const [status, retryAfterSeconds] of [[500], [502], [503], [503, 1], [504]] as const) {
        const row = await planted(rig);
        await rig.answerInstead?.(status, retryAfterSeconds);
        const outcome = await rig.system.write(update(rig, row, { [rig.columns.one]: `under ${status}` }));
        const isApplied = (await readRow(rig, row.key)).columns[rig.columns.one] === `under ${status}`;
        check(isApplied, 'the write was applied');
        check(outcome.kind === 'unknown' || !rig.answerInstead, `nobody knows what became of it: unknown, not ${JSON.stringify(outcome)}`);
        await rig.user.remove(row.key);
      }
    },
  },
  {
    law: 'a write that was taken was made, also where its row cannot be read behind it',
    run: async (rig) => {
      const row = await planted(rig);
      await rig.failNextRead?.();
      const outcome = await rig.system.write(update(rig, row, { [rig.columns.one]: 'written' }));
      check(outcome.kind === 'written' || outcome.kind === 'applied', `it was made, not ${JSON.stringify(outcome)}`);
    },
  },
  {
    law: 'a write that was refused as outdated was not made, also where its row cannot be read behind it',
    run: async (rig) => {
      const row = await planted(rig);
      await rig.user.edit(row.key, { [rig.columns.one]: 'theirs' });
      await rig.failNextRead?.();
      const outcome = await rig.system.write(update(rig, row, { [rig.columns.one]: 'ours' }));
      check(outcome.kind === 'stale', `it is stale, not ${JSON.stringify(outcome)}`);
      check((await readRow(rig, row.key)).columns[rig.columns.one] === 'theirs', 'it overwrote nothing');
    },
  },
  {
    law: 'a system that is down is unreachable; nothing is thrown and nothing is believed',
    run: async (rig) => {
      const row = await planted(rig);
      await rig.goDown();
      await checkAway(rig);
      const write = await rig.system.write(update(rig, row, { [rig.columns.one]: 'written' }));
      check(write.kind === 'unreachable' || write.kind === 'unknown', `a write is unreachable or unknown, not ${write.kind}`);
    },
  },
  {
    law: 'a system that was closed is unreachable; nothing is thrown',
    run: async (rig) => {
      await planted(rig);
      await rig.system.close();
      await checkAway(rig);
    },
  },
  {
    law: 'whatever a hook says, its hints are of entities that are mirrored, and nothing is thrown',
    run: async (rig) => {
      await planted(rig);
      for (const body of [null, 'text', 7, [], {}, { PrimaryEntityName: 5 }, [{}], { InputParameters: 'x' }, { value: [null] }]) {
        const hints = rig.system.hints?.(body, {}) ?? [];
        check(
          hints.every((hint) => hint.entity === rig.entity),
          `the hints of ${JSON.stringify(body)} are of mirrored entities`,
        );
      }
    },
  },
];

async function checkAway(rig: SystemRig): Promise<void> {
  const row = await rig.system.changes(rig.entity, undefined);
  check(row.kind === 'unreachable' && row.words !== '', `a pull is unreachable, in words, not ${JSON.stringify(row)}`);
  const { columns } = rig.fresh('oak');
  const created = await rig.system.write({ kind: 'create', entity: rig.entity, columns, tag: 'law' });
  check(created.kind === 'unreachable' || created.kind === 'unknown', `a create is unreachable or unknown, not ${created.kind}`);
}
