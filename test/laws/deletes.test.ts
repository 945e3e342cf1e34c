import { LIFE, registerIn, registersIn, verifyRecord, type DeletePolicy, type Value } from '@concord/core';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { expectAgreement, finish } from '../kit/agreement.ts';
import { histories, play } from '../kit/histories.ts';
import { hear, hearings } from '../kit/orders.ts';
import { LONG_MS, runs } from '../kit/runs.ts';
import { CE, FNO, POS, tableOf } from '../kit/tables.ts';
import { calm, edit, worldOf, type World } from '../kit/world.ts';

vi.setConfig({ testTimeout: LONG_MS });

const words = fc.constantFrom<Value>('red', 'blue', 'green', null);
const FIELDS = {
  account: {},
  name: {},
  status: { policy: { name: 'prefer', options: 'fno' } },
  phone: { policy: { name: 'manual', options: undefined } },
};
const VALUES = { account: fc.constant<Value>('a'), name: words, status: words, phone: words };

const rules: readonly DeletePolicy[] = [
  'update-wins',
  'delete-wins',
  'later-wins',
  'unlink',
  'restore',
  'manual',
  { owner: FNO },
  { soft: { field: 'status', value: 'Closed' } },
];

/** What everybody can see: the values, what waits, and where the record is mirrored. */
function seen({ record, table }: World): unknown {
  if (!record) return undefined;
  const registers = Object.entries(registersIn(record)).map(([name, { held, value }]) => [name, held ? 'waits' : value] as const);
  const links = table.systems.map((system) => [system, record.links[system]?.state]);
  return [Object.fromEntries(registers), links];
}

function lifeOf(world: World): Value | undefined {
  return world.record && registerIn(world.record, LIFE)?.value;
}

for (const rule of rules) {
  for (const systems of [
    [FNO, CE],
    [FNO, CE, POS],
  ]) {
    const table = tableOf(FIELDS, { systems, delete: rule });
    const title = `${typeof rule === 'string' ? rule : JSON.stringify(rule)}, ${systems.length} systems`;

    test(`${title}: deletions and edits come to the same in whatever order they are heard of, and so they do once written`, () => {
      fc.assert(
        fc.property(hearings(systems, VALUES, true), ({ start, one, other }) => {
          const [first, second] = [one, other].map((acts) => {
            const world = worldOf(table);
            edit(world, FNO, start);
            finish(world);
            hear(world, acts);
            const heard = seen(world);
            calm(world);
            return [heard, seen(world)];
          });
          expect(first).toEqual(second);
        }),
        { numRuns: runs(60) },
      );
    });

    test(`${title}: rows are there where the record is mirrored, and nowhere else, after any history`, () => {
      fc.assert(
        fc.property(histories(systems, VALUES), (steps) => {
          const world = worldOf(table);
          play(world, steps);
          finish(world);
          expectAgreement(world);
          if (rule === 'restore' && world.changes.every(({ system }) => system !== 'person')) expect(lifeOf(world) ?? 'live').toBe('live');
          if (world.record) expect(verifyRecord(table, world.record, world.changes)).toEqual([]);
        }),
        { numRuns: runs(60) },
      );
    });
  }
}
