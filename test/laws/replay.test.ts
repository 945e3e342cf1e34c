import fc from 'fast-check';
import { LIFE, momentsOf, openFieldPlayer, type Player, type TableMap, type Value } from '@concord/core';
import { expect, test } from 'vitest';
import { histories, play } from '../kit/histories.ts';
import { MIXED, mixedValues } from '../kit/mixed.ts';
import { CE, FNO, POS, tableOf } from '../kit/tables.ts';
import { worldOf, type World } from '../kit/world.ts';

const RUNS = 100 * Number(process.env['CONCORD_RUNS'] ?? 1);
const fields = mixedValues(fc.constantFrom<Value>('red', 'blue', 'red blue', 'green'), 1000);
/** Beside the usual ones, those that weigh the base, the past, or an order. */
const PLAN = {
  ...MIXED,
  tags: { type: { kind: 'choices' }, policy: { name: 'set', options: undefined } },
  once: { policy: { name: 'immutable', options: undefined } },
  most: { type: { kind: 'integer' }, policy: { name: 'max', options: undefined } },
} as const;
const values = {
  ...fields,
  tags: fc.constantFrom<Value>('["a"]', '["a","b"]', '["b","c"]', null),
  once: fc.constantFrom<Value>('x', 'y', null),
  most: fc.integer({ min: 0, max: 9 }),
};

async function replayed(world: World, player: Player): Promise<Player> {
  for await (const moment of momentsOf(world.changes)) player.take(moment);
  return player;
}

const told = (player: Player, name: string) => [name, player.standing(name)?.value, player.standing(name)?.held];

for (const systems of [
  [FNO, CE],
  [FNO, CE, POS],
]) {
  test.each<TableMap['delete']>(['update-wins', 'delete-wins', 'manual'])(
    `${systems.length} systems, %s: played again under the same policies, a record comes to what the ledger holds, also what waits`,
    async (policy) => {
      const table = tableOf(PLAN, { systems, delete: policy });
      await fc.assert(
        fc.asyncProperty(histories(systems, values), async (steps) => {
          const world = worldOf(table);
          play(world, steps);
          const whole = await replayed(world, openFieldPlayer(table));
          // A system that joins late may have found a register at rest, which no edit tells.
          const rested = await replayed(world, openFieldPlayer(table, { rested: true }));
          for (const [name, register] of Object.entries(world.record?.registers ?? {})) {
            if (register.count === 0) continue;
            const stored = [name, register.value, register.held !== undefined];
            expect([told(whole, name), told(rested, name)]).toContainEqual(stored);
          }
        }),
        { numRuns: RUNS },
      );
      expect(table.registers.has(LIFE)).toBe(false);
    },
  );
}
