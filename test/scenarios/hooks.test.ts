import { expect, test } from 'vitest';
import type { HookFaults } from '@concord/adapters';
import { customerIn } from '../kit/town-rows.ts';
import { account } from '../kit/town-tables.ts';
import { openTown, ownWrites, untilEqual } from '../kit/town.ts';
import { sideBySide } from '../kit/until.ts';

const CUSTOMERS = 30;
const ROUNDS = 4;
const ALL = Array.from({ length: CUSTOMERS }, (_, index) => account(index));

const weathers: readonly { readonly hooks: string; readonly faults: HookFaults }[] = [
  { hooks: 'all in order', faults: {} },
  { hooks: 'sent twice', faults: { duplicate: 1 } },
  { hooks: 'in any order', faults: { reorder: 0.5, delayMs: 5 } },
  { hooks: 'half of them lost', faults: { drop: 0.5 } },
  { hooks: 'all of them lost', faults: { drop: 1 } },
  { hooks: 'stripped of what they told', faults: { oversize: 1 } },
  { hooks: 'doubled, disordered and lost', faults: { duplicate: 0.5, reorder: 0.5, drop: 0.3, oversize: 0.3 } },
];

test.each(weathers)('hooks are only hints: with $hooks the end is the same', async ({ faults }) => {
  const town = await openTown(CUSTOMERS);
  try {
    const { url } = await town.startInside();
    await untilEqual(town, url);
    for (const system of [town.ce, town.fno]) system.hooks.faults(faults);
    for (let round = 1; round <= ROUNDS; round += 1) {
      await sideBySide(ALL, 8, (one) =>
        Promise.all([
          town.anna.edit(one, { name: `${one} name ${round}` }),
          town.ben.edit(one, { PrimaryContactPhone: `${one} ${round}` }),
        ]),
      );
    }
    await untilEqual(town, url);
    const end = { name: `name ${ROUNDS}`, phone: `${ROUNDS}` };
    expect(ALL.map((one) => customerIn(town, one).fno?.['name'])).toEqual(ALL.map((one) => `${one} ${end.name}`));
    expect(ALL.map((one) => customerIn(town, one).ce?.['phone'])).toEqual(ALL.map((one) => `${one} ${end.phone}`));
    expect(ownWrites(town.fno), 'at most one write for each edit').toBeLessThanOrEqual(CUSTOMERS * ROUNDS);
    expect(ownWrites(town.ce), 'at most one write for each edit').toBeLessThanOrEqual(CUSTOMERS * ROUNDS);
  } finally {
    await town.close();
  }
});
