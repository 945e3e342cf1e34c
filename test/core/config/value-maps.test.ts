import { openSystem } from '@concord/adapters';
import {
  compileTable,
  must,
  parseConfig,
  policies,
  systemId,
  toColumns,
  translateRow,
  keyOf,
  version,
  type Dialect,
  type Json,
} from '@concord/core';
import { describe, expect, test } from 'vitest';

const NO_REFERENCES = { toRecord: () => undefined, toText: () => undefined, recordIn: () => undefined };

const yaml = (field: string): string => `systems:
  fno: { adapter: finops, url: http://127.0.0.1:1, company: abct, auth: { token: http://127.0.0.1:1/t, client: c, secret: '\${SECRET}' } }
  ce: { adapter: dataverse, url: http://127.0.0.1:2, auth: { token: http://127.0.0.1:2/t, client: c, secret: '\${SECRET}' } }
entities:
  thing:
    fno: { set: Things, id: [No] }
    ce: { set: things, id: [no] }
    key: [no]
    fields:
      no: { fno: No, ce: no }
      state: ${field}
`;

function parse(field: string) {
  return parseConfig(yaml(field), { file: 'concord.yaml', env: { SECRET: 'x' } });
}

async function dialectOf(adapter: string): Promise<Dialect> {
  const auth = { token: 'http://127.0.0.1:1/t', client: 'c', secret: 'x' };
  const own = adapter === 'finops' ? { company: 'abct' } : {};
  const opened = await openSystem(adapter, { url: 'http://127.0.0.1:1', auth, ...own }, { id: systemId('x'), bindings: [] });
  return must(opened.kind === 'system' ? opened.system.dialect : undefined, 'it opens');
}

/** By what a column holds, for each system: how its symbols are written, and what it tells in JSON for each. */
const COLUMNS: readonly (readonly [system: 'fno' | 'ce', kind: string, written: readonly [string, string], told: readonly [Json, Json]])[] =
  [
    ['fno', 'an enumeration', ['Open', "'On hold'"], ['Open', 'On hold']],
    ['fno', 'a text of codes', ["'01'", "'02'"], ['01', '02']],
    ['fno', 'whole numbers', ['1', '2'], [1, 2]],
    ['fno', 'NoYes, as it is spelt', ["'Yes'", "'No'"], ['Yes', 'No']],
    ['fno', 'NoYes, as what it means', ['true', 'false'], ['Yes', 'No']],
    ['ce', 'a choice', ['192350000', '192350001'], [192350000, 192350001]],
    ['ce', 'whole numbers', ['1', '-2'], [1, -2]],
    ['ce', 'a text', ['OPEN', 'HOLD'], ['OPEN', 'HOLD']],
    ['ce', 'a text of codes', ["'01'", "'02'"], ['01', '02']],
    ['ce', 'yes/no', ['true', 'false'], [true, false]],
  ];

describe('a value map', () => {
  for (const [fno, fnoKind, fnoWritten, fnoTold] of COLUMNS.filter(([system]) => system === 'fno'))
    for (const [ce, ceKind, ceWritten, ceTold] of COLUMNS.filter(([system]) => system === 'ce'))
      test(`between ${fnoKind} of F&O and ${ceKind} of Dataverse passes the check, and works in every row, both ways`, async () => {
        const values = ['Open', 'Held'].map((symbol, at) => `${symbol}: { fno: ${fnoWritten[at]}, ce: ${ceWritten[at]} }`).join(', ');
        const parsed = parse(`{ fno: State, ce: state, values: { ${values} } }`);
        expect(parsed).toMatchObject({ kind: 'ok', warnings: [] });
        if (parsed.kind !== 'ok') return;
        const table = compileTable(must(parsed.config.entities[0], 'one'), policies);
        for (const [system, adapter, column, told] of [
          [fno, 'finops', 'State', fnoTold],
          [ce, 'dataverse', 'state', ceTold],
        ] as const) {
          const dialect = await dialectOf(adapter);
          for (const [at, symbol] of ['Open', 'Held'].entries()) {
            const json = must(told[at], 'for each symbol');
            const row = translateRow(
              table,
              systemId(system),
              { key: keyOf('1'), version: version('1'), columns: { [column]: json } },
              dialect,
              NO_REFERENCES,
            );
            expect([row.unreadable, row.values.get('state')]).toEqual([[], symbol]);
            const written = toColumns(table, systemId(system), new Map([['state', { value: symbol }]]), dialect, NO_REFERENCES);
            expect(written).toEqual({ kind: 'columns', columns: { [column]: json } });
          }
        }
      });

  test('whose symbols are numbers in quotes is a warning, until somebody says what the column is', async () => {
    const values = "values: { Open: { fno: Open, ce: '1' }, Held: { fno: Held, ce: '2' } }";
    expect(parse(`{ fno: State, ce: state, ${values} }`)).toMatchObject({
      kind: 'ok',
      warnings: [{ line: 11, text: expect.stringContaining('numbers in quotes') }],
    });
    const parsed = parse(`{ fno: State, ce: { column: state, type: text }, ${values} }`);
    expect(parsed).toMatchObject({ kind: 'ok', warnings: [] });
    if (parsed.kind !== 'ok') return;
    const table = compileTable(must(parsed.config.entities[0], 'one'), policies);
    const written = toColumns(table, systemId('ce'), new Map([['state', { value: 'Open' }]]), await dialectOf('dataverse'), NO_REFERENCES);
    expect(written).toEqual({ kind: 'columns', columns: { state: '1' } });
  });

  test('is what the type of a column is for', () => {
    const parsed = parse('{ fno: State, ce: { column: state, type: text } }');
    expect(parsed.kind === 'faults' ? parsed.faults : []).toMatchObject([
      { line: 11, text: 'The type of a column is for a field with "values".' },
    ]);
  });
});
