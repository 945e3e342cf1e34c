import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '@concord/core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { OF_FIELD, OF_REGISTER, OF_SIDE, OF_SYSTEM, OF_TABLE } from '../../packages/core/src/map/evolution/effects.ts';
import { ask, openTown, untilCaughtUp, untilEqual, type Town } from '../kit/town.ts';
import { until } from '../kit/until.ts';
import { runCommand } from './command.ts';

let town: Town;
beforeAll(async () => {
  town = await openTown(4);
  // The sidecar runs inside this process, and takes addresses and secrets from its environment.
  for (const [name, value] of Object.entries(town.env)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await town.close();
});

const INITIAL = '/v1/maps/customer/initial-write';

/** Without a field of the customer. */
const withoutMemo = (config: Config): Config => ({
  ...config,
  entities: config.entities.map((map) => ({ ...map, registers: map.registers.filter(({ name }) => name !== 'memo') })),
});

test(
  'a changed configuration is told before, waits for a person, and is carried out for the records that exist',
  { timeout: 120_000 },
  async () => {
    const plan = (...args: readonly string[]) => runCommand(['plan', '--config', town.configFile, ...args], town.env);
    const before = await town.startInside(withoutMemo);
    await untilCaughtUp(before.url);
    const held = await plan();
    expect([held.status, held.printed]).toEqual([1, expect.stringContaining('add --url')]);
    const asked = await plan('--url', before.url);
    expect([asked.status, asked.printed]).toEqual([
      2,
      expect.stringMatching(/^customer\n {2}field added: memo\n {4}every row .*customer there/su),
    ]);
    const wrong = join(town.configFile, '../wrong.yaml');
    writeFileSync(wrong, readFileSync(town.configFile, 'utf8').replace('policy: text', 'policy: texd'));
    const faulty = await runCommand(['plan', '--config', wrong, '--url', before.url], town.env);
    expect([faulty.status, faulty.printed]).toEqual([1, expect.stringContaining('entities.customer.fields.memo')]);
    await before.stop();
    const told = await plan('--json', '--entity', 'customer');
    expect([told.status, JSON.parse(told.printed)]).toMatchObject([2, { entity: 'customer', what: 'field', kind: 'added', name: 'memo' }]);
    const after = await town.startInside((config) => ({ ...config, evolve: 'ask' }));
    expect(await ask(after.url, INITIAL)).toMatchObject({ state: 'kept', changes: [{ name: 'memo', reaches: 'rows' }] });
    expect(await ask(after.url, '/v1/maps')).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ entity: 'customer', state: 'kept' })]),
    });
    expect(await ask(after.url, INITIAL, { by: 'Mia', note: 'change 4711' })).toEqual({ begun: true });
    await until(async () => {
      const now = await ask(after.url, INITIAL);
      return JSON.stringify(now).includes('"state":"done"') ? undefined : JSON.stringify(now);
    });
    await untilEqual(town, after.url);
    const acts = (await after.ledger.acts({ limit: 5 })).items;
    expect(acts).toMatchObject([{ operator: 'Mia', act: 'evolve', note: 'customer: change 4711: field added: memo' }]);
    await after.stop();
    const again = await plan();
    expect([again.status, again.printed]).toEqual([0, expect.stringContaining('Nothing would change')]);
  },
);

test('the page on changes has a row for each setting that can change', () => {
  const page = readFileSync(new URL('../../docs/changing-the-configuration.md', import.meta.url), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| '));
  const settings = [OF_SIDE, OF_FIELD, OF_REGISTER, OF_SYSTEM, OF_TABLE].flatMap((effects) => Object.keys(effects));
  expect(settings.filter((name) => !rows.some((row) => row.split('|')[1]?.includes(`\`${name}\``)))).toEqual([]);
});
