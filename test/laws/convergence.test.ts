import fc from 'fast-check';
import { isEmpty, sameValue, type SystemId, type Value } from '@concord/core';
import { expect, test } from 'vitest';
import { expectAgreement, finish } from '../kit/agreement.ts';
import { histories, play, type Step } from '../kit/histories.ts';
import { MIXED, mixedValues } from '../kit/mixed.ts';
import { CE, FNO, POS, tableOf } from '../kit/tables.ts';
import { calm, edit, worldOf, type World } from '../kit/world.ts';

const fields = mixedValues(fc.constantFrom<Value>('red', 'blue', 'red blue', 'green'), 1000);

for (const systems of [
  [FNO, CE],
  [FNO, CE, POS],
]) {
  const table = tableOf(MIXED, { systems });

  test(`${systems.length} systems come to agree after any history of edits, reads, writes and lost answers`, () => {
    fc.assert(
      fc.property(histories(systems, fields), (steps) => {
        const world = worldOf(table);
        play(world, steps);
        finish(world);
        expectAgreement(world);
      }),
      { numRuns: 400 },
    );
  });

  test(`${systems.length} systems: every value that was told is in the history, or was overwritten by its own author before it was read`, () => {
    fc.assert(
      fc.property(histories(systems, { ...fields, account: fc.constant('a') }, { removals: false }), (steps) => {
        const world = worldOf(table);
        const told: { register: string; value: Value }[] = [];
        for (const step of steps) {
          play(world, [step]);
          if (step.kind === 'pull') told.push(...toldBy(world, step));
        }
        const edits = world.changes.flatMap((change) => change.edits);
        const known = edits.map(({ register, value }) => JSON.stringify([register, value]));
        for (const { register, value } of told) expect(known).toContain(JSON.stringify([register, value]));
      }),
      { numRuns: 200 },
    );
  });

  test(`${systems.length} systems: once calm, nothing more is written`, () => {
    fc.assert(
      fc.property(histories(systems, fields), (steps) => {
        const world = worldOf(table);
        play(world, steps);
        finish(world);
        const { writes } = world;
        const { length } = world.changes;
        calm(world);
        expect([world.writes, world.changes.length]).toEqual([writes, length]);
      }),
      { numRuns: 100 },
    );
  });
}

/** What a row tells that the merged record did not hold before: edits of users, and writes of ours that they kept. */
function toldBy(world: World, step: Extract<Step, { readonly system: SystemId }>): readonly { register: string; value: Value }[] {
  const row = world.rows.get(step.system);
  return [...(row?.values ?? [])].flatMap(([register, value]) =>
    isEmpty(value) || isMerged(world, register, value) ? [] : [{ register, value }],
  );
}

function isMerged(world: World, register: string, value: Value): boolean {
  const resolved = world.changes.flatMap((change) => change.resolutions).filter((resolution) => resolution.register === register);
  return resolved.some((resolution) => resolution.value !== undefined && sameValue(resolution.value, value));
}

test('an edit of each side to different fields in the same second survives in both', () => {
  const table = tableOf(MIXED);
  const world = worldOf(table);
  edit(world, FNO, { account: 'a', name: 'Acme', phone: '1', limit: 'low' });
  calm(world);
  edit(world, CE, { phone: '2' });
  edit(world, FNO, { limit: 'high' });
  calm(world);
  for (const system of [FNO, CE]) {
    const values = world.rows.get(system)?.values;
    expect([values?.get('phone'), values?.get('limit')]).toEqual(['2', 'high']);
  }
});
