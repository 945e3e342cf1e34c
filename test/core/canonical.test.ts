import { isCanonical, type FieldType } from '@concord/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const money: FieldType = { kind: 'decimal', scale: 2 };

const cases: readonly (readonly [FieldType, readonly unknown[], readonly unknown[]])[] = [
  [{ kind: 'yesno' }, [true, false], ['true', 1, 0]],
  [
    { kind: 'integer' },
    [0, -5, 2_147_483_647, -2_147_483_648, '2147483648', '-2147483649'],
    [1.5, '5', 2_147_483_648, '2147483647', '-2147483648', '09999999999', Number.NaN],
  ],
  [money, ['0.00', '-0.01', '12345678901234567890.12'], ['1', '1.5', '1.500', '-0.00', '01.00', '1e3', 1.5, '.50']],
  [{ kind: 'decimal', scale: 0 }, ['7', '-7', '0'], ['7.', '-0', '7.0']],
  [{ kind: 'date' }, ['2024-02-29', '0001-01-01'], ['2023-02-29', '2024-02-31', '2024-2-1', '2024-13-01', '2024-05-01T00:00:00Z']],
  [
    { kind: 'datetime' },
    ['2024-05-01T08:31:02Z'],
    ['2024-05-01T08:31:02.500Z', '2024-05-01T08:31:02+02:00', '2024-05-01T24:00:00Z', '2024-02-30T08:00:00Z'],
  ],
  [{ kind: 'choices' }, ['["Autumn","Winter"]'], ['["Winter","Autumn"]', '["a","a"]', '[]', '["a", "b"]', '[1]', 'Autumn']],
  [{ kind: 'text' }, ['', 'Acme', '👩‍🔧'], [5, true, '\uD800', undefined, {}]],
  [
    { kind: 'json' },
    ['{"a":1,"b":[true,null]}', '[]', '"x"', '1.5'],
    ['{"b":1,"a":1}', '{ "a":1}', '1.50', 'null', '', '{', 5, '[12345678901234567890]', '"\\ud800"'],
  ],
  [{ kind: 'choice' }, ['Invoiced'], [192_350_000]],
  [{ kind: 'reference', entity: 'customer' }, ['V1StGXR8_Z5jdHi6B-myT'], [7]],
];

test.each(cases)('of %o, each value is written in one way only', (type, right, wrong) => {
  expect(right.filter((value) => !isCanonical(type, value))).toEqual([]);
  expect(wrong.filter((value) => isCanonical(type, value))).toEqual([]);
});

test('an empty value is empty in every type', () => {
  expect(cases.every(([type]) => isCanonical(type, null))).toBe(true);
});

test('whatever is asked about, the answer is yes or no', () => {
  fc.assert(
    fc.property(fc.constantFrom(...cases.map(([type]) => type)), fc.anything(), (type, value) => {
      expect(typeof isCanonical(type, value)).toBe('boolean');
    }),
  );
});
