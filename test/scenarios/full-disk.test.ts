import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readOnlyLedger } from '@concord/adapters';
import { member, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { account } from '../kit/town-tables.ts';
import { customerIn } from '../kit/town-rows.ts';
import { AS_ADMIN } from '../kit/key.ts';
import { ask, counted, openTown, untilEqual, type Town } from '../kit/town.ts';
import { until } from '../kit/until.ts';

const CUSTOMERS = 5;
const [ONE, TWO] = [account(1), account(2)];
const BLOCK = Buffer.alloc(65_536);

/** A disk of four MiB, where the machine lets us have one. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'concord-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
}

const disk = smallDisk();
const before = process.env['TMPDIR'];
const elsewhere = tmpdir();
let town: Town;
beforeAll(() => {
  if (disk !== undefined) process.env['TMPDIR'] = disk;
});
afterEach(() => town.close());
afterAll(() => {
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
  if (disk !== undefined) execFileSync('umount', ['-l', disk]);
  if (disk !== undefined) rmSync(disk, { recursive: true });
});

function fill(file: string): void {
  for (;;) {
    try {
      appendFileSync(file, BLOCK);
    } catch {
      return;
    }
  }
}

/** What health tells, and the gauge that an alert goes by. */
async function textIn(url: string): Promise<readonly unknown[]> {
  const metrics = await (await fetch(`${url}/metrics`, { headers: AS_ADMIN })).text();
  return [textOf(await ask(url, '/healthz'), 'status'), Number(/^concord_ledger_writable (\d)/mu.exec(metrics)?.[1])];
}

test.skipIf(disk === undefined)(
  'while the disk is full everything waits and says so; when there is room again it goes on by itself, and nothing was lost',
  async () => {
    town = await openTown(CUSTOMERS);
    const backups = mkdtempSync(join(elsewhere, 'concord-backups-'));
    const { url, stop } = await town.startInside((config) => ({ ...config, ledger: { ...config.ledger, backups } }));
    await untilEqual(town, url);
    const filler = join(disk ?? '', 'filler');
    fill(filler);
    expect(await textIn(url), 'before anything has to be written').toEqual(['failing', 0]);
    await town.anna.edit(ONE, { name: 'New Ltd' });
    await town.ben.edit(TWO, { PrimaryContactPhone: '+1 555 0123' });
    await until(async () => (textOf(await ask(url, '/healthz'), 'status') === 'failing' ? undefined : 'it does not say so'));
    expect(member(await ask(url, '/healthz'), 'ledger')).toMatchObject({
      trouble: { code: 'LEDGER_FULL', remedy: expect.stringContaining('Free some disk space') },
    });
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    const refused = await fetch(`${url}/v1/rows/retry`, {
      method: 'POST',
      headers: { ...AS_ADMIN, 'content-type': 'application/json' },
      body: '{"by":"x"}',
    });
    expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining('LEDGER_WAITS')]);
    expect((await ask(url, '/v1/records?entity=customer')) !== null, 'reading goes on').toBe(true);
    const copied = textOf(await ask(url, '/v1/backups', {}), 'file') ?? '';
    expect((await readOnlyLedger({ file: copied }).counts()).records, 'a backup goes to its own disk').toBe(await counted(url, 'records'));
    rmSync(backups, { recursive: true });
    const looks = Array.from({ length: 20 }, () => textIn(url));
    for (const look of looks) expect(await look).toEqual(['failing', 0]);
    rmSync(filler);
    await untilEqual(town, url);
    expect([customerIn(town, ONE).fno?.['name'], customerIn(town, TWO).ce?.['phone']]).toEqual(['New Ltd', '+1 555 0123']);
    expect(textOf(await ask(url, '/healthz'), 'status')).toBe('ok');
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    await stop();
    const again = await town.startInside();
    await untilEqual(town, again.url);
  },
);
