import { canonicalJson, type Dialect, type FieldType, type Scalar } from '@concord/core';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalDecimal } from '../../../packages/adapters/src/shared/values/decimal.ts';
import { setText } from '../../../packages/adapters/src/shared/values/set.ts';
import { dataverseDialect } from '../../../packages/adapters/src/systems/dataverse/dialect.ts';
import { finopsDialect } from '../../../packages/adapters/src/systems/finops/dialect.ts';
import { memoryDialect } from '../../../packages/adapters/src/systems/memory/dialect.ts';

const dialects: Readonly<Record<string, Dialect>> = { dataverse: dataverseDialect, finops: finopsDialect, memory: memoryDialect };

const instant = fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
const symbol = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map(String),
  fc.constantFrom('Yes', 'Invoiced', 'Summer Sale', 'a;b', ' a', ''),
);
const decimalAt = (scale: number): fc.Arbitrary<string> =>
  fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map((digits) => canonicalDecimal(`${digits}e-${scale}`, scale) ?? '0');

/** Canonical values of each type, as documents hold them; `""` is left out: every system keeps it as nothing. */
const canonical: readonly (readonly [FieldType, fc.Arbitrary<Scalar>])[] = [
  [{ kind: 'text' }, fc.string({ unit: 'binary', minLength: 1 })],
  [{ kind: 'integer' }, fc.oneof(fc.integer(), fc.bigInt({ min: 2n ** 31n, max: 2n ** 70n }).map(String))],
  ...[0, 2, 4].map((scale) => [{ kind: 'decimal', scale }, decimalAt(scale)] as const),
  [{ kind: 'date' }, instant.map((date) => date.toISOString().slice(0, 10))],
  [{ kind: 'datetime' }, instant.map((date) => `${date.toISOString().slice(0, 19)}Z`)],
  [{ kind: 'yesno' }, fc.boolean()],
  [{ kind: 'choice' }, symbol],
  [{ kind: 'choices' }, fc.array(symbol).map(setText)],
  [
    { kind: 'json' },
    fc
      .jsonValue()
      .map((json) => canonicalJson(JSON.stringify(json)) ?? 'null')
      .filter((json) => json !== 'null'),
  ],
  [{ kind: 'reference', entity: 'customer' }, fc.oneof(fc.uuid(), fc.constantFrom("dataAreaId='abct',CustomerAccount='C-1'"))],
];

describe.each(Object.entries(dialects))('%s', (_name, dialect) => {
  test.each(canonical)('%j: a value that can be written is read back as the same value', (type, values) => {
    fc.assert(
      fc.property(fc.oneof(values, fc.constant(null)), (value) => {
        const json = value === '' ? undefined : dialect.encode(type, value);
        if (json === undefined) return;
        expect(dialect.decode(type, JSON.parse(JSON.stringify(json)))).toBe(value);
      }),
      { numRuns: 300 },
    );
  });

  test.each(canonical)('%j: any JSON at all is decoded or refused, never thrown, and what is decoded is canonical', (type) => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 2 }), (json) => {
        const value = dialect.decode(type, JSON.parse(JSON.stringify(json)));
        const again = value === undefined ? undefined : dialect.encode(type, value);
        expect(again === undefined ? value : dialect.decode(type, again)).toBe(value);
      }),
    );
  });
});

describe('what is usual can be written', () => {
  test.each<readonly [string, FieldType, Scalar, unknown]>([
    ['dataverse', { kind: 'decimal', scale: 2 }, '1200.50', 1200.5],
    ['dataverse', { kind: 'decimal', scale: 2 }, '9007199254740.93', 9007199254740.93],
    ['dataverse', { kind: 'decimal', scale: 2 }, '90071992547409.93', undefined],
    ['dataverse', { kind: 'date' }, '2024-05-01', '2024-05-01'],
    ['dataverse', { kind: 'date' }, '2024-02-30', undefined],
    ['dataverse', { kind: 'choice' }, '192350000', 192350000],
    ['dataverse', { kind: 'choice' }, 'Invoiced', undefined],
    ['dataverse', { kind: 'choices' }, '["1","9"]', '1,9'],
    ['dataverse', { kind: 'text' }, null, null],
    ['finops', { kind: 'text' }, null, ''],
    ['finops', { kind: 'date' }, '2024-05-01', '2024-05-01T12:00:00Z'],
    ['finops', { kind: 'date' }, null, '1900-01-01T12:00:00Z'],
    ['finops', { kind: 'date' }, '1900-01-01', undefined],
    ['finops', { kind: 'yesno' }, true, 'Yes'],
    ['finops', { kind: 'decimal', scale: 2 }, null, undefined],
    ['finops', { kind: 'choices' }, '["Autumn","Winter"]', 'Autumn;Winter'],
    ['finops', { kind: 'choices' }, '["a;b"]', undefined],
    ['dataverse', { kind: 'json' }, '{"a":[1,2]}', '{"a":[1,2]}'],
    ['finops', { kind: 'json' }, '{"a":[1,2]}', '{"a":[1,2]}'],
    ['finops', { kind: 'json' }, null, ''],
  ])('%s writes %j %j as %j', (name, type, value, json) => {
    expect(dialects[name]?.encode(type, value)).toBe(json);
  });

  test.each<readonly [string, FieldType, string, unknown]>([
    ['dataverse', { kind: 'decimal', scale: 2 }, '12.3400', '12.34'],
    ['dataverse', { kind: 'decimal', scale: 2 }, '0.125', '0.12'],
    ['dataverse', { kind: 'decimal', scale: 2 }, '0.135', '0.14'],
    ['dataverse', { kind: 'decimal', scale: 2 }, '-0.001', '0.00'],
    ['dataverse', { kind: 'decimal', scale: 2 }, '"1e999999999"', undefined],
    ['dataverse', { kind: 'integer' }, '5.0', 5],
    ['dataverse', { kind: 'integer' }, '5.5', undefined],
    ['dataverse', { kind: 'integer' }, '2147483648', '2147483648'],
    ['dataverse', { kind: 'datetime' }, '"2016-09-28T23:14:00.7+02:00"', '2016-09-28T21:14:00Z'],
    ['dataverse', { kind: 'choices' }, '"9, 1"', '["1","9"]'],
    ['dataverse', { kind: 'yesno' }, '"true"', undefined],
    ['finops', { kind: 'date' }, '"1900-01-01T12:00:00Z"', null],
    ['finops', { kind: 'datetime' }, '"1900-01-01T00:00:00Z"', null],
    ['finops', { kind: 'date' }, '"2024-05-01T12:00:00Z"', '2024-05-01'],
    ['finops', { kind: 'choice' }, '""', null],
    ['finops', { kind: 'reference', entity: 'x' }, '"00000000-0000-0000-0000-000000000000"', null],
    ['finops', { kind: 'choices' }, '"Winter; Autumn;"', '["Autumn","Winter"]'],
    ['finops', { kind: 'yesno' }, '"Maybe"', undefined],
    ['dataverse', { kind: 'json' }, JSON.stringify('{ "b": 1.50,\n "a": "x" }'), '{"a":"x","b":1.5}'],
    ['finops', { kind: 'json' }, JSON.stringify('{"n": 12345678901234567890}'), undefined],
    ['finops', { kind: 'json' }, JSON.stringify('[1,'), undefined],
    ['dataverse', { kind: 'json' }, JSON.stringify('null'), null],
    ['finops', { kind: 'json' }, JSON.stringify(`${'['.repeat(40)}${']'.repeat(40)}`), undefined],
  ])('%s reads %j %s as %j', (name, type, json, value) => {
    expect(dialects[name]?.decode(type, JSON.parse(json))).toBe(value);
  });
});
