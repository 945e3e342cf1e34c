import { expect, test } from 'vitest';
import { contested, make } from '../kit/town-burst.ts';
import { settledConflicts, untold } from '../kit/town-told.ts';
import { counted, openTown, ownWrites, untilCaughtUp, untilEqual } from '../kit/town.ts';

const CUSTOMERS = 10_000;
const EDITS = 2000;
const SEED = 20_261;
const HISTORIES = 200;
const END_MS_MAX = 150_000;

test(
  '10,000 customers, 2,000 contested edits in both systems: both end equal, no record is doubled, no echo is ever written back',
  { timeout: 2 * END_MS_MAX },
  async () => {
    const town = await openTown(CUSTOMERS, { pollMs: 1000, sweepEveryMs: 600_000 });
    try {
      const { url, ledger } = await town.startInside();
      await untilEqual(town, url, END_MS_MAX);
      expect([ownWrites(town.ce), ownWrites(town.fno)], 'matching equal rows writes nothing').toEqual([0, 0]);

      const edits = contested(EDITS, CUSTOMERS, SEED);
      await make(town, edits);
      await untilEqual(town, url, END_MS_MAX);
      expect(await counted(url, 'records')).toBe(CUSTOMERS);
      expect([town.ce.rows('accounts').length, town.fno.rows('CustomersV3').length]).toEqual([CUSTOMERS, CUSTOMERS]);
      const writes = ownWrites(town.ce) + ownWrites(town.fno);
      expect(writes).toBeLessThanOrEqual(EDITS + (await settledConflicts(url)));
      expect(await untold(url, edits, HISTORIES), 'every edit is in a history').toEqual([]);

      const { changes } = await ledger.counts();
      await untilCaughtUp(url);
      expect(ownWrites(town.ce) + ownWrites(town.fno), 'after the end nothing is written').toBe(writes);
      expect((await ledger.counts()).changes, 'after the end nothing is taken for an edit').toBe(changes);
    } finally {
      await town.close();
    }
  },
);
