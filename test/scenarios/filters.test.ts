import { memory, memoryLedger } from '@concord/adapters';
import { compileTable, entityName, keyOf, openEngine, parseConfig, policies, type Engine, type JsonObject } from '@concord/core';
import { clock, ids } from '@concord/server';
import { afterEach, expect, test } from 'vitest';
import { CE, FNO } from '../kit/tables.ts';
import { until } from '../kit/until.ts';

const CUSTOMER = entityName('customer');

const YAML = `
systems: { fno: { adapter: memory }, ce: { adapter: memory } }
entities:
  customer:
    fno: { set: customers, id: [No] }
    ce: { set: accounts, id: [no], filter: 'credit < 1000000' }
    key: [number]
    filter: 'status != "Draft"'
    fields:
      number: { fno: No, ce: no }
      status: { fno: Status, ce: status }
      credit: { fno: Credit, ce: credit, type: decimal(2) }
      phone:
        fno: { column: Phone, from: '$replace($, /[^0-9+]/, "")', to: '$replace($, /^(...)/, "$1 ")', lossy: true }
        ce: phone
`;

const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop();
});

async function start() {
  const parsed = parseConfig(YAML, { file: 'concord.yaml', env: {} });
  if (parsed.kind === 'faults') throw new Error(JSON.stringify(parsed.faults));
  const tables = parsed.config.entities.map((map) => compileTable(map, policies));
  const [fno, ce] = [FNO, CE].map((id) => memory({ id, bindings: tables.flatMap(({ map }) => map.sides[id] ?? []) }));
  if (!fno || !ce) throw new Error('two systems were made');
  const ledger = memoryLedger();
  const limits = { pollMs: 10, gatherMs: 1 };
  const engine = openEngine({ tables, systems: [fno, ce], ledger, clock, ids, log: { event: () => undefined }, limits });
  engines.push(engine);
  await engine.start();
  const filtered = () => engine.status().maps.map(({ system, filteredRows }) => `${system} ${filteredRows}`);
  const put = (system: typeof fno, key: string, columns: JsonObject) => system.put(CUSTOMER, keyOf(key), columns);
  return { engine, fno, ce, ledger, filtered, put };
}

const seen = (words: () => string | undefined) => until(words);

test('a row that its filter keeps out is mirrored nowhere and counted; when it passes it comes in, and then it stays', async () => {
  const { engine, fno, ce, ledger, filtered, put } = await start();
  put(fno, 'A', { No: 'A', Status: 'Draft', Credit: '5.00' });
  put(fno, 'B', { No: 'B', Status: 'Open', Credit: '5.00' });
  await seen(() => (filtered().includes('fno 1') && ce.rows(CUSTOMER).length === 1 && engine.isQuiet() ? undefined : filtered().join()));
  expect((await ledger.counts()).records).toBe(1);

  put(fno, 'A', { Status: 'Open' });
  await seen(() => (ce.rows(CUSTOMER).length === 2 && filtered().includes('fno 0') ? undefined : filtered().join()));

  put(fno, 'A', { Status: 'Draft' });
  await seen(() =>
    ce.rows(CUSTOMER).some(({ columns }) => columns['no'] === 'A' && columns['status'] === 'Draft') ? undefined : 'not told yet',
  );
  expect(ce.rows(CUSTOMER).length, 'what left the filter is not deleted').toBe(2);
  expect((await ledger.counts()).records).toBe(2);
});

test('a row whose key is that of a record belongs to it, whatever the filter says', async () => {
  const { fno, ce, ledger, filtered, put } = await start();
  put(ce, 'B', { no: 'B', status: 'Draft', credit: '7.00' });
  put(fno, 'B', { No: 'B', Status: 'Open', Credit: '7.00' });
  const statuses = () => [fno.rows(CUSTOMER)[0]?.columns['Status'], ce.rows(CUSTOMER)[0]?.columns['status']];
  await seen(() =>
    statuses()[0] === statuses()[1] && filtered().includes('ce 0') ? undefined : `${statuses().join()} ${filtered().join()}`,
  );
  expect([fno.rows(CUSTOMER).length, ce.rows(CUSTOMER).length, (await ledger.counts()).records]).toEqual([1, 1, 1]);
});

test('each system has its own filter besides, and no answer is no yes', async () => {
  const { fno, ce, ledger, filtered, put } = await start();
  put(ce, 'C', { no: 'C', status: 'Open', credit: '2000000.00' });
  put(ce, 'D', { no: 'D', status: 'Open' });
  put(ce, 'E', { no: 'E', status: null, credit: '1.00' });
  put(fno, 'F', { No: 'F', Status: 'Open', Credit: '2000000.00' });
  await seen(() =>
    filtered().includes('ce 2') && fno.rows(CUSTOMER).length === 2 && ce.rows(CUSTOMER).length === 4 ? undefined : filtered().join(),
  );
  expect((await ledger.counts()).records).toBe(2);
});

test('what the filter cannot judge stays outside, and somebody is told once', async () => {
  const { ledger, filtered, put, fno } = await start();
  put(fno, 'G', { No: 'G', Status: 7, Credit: '1.00' });
  await seen(() => (filtered().includes('fno 1') ? undefined : filtered().join()));
  put(fno, 'G', { Credit: '2.00' });
  put(fno, 'H', { No: 'H', Status: 'Open', Credit: '2.00' });
  await until(async () => ((await ledger.counts()).records === 1 ? undefined : 'the next row is not read yet'));
  const failures = await ledger.failures({ limit: 10 });
  expect(failures.items.map(({ code, words }) => [code, words.includes('Status holds 7')])).toEqual([['FILTER', true]]);
});

test('a value is transformed on its way in and on its way out, and our own write is no edit when it comes back', async () => {
  const { engine, fno, ce, put } = await start();
  put(fno, 'P', { No: 'P', Status: 'Open', Phone: '+49 (30) 12-34' });
  await seen(() => (ce.rows(CUSTOMER)[0]?.columns['phone'] === '+49301234' ? undefined : JSON.stringify(ce.rows(CUSTOMER))));
  put(ce, 'P', { phone: '+4330999' });
  await seen(() => (fno.rows(CUSTOMER)[0]?.columns['Phone'] === '+43 30999' ? undefined : JSON.stringify(fno.rows(CUSTOMER))));
  await seen(() => (engine.isQuiet() ? undefined : 'something is still under way'));
  expect(ce.rows(CUSTOMER)[0]?.columns['phone']).toBe('+4330999');
});
