import { cursor } from '../ids.ts';
import type { Key } from '../ids.ts';
import { must } from '../errors/must.ts';
import { check } from './check.ts';
import { checkFollows, follow, newcomer, pulled } from './system-follow.ts';
import type { SystemLaw, SystemRig } from './system.ts';

const NAMES = ['alder', 'birch', 'cedar', 'dogwood', 'elm', 'fir', 'ginkgo'];

export const feedLaws: readonly SystemLaw[] = [
  {
    law: 'a listing tells every row, in the version and the columns that a read tells',
    run: async (rig) => {
      await plant(rig);
      const { rows } = await follow(rig, newcomer());
      check(rows.size === NAMES.length, `${NAMES.length} rows are told, not ${rows.size}`);
      for (const [key, row] of rows) {
        const read = await rig.system.read(rig.entity, key);
        check(read.kind === 'row' && read.row.version === row.version, 'the version that a listing tells is the one that a read tells');
        check(
          read.row.columns[rig.columns.one] === row.columns[rig.columns.one],
          'the columns that a listing tells are those that a read tells',
        );
      }
    },
  },
  {
    law: 'the first pull of an empty entity is a listing that ends',
    run: async (rig) => {
      const first = await pulled(rig, undefined);
      check(
        first.of === 'listing' && !first.more && first.sightings.length === 0,
        'a listing of nothing is a page without rows and without more',
      );
    },
  },
  {
    law: 'nothing is skipped when rows are edited, made and removed while a listing is under way',
    run: async (rig) => {
      const keys = await plant(rig);
      const told = await follow(rig, newcomer(), async (pulls) => {
        if (pulls !== 1) return;
        for (const key of keys.slice(0, 2)) await rig.user.edit(key, { [rig.columns.one]: 'edited meanwhile' });
        for (const key of keys.slice(-2)) await rig.user.edit(key, { [rig.columns.two]: 'edited meanwhile' });
        await rig.user.remove(must(keys[2], 'seven rows were planted'));
        await rig.user.create('aspen', { [rig.columns.one]: 'made meanwhile' });
        await rig.user.create('zelkova', { [rig.columns.one]: 'made meanwhile' });
      });
      await checkFollows(rig, told, 'who follows the feed to its end knows what is there');
    },
  },
  {
    law: 'after a listing, edits, new rows and removals are told',
    run: async (rig) => {
      const keys = await plant(rig);
      const listed = await follow(rig, newcomer());
      await rig.user.edit(must(keys[0], 'planted'), { [rig.columns.one]: 'edited later' });
      await rig.user.edit(must(keys[6], 'planted'), { [rig.columns.two]: 'edited later' });
      await rig.user.remove(must(keys[3], 'planted'));
      await rig.user.create('hazel', { [rig.columns.one]: 'made later' });
      await checkFollows(rig, await follow(rig, listed), 'who goes on from a cursor knows what is there');
    },
  },
  {
    law: 'a cursor may be used again: the same changes are told again',
    run: async (rig) => {
      const keys = await plant(rig);
      const listed = await follow(rig, newcomer());
      await rig.user.edit(must(keys[1], 'planted'), { [rig.columns.one]: 'edited later' });
      const copy = { cursor: listed.cursor, rows: new Map(listed.rows) };
      await follow(rig, listed);
      await checkFollows(rig, await follow(rig, copy), 'who crashed before the cursor was kept misses nothing');
    },
  },
  {
    law: 'a cursor that nobody gave out is expired',
    run: async (rig) => {
      await plant(rig);
      for (const text of ['', 'nonsense', '{}', '{"v":99}', 'null', '[]']) {
        const pull = await rig.system.changes(rig.entity, cursor(text));
        check(pull.kind === 'expired', `the cursor ${JSON.stringify(text)} is expired, not ${pull.kind}`);
      }
    },
  },
];

async function plant(rig: SystemRig): Promise<readonly Key[]> {
  const keys: Key[] = [];
  for (const name of NAMES) keys.push(await rig.user.create(name, { [rig.columns.one]: `${name} one`, [rig.columns.two]: `${name} two` }));
  return keys;
}
