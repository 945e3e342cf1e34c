import { afterEach, expect, test } from 'vitest';
import { contested, make } from '../kit/town-burst.ts';
import { counted, openTown, untilEqual, type Town } from '../kit/town.ts';

const CUSTOMERS = 200;
const EDITS = 200;
const SEED = 7;

let town: Town;
afterEach(() => town.close());

test(
  'asked to stop in the middle of the work, the sidecar ends in order with status 0, and the next one finishes the work',
  { timeout: 90_000 },
  async () => {
    town = await openTown(CUSTOMERS);
    const first = await town.startOutside();
    await untilEqual(town, first.url);
    const edits = contested(EDITS, CUSTOMERS, SEED);
    await make(town, edits.slice(0, EDITS / 2));
    const rest = make(town, edits.slice(EDITS / 2));
    expect(await first.end('SIGTERM')).toBe(0);
    expect(first.log()).toContain('stopped; nothing that was acknowledged is lost');
    await rest;
    const second = await town.startOutside();
    await untilEqual(town, second.url);
    expect(await counted(second.url, 'records')).toBe(CUSTOMERS);
  },
);

test(
  'a second sidecar on the same ledger says so, says what to do, and ends with status 1; the first one works on',
  { timeout: 60_000 },
  async () => {
    town = await openTown(CUSTOMERS);
    const first = await town.startOutside();
    await untilEqual(town, first.url);
    const second = await town.tryOutside();
    expect(second).toMatchObject({ status: 1, words: expect.stringContaining('in use by another process') });
    expect(second).toMatchObject({ words: expect.stringContaining('Stop the other sidecar first') });
    await town.anna.edit('C-00001', { name: 'New Ltd' });
    await untilEqual(town, first.url);
  },
);
