import type { Binding, JsonObject, Pull, System } from '@concord/core';
import { cursor as cursorOf, keyOf } from '@concord/core';
import { afterEach, describe, expect, test } from 'vitest';
import { startDataverse } from '../../../packages/adapters/src/emulators/index.ts';
import type { DataverseSettings, Emulator, Seed } from '../../../packages/adapters/src/emulators/index.ts';
import { textOf } from '../../../packages/adapters/src/shared/json/look.ts';
import { opened, TREE } from '../../contract/systems-rigs.ts';
import { signIn } from '../../contract/systems-user.ts';

const FOREST = '11111111-1111-4111-8111-111111111111';
const SEED: Seed = {
  tables: [
    { set: 'abc_forests', name: 'abc_forest', primaryId: 'abc_forestid', columns: [{ name: 'abc_name', type: 'text' }] },
    {
      set: 'abc_trees',
      name: 'abc_tree',
      primaryId: 'abc_treeid',
      columns: [
        { name: 'abc_name', type: 'text' },
        { name: 'abc_note', type: 'text' },
        {
          name: 'abc_kind',
          type: 'choice',
          options: [
            { value: 1, label: 'Leaf' },
            { value: 2, label: 'Needle' },
          ],
        },
        { name: 'abc_forest', type: 'lookup', targets: [{ set: 'abc_forests', navigation: 'abc_forest_abc_forest' }] },
      ],
      keys: [{ name: 'abc_place', columns: ['abc_name', 'abc_forest'] }],
    },
  ],
  rows: { abc_forests: [{ abc_forestid: FOREST, abc_name: 'Sherwood' }] },
};
const BINDING: Binding = {
  entity: TREE,
  set: 'abc_trees',
  columns: ['abc_name', 'abc_note', '_abc_forest_value'],
  where: {},
  constants: {},
};
const IN_FOREST = { 'abc_forest_abc_forest@odata.bind': `/abc_forests(${FOREST})` };

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

interface Stage {
  readonly emulator: Emulator<DataverseSettings>;
  readonly system: System;
  readonly bind: (binding: Binding) => Promise<System>;
  readonly user: Awaited<ReturnType<typeof signIn>>;
}

async function stage(binding: Binding = BINDING): Promise<Stage> {
  const emulator = await startDataverse({ seed: SEED });
  const auth = { token: `${emulator.url}/oauth2/v2.0/token`, client: 'concord', secret: 'concord-secret' };
  const bind = async (given: Binding): Promise<System> => {
    const system = await opened('dataverse', { url: emulator.url, auth }, [given]);
    cleanups.push(() => system.close());
    return system;
  };
  cleanups.push(() => emulator.close());
  return { emulator, bind, system: await bind(binding), user: await signIn(emulator.url, 'anna') };
}

const plant = (on: Stage, row: JsonObject) => on.user.call('POST', '/api/data/v9.2/abc_trees', row);
const pageOf = (pull: Pull): Extract<Pull, { kind: 'page' }> => {
  if (pull.kind !== 'page') throw new Error(JSON.stringify(pull));
  return pull;
};
const createOf = (columns: JsonObject, match: JsonObject = {}) => ({ kind: 'create', entity: TREE, columns, match, tag: 't' }) as const;

describe('the feed', () => {
  test('a row that never matched is not listed; one that stops matching is gone, one that starts is told', async () => {
    const on = await stage({ ...BINDING, where: { abc_kind: 2 } });
    await plant(on, { abc_name: 'oak', abc_kind: 1 });
    await plant(on, { abc_name: 'fir', abc_kind: 2 });
    const listed = pageOf(await on.system.changes(TREE, undefined));
    expect(listed.sightings).toMatchObject([{ kind: 'row', row: { columns: { abc_name: 'fir' } } }]);
    const [oak, fir] = on.emulator.rows('abc_trees').map((row) => textOf(row, 'abc_treeid'));
    await on.user.call('PATCH', `/api/data/v9.2/abc_trees(${oak})`, { abc_kind: 2 });
    await on.user.call('PATCH', `/api/data/v9.2/abc_trees(${fir})`, { abc_kind: 1 });
    expect(pageOf(await on.system.changes(TREE, listed.cursor)).sightings).toMatchObject([
      { kind: 'row', row: { key: oak } },
      { kind: 'gone', key: fir },
    ]);
    expect(await on.system.read(TREE, keyOf(fir ?? ''))).toEqual({ kind: 'missing' });
  });

  test('a row tells when and by whom it was changed', async () => {
    const on = await stage();
    await plant(on, { abc_name: 'oak' });
    const [sighting] = pageOf(await on.system.changes(TREE, undefined)).sightings;
    expect(sighting).toMatchObject({ row: { by: expect.stringMatching(/^[0-9a-f-]{36}$/), modifiedAtMs: expect.any(Number) } });
  });

  test('a delta link that is too old is expired', async () => {
    const on = await stage();
    const { cursor } = pageOf(await on.system.changes(TREE, undefined));
    on.emulator.expireDeltaTokens();
    expect(await on.system.changes(TREE, cursor)).toEqual({ kind: 'expired' });
  });

  test('a cursor that was made for other columns is expired', async () => {
    const on = await stage();
    const { cursor } = pageOf(await on.system.changes(TREE, undefined));
    const wider = await on.bind({ ...BINDING, columns: [...BINDING.columns, 'abc_kind'] });
    expect(await wider.changes(TREE, cursor)).toEqual({ kind: 'expired' });
  });

  test('a column that is gone is told in words', async () => {
    const on = await stage();
    const { cursor } = pageOf(await on.system.changes(TREE, undefined));
    on.emulator.changeSchema({ kind: 'rename', set: 'abc_trees', column: 'abc_note', to: 'abc_remark' });
    const pull = await on.system.changes(TREE, cursor);
    const again = pull.kind === 'expired' ? await on.system.changes(TREE, undefined) : pull;
    expect(again).toMatchObject({ kind: 'drifted', words: expect.stringContaining('abc_note') });
  });

  test('a link to another place, found in a cursor, is not followed', async () => {
    const on = await stage();
    const { cursor } = pageOf(await on.system.changes(TREE, undefined));
    const forged = { ...JSON.parse(cursor), link: 'https://evil.example/api/data/v9.2/abc_trees' };
    expect((await on.system.changes(TREE, cursorOf(JSON.stringify(forged)))).kind).toBe('unreachable');
  });
});

describe('rights', () => {
  test('are told as the privileges of whoever is signed in have it, and what is not held is refused', async () => {
    const on = await stage();
    on.emulator.settings({ privileges: { concord: { prvCreateabc_tree: 'None', prvWriteabc_tree: 'Basic' } } });
    expect(await on.system.describe?.(TREE)).toMatchObject({
      rights: {
        read: { name: 'prvReadabc_tree', reach: 'all', told: 'Global' },
        create: { name: 'prvCreateabc_tree', reach: 'none', told: 'None' },
        update: { name: 'prvWriteabc_tree', reach: 'some', told: 'Basic' },
        delete: { name: 'prvDeleteabc_tree', reach: 'all', told: 'Global' },
      },
    });
    expect(await on.system.write(createOf({ abc_name: 'oak' }))).toMatchObject({ kind: 'refused', why: 'denied' });
    await plant(on, { abc_name: 'elm' });
    expect(on.emulator.rows('abc_trees'), 'others have privileges of their own').toHaveLength(1);
  });

  test('are not told where they may not be asked', async () => {
    const on = await stage();
    on.emulator.faults.add({ path: 'RetrieveUserPrivileges', action: { kind: 'status', status: 403 } });
    expect(await on.system.describe?.(TREE)).not.toHaveProperty('rights');
  });
});

describe('creates', () => {
  test('a natural key with a look-up is created on the condition that it does not exist', async () => {
    const on = await stage();
    const row = { abc_name: 'oak', ...IN_FOREST };
    const first = await on.system.write(createOf({ ...row, abc_note: 'first' }, row));
    expect(first).toMatchObject({ kind: 'written', columns: { _abc_forest_value: FOREST, abc_note: 'first' } });
    const second = await on.system.write(createOf({ ...row, abc_note: 'second' }, row));
    expect(second).toMatchObject({ kind: 'exists', row: { columns: { abc_note: 'first' } } });
    expect(on.emulator.rows('abc_trees')).toHaveLength(1);
  });

  test('where the table has no alternate key, the natural key is looked up before the row is made', async () => {
    const on = await stage();
    const match = { abc_note: "the 'only' one" };
    expect(await on.system.write(createOf({ ...match, abc_name: 'oak' }, match))).toMatchObject({ kind: 'written' });
    expect(await on.system.write(createOf({ ...match, abc_name: 'elm' }, match))).toMatchObject({
      kind: 'exists',
      row: { columns: { abc_name: 'oak' } },
    });
    expect(on.emulator.rows('abc_trees')).toHaveLength(1);
  });

  test('a reference to a row that is not there is refused as such', async () => {
    const on = await stage();
    const bind = { 'abc_forest_abc_forest@odata.bind': '/abc_forests(22222222-2222-4222-8222-222222222222)' };
    expect(await on.system.write(createOf({ abc_name: 'oak', ...bind }))).toMatchObject({ kind: 'refused', why: 'reference-missing' });
  });
});

test('row versions are compared as numbers', async () => {
  const on = await stage();
  await plant(on, { abc_name: 'oak' });
  const [first] = pageOf(await on.system.changes(TREE, undefined)).sightings;
  if (first?.kind !== 'row') throw new Error('a row is listed');
  const written = await on.system.write({
    kind: 'update',
    entity: TREE,
    key: first.row.key,
    expected: first.row.version,
    columns: { abc_note: 'x' },
    tag: 't',
  });
  if (written.kind !== 'written') throw new Error(JSON.stringify(written));
  expect(on.system.compareVersions?.(first.row.version, written.version)).toBeLessThan(0);
  expect(on.system.compareVersions?.(written.version, first.row.version)).toBeGreaterThan(0);
  expect(on.system.compareVersions?.(written.version, written.version)).toBe(0);
});
