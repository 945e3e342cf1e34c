import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeRecord, encodeRecord, registerIn, registersIn, systemId, type FieldType, type PolicySpec, type Value } from '@concord/core';
import { expect, test } from 'vitest';
import { CE, FNO, POS, tableOf } from '../kit/tables.ts';
import { calm, worldOf } from '../kit/world.ts';

/** A record as a ledger of before held it, and what it came to there once everything was written. */
interface Before {
  readonly policy: PolicySpec;
  readonly type: FieldType;
  readonly stage: string;
  readonly record: unknown;
  /** System, version, value of the field. */
  readonly rows: readonly (readonly [string, number, Value])[];
  readonly nowMs: number;
  readonly sent: readonly string[];
  readonly end: { readonly value: Value; readonly held: string | null; readonly rows: readonly (readonly [string, Value])[] };
}

const lines = readFileSync(join(import.meta.dirname, 'registers-of-before.jsonl'), 'utf8')
  .trim()
  .split('\n');
const all = lines.map((line): Before => JSON.parse(line));

test.each(all.map((before) => [before.policy.name, JSON.stringify(before.policy.options ?? null), before.stage, before] as const))(
  'a record of before, under %s %s, when %s, goes on as it would have',
  (_name, _options, _stage, { policy, type, record, rows, nowMs, sent, end }) => {
    const world = worldOf(tableOf({ account: {}, field: { policy, type } }, { systems: [FNO, CE, POS] }));
    const read = decodeRecord(JSON.stringify(record));
    expect(registersIn(decodeRecord(encodeRecord(read)))).toEqual(registersIn(read));
    world.record = read;
    world.nowMs = nowMs;
    for (const id of sent) world.sent.add(id);
    for (const [system, version, value] of rows) {
      const values = new Map<string, Value>([
        ['account', 'a'],
        ['field', value],
      ]);
      world.rows.set(systemId(system), { version, values });
    }
    calm(world);
    const register = registerIn(world.record, 'field');
    expect([register?.held?.code ?? null, [...world.rows].map(([system, row]) => [system, row?.values.get('field')])]).toEqual([
      end.held,
      end.rows,
    ]);
    if (end.held === null) expect(register?.value).toEqual(end.value);
  },
);
