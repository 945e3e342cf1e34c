import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCommand } from '../server/command.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/abctextiles/concord.yaml');
const folder = mkdtempSync(join(tmpdir(), 'audit-'));
const config = join(folder, 'concord.yaml');
const systems = ['dataverse', 'finops'].map((name) => startCommand(['emulate', name, '--seed', 'abctextiles']));
const env: Record<string, string> = { CE_SECRET: 'concord-secret', FNO_SECRET: 'concord-secret', NO_COLOR: '1' };

beforeAll(async () => {
  const [ce, fno] = await Promise.all(systems.map((system) => system.prints(/emulated at (\S+)/u)));
  env['CE_URL'] = ce ?? '';
  env['FNO_URL'] = fno ?? '';
  writeFileSync(config, readFileSync(EXAMPLE, 'utf8').replace(/^# yaml-language-server.*$/mu, ''));
});
afterAll(async () => {
  for (const system of systems) system.stop('SIGINT');
  await Promise.all(systems.map((system) => system.ended));
  rmSync(folder, { recursive: true });
});

async function audited(...more: readonly string[]): Promise<{ readonly status: number | string; readonly printed: string }> {
  const command = startCommand(['audit', '--config', config, ...more], env);
  return { status: await command.ended, printed: command.printed() };
}

async function change(schema: object): Promise<void> {
  const answer = await fetch(`${env['CE_URL']}/admin/schema`, {
    method: 'POST',
    body: JSON.stringify(schema),
    headers: { 'content-type': 'application/json' },
  });
  expect(answer.status).toBeLessThan(300);
}

test('the maps of the example fit their systems; a column that is renamed or comes to be required is found, with what to do', async () => {
  const first = await audited();
  expect(first.printed).toContain('audit: 0 errors');
  expect(first.printed).toContain('The metadata as it is now is the baseline');
  expect(first.status).toBe(0);
  await change({ kind: 'rename', set: 'accounts', column: 'abc_alias', to: 'abc_alias2' });
  await change({ kind: 'add', set: 'accounts', column: { name: 'abc_vat', type: 'text', required: true } });
  const second = await audited('--entity', 'customer', '--json', '--accept');
  const told = second.printed
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(told).toContainEqual(expect.objectContaining({ code: 'A02', field: 'alias', fix: 'Was it renamed? There is "abc_alias2".' }));
  expect(told).toContainEqual(expect.objectContaining({ code: 'A07', column: 'abc_vat' }));
  expect(told).toContainEqual(expect.objectContaining({ code: 'A12', column: 'abc_vat', words: 'it is required now' }));
  expect(second.status).toBe(1);
  expect((await audited('--entity', 'customer')).printed).not.toContain('A12');
}, 120_000);

test('a privilege that our user lacks, or has for some rows only, is found where the map needs it, with its name', async () => {
  const settings = async (privileges: object): Promise<void> => {
    const body = JSON.stringify({ privileges: { concord: privileges } });
    const answer = await fetch(`${env['CE_URL']}/admin/settings`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBeLessThan(300);
  };
  await settings({ prvCreateaccount: 'None', prvWriteaccount: 'Local' });
  const told = await audited('--entity', 'customer', '--accept');
  expect(told.printed).toMatch(
    /error A14 customer \(ce\): our user may not create rows: it lacks prvCreateaccount\. Give it prvCreateaccount/u,
  );
  expect(told.printed).toMatch(/warning A14 customer \(ce\): our user may update rows of some owners only \(prvWriteaccount, Local\)/u);
  expect(told.printed).toMatch(/note A14 customer \(fno\): it does not tell what our user may do/u);
  expect(told.status).toBe(1);
  await settings({});
  expect((await audited('--entity', 'customer')).printed).not.toMatch(/A14 customer \(ce\)/u);
}, 120_000);

test('an entity that there is not, and a baseline that is none, are refused', async () => {
  expect((await audited('--entity', 'custmer')).printed).toContain('custmer');
  const broken = join(folder, 'broken.json');
  writeFileSync(broken, '{"ce/customer":1}');
  const told = await audited('--baseline', broken);
  expect(told.printed).toContain('The baseline');
  expect(told.status).toBe(1);
}, 120_000);
