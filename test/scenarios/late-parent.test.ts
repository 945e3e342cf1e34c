import { memory, memoryLedger } from '@concord/adapters';
import {
  compileTable,
  entityName,
  keyOf,
  openEngine,
  policies,
  type Engine,
  type Ledger,
  type SystemId,
  type TableMap,
} from '@concord/core';
import { clock, ids } from '@concord/server';
import { afterEach, expect, test } from 'vitest';
import { CE, FNO } from '../kit/tables.ts';
import { until } from '../kit/until.ts';

const ORDER = entityName('order');
const LINE = entityName('line');

function tableMap(entity: TableMap['entity'], columns: readonly string[], key: readonly string[]): TableMap {
  const side = (system: SystemId) => ({
    system,
    entity,
    set: `${entity}s`,
    id: ['id'],
    columns: ['id', ...columns],
    where: {},
    constants: {},
  });
  return {
    entity,
    sides: { fno: side(FNO), ce: side(CE) },
    key,
    delete: 'update-wins',
    registers: columns.map((name) => ({
      name,
      fields: [
        {
          name,
          type: name === 'order' ? { kind: 'reference', entity: ORDER } : { kind: 'text' },
          sides: { fno: { column: name }, ce: { column: name } },
        },
      ],
      policy: { name: 'latest', options: undefined },
    })),
  };
}

const tables = [tableMap(LINE, ['order', 'number'], ['order', 'number']), tableMap(ORDER, ['number'], ['number'])];
const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop();
});

function town() {
  const bindings = (id: SystemId) => tables.flatMap(({ sides }) => sides[id] ?? []);
  return [FNO, CE].map((id) => memory({ id, bindings: bindings(id) }));
}

async function start(systems: ReturnType<typeof town>, ledger: Ledger): Promise<Engine> {
  const compiled = tables.map((map) => compileTable(map, policies));
  const engine = openEngine({
    tables: compiled,
    systems,
    ledger,
    clock,
    ids,
    log: { event: () => undefined },
    limits: { pollMs: 20, gatherMs: 1 },
  });
  engines.push(engine);
  await engine.start();
  return engine;
}

const listed = (engine: Engine) => until(() => (engine.status().maps.every((map) => map.listed) ? undefined : 'not every map is listed'));

test('a line that is told before its order waits, also over a restart, and then becomes one record and one row', async () => {
  const systems = town();
  const [fno, ce] = systems;
  if (!fno || !ce) throw new Error('two systems were made');
  const ledger = memoryLedger();
  const first = await start(systems, ledger);
  await listed(first);
  fno.put(LINE, keyOf('L1'), { id: 'L1', order: 'O1', number: '1' });
  await until(() => (fno.rows(LINE).length === 1 && first.isQuiet() ? undefined : 'the line is not read yet'));
  await first.stop();
  await start(systems, ledger);
  fno.put(ORDER, keyOf('O1'), { id: 'O1', number: 'N1' });
  await until(async () => (ce.rows(LINE).length === 1 && (await ledger.counts()).due === 0 ? undefined : 'the line is not in ce'));
  expect((await ledger.counts()).records).toBe(2);
  expect(ce.rows(LINE).map(({ columns }) => columns['number'])).toEqual(['1']);
});

test('a row that is missing from a new listing is deleted in the other system, also where versions are ordered', async () => {
  const systems = town();
  const [fno, ce] = systems;
  if (!fno || !ce) throw new Error('two systems were made');
  const ledger = memoryLedger();
  const first = await start(systems, ledger);
  await listed(first);
  fno.put(ORDER, keyOf('O1'), { id: 'O1', number: 'N1' });
  await until(() => (ce.rows(ORDER).length === 1 && first.isQuiet() ? undefined : 'the order is not in ce'));
  await first.stop();
  await ledger.commit({ plans: [], cursors: [{ system: FNO, entity: ORDER, cursor: undefined, listed: true }], failures: [], acts: [] });
  fno.remove(ORDER, keyOf('O1'));
  await start(systems, ledger);
  await until(() => (ce.rows(ORDER).length === 0 ? undefined : 'the order is still in ce'));
  expect(fno.rows(ORDER)).toEqual([]);
});
