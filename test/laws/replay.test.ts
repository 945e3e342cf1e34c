import fc from 'fast-check';
import {
  momentsOf,
  openFieldPlayer,
  openRowPlayer,
  presetOf,
  prove,
  LIFE,
  registersIn,
  replay,
  type Player,
  type Table,
  type TableMap,
  type Value,
} from '@concord/core';
import { expect, test } from 'vitest';
import { histories, play, type Step } from '../kit/histories.ts';
import { MIXED, mixedValues } from '../kit/mixed.ts';
import { RULED, RULED_VALUES, RULES } from '../kit/ruled.ts';
import { CE, FNO, POS, tableOf } from '../kit/tables.ts';
import { shelfOf } from '../kit/shelf.ts';
import { calm, worldOf, type World } from '../kit/world.ts';

const RUNS = 100 * Number(process.env['CONCORD_RUNS'] ?? 1);
const fields = mixedValues(fc.constantFrom<Value>('red', 'blue', 'red blue', 'green'), 1000);
/** Beside the usual ones, those that weigh the base, the past, or an order. */
const PLAN = {
  ...MIXED,
  tags: { type: { kind: 'choices' }, policy: { name: 'set', options: undefined } },
  once: { policy: { name: 'immutable', options: undefined } },
  most: { type: { kind: 'integer' }, policy: { name: 'max', options: undefined } },
  oldest: { policy: { name: 'first', options: undefined } },
  left: { type: { kind: 'integer' }, policy: { name: 'bounded', options: { floor: 0, ceiling: 9, onBreach: 'clamp' } } },
  kept: { type: { kind: 'integer' }, policy: { name: 'bounded', options: { floor: 0, ceiling: 9 } } },
  jump: { type: { kind: 'integer' }, policy: { name: 'threshold', options: { amount: 5, then: 'counter' } } },
  judged: { policy: { name: 'manual', options: { provisional: 'latest' } } },
  // Conditions read fields that are decided in the same moment, and one that reads itself.
  price: { policy: { name: 'freeze', options: { when: 'name == "red"', then: 'manual' } } },
  either: {
    policy: {
      name: 'when',
      options: [
        { if: 'price == "blue"', then: 'manual' },
        { if: 'memo == null', then: { prefer: 'ce' } },
      ],
    },
  },
} as const;
const values = {
  ...fields,
  tags: fc.constantFrom<Value>('["a"]', '["a","b"]', '["b","c"]', null),
  once: fc.constantFrom<Value>('x', 'y', null),
  most: fc.integer({ min: 0, max: 9 }),
  oldest: fc.constantFrom<Value>('x', 'y', null),
  left: fc.integer({ min: -3, max: 12 }),
  kept: fc.integer({ min: -3, max: 12 }),
  jump: fc.integer({ min: -9, max: 9 }),
  judged: fc.constantFrom<Value>('red', 'blue', null),
  price: fc.constantFrom<Value>('red', 'blue', null),
  either: fc.constantFrom<Value>('red', 'blue', null),
};

/** Between two steps everybody may be told everything. */
const pauses = fc.infiniteStream(fc.integer({ min: 0, max: 3 }));

async function replayed(world: World, player: Player): Promise<Player> {
  for await (const moment of momentsOf(world.changes)) player.take(moment);
  return player;
}

const told = (player: Player, name: string) => [name, player.standing(name)?.value, player.standing(name)?.held];

/** Played again under the same policies, a record comes to what the ledger holds, also what waits. */
async function expectReplayed(world: World, table: Table): Promise<void> {
  const player = await replayed(world, openFieldPlayer(table));
  for (const [name, register] of Object.entries(world.record ? registersIn(world.record) : {})) {
    if (register.count > 0) expect(told(player, name)).toEqual([name, register.value, register.held !== undefined]);
  }
}

function playWithPauses(world: World, steps: readonly Step[], chance: Iterator<number>): void {
  for (const step of steps) {
    play(world, [step]);
    if (chance.next().value === 0) calm(world);
  }
}

for (const systems of [
  [FNO, CE],
  [FNO, CE, POS],
]) {
  test.each<TableMap['delete']>(['update-wins', 'delete-wins', 'later-wins', 'unlink', 'restore', 'manual', { owner: CE }])(
    `${systems.length} systems, %s: played again under the same policies, a record comes to what the ledger holds, also what waits`,
    async (policy) => {
      const table = tableOf(PLAN, { systems, delete: policy });
      await fc.assert(
        fc.asyncProperty(histories(systems, values), async (steps) => {
          const world = worldOf(table);
          play(world, steps);
          await expectReplayed(world, table);
        }),
        { numRuns: RUNS },
      );
    },
  );
}

test.each([
  ['2 systems', [FNO, CE]],
  ['3 systems', [FNO, CE, POS]],
] as const)(
  '%s: what is computed, and what an invariant turns back or holds, is played again to what the ledger holds',
  async (_title, systems) => {
    const table = tableOf(RULED, { systems, ...RULES });
    await fc.assert(
      fc.asyncProperty(histories(systems, RULED_VALUES), pauses, async (steps, chance) => {
        const world = worldOf(table);
        playWithPauses(world, steps, chance);
        await expectReplayed(world, table);
      }),
      { numRuns: RUNS },
    );
  },
);

test('where each system was left alone with its deletion, and one of them had the row without ever editing it, the last one ends the record', async () => {
  const world = worldOf(tableOf({ name: {} }, { systems: [FNO, CE, POS], delete: 'unlink' }));
  play(world, [
    { kind: 'edit', system: FNO, changes: {} },
    { kind: 'pull', system: FNO },
    { kind: 'remove', system: FNO },
    { kind: 'edit', system: POS, changes: {} },
    { kind: 'pull', system: POS },
    { kind: 'remove', system: POS },
    { kind: 'calm' },
  ]);
  await expectReplayed(world, world.table);
  expect(world.record && registersIn(world.record)[LIFE]?.value).toBe('deleted');
});

test('a system that was left alone with its deletion stands beside what was agreed when it comes back, however that came about', async () => {
  const world = worldOf(tableOf({ most: PLAN.most }, { systems: [FNO, CE], delete: 'unlink' }));
  play(world, [
    { kind: 'edit', system: CE, changes: { most: 1 } },
    { kind: 'edit', system: FNO, changes: { most: 2 } },
    { kind: 'calm' },
    { kind: 'remove', system: FNO },
    { kind: 'pull', system: FNO },
    { kind: 'edit', system: FNO, changes: { most: 0 } },
    { kind: 'pull', system: FNO },
  ]);
  await expectReplayed(world, world.table);
  const losers = world.changes.at(-1)?.resolutions.flatMap((one) => one.losers) ?? [];
  expect(losers.map(({ system, value }) => [system, value])).toEqual([[FNO, 0]]);
});

test('what is on its way to a system can still become what it stands on: a value that cannot change goes back to what its author had seen', async () => {
  const world = worldOf(tableOf({ account: {}, once: { policy: { name: 'immutable', options: undefined } } }, { systems: [FNO, CE, POS] }));
  const pull = (system: 'ce' | 'fno') => ({ kind: 'pull', system: system === 'ce' ? CE : FNO }) as const;
  play(world, [
    { kind: 'edit', system: POS, changes: { once: 'y' } },
    { kind: 'edit', system: CE, changes: { once: 'x' } },
    pull('ce'),
    { kind: 'lose', system: FNO },
    { kind: 'deliver', system: POS },
    { kind: 'deliver', system: CE },
    { kind: 'deliver', system: FNO },
    { kind: 'edit', system: CE, changes: { once: null } },
    pull('ce'),
  ]);
  const once = world.record && registersIn(world.record)['once'];
  expect(once?.value).toBe('y');
  await expectReplayed(world, world.table);
});

/** Little but conditions, and often everything comes to rest between two edits: what all have seen is not looked at again. */
const LOOKING = {
  account: {},
  status: {},
  price: { policy: { name: 'freeze', options: { when: 'status == "red"' } } },
  next: { policy: { name: 'when', options: [{ if: 'price == "blue"', then: 'immutable' }] } },
} as const;
const word = fc.constantFrom<Value>('red', 'blue', null);
const looking = { account: fc.constant<Value>('a'), status: word, price: word, next: word };

test.each([[[FNO, CE]], [[FNO, CE, POS]]])(
  '%s: a rule that looks at other fields is played again where it looked again, and left alone where all had seen its edits',
  async (systems) => {
    const table = tableOf(LOOKING, { systems });
    await fc.assert(
      fc.asyncProperty(histories(systems, looking, { removals: false }), pauses, async (steps, chance) => {
        const world = worldOf(table);
        playWithPauses(world, steps, chance);
        await expectReplayed(world, table);
      }),
      { numRuns: RUNS },
    );
  },
);

const TABLE = tableOf(PLAN, { delete: 'manual' });
const LATEST = tableOf(Object.fromEntries(Object.keys(MIXED).map((name) => [name, {}])));
const tables = (table: Table) => new Map([[String(table.map.entity), table]]);
const worlds = fc.array(histories([FNO, CE], values), { minLength: 1, maxLength: 4 }).map((list) =>
  list.map((steps) => {
    const world = worldOf(TABLE);
    play(world, steps);
    return world;
  }),
);

test('a replay under the configured policies differs in nothing', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async (played) => {
      const report = await replay(shelfOf(played), tables(TABLE), { kind: 'policies', tables: tables(TABLE) });
      expect(report.registers).toEqual([]);
      expect([report.losses.onlyBefore, report.losses.onlyAfter]).toEqual([[], []]);
    }),
    { numRuns: RUNS },
  );
});

test('a replay does not depend on the size of the pages that it reads', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, fc.integer({ min: 1, max: 4 }), async (played, pageRows) => {
      const under = (rows: number) =>
        replay(shelfOf(played), tables(TABLE), { kind: 'policies', tables: tables(LATEST) }, { pageRows: rows });
      expect(await under(pageRows)).toEqual(await under(500));
    }),
    { numRuns: RUNS },
  );
});

test('every record is proven by its own edits', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async (played) => {
      const shelf = shelfOf(played);
      for (const record of (await shelf.records({ limit: 10 })).items) expect((await prove(shelf, TABLE, record)).differences).toEqual([]);
    }),
    { numRuns: RUNS },
  );
});

test('where nobody edits before all have seen everything, products of whole rows lose nothing, and come to the same', async () => {
  const latest = tableOf({ account: {}, name: {}, phone: {}, street: { group: 'address' }, zip: { group: 'address' } });
  const words = fc.constantFrom<Value>('red', 'blue', 'green');
  const fieldsOfAll = {
    account: fc.constant<Value>('a'),
    name: words,
    phone: words,
    address: fc.constantFrom<Value>(['x', '1'], ['y', '2']),
  };
  const apart = histories([FNO, CE], fieldsOfAll, { removals: false }).map((steps) => steps.filter(({ kind }) => kind === 'edit'));
  await fc.assert(
    fc.asyncProperty(apart, fc.constantFrom('dual-write', 'newer-wins'), async (steps, named) => {
      const world = worldOf(latest);
      for (const step of steps) {
        play(world, [step]);
        calm(world);
      }
      const preset = presetOf(named, [FNO, CE]);
      if (!preset) throw new Error('a preset');
      const player = await replayed(world, openRowPlayer(latest, preset));
      expect(player.losses()).toEqual([]);
      for (const [register, { value, count }] of Object.entries(world.record ? registersIn(world.record) : {}))
        if (count > 0) expect([register, player.standing(register)?.value]).toEqual([register, value]);
    }),
    { numRuns: RUNS },
  );
});
