import { afterEach, expect, test } from 'vitest';
import { openTown, untilEqual, type Town } from '../kit/town.ts';
import { runCommand } from './command.ts';

let town: Town;
afterEach(() => town.close());

test(
  'of a sidecar that runs, of its ledger, and of one that nobody holds: words, remedies, and the status',
  { timeout: 120_000 },
  async () => {
    town = await openTown(2);
    const { url, stop } = await town.startInside();
    await untilEqual(town, url);
    const running = await runCommand(['doctor', '--url', url], town.env);
    expect(running).toMatchObject({
      status: 0,
      printed: expect.stringMatching(/ok +the ledger can be written[\s\S]*Nothing must be done/),
    });
    const held = await runCommand(['doctor', '--config', town.configFile], { ...town.env });
    expect(held).toMatchObject({ status: 0, printed: expect.stringMatching(/warning the file is in use[\s\S]*--url/) });
    await stop();
    const free = await runCommand(['doctor', '--config', town.configFile], { ...town.env });
    expect(free).toMatchObject({ status: 0, printed: expect.stringMatching(/2 records can be read/) });
    expect(await runCommand(['doctor'])).toMatchObject({ status: 1, printed: expect.stringContaining('give --config') });
  },
);
