import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig, tellFault, type Config } from '@concord/core';
import { afterAll, expect, test } from 'vitest';
import { startCommand } from './command.ts';

const MAPS = join(import.meta.dirname, 'dual-write/maps.json');
const ENTITIES = join(import.meta.dirname, 'dual-write/entities.json');
const ENV = { FNO_URL: 'http://f', FNO_COMPANY: 'abct', TENANT: 't', CLIENT: 'c', FNO_SECRET: 's', CE_URL: 'http://c', CE_SECRET: 's' };

const folder = mkdtempSync(join(tmpdir(), 'dual-write-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function importing(...args: readonly string[]): Promise<{ readonly status: number | string; readonly printed: string }> {
  const command = startCommand(['import', 'dual-write', ...args]);
  return { status: await command.ended, printed: command.printed() };
}

function configOf(text: string): Config {
  const parsed = parseConfig(text, { file: 'made.yaml', env: ENV });
  if (parsed.kind === 'faults') throw new Error(parsed.faults.map(tellFault).join('\n'));
  return parsed.config;
}

test('table maps of dual-write become a configuration that can be checked, with what needs a decision marked', async () => {
  const to = join(folder, 'with-names.yaml');
  const told = await importing(MAPS, '--finops', ENTITIES, '--to', to);
  expect(told).toMatchObject({ status: 0 });
  const text = readFileSync(to, 'utf8');
  expect(told.printed).toContain(`${text.split('# DECIDE').length - 1} places are marked DECIDE`);
  const [account, order, ...more] = configOf(text).entities;
  expect(more).toEqual([]);
  expect(account).toMatchObject({
    entity: 'account',
    key: ['accountnumber'],
    sides: { fno: { set: 'CustomersV3' }, ce: { set: 'accounts', constants: { customertypecode: '3' } } },
  });
  const fields = new Map(account?.registers.flatMap(({ fields: all }) => all.map((field) => [field.name, field] as const)));
  expect(fields.get('name')?.sides).toMatchObject({ fno: { column: 'OrganizationName' }, ce: { column: 'name' } });
  expect(fields.get('creditlimit')).toMatchObject({
    type: { kind: 'decimal', scale: 2 },
    sides: { fno: { only: 'read' }, ce: { only: 'write' } },
  });
  expect(fields.get('description')?.sides).toMatchObject({ fno: { column: 'SALESMEMO', only: 'write' }, ce: { only: 'read' } });
  // Two values of one side become one of the other: that cannot be mirrored as it is.
  expect(fields.has('onholdstatus')).toBe(false);
  expect(text).toContain('payment becomes 192350002 like another value');
  expect(text).toContain('CustomersV3 has no column SALESMEMO');
  expect(text).toContain('dual-write left rows of fno out by: PartyType == "Organization"');
  // A map that is told from the other side is turned, and its second leg joins the first.
  expect(order).toMatchObject({ entity: 'salesorder', sides: { ce: { set: 'salesorders' } } });
  expect(text).toMatch(/# DECIDE: refers to transactioncurrencies[^\n]*\n\s+# transactioncurrencyid: /u);
  expect(text).toMatch(
    /# customerid: \{ type: \{ reference: account \}, fno: \{ column: ORDERINGCUSTOMERACCOUNTNUMBER, by: accountnumber \}/u,
  );
});

test('without the names of finops it is still a configuration, and says what is missing', async () => {
  const to = join(folder, 'bare.yaml');
  expect(await importing(MAPS, '--to', to)).toMatchObject({ status: 0 });
  const text = readFileSync(to, 'utf8');
  expect(configOf(text).entities).toHaveLength(2);
  expect(text).toContain('"Customers V3" is the label of the data entity');
});

test.each([
  ['no JSON', '{"value": [', 'cannot be read as table maps of dual-write'],
  ['something else', '{"name": "x"}', 'map 1'],
  ['a map without legs', '{"value":[{"msdyn_mapping":"{}"}]}', 'map 1'],
])('%s is refused with what to bring, and nothing is written', async (title, content, words) => {
  const [from, to] = [join(folder, `${title}.json`), join(folder, `${title}.yaml`)];
  writeFileSync(from, content);
  const told = await importing(from, '--to', to);
  expect(told.status).toBe(1);
  expect(told.printed).toContain(words);
  expect(told.printed).toContain('msdyn_dualwriteentitymaps');
  expect(existsSync(to)).toBe(false);
});

test('a file that is there is left as it is', async () => {
  const to = join(folder, 'mine.yaml');
  writeFileSync(to, 'mine');
  const told = await importing(MAPS, '--to', to);
  expect(told.status).toBe(1);
  expect(readFileSync(to, 'utf8')).toBe('mine');
});
