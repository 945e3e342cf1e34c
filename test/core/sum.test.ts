import fc from 'fast-check';
import { registerIn, type SystemId } from '@concord/core';
import { expect, test } from 'vitest';
import { runs } from '../kit/runs.ts';
import { CE, FNO, POS, tableOf } from '../kit/tables.ts';
import { calm, deliver, edit, pull, worldOf, type World } from '../kit/world.ts';

const STOCK = { stock: { type: { kind: 'integer' }, policy: { name: 'sum', options: undefined }, write: 'whole' } } as const;

function worldAt(systems: readonly SystemId[]): World {
  return worldOf(tableOf({ account: {}, ...STOCK }, { systems: [...systems] }));
}

const part = (world: World, system: SystemId): number => Number(world.rows.get(system)?.values.get('stock') ?? 0);

function expectWhole(world: World, systems: readonly SystemId[]): void {
  const whole = systems.reduce((sum, system) => sum + part(world, system), 0);
  const register = world.record && registerIn(world.record, 'stock');
  expect([register?.held, register?.value]).toEqual([undefined, whole]);
  expect(systems.map((system) => world.apart.get(system)?.get('stock'))).toEqual(systems.map(() => whole));
}

test.each([[[FNO, CE]], [[FNO, CE, POS]]])(
  '%j: each tells its part, and all are told what they come to, whatever is heard when',
  (systems) => {
    const steps = fc.array(
      fc.record({ system: fc.constantFrom(...systems), stock: fc.integer({ min: -9, max: 99 }), then: fc.integer({ min: 0, max: 3 }) }),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(steps, (list) => {
        const world = worldAt(systems);
        for (const [index, system] of systems.entries()) edit(world, system, { account: 'a', stock: 10 * (index + 1) });
        calm(world);
        expectWhole(world, systems);
        for (const { system, stock, then } of list) {
          edit(world, system, { stock });
          if (then > 0) pull(world, system);
          if (then > 1) for (const other of systems) deliver(world, other, then > 2 ? 'answer' : 'none');
        }
        calm(world);
        expectWhole(world, systems);
        const { writes } = world;
        calm(world);
        expect(world.writes, 'once calm, nothing more is written').toBe(writes);
        const conflicts = world.plans.flatMap((plan) => plan.conflicts);
        expect(conflicts, 'nobody lost anything').toEqual([]);
      }),
      { numRuns: runs(100) },
    );
  },
);
