import { decodeRecord, encodeRecord, must, registerIn, verifyRecord, type Value } from '@concord/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { histories, play } from '../kit/histories.ts';
import { MIXED, mixedValues } from '../kit/mixed.ts';
import { RULED, RULED_VALUES, RULES } from '../kit/ruled.ts';
import { CE, FNO, POS, tableOf } from '../kit/tables.ts';
import { calm, edit, worldOf } from '../kit/world.ts';

const SYSTEMS = [FNO, CE, POS];

const table = tableOf(MIXED, { systems: SYSTEMS });

const fields = mixedValues(fc.constantFrom<Value>('red', 'blue', 'red blue', 'green', null, 'constructor', 'ü😀'), 2_000_000_000);

const kinds = [
  ['single fields', table, fields],
  ['rules over whole records', tableOf(RULED, { systems: SYSTEMS, ...RULES }), RULED_VALUES],
] as const;

for (const [title, map, values] of kinds) {
  test(`${title}: the stored chunks load with Automerge into the very document that the row speaks of: same values, conflicts, heads`, () => {
    fc.assert(
      fc.property(histories(SYSTEMS, values), (steps) => {
        const world = worldOf(map);
        play(world, steps);
        if (!world.record) return;
        expect(verifyRecord(map, world.record, world.changes)).toEqual([]);
        expect(decodeRecord(encodeRecord(world.record)), 'and it is kept as it is').toEqual(world.record);
      }),
      { numRuns: 300 },
    );
  });
}

test('a row that says something else than its chunks is found out', () => {
  const world = worldOf(table);
  edit(world, FNO, { account: 'a', name: 'red' });
  calm(world);
  edit(world, CE, { name: 'blue' });
  calm(world);
  const record = must(world.record, 'a record was made');
  const name = must(registerIn(record, 'name'), 'it has a name');
  const lying = { ...record, registers: { ...record.registers, name: { ...name, value: 'green' } } };
  expect(verifyRecord(table, lying, world.changes)).toEqual([expect.stringContaining('name'), expect.stringContaining('patches')]);
  expect(verifyRecord(table, record, world.changes.slice(0, -1))).not.toEqual([]);
});
