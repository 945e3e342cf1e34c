import { LAB_ACT, openListDigest, plansFor, prove, recordId, registerIn, revised, type RevisedRecord, type Table } from '@concord/core';
import { expect, test } from 'vitest';
import { shelfOf } from '../../kit/shelf.ts';
import { CE, FNO, tableOf } from '../../kit/tables.ts';
import { calm, edit, pull, worldOf, type World } from '../../kit/world.ts';

const latest = tableOf({ account: {}, name: {}, phone: {} });
const preferred = tableOf({ account: {}, name: { policy: { name: 'prefer', options: ['ce', 'fno'] } }, phone: {} });
const manual = tableOf({ account: {}, name: { policy: { name: 'manual', options: undefined } }, phone: {} });

/** Both sides rename a customer at once; the later one stands. */
function renamed(): World {
  const world = worldOf(latest);
  edit(world, FNO, { account: 'a', name: 'Acme', phone: '1' });
  calm(world);
  edit(world, CE, { name: 'Acme Ltd' });
  edit(world, FNO, { name: 'Acme Inc.' });
  pull(world, CE);
  pull(world, FNO);
  calm(world);
  return world;
}

async function listed(world: World, other: Table): Promise<readonly RevisedRecord[]> {
  const [tables, others] = [latest, other].map((table) => new Map([['customer', table]]));
  const found: RevisedRecord[] = [];
  for await (const one of revised(shelfOf([world]), tables ?? new Map(), others ?? new Map())) found.push(one);
  return found;
}

const applying = {
  by: 'mia',
  note: 'sales knows the names',
  context: { nowMs: 1_800_000_000_000, newRecord: recordId('never'), neverSent: () => false },
};

/** As the command does it, and then as the sidecar does. */
function apply(world: World, found: readonly RevisedRecord[]): void {
  for (const plan of found.flatMap((one) => plansFor({ ...one, record: world.record ?? one.record }, applying))) {
    world.record = plan.record;
    world.changes.push(...plan.changes);
    world.plans.push(plan);
  }
  world.nowMs = applying.context.nowMs;
}

test('what stands at something else is listed, changed, written to every system, and nothing is left afterwards', async () => {
  const world = renamed();
  const found = await listed(world, preferred);
  expect(found.flatMap(({ revisions }) => revisions)).toMatchObject([
    { register: 'name', before: { value: 'Acme Inc.', held: false }, after: { value: 'Acme Ltd', rule: 'prefer' } },
  ]);
  apply(world, found);
  expect(world.plans.at(-1)?.act).toMatchObject({ operator: 'mia', act: LAB_ACT, note: 'sales knows the names' });
  expect(world.changes.find(({ system }) => system === 'person')).toMatchObject({ by: 'mia', note: 'sales knows the names' });
  expect([...(world.plans.at(-1)?.deliveries.keys() ?? [])].toSorted()).toEqual(['ce', 'fno']);
  calm(world);
  for (const row of world.rows.values()) expect(row?.values.get('name')).toBe('Acme Ltd');
  expect(await listed(world, preferred)).toEqual([]);
});

test('what the other policies would leave to a person is not changed', async () => {
  expect(await listed(renamed(), manual)).toEqual([]);
});

test('under the configured policies there is nothing to change', async () => {
  expect(await listed(renamed(), latest)).toEqual([]);
});

test('the name of a list is that of its content', async () => {
  const name = async (world: World): Promise<string> => {
    const digest = openListDigest();
    for (const { record, revisions } of await listed(world, preferred)) digest.add(record.id, revisions);
    return digest.text();
  };
  const moved = renamed();
  edit(moved, CE, { name: 'Acme & Co' });
  edit(moved, FNO, { name: 'Acme plc' });
  pull(moved, CE);
  pull(moved, FNO);
  expect(await name(renamed())).toBe(await name(renamed()));
  expect(await name(moved)).not.toBe(await name(renamed()));
});

test('a proof names the first change that comes to something else, and tells a rule that is configured no more from a difference', async () => {
  const world = renamed();
  const { record } = world;
  if (!record) throw new Error('a record');
  const shelf = shelfOf([world]);
  const [stored] = (await shelf.records({ limit: 1 })).items;
  if (!stored) throw new Error('a stored record');
  expect((await prove(shelf, latest, stored)).differences).toEqual([]);
  const name = registerIn(stored, 'name');
  if (!name) throw new Error('a register');
  const broken = { ...stored, registers: { ...stored.registers, name: { ...name, value: 'Somebody else' } } };
  const [damage, ...more] = (await prove(shelf, latest, broken)).differences;
  expect([damage?.stored.value, damage?.played?.value, damage?.ruleChanged, more]).toEqual(['Somebody else', 'Acme Inc.', undefined, []]);
  expect((await prove(shelf, preferred, stored)).differences).toMatchObject([
    {
      register: 'name',
      played: { value: 'Acme Ltd' },
      told: { rule: 'latest', value: 'Acme Inc.' },
      ruleChanged: 'latest',
      firstSeq: expect.any(Number),
    },
  ]);
});

test('an edit that was altered in the ledger is a difference; an owner that came later is not', async () => {
  const world = renamed();
  edit(world, CE, { phone: '2' });
  calm(world);
  const shelf = shelfOf([world]);
  const [stored] = (await shelf.records({ limit: 1 })).items;
  if (!stored) throw new Error('a stored record');
  const owned = tableOf({ account: {}, name: {}, phone: { policy: { name: 'owner', options: 'fno' } } });
  expect((await prove(shelf, owned, stored)).differences).toMatchObject([{ register: 'phone', ruleChanged: 'no rule' }]);
  const altered = world.changes.map((change) => ({
    ...change,
    edits: change.edits.map((told) => (told.value === 'Acme Inc.' ? { ...told, value: 'Acme AG' } : told)),
  }));
  const [difference] = (await prove(shelfOf([{ ...world, changes: altered }]), latest, stored)).differences;
  expect([difference?.register, difference?.played?.value, difference?.ruleChanged]).toEqual(['name', 'Acme AG', undefined]);
});
