import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseConfig, policies, type Config, type Dialect, type JsonObject, type SystemId, type TableMap } from '@concord/core';
import { describe, expect, test } from 'vitest';
import { dataverseDialect } from '../../../packages/adapters/src/systems/dataverse/dialect.ts';
import { finopsDialect } from '../../../packages/adapters/src/systems/finops/dialect.ts';
import { compileTable } from '../../../packages/core/src/map/compile.ts';
import type { MappedRow } from '../../../packages/core/src/map/mapped.ts';
import { translateRow, type References } from '../../../packages/core/src/map/translate.ts';
import { keyOf, recordId, version } from '../../../packages/core/src/ids.ts';

const EXAMPLE = join(import.meta.dirname, '../../../examples/abctextiles');
const ENV = { FNO_URL: 'http://127.0.0.1:1', CE_URL: 'http://127.0.0.1:2', FNO_SECRET: 'a', CE_SECRET: 'b' };

interface Seed {
  readonly tables: readonly {
    readonly set: string;
    readonly primaryId?: string;
    readonly columns: readonly { readonly name: string; readonly type: string }[];
  }[];
  readonly rows: Readonly<Record<string, readonly JsonObject[]>>;
}

const answer = parseConfig(await readFile(join(EXAMPLE, 'concord.yaml'), 'utf8'), {
  file: 'concord.yaml',
  env: ENV,
  adapters: ['finops', 'dataverse'],
});
const config: Config | undefined = answer.kind === 'ok' ? answer.config : undefined;
const seeds: Readonly<Record<string, Seed>> = { fno: await seed('finops'), ce: await seed('dataverse') };
const dialects: Readonly<Record<string, Dialect>> = { fno: finopsDialect, ce: dataverseDialect };

test('the example configuration has neither faults nor warnings', () => {
  expect(answer).toMatchObject({ kind: 'ok', warnings: [] });
});

describe.each((config?.entities ?? []).map((map) => [map.entity, map] as const))('%s', (_name, map) => {
  test('names only tables and columns that the example systems have', () => {
    for (const { system, set, columns, id = [] } of Object.values(map.sides)) {
      const named = [...columns, ...id];
      expect(readableColumns(system, set)).toEqual(expect.arrayContaining([...named]));
    }
  });

  test('reads every example row without a fault', () => {
    for (const system of Object.keys(map.sides)) {
      const rows = mappedRows(map, system);
      expect(rows.flatMap((row) => [...row.unreadable, ...row.waitsFor])).toEqual([]);
      expect(rows.length).toBeGreaterThan(0);
    }
  });

  test('finds the rows of both systems in agreement', () => {
    const [left, right] = Object.keys(map.sides).map((system) => byIdentity(mappedRows(map, system)));
    expect([...(left?.keys() ?? [])].toSorted()).toEqual([...(right?.keys() ?? [])].toSorted());
    for (const [identity, row] of left ?? []) expect(shared(right?.get(identity), row)).toEqual(shared(row, right?.get(identity)));
  });
});

async function seed(name: string): Promise<Seed> {
  return JSON.parse(await readFile(join(EXAMPLE, 'seed', `${name}.json`), 'utf8'));
}

/** What can be read of a table; a look-up is read under another name than its own. */
function readableColumns(system: string, set: string): readonly string[] {
  const table = seeds[system]?.tables.find((one) => one.set === set);
  const columns = (table?.columns ?? []).map(({ name, type }) => (type === 'lookup' ? `_${name}_value` : name));
  return table?.primaryId === undefined ? columns : [table.primaryId, ...columns];
}

function mappedRows(map: TableMap, system: string): readonly MappedRow[] {
  const side = map.sides[system];
  const dialect = dialects[system];
  if (!side || !dialect) throw new Error(`The example has no system "${system}".`);
  const rows = seeds[system]?.rows[side.set] ?? [];
  return rows.map((columns, index) =>
    translateRow(
      compileTable(map, policies),
      side.system,
      { key: keyOf(String(index)), version: version('1'), columns: told(columns, side.columns) },
      dialect,
      references,
    ),
  );
}

/** A seed leaves out what is empty; a system tells it. */
function told(row: JsonObject, columns: readonly string[]): JsonObject {
  return Object.fromEntries(columns.map((name) => [name, row[name] ?? null]));
}

/** Both names of a record lead to the same text, without a ledger: the key of the entity that is referred to. */
const references: References = {
  toRecord: (system, { entity, by, text }) => recordId(`${entity} ${by === undefined ? keyBehind(system, entity, text) : text}`),
  toText: () => undefined,
  recordIn: () => undefined,
};

function keyBehind(system: SystemId, entity: string, id: string): string {
  const map = config?.entities.find((one) => one.entity === entity);
  const set = map?.sides[system]?.set ?? '';
  const column = map?.registers.find(({ name }) => name === map.key[0])?.fields[0].sides[system]?.column ?? '';
  const primaryId = seeds[system]?.tables.find((table) => table.set === set)?.primaryId ?? '';
  return JSON.stringify(seeds[system]?.rows[set]?.find((row) => row[primaryId] === id)?.[column] ?? null).replaceAll('"', '');
}

function byIdentity(rows: readonly MappedRow[]): ReadonlyMap<string, MappedRow> {
  return new Map(rows.map((row) => [row.identity ?? 'none', row]));
}

/** The registers of a row that the other row has too. */
function shared(row: MappedRow | undefined, other: MappedRow | undefined): unknown {
  return Object.fromEntries([...(row?.values ?? [])].filter(([name]) => other?.values.has(name)));
}
