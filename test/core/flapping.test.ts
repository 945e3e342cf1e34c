import { must, registerIn, type TableMap, type Value } from '@concord/core';
import { expect, test } from 'vitest';
import { CE, FNO, tableOf, type FieldPlan } from '../kit/tables.ts';
import { calm, edit, ruleHeld, worldOf, type World } from '../kit/world.ts';

const OWNED: Readonly<Record<string, FieldPlan>> = { account: {}, name: { policy: { name: 'owner', options: 'fno' } }, phone: {} };

function ready(fields = OWNED, options: Partial<TableMap> = {}): World {
  const world = worldOf(tableOf(fields, options));
  edit(world, FNO, { account: 'a', name: 'Acme', phone: '1' });
  calm(world);
  return world;
}

function nameIn(world: World) {
  return must(registerIn(must(world.record, 'made'), 'name'), 'told');
}

/** An automation in ce, which sets its own value whenever it finds another. */
function automate(world: World, own: Value, rounds: number): void {
  for (let round = 0; round < rounds; round += 1) {
    if (world.rows.get(CE)?.values.get('name') !== own) edit(world, CE, { name: own });
    calm(world);
  }
}

test('an automation that sets what a rule puts back is damped at the third time, and names both', () => {
  const world = ready();
  automate(world, 'ACME', 20);
  const { held, value } = nameIn(world);
  expect(held?.code).toBe('C15');
  expect(value).toBe('Acme');
  const conflict = world.plans.flatMap(({ conflicts }) => conflicts).find(({ code }) => code === 'C15');
  expect(conflict?.resolution.reason).toBe("ce and the rule owner have put each other's value back 3 times");
  const { writes } = world;
  automate(world, 'ACME', 20);
  expect(world.writes, 'nothing more is written').toBe(writes);
});

test('everything else of the record flows on, and a ruling ends it', () => {
  const world = ready();
  automate(world, 'ACME', 5);
  edit(world, CE, { phone: '2' });
  calm(world);
  expect(world.rows.get(FNO)?.values.get('phone')).toBe('2');
  ruleHeld(world, () => 'ACME');
  calm(world);
  expect([FNO, CE].map((system) => world.rows.get(system)?.values.get('name'))).toEqual(['ACME', 'ACME']);
  expect(nameIn(world).held).toBeUndefined();
});

test('it ends as well when the automation gives in', () => {
  const world = ready();
  automate(world, 'ACME', 5);
  edit(world, CE, { name: 'Acme' });
  calm(world);
  expect(nameIn(world).held).toBeUndefined();
  expect(world.rows.get(FNO)?.values.get('name')).toBe('Acme');
});

test('other values in between, and other changes by the dozen, are no dispute', () => {
  const world = ready();
  for (const name of ['b', 'c', 'b', 'c', 'b', 'c']) automate(world, name, 1);
  expect(nameIn(world).held).toBeUndefined();
  for (let round = 0; round < 4; round += 1) {
    automate(world, 'ACME', 1);
    for (let other = 0; other < 16; other += 1) {
      edit(world, FNO, { phone: String(round * 100 + other) });
      calm(world);
    }
  }
  expect(nameIn(world).held).toBeUndefined();
});

test('who overwrites a computed field again and again is damped too', () => {
  const world = ready({ account: {}, name: {}, phone: {} }, { derived: [{ field: 'name', text: '"no " + phone' }] });
  automate(world, 'ACME', 20);
  expect(nameIn(world).held?.code).toBe('C15');
});

test('people who change a field in turn are left alone', () => {
  const world = ready({ account: {}, name: {}, phone: {} });
  for (let round = 0; round < 10; round += 1) {
    for (const system of [FNO, CE]) {
      edit(world, system, { name: system });
      calm(world);
    }
  }
  expect(nameIn(world).held).toBeUndefined();
});
