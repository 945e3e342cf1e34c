import type { Write } from '../ports/system.ts';
import type { JsonObject } from '../values.ts';
import { check } from './check.ts';
import { readRow } from './system-write.ts';
import type { SystemLaw, SystemRig } from './system.ts';

const OUR_ID = 'Qb3-xWv9_our-own-id-00';

export const createLaws: readonly SystemLaw[] = [
  {
    law: 'a create makes the row, and tells its key, its version and what is stored',
    run: async (rig) => {
      const outcome = await rig.system.write(creation(rig, { [rig.columns.one]: 'new' }));
      check(outcome.kind === 'written', `the row is made, not ${JSON.stringify(outcome)}`);
      check(outcome.columns[rig.columns.one] === 'new', 'what is stored is told');
      const row = await readRow(rig, outcome.key);
      check(row.version === outcome.version, 'a read tells the version that the create told');
      check((await rig.user.rows()).get(outcome.key)?.[rig.columns.one] === 'new', 'the row is there, under the key that was told');
    },
  },
  {
    law: 'a create of a row that exists makes no second one, changes nothing, and tells the row',
    run: async (rig) => {
      const key = await rig.user.create('oak', { [rig.columns.one]: 'there before' });
      const outcome = await rig.system.write(creation(rig, { [rig.columns.one]: 'new' }));
      check(outcome.kind === 'exists', `the row exists, not ${JSON.stringify(outcome)}`);
      check(outcome.row?.key === key && outcome.row.columns[rig.columns.one] === 'there before', 'the row that exists is told');
      const rows = await rig.user.rows();
      check(rows.size === 1 && rows.get(key)?.[rig.columns.one] === 'there before', 'it stands as it was');
    },
  },
  {
    law: 'a create whose answer was lost makes no second row when it is repeated',
    run: async (rig) => {
      await rig.loseNextAnswer();
      const lost = await rig.system.write(creation(rig, { [rig.columns.one]: 'new' }));
      check(lost.kind === 'unknown', `nobody knows what became of it: unknown, not ${JSON.stringify(lost)}`);
      const again = await rig.system.write(creation(rig, { [rig.columns.one]: 'new' }));
      check(again.kind === 'exists' && again.row?.columns[rig.columns.one] === 'new', `the row is found, not ${JSON.stringify(again)}`);
      check((await rig.user.rows()).size === 1, 'there is one row');
    },
  },
  {
    law: 'a create that carries our id makes no second row when its answer was lost, even without a natural key',
    run: async (rig) => {
      if (rig.correlation === undefined) return;
      await rig.loseNextAnswer();
      const lost = await rig.system.write(carrying(rig, rig.correlation));
      check(lost.kind === 'unknown', `nobody knows what became of it: unknown, not ${JSON.stringify(lost)}`);
      const again = await rig.system.write(carrying(rig, rig.correlation));
      check(again.kind === 'exists' && again.row !== undefined, `the row is found by our id, not ${JSON.stringify(again)}`);
      check((await rig.user.rows()).size === 1, 'there is one row');
    },
  },
];

function creation(rig: SystemRig, columns: JsonObject): Write {
  const fresh = rig.fresh('oak');
  return { kind: 'create', entity: rig.entity, columns: { ...fresh.columns, ...columns }, match: fresh.match, tag: 'law' };
}

/** Without what the natural key is made of, so that the system numbers the row itself. */
function carrying(rig: SystemRig, column: string): Write {
  const { columns, match } = rig.fresh('oak');
  const rest = Object.fromEntries(Object.entries(columns).filter(([name]) => !Object.hasOwn(match, name)));
  const correlation = { column, value: OUR_ID };
  return { kind: 'create', entity: rig.entity, columns: { ...rest, [rig.columns.one]: 'new', [column]: OUR_ID }, correlation, tag: 'law' };
}
