import { isEmpty, LIFE, registersIn, valueIn } from '@concord/core';
import { expect } from 'vitest';
import { calm, ruleHeld, type World } from './world.ts';

/** Rules everything that waits, until nothing does. */
export function finish(world: World): void {
  for (let round = 0; round < 20; round += 1) {
    calm(world);
    ruleHeld(world, ([first]) => first ?? null);
  }
  calm(world);
}

/** Every row of every system holds what is merged. */
export function expectAgreement(world: World): void {
  const { record } = world;
  if (!record) return;
  const alive = valueIn(record, LIFE) === 'live';
  for (const [system, row] of world.rows) {
    expect(row !== undefined).toBe(alive && record.links[system]?.state !== 'unlinked');
    for (const [name, register] of Object.entries(registersIn(record))) {
      if (row && name !== LIFE && !(isEmpty(register.value) && isEmpty(row.values.get(name))))
        expect([name, row.values.get(name) ?? null]).toEqual([name, register.value]);
    }
  }
}
