import { compileExpression, isCanonical, type FieldType, type FieldTypes, type FieldValues } from '@concord/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const numRuns = 100 * (Number(process.env['CONCORD_RUNS']) || 1);

const fields: FieldTypes = {
  a: { kind: 'text' },
  b: { kind: 'choice' },
  i: { kind: 'integer' },
  j: { kind: 'integer' },
  p: { kind: 'decimal', scale: 2 },
  q: { kind: 'decimal', scale: 4 },
  d: { kind: 'date' },
  y: { kind: 'yesno' },
  z: { kind: 'yesno' },
  s: { kind: 'choices' },
};

const results: readonly FieldType[] = [...Object.values(fields), { kind: 'datetime' }, { kind: 'reference', entity: 'customer' }];

const whole = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });

/** Documents hold whole numbers as numbers only within 32 bits. */
function wholeValue(value: bigint): number | string {
  return value >= -(2n ** 31n) && value < 2n ** 31n ? Number(value) : value.toString();
}

/** `value` units of the last digit, as documents hold a decimal of that scale. */
function decimalText(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${value < 0n ? '-' : ''}${digits.slice(0, point)}${scale === 0 ? '' : `.${digits.slice(point)}`}`;
}

const unicode = fc.string({ unit: 'grapheme', maxLength: 12 });

const honest: fc.Arbitrary<FieldValues> = fc.record({
  a: fc.option(unicode),
  b: fc.option(fc.constantFrom('Open', 'Paid', '')),
  i: fc.option(whole.map(wholeValue)),
  j: fc.option(whole.map(wholeValue)),
  p: fc.option(whole.map((value) => decimalText(value, 2))),
  q: fc.option(whole.map((value) => decimalText(value, 4))),
  d: fc.constantFrom(null, '2024-05-01', '1999-12-31'),
  y: fc.option(fc.boolean()),
  z: fc.option(fc.boolean()),
  s: fc.constantFrom(null, '["Autumn"]', '["Autumn","Winter"]'),
});

const junk = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.double(), fc.integer(), fc.boolean(), fc.constant(null));
const dishonest: fc.Arbitrary<FieldValues> = fc.dictionary(fc.constantFrom(...Object.keys(fields)), junk);

/** Expressions that mostly compile: by what they are, from what they may be made of. */
const tree = fc.letrec<Record<'yes' | 'num' | 'int' | 'text' | 'list', string>>((tie) => ({
  yes: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('y', 'z', 'true', 'a == null', 'isEmpty(p)'),
    fc.tuple(tie('yes'), fc.constantFrom('&&', '||', '==', '!='), tie('yes')).map(([l, op, r]) => `(${l} ${op} ${r})`),
    fc.tuple(tie('num'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('num')).map(([l, op, r]) => `(${l} ${op} ${r})`),
    fc.tuple(tie('text'), fc.constantFrom('<', '==', '!='), tie('text')).map(([l, op, r]) => `(${l} ${op} ${r})`),
    tie('yes').map((inner) => `!${inner}`),
    fc.tuple(tie('text'), tie('list')).map(([item, list]) => `(${item} in ${list})`),
    fc.tuple(tie('text'), tie('text')).map(([on, arg]) => `${on}.startsWith(${arg})`),
    fc.tuple(tie('list'), fc.constantFrom('exists', 'all', 'exists_one'), tie('text')).map(([l, name, t]) => `${l}.${name}(m, m < ${t})`),
  ),
  num: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie('int'),
    fc.constantFrom('p', 'q', '0.1', '12345678901234567890.12'),
    fc.tuple(tie('num'), fc.constantFrom('+', '-', '*', '/'), tie('num')).map(([l, op, r]) => `(${l} ${op} ${r})`),
    fc.tuple(tie('num'), fc.nat({ max: 15 }), fc.constantFrom('half_even', 'down')).map(([x, n, mode]) => `round(${x}, ${n}, "${mode}")`),
    fc.tuple(tie('yes'), tie('num'), tie('num')).map(([c, l, r]) => `(${c} ? ${l} : ${r})`),
    fc.tuple(tie('num'), tie('num')).map(([l, r]) => `orElse(${l}, ${r})`),
    tie('num').map((inner) => `-${inner}`),
    tie('text').map((inner) => `dec(${inner})`),
  ),
  int: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('i', 'j', '0', '7'),
    fc.tuple(tie('int'), fc.constantFrom('+', '-', '*', '/', '%'), tie('int')).map(([l, op, r]) => `(${l} ${op} ${r})`),
    tie('text').map((inner) => `size(${inner})`),
    tie('num').map((inner) => `int(${inner})`),
  ),
  text: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('a', 'b', 'd', '"Ä👩‍🔧"', "''"),
    fc.tuple(tie('text'), tie('text')).map(([l, r]) => `(${l} + ${r})`),
    tie('num').map((inner) => `string(${inner})`),
    fc.tuple(tie('text'), tie('int')).map(([on, from]) => `${on}.substring(${from})`),
    fc.tuple(tie('text'), tie('text')).map(([l, r]) => `orElse(${l}, ${r})`),
  ),
  list: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom('s', '[]'),
    fc.array(tie('text'), { minLength: 1, maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc.tuple(tie('list'), tie('list')).map(([l, r]) => `(${l} + ${r})`),
    fc.tuple(tie('list'), tie('text')).map(([l, t]) => `${l}.map(m, m + ${t})`),
  ),
}));
const likely = fc.oneof(tree.yes, tree.num, tree.int, tree.text, tree.list);

/** Pieces of the language in no order at all. */
const unlikely = fc
  .array(
    fc.constantFrom(
      'a',
      'p',
      'in',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '.',
      ',',
      '?',
      ':',
      '"',
      "'",
      '!',
      '-',
      '&&',
      '==',
      '1',
      '1.5',
      'has',
      '\\',
      '/*',
      '__proto__',
      'constructor',
      'x.map(x,',
      '👩',
    ),
    { maxLength: 30 },
  )
  .map((pieces) => pieces.join(' '));

test('whatever is written, compiling answers with an expression or with words; whatever the values are, it answers, twice the same', () => {
  let ran = 0;
  fc.assert(
    fc.property(
      fc.oneof({ weight: 4, arbitrary: likely }, unlikely, fc.string()),
      fc.constantFrom(...results),
      fc.oneof(honest, dishonest),
      (text, result, values) => {
        const compiled = compileExpression(text, fields, result);
        if (compiled.kind === 'wrong') {
          expect(compiled.words).not.toBe('');
          return;
        }
        ran += 1;
        const answer = compiled.expression.evaluate(values);
        expect(compiled.expression.evaluate({ ...values })).toEqual(answer);
        expect(answer.kind === 'fault' ? answer.words : isCanonical(result, answer.value)).toBeTruthy();
        expect(compiled.expression.reads.filter((name) => !text.includes(name))).toEqual([]);
      },
    ),
    { numRuns: 5 * numRuns },
  );
  expect(ran).toBeGreaterThan(numRuns / 4);
});

test('what an expression does not read does not matter', () => {
  fc.assert(
    fc.property(tree.yes, honest, honest, (text, values, others) => {
      const compiled = compileExpression(text, fields, { kind: 'yesno' });
      if (compiled.kind === 'wrong') return;
      const { reads, evaluate } = compiled.expression;
      const kept = Object.fromEntries(reads.map((name) => [name, values[name] ?? null]));
      expect(evaluate({ ...others, ...kept })).toEqual(evaluate(values));
    }),
    { numRuns },
  );
});

function valueOf(text: string, result: FieldType, values: FieldValues): unknown {
  const compiled = compileExpression(text, fields, result);
  if (compiled.kind === 'wrong') throw new Error(compiled.words);
  const answer = compiled.expression.evaluate(values);
  return answer.kind === 'value' ? answer.value : answer.words;
}

test('sums, products and comparisons of amounts are exact, far beyond the digits of a double', () => {
  fc.assert(
    fc.property(whole, whole, (m, n) => {
      const values = { p: decimalText(m, 2), q: decimalText(n, 4), i: wholeValue(m), j: wholeValue(n) };
      expect(valueOf('p + q', { kind: 'decimal', scale: 4 }, values)).toBe(decimalText(m * 100n + n, 4));
      expect(valueOf('p - q', { kind: 'decimal', scale: 4 }, values)).toBe(decimalText(m * 100n - n, 4));
      expect(valueOf('p * q', { kind: 'decimal', scale: 6 }, values)).toBe(decimalText(m * n, 6));
      expect(valueOf('p < q', { kind: 'yesno' }, values)).toBe(m * 100n < n);
      expect(valueOf('p == q', { kind: 'yesno' }, values)).toBe(m * 100n === n);
      expect(valueOf('i * j', { kind: 'integer' }, values)).toBe(wholeValue(m * n));
      expect(valueOf('i + j > i', { kind: 'yesno' }, values)).toBe(n > 0n);
      expect(valueOf('i * p', { kind: 'decimal', scale: 2 }, values)).toBe(decimalText(m * m, 2));
    }),
    { numRuns },
  );
});

test('rounding is what schools and banks teach: half to even, half up, and towards nothing', () => {
  fc.assert(
    fc.property(whole, (m) => {
      const values = { q: decimalText(m, 4) };
      const [size, sign] = m < 0n ? [-m, -1n] : [m, 1n];
      const [kept, rest] = [size / 100n, size % 100n];
      const even = rest > 50n || (rest === 50n && kept % 2n === 1n) ? kept + 1n : kept;
      const round = (mode: string): unknown => valueOf(`round(q, 2, "${mode}")`, { kind: 'decimal', scale: 2 }, values);
      expect(round('half_even')).toBe(decimalText(sign * even, 2));
      expect(round('half_up')).toBe(decimalText(sign * (rest >= 50n ? kept + 1n : kept), 2));
      expect(round('down')).toBe(decimalText(sign * kept, 2));
    }),
    { numRuns },
  );
});
