import { expect, test } from 'vitest';
import { chanceOf } from '../kit/chance.ts';
import { contested, make, type Burst } from '../kit/town-burst.ts';
import { settledConflicts, untold } from '../kit/town-told.ts';
import { counted, openTown, ownWrites, untilCaughtUp, untilEqual, type Town } from '../kit/town.ts';
import type { Person } from '../kit/town-people.ts';
import { until } from '../kit/until.ts';

const CUSTOMERS = 10_000;
const EDITS = 2000;
const KILLS = 5;
const HISTORIES = 200;
const END_MS_MAX = 300_000;

test.each([20_261, 20_262])(
  'killed without warning at random moments and started again on the same ledger, Concord loses nothing and doubles nothing (seed %i)',
  { timeout: 2 * END_MS_MAX },
  async (seed) => {
    const town = await openTown(CUSTOMERS, { pollMs: 500, sweepEveryMs: 600_000 });
    try {
      const edits = contested(EDITS, CUSTOMERS, seed);
      const url = await makeAndKill(town, edits, momentsOf(seed));
      await untilEqual(town, url, END_MS_MAX);
      expect(await counted(url, 'records')).toBe(CUSTOMERS);
      expect([town.ce.rows('accounts').length, town.fno.rows('CustomersV3').length]).toEqual([CUSTOMERS, CUSTOMERS]);
      expect(await untold(url, edits, HISTORIES), 'every edit is in a history').toEqual([]);
      const writes = ownWrites(town.ce) + ownWrites(town.fno);
      expect(writes).toBeLessThanOrEqual(EDITS + (await settledConflicts(url)));
      await untilCaughtUp(url);
      expect(ownWrites(town.ce) + ownWrites(town.fno), 'after the end nothing is written').toBe(writes);
    } finally {
      await town.close();
    }
  },
);

/** After how many edits it is killed; the first time during its first listing, the last time when people have stopped. */
function momentsOf(seed: number): readonly number[] {
  const chance = chanceOf(seed);
  const between = Array.from({ length: KILLS - 2 }, () => chance.whole(EDITS)).toSorted((a, b) => a - b);
  return [0, ...between, EDITS];
}

async function makeAndKill(town: Town, edits: readonly Burst[], moments: readonly number[]): Promise<string> {
  let sidecar = await town.startOutside();
  let made = 0;
  const making = make({ anna: counting(town.anna), ben: counting(town.ben) }, edits);
  for (const moment of moments) {
    await until(() => (made >= moment ? undefined : `${made} of ${moment} edits`), END_MS_MAX);
    await sidecar.end('SIGKILL');
    sidecar = await town.startOutside();
  }
  await making;
  return sidecar.url;

  function counting(person: Person): Person {
    return {
      ...person,
      edit: async (account, columns) => {
        await person.edit(account, columns);
        made += 1;
      },
    };
  }
}
