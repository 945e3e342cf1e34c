import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { STOPPED_IN_ORDER } from '@concord/core';
import Sqlite from '../../packages/adapters/src/shared/sqlite.ts';
import { afterEach, expect, test } from 'vitest';
import { member, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { account } from '../kit/town-tables.ts';
import { customerIn } from '../kit/town-rows.ts';
import { ask, askList, openTown, recordOf, untilCaughtUp, untilEqual, type Town } from '../kit/town.ts';
import { sideBySide } from '../kit/until.ts';
import { runCommand } from '../server/command.ts';

const CUSTOMERS = 30;
const ALL = Array.from({ length: CUSTOMERS }, (_, index) => account(index));
const [ONE = '', TWO = ''] = ALL;
const MINUTES = 180_000;

let town: Town;
afterEach(() => town.close());

const concord = (...args: readonly string[]) => runCommand(args, { ...town.env });
const backups = () => join(dirname(town.ledgerFile), 'backups');

test(
  'a backup that is made while people edit verifies; restored, nothing is written before all was read, and both systems end equal',
  { timeout: MINUTES },
  async () => {
    town = await openTown(CUSTOMERS);
    const { url, stop } = await town.startInside();
    await untilEqual(town, url);
    const editing = sideBySide(ALL, 8, (one) => town.anna.edit(one, { name: `${one} first` }));
    const file = textOf(await ask(url, '/v1/backups', {}), 'file') ?? '';
    await editing;
    await untilEqual(town, url);
    const later = textOf(await ask(url, '/v1/backups', {}), 'file') ?? '';
    expect(readdirSync(backups()), 'nothing but the two').toHaveLength(2);
    // What happens now is in no backup.
    await sideBySide(ALL, 8, (one) => town.anna.edit(one, { name: `${one} second` }));
    await untilEqual(town, url);
    const held = await concord('restore', file, '--config', town.configFile, '--by', 'Ann');
    expect(held).toMatchObject({ status: 1, printed: expect.stringContaining('Stop the sidecar that holds it first') });
    await stop();
    await town.ben.edit(TWO, { PrimaryContactPhone: '+1 555 0123' });
    for (const backup of [file, later]) {
      const { status, printed } = await concord('verify', '--config', town.configFile, '--ledger', backup);
      expect({ status, printed }).toEqual({ status: 0, printed: expect.stringContaining(`${CUSTOMERS} records verified, 0 wrong`) });
    }
    const restored = await concord('restore', file, '--config', town.configFile, '--by', 'Ann');
    expect(restored).toMatchObject({
      status: 0,
      printed: expect.stringMatching(/is restored\. The ledger that was there is kept as .*before-/),
    });
    const again = await town.startInside();
    await untilEqual(town, again.url);
    expect(customerIn(town, ONE).fno?.['name'], 'the later edit won, though the ledger never saw it').toBe(`${ONE} second`);
    expect(customerIn(town, TWO).ce?.['phone']).toBe('+1 555 0123');
    expect(member(member(await recordOf(again.url, ONE), 'values'), 'name')).toBe(`${ONE} second`);
    expect(await askList(again.url, '/v1/conflicts?state=held')).toEqual([]);
    await untilCaughtUp(again.url);
    await again.stop();
    const { printed } = await concord('verify', '--config', town.configFile);
    expect(printed).toContain(`${CUSTOMERS} records verified, 0 wrong`);
  },
);

test(
  'what was known not to have been sent when a backup was made is not known of it once it is restored',
  { timeout: MINUTES },
  async () => {
    town = await openTown(CUSTOMERS);
    const { url, stop } = await town.startInside();
    await untilEqual(town, url);
    await stop();
    expect(await concord('backup', '--config', town.configFile)).toMatchObject({ status: 0 });
    const notes = (file: string) => {
      const db = new Sqlite(file, { readonly: true });
      const found = db.prepare<[string], { told: string }>('SELECT told FROM notes WHERE name = ?').all(STOPPED_IN_ORDER);
      db.close();
      return found.length;
    };
    const file = join(backups(), readdirSync(backups())[0] ?? '');
    expect(notes(file)).toBe(1);
    expect(await concord('restore', file, '--config', town.configFile, '--by', 'Ann')).toMatchObject({ status: 0 });
    expect(notes(town.ledgerFile)).toBe(0);
  },
);

test('a backup of which one byte of a history is wrong is refused, and the ledger stays', { timeout: MINUTES }, async () => {
  town = await openTown(CUSTOMERS);
  const { url, stop } = await town.startInside();
  await untilEqual(town, url);
  await stop();
  const made = await concord('backup', '--config', town.configFile);
  expect(made).toMatchObject({ status: 0, printed: expect.stringContaining('bytes') });
  const file = join(backups(), readdirSync(backups())[0] ?? '');
  const db = new Sqlite(file);
  const row = db.prepare<[], { place: number; chunks: Buffer }>('SELECT place, chunks FROM changes LIMIT 1').get();
  const chunks = Buffer.from(row?.chunks ?? []);
  chunks.writeUInt8(chunks.readUInt8(chunks.length - 1) ^ 1, chunks.length - 1);
  db.prepare('UPDATE changes SET chunks = ? WHERE place = ?').run(chunks, row?.place);
  db.close();
  const before = readFileSync(town.ledgerFile);
  const { status, printed } = await concord('restore', file, '--config', town.configFile, '--by', 'Ann');
  expect(status).toBe(1);
  expect(printed).toMatch(/does not verify: 1 of what it holds are wrong\.\nTake an earlier backup/);
  expect(readFileSync(town.ledgerFile).equals(before)).toBe(true);
  expect(readdirSync(dirname(town.ledgerFile)).filter((name) => name.includes('restoring') || name.includes('before'))).toEqual([]);
});

test('a ledger that is broken beyond opening can be restored; what is no ledger cannot', { timeout: MINUTES }, async () => {
  town = await openTown(2);
  const { url, stop } = await town.startInside();
  await untilEqual(town, url);
  const file = textOf(await ask(url, '/v1/backups', {}), 'file') ?? '';
  await stop();
  writeFileSync(town.ledgerFile, 'this was a ledger once'.repeat(500));
  expect(await concord('restore', town.configFile, '--config', town.configFile, '--by', 'Ann')).toMatchObject({
    status: 1,
    printed: expect.stringContaining('is not a Concord ledger'),
  });
  expect(await concord('restore', file, '--config', town.configFile, '--by', 'Ann')).toMatchObject({ status: 0 });
  await untilEqual(town, (await town.startInside()).url);
});
