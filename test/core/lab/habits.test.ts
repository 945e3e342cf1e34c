import { forecast, gatherFacts, parseOverlay, policies, suggest, suggestionYaml, type Facts } from '@concord/core';
import { expect, test } from 'vitest';
import { factsOf, registerFacts } from '../../kit/facts.ts';
import { shelfOf } from '../../kit/shelf.ts';
import { CE, FNO, tableOf } from '../../kit/tables.ts';
import { calm, edit, pull, worldOf, type World } from '../../kit/world.ts';

const DAY_MS = 86_400_000;
const table = tableOf({ account: {}, name: {}, phone: {}, street: {}, zip: {} });
const tables = new Map([['customer', table]]);

function customer(): World {
  const world = worldOf(table);
  edit(world, FNO, { account: 'a', name: 'Acme', phone: '1', street: 's', zip: 'z' });
  calm(world);
  return world;
}

function gather(worlds: readonly World[]): Promise<Facts> {
  return gatherFacts(shelfOf(worlds), tables);
}

test('facts count edits by system, what was emptied, what met, and what goes to and fro; first copies are no edits', async () => {
  const world = customer();
  edit(world, CE, { phone: '2' });
  edit(world, FNO, { phone: '3' });
  pull(world, CE);
  pull(world, FNO);
  calm(world);
  for (const [system, value] of [
    [CE, 'on'],
    [FNO, 'off'],
    [CE, 'on'],
    [FNO, 'off'],
  ] as const) {
    edit(world, system, { name: value });
    calm(world);
  }
  edit(world, CE, { street: null });
  calm(world);
  const { registers, records } = await gather([world]);
  expect(records).toBe(1);
  expect(registers.get('customer.phone')).toMatchObject({
    edits: 2,
    rivals: 1,
    bySystem: new Map([
      [CE, 1],
      [FNO, 1],
    ]),
    copies: new Map([[FNO, 1]]),
  });
  expect(registers.get('customer.name')).toMatchObject({ flaps: 1, rivals: 0 });
  expect(registers.get('customer.street')).toMatchObject({ cleared: 1 });
});

test('the forecast is the product of the rates and the lags, record by record', () => {
  // Ten records, each edited four times a day in fno and twice a day in ce, for five days.
  const facts = factsOf(
    [
      registerFacts('phone', {
        bySystem: new Map([
          [CE, 100],
          [FNO, 200],
        ]),
        pairs: new Map([['ce fno', 10 * 10 * 20]]),
        rivals: 3,
      }),
    ],
    {
      firstMs: 0,
      lastMs: 5 * DAY_MS,
    },
  );
  const told = forecast(facts, { lagMs: DAY_MS / 100 });
  // Σ 2/day · 4/day over ten records, times twice a hundredth of a day.
  expect(told.perDay).toBeCloseTo(10 * 2 * 4 * 0.02);
  expect([told.atHalf, told.atTenth]).toEqual([told.perDay / 2, told.perDay / 10]);
  expect(told.registers[0]).toMatchObject({ rates: [20, 40], counted: 0.6 });
});

test('who edits alone is suggested as the owner; fields that change together as a group; in a form that can be read back', async () => {
  const world = customer();
  for (let round = 0; round < 25; round += 1) {
    edit(world, CE, { phone: `p${round}` });
    edit(world, round % 2 === 0 ? FNO : CE, { street: `s${round}`, zip: `z${round}` });
    calm(world);
  }
  const found = suggest(await gather([world]), tables);
  expect(found).toEqual([
    { kind: 'owner', entity: 'customer', register: 'phone', isGroup: false, system: 'ce', edits: 25 },
    { kind: 'group', entity: 'customer', fields: ['street', 'zip'], together: 25, apart: 0 },
  ]);
  const yaml = suggestionYaml(found);
  expect(yaml).toContain('phone: { policy: { owner: ce } } # all 25 edits were made in ce');
  expect(yaml).toContain('# groups: { street_zip: { fields: [street, zip], policy: latest } } # changed together 25 times, apart 0 times');
  const read = parseOverlay(yaml, { entities: [table.map], kinds: policies }, { file: 'suggested.yaml', env: {} });
  expect(read.kind === 'ok' && read.entities[0]?.registers.find(({ name }) => name === 'phone')?.policy).toEqual({
    name: 'owner',
    options: 'ce',
  });
});

test('what a few edits look like is no habit', async () => {
  const world = customer();
  for (let round = 0; round < 5; round += 1) {
    edit(world, CE, { phone: `p${round}` });
    calm(world);
  }
  expect(suggest(await gather([world]), tables)).toEqual([]);
});
